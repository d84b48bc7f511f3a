# Interactive mode from a pipe: results printed, errors survive, incomplete statements continue.
# The reference echoes through its line editor, so only the lines marked with R: are compared.
run() { sed 's/^\(>>* *\)*//' | grep '^R:'; }
printf 'print("R:one")\n' | $LUA -i 2>/dev/null | run
printf 'return "R:value"\n' | $LUA -i 2>/dev/null | run
printf '"R:expr" .. 1\n' | $LUA -i 2>/dev/null | run
printf '= "R:equals"\n' | $LUA -i 2>/dev/null | run
printf 'print("R:a") print("R:b")\n' | $LUA -i 2>/dev/null | run
printf 'for i = 1, 2 do\nprint("R:" .. i)\nend\n' | $LUA -i 2>/dev/null | run
printf 'x =\n"R:continued"\nx\n' | $LUA -i 2>/dev/null | run
printf 'print("R:" ..\n"joined")\n' | $LUA -i 2>/dev/null | run
printf 'error("stops only this line")\nprint("R:after")\n' | $LUA -i 2>/dev/null | run
printf 'x = = 1\nprint("R:after syntax error")\n' | $LUA -i 2>/dev/null | run
printf '"R:1", "R:2"\n' | $LUA -i 2>/dev/null | run
printf 'local x = 1\nprint("R:" .. tostring(x))\n' | $LUA -i 2>/dev/null | run
printf 'x = 5\nprint("R:" .. x)\n' | $LUA -i 2>/dev/null | run
printf 'function f() return "R:f" end\nf()\n' | $LUA -i 2>/dev/null | run
printf 'nil\nprint("R:after nil")\n' | $LUA -i 2>/dev/null | run
printf 'setmetatable({}, {__tostring = function() return "R:object" end})\n' | $LUA -i 2>/dev/null | run
printf 'coroutine.yield(1)\nprint("R:after yield")\n' | $LUA -i 2>/dev/null | run
printf 'print("R:" .. #arg)\n' | $LUA -i 2>/dev/null | run
echo 'print("R:script")' > s.lua
printf 'print("R:then interactive", x)\n' | $LUA -i s.lua 2>/dev/null | run
printf 'print("R:with e", y)\n' | $LUA -i -e 'y = 7' 2>/dev/null | run
printf 'os.exit(4)\nprint("R:never")\n' | $LUA -i > /dev/null 2>&1; echo "status $?"
printf '1 + nil\n' | $LUA -i > /dev/null 2> err.txt; echo "status $?"; head -1 err.txt
printf 'error("message")\n' | $LUA -i > /dev/null 2> err.txt; cat err.txt
printf 'x = = 1\n' | $LUA -i > /dev/null 2> err.txt; cat err.txt
printf 'error({})\n' | $LUA -i > /dev/null 2> err.txt; cat err.txt
printf '_PROMPT = "R:"\n\nprint("prompt")\n' | $LUA -i 2>/dev/null | grep -c 'R:' > /dev/null; echo "prompt $?"
printf 'unfinished(\n' | $LUA -i > /dev/null 2> err.txt; echo "status $?"
: | $LUA -i > /dev/null 2>&1; echo "status $?"
