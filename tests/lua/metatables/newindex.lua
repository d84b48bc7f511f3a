-- __newindex: functions, tables, chains, existing fields, rawset.
local log = {}
local t = setmetatable({present = 1}, {__newindex = function(tab, k, v, ...) log[#log + 1] = tostring(k) .. "=" .. tostring(v) .. select("#", ...); end})
t.present = 2; t.absent = 3; t[1] = "one"; t[1.5] = 2; t[true] = false; t.nothing = nil
print("function", table.concat(log, " "), t.present, rawget(t, "absent"), rawget(t, 1))
log = {}
t.present = nil; print("clear existing", #log, rawget(t, "present"))
t.present = 5; print("now absent", table.concat(log, " "), rawget(t, "present"))
local store = {}
local p = setmetatable({}, {__newindex = store})
p.x = 1; p[1] = "one"; print("table", rawget(p, "x"), store.x, store[1])
local q = setmetatable({}, {__newindex = p}); q.y = 2
print("chain", rawget(q, "y"), rawget(p, "y"), store.y)
local half = setmetatable({}, {__newindex = setmetatable({z = 0}, {__newindex = store})})
half.z = 9; half.w = 10
print("stops where present", getmetatable(half).__newindex.z, store.z, store.w)
rawset(t, "raw", 1); print("rawset", rawget(t, "raw"), rawset(t, "r2", 2) == t)
local logging = {}
local function track(tab) local shadow = {}; return setmetatable({}, {__index = function(_, k) logging[#logging + 1] = "get " .. tostring(k); return tab[k] end,
  __newindex = function(_, k, v) logging[#logging + 1] = "set " .. tostring(k); tab[k] = v end}) end
local target = {a = 1}
local tr = track(target)
tr.a = tr.a + 1; tr.b = tr.a; tr[1] = tr.c
print("proxy", table.concat(logging, ", "), target.a, target.b)
local ro = setmetatable({}, {__index = {v = 1}, __newindex = function(_, k) error("read-only field " .. k, 2) end})
print("read only", ro.v, pcall(function() ro.v = 2 end))
print("read only new", pcall(function() ro.other = 2 end))
local default = setmetatable({}, {__index = function(tab, k) local v = {}; rawset(tab, k, v); return v end})
default.x.y = nil
default.list[1] = "v"
print("auto tables", type(rawget(default, "x")), default.list[1])
local function fails(name, f) print(name, select(2, pcall(f))) end
fails("number as __newindex", function() setmetatable({}, {__newindex = 5}).x = 1 end)
fails("string as __newindex", function() setmetatable({}, {__newindex = "s"}).x = 1 end)
fails("loop", function() local l = {}; setmetatable(l, {__newindex = l}); l.x = 1 end)
fails("error inside", function() setmetatable({}, {__newindex = function() error("inside", 0) end}).x = 1 end)
print("result ignored", (function() local r = setmetatable({}, {__newindex = function() return 1, 2 end}); r.x = 5; return r.x end)())
-- Functions and methods, constructors, table library.
local seen = {}
local env = setmetatable({}, {__newindex = function(_, k, v) seen[#seen + 1] = k .. ":" .. type(v) end})
function env.f() end
function env:m() end
print("function statements", table.concat(seen, " "))
seen = {}
local l = setmetatable({}, {__newindex = function(tab, k, v) seen[#seen + 1] = k; rawset(tab, k, v) end})
table.insert(l, "a"); table.insert(l, "b"); table.insert(l, 1, "c")
print("insert", table.concat(seen, " "), table.concat(l, " "))
seen = {}
table.move({1, 2, 3}, 1, 3, 2, l); print("move", table.concat(seen, " "), #l)
table.remove(l); l[#l + 1] = "x"; print("after remove", table.concat(seen, " "))
local c = setmetatable({}, {__newindex = function(tab, k, v) rawset(tab, k, v * 2) end})
for i = 1, 5 do c[i] = i end
for i = 1, 5 do c[i] = c[i] + 1 end
print("loop", table.concat(c, " "))
local same = setmetatable({}, {}); same.x = 1
getmetatable(same).__newindex = function() log[#log + 1] = "late" end
same.x = 2; same.y = 3
print("late", same.x, same.y, log[#log])
getmetatable(same).__newindex = nil; same.y = 4; print("removed", same.y)
