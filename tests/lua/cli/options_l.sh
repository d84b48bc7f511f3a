# -l: requires a module into a global; LUA_PATH finds it.
echo 'print("loading", ...); return {value = 42}' > mod.lua
mkdir -p dir/sub
echo 'print("loading", ...); return "dotted"' > dir/sub/m.lua
echo 'x = = 1' > bad.lua
echo 'error("while loading")' > err.lua
echo 'return nil' > none.lua
$LUA -l mod -e 'print(mod.value)'; echo "status $?"
$LUA -lmod -e 'print(mod.value)'; echo "status $?"
$LUA -l m=mod -e 'print(m.value, mod)'; echo "status $?"
$LUA -l dir.sub.m -e 'print(_G["dir.sub.m"])'; echo "status $?"
$LUA -l d=dir.sub.m -e 'print(d)'; echo "status $?"
$LUA -l mod -l mod -e 'print(package.loaded.mod == mod)'; echo "status $?"
$LUA -l none -e 'print(none)'; echo "status $?"
$LUA -e 'print("before")' -l mod -e 'print("after")'; echo "status $?"
$LUA -l bad -e 'print("never")' 2>&1 | head -2; echo "piped"
$LUA -l err -e 'print("never")'; echo "status $?"
$LUA -l no_such_module -e 'print("never")' 2>&1 | head -1; echo "piped"
$LUA -l; echo "status $?"
$LUA -l string -e 'print(string.rep("x", 3))'; echo "status $?"
echo 'print("script", mod.value)' > s.lua
$LUA -l mod s.lua; echo "status $?"
LUA_PATH='./dir/sub/?.lua' $LUA -l m -e 'print(m)'; echo "status $?"
LUA_PATH='./nowhere/?.lua' $LUA -l mod 2>&1 | head -1
