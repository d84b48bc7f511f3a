-- When __gc and __mode are read: __gc at setmetatable, __mode at each collection.
local log = {}
local function full() collectgarbage(); collectgarbage() end
do local x = setmetatable({}, {__gc = function() log[#log + 1] = "normal" end}); x = nil end
full(); print("normal", table.concat(log, " ")); log = {}
do local mt = {}; local x = setmetatable({}, mt); mt.__gc = function() log[#log + 1] = "late" end; x = nil end
full(); print("set after setmetatable", #log)
do local mt = {__gc = true}; local x = setmetatable({}, mt); mt.__gc = function() log[#log + 1] = "marked" end; x = nil end
full(); print("marked first, given later", table.concat(log, " ")); log = {}
do local mt = {__gc = function() log[#log + 1] = "first" end}; local x = setmetatable({}, mt); mt.__gc = function() log[#log + 1] = "replaced" end; x = nil end
full(); print("replaced", table.concat(log, " ")); log = {}
do local mt = {__gc = function() log[#log + 1] = "never" end}; local x = setmetatable({}, mt); mt.__gc = nil; x = nil end
full(); print("removed", #log)
do local mt = {__gc = function() log[#log + 1] = "again" end}; local x = setmetatable({}, {}); setmetatable(x, mt); setmetatable(x, mt); x = nil end
full(); print("set twice runs once", table.concat(log, " ")); log = {}
do local x = setmetatable({}, {__gc = function() log[#log + 1] = "old metatable" end}); setmetatable(x, {}); x = nil end
full(); print("other metatable without it", #log)
do local x = setmetatable({}, {__gc = 5}); x = nil end
full(); print("not a function is ignored", #log)
do local x = setmetatable({name = "self"}, {__gc = function(o, ...) log[#log + 1] = o.name .. select("#", ...) end}); x = nil end
full(); print("argument", table.concat(log, " ")); log = {}
local mt = {}
local w = setmetatable({}, mt)
w[1] = {}; full(); print("strong", w[1] ~= nil)
mt.__mode = "v"; full(); print("weak from now on", w[1])
do local v = {}; w[1] = v; mt.__mode = nil end full(); print("strong again", w[1] ~= nil)
mt.__mode = "x"; full(); print("unknown mode", w[1] ~= nil)
mt.__mode = "kv extra"; full(); print("letters anywhere", w[1])
do local v = {}; w[1] = v; mt.__mode = 5 end full(); print("not a string", w[1] ~= nil)
