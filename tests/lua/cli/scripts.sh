# Running a script file: arg, varargs, shebang lines, exit codes, error output.
cat > a.lua <<'END'
print(arg[0], #arg, arg[1], arg[2], ...)
END
$LUA a.lua; echo "status $?"
$LUA a.lua one two; echo "status $?"
$LUA a.lua -e x; echo "status $?"
$LUA -- a.lua -v; echo "status $?"
$LUA a.lua ''; echo "status $?"
$LUA a.lua 'with space' 'tab	here'; echo "status $?"
$LUA -e 'print(arg[-1], arg[-2])' a.lua x; echo "status $?"
$LUA ./a.lua x; echo "status $?"
mkdir -p d; cp a.lua d/b.lua
$LUA d/b.lua x; echo "status $?"
printf '#!/usr/bin/env lua\nprint("after shebang", debug.getinfo(1, "l").currentline)\n' > she.lua
$LUA she.lua; echo "status $?"
printf '#' > only.lua
$LUA only.lua; echo "status $?"
printf '\357\273\277print("after mark")' > bom.lua
$LUA bom.lua; echo "status $?"
: > empty.lua
$LUA empty.lua; echo "status $?"
$LUA missing.lua; echo "status $?"
$LUA . 2>/dev/null; echo "status $?"
echo 'x = = 1' > bad.lua
$LUA bad.lua; echo "status $?"
echo 'print("x)' > unfinished.lua
$LUA unfinished.lua; echo "status $?"
printf 'local function f()\n  error("deep")\nend\nlocal function g()\n  f()\nend\ng()\n' > err.lua
$LUA err.lua; echo "status $?"
printf 'local t = {}\nfunction t.method(self)\n  return self.missing.field\nend\nfunction global() return t:method() + 1 end\nlocal ok = global()\n' > err2.lua
$LUA err2.lua; echo "status $?"
echo 'return 1' > ret.lua
$LUA ret.lua; echo "status $?"
echo 'os.exit(12)' > exit.lua
$LUA exit.lua; echo "status $?"
echo 'io.write("no newline")' > nonl.lua
$LUA nonl.lua; echo; echo "status $?"
echo 'arg = nil; print(...)' > argnil.lua
$LUA argnil.lua 1 2; echo "status $?"
echo 'print(select("#", ...)); arg[2] = "changed"; print(...)' > argset.lua
$LUA argset.lua 1 2; echo "status $?"
echo 'coroutine.yield(1)' > yield.lua
$LUA yield.lua; echo "status $?"
echo 'string.rep()' > badarg.lua
$LUA badarg.lua; echo "status $?"
echo 'local function f() return f() + 1 end f()' > overflow.lua
$LUA overflow.lua 2>&1 | head -1; echo "piped"
echo 'goto nowhere' > goto.lua
$LUA goto.lua; echo "status $?"
