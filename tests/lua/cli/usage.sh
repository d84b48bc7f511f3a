# Wrong options and combinations: the usage text and its exit status.
$LUA -x; echo "status $?"
$LUA --version; echo "status $?"
$LUA -vx; echo "status $?"
$LUA -ex 2>&1 | head -1; echo "piped"
$LUA - < /dev/null; echo "status $?"
$LUA -- < /dev/null; echo "status $?"
$LUA -E -x; echo "status $?"
$LUA -i-; echo "status $?"
$LUA -Wx; echo "status $?"
$LUA -l; echo "status $?"
$LUA -e; echo "status $?"
$LUA -v | cut -c1-7; echo "piped"
$LUA -v -e 'print("after version")' | tail -1
$LUA -v -v | grep -c 'Lua 5.4'
$LUA -v - < /dev/null | grep -c 'Lua 5.4'
$LUA -h; echo "status $?"
$LUA -e 'print(1)' -x; echo "status $?"
$LUA -E < /dev/null; echo "status $?"
