-- Finalizers at the end of the program run in reverse order of marking; those that they create run too.
-- stderr: a finalizer fails
warn("@on")
for i = 1, 3 do _G["keep" .. i] = setmetatable({}, {__gc = function() print("finalized", i) end}) end
local l <const> = setmetatable({}, {__gc = function() print("finalized local") end})
resurrect = setmetatable({}, {__gc = function(o) print("resurrecting"); again = o; setmetatable(o, {__gc = function() print("second time") end}) end})
failing = setmetatable({}, {__gc = function() error("failing at exit") end})
globals = setmetatable({}, {__gc = function() print("globals", type(print), type(string.rep), keep1 ~= nil) end})
file = setmetatable({}, {__gc = function() local f = io.open("exit.txt", "w"); f:write("x"); f:close(); print("wrote a file") end})
closed = setmetatable({}, {__gc = function() print("coroutine at exit", coroutine.wrap(function() coroutine.yield("yielded") end)()) end})
local c <close> = setmetatable({}, {__close = function() print("main chunk's variable is closed first") end})
co = coroutine.create(function() local d <close> = setmetatable({}, {__close = function() print("never closed") end}); coroutine.yield() end)
coroutine.resume(co)
print("last statement")
