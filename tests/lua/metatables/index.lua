-- __index: functions, tables, chains, through every kind of access.
local log = {}
local f = setmetatable({present = 1}, {__index = function(t, k) log[#log + 1] = tostring(k); return "f:" .. tostring(k) end})
print("function", f.present, f.absent, f[1], f[1.5], f[true], table.concat(log, " "))
print("number of arguments", setmetatable({}, {__index = function(...) return select("#", ...) end}).x)
print("adjusted to one", (function(...) return select("#", ...) end)(setmetatable({}, {__index = function() return 1, 2 end}).x))
print("no result", setmetatable({}, {__index = function() end}).x)
local base = {a = 1, b = 2, [1] = "one"}
local mid = setmetatable({b = 20, c = 30}, {__index = base})
local top = setmetatable({c = 300}, {__index = mid})
print("chain", top.a, top.b, top.c, top.d, top[1], rawget(top, "a"))
base.d = "late"; print("seen at once", top.d)
mid.a = "shadow"; print("shadowed", top.a); mid.a = nil; print("unshadowed", top.a)
top.b = false; print("false is present", top.b); top.b = nil; print("nil is absent", top.b)
local last = setmetatable({}, {__index = function(_, k) return "end of chain " .. k end})
setmetatable(base, {__index = last})
print("chain ends in a function", top.zzz)
local long = {deep = "bottom"}
for i = 1, 60 do long = setmetatable({}, {__index = long}) end
print("60 links", long.deep, long.none)
-- Strings, numbers and others as __index.
print("string as __index", setmetatable({}, {__index = "abc"}).len == string.len, setmetatable({}, {__index = "x"}).nothing)
local function fails(name, fn) print(name, select(2, pcall(fn))) end
fails("number as __index", function() return setmetatable({}, {__index = 5}).x end)
fails("true as __index", function() local t = setmetatable({}, {__index = true}); return t.field end)
print("false as __index", pcall(function() return setmetatable({}, {__index = false}).x end))
print("callable table is indexed, not called", setmetatable({}, {__index = setmetatable({x = "raw"}, {__call = function() return "called" end})}).x)
-- Integer, float, nil and nan keys.
local any = setmetatable({10, 20}, {__index = function(_, k) return "key " .. math.type(k) .. " " .. tostring(k) end})
print("integers", any[1], any[2], any[3], any[0], any[-1])
print("floats", any[1.0], any[3.0], any[2.5], any[2 ^ 53], any[1e300])
-- Upvalues, globals, method calls, assignments see it.
local obj = setmetatable({}, {__index = {m = function(self, x) return self ~= nil, x end, v = 5}})
print("method", obj:m(3)); obj.v = obj.v + 1; print("read then own", obj.v, rawget(obj, "v"), getmetatable(obj).__index.v)
print("multiple read", obj.v, obj.none, obj.m ~= nil)
print("nested", setmetatable({}, {__index = function() return {inner = {deep = 1}} end}).x.inner.deep)
print("rawget", rawget(f, "absent"), rawget(top, "a"))
print("next ignores", next(setmetatable({}, {__index = {1, 2}})))
print("ipairs uses", (function() local n = 0 for i, v in ipairs(setmetatable({}, {__index = function(_, i) if i <= 4 then return i * i end end})) do n = n + v end return n end)())
print("length ignores", #setmetatable({}, {__index = {1, 2}}))
print("concat uses", table.concat(setmetatable({"a"}, {__index = {[2] = "b"}, __len = function() return 2 end})))
print("unpack uses", table.unpack(setmetatable({}, {__index = function(_, i) return i * 10 end}), 1, 3))
local loop = {}; setmetatable(loop, {__index = loop})
fails("loop", function() return loop.x end)
local l1, l2 = {}, {}; setmetatable(l1, {__index = l2}); setmetatable(l2, {__index = l1})
fails("two table loop", function() return l1.x end)
fails("error inside", function() return setmetatable({}, {__index = function(_, k) error("no " .. k, 0) end}).x end)
fails("error level 2", function() return setmetatable({}, {__index = function(_, k) error("no " .. k, 2) end}).x end)
print("recursive function", (function() local t; t = setmetatable({}, {__index = function(_, k) if k == 0 then return 0 end return k + t[k - 1] end}); return t[50] end)())
