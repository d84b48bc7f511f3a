# -W turns warnings on; without it they are off.
$LUA -e 'warn("hidden")'; echo "status $?"
$LUA -W -e 'warn("shown")'; echo "status $?"
$LUA -W -e 'warn("in ", "pieces")'; echo "status $?"
$LUA -W -e 'warn("@off"); warn("hidden"); warn("@on"); warn("shown")'; echo "status $?"
$LUA -e 'warn("@on"); warn("shown")'; echo "status $?"
$LUA -e 'warn("hidden")' -W -e 'warn("shown")'; echo "status $?"
$LUA -W -e 'setmetatable({}, {__gc = function() error("in gc") end}); collectgarbage(); collectgarbage()'; echo "status $?"
$LUA -W -e 'x = setmetatable({}, {__gc = function() error("at exit") end})'; echo "status $?"
$LUA -e 'x = setmetatable({}, {__gc = function() error("at exit") end})'; echo "status $?"
LUA_INIT='warn("from init")' $LUA -W -e 'print(1)'; echo "status $?"
echo 'warn("from script")' > s.lua
$LUA -W s.lua; echo "status $?"
$LUA s.lua; echo "status $?"
