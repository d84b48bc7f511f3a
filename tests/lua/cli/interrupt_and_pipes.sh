# Signals, closed pipes and output that cannot be written.
$LUA -e 'for i = 1, 100000 do print(i) end' 2>/dev/null | head -2
$LUA -e 'for i = 1, 100000 do io.write(i, "\n") end' 2> pipe.txt | head -1
cat pipe.txt
$LUA -e 'print("x")' > /dev/full 2>/dev/null; echo "full done"
$LUA -e 'io.stdout:setvbuf("no"); print(select(2, io.write("x")))' > /dev/full 2>/dev/null; echo "write done"
$LUA -e 'while true do end' > out.txt 2> err.txt &
pid=$!
sleep 1
kill -INT $pid
wait $pid; echo "status $?"
grep -c 'interrupted!' err.txt
grep -c 'stack traceback' err.txt
$LUA -e 'local ok, e = pcall(function() while true do end end) print("caught", (e:gsub("^.*interrupted", "interrupted")))' > out.txt 2> err.txt &
pid=$!
sleep 1
kill -INT $pid
wait $pid; echo "status $?"
cat out.txt
# While it waits for input.
sleep 2 | $LUA -e 'io.read() print("not reached")' > out.txt 2> err.txt &
pid=$!
sleep 1
kill -INT $pid
wait $pid; echo "status $?"
cat out.txt
grep -c 'interrupted!' err.txt
$LUA -e 'io.stderr:write("to stderr\n") io.stdout:write("to stdout\n")' 2>&1 >/dev/null
$LUA -e 'os.execute("exit 3") print(select(3, os.execute("exit 3")))'
$LUA -e 'io.popen("cat", "w"):write("through cat\n")'
