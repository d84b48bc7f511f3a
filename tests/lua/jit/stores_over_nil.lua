-- Loops that store into tables without looking for nil there: holes in plain tables, and where a metatable has a say,
-- which a table may get when the loop is compiled long since.
local function fill(t, n, v) for i = 1, n do t[i] = v end end
local t = {}
for i = 1, 100 do t[i] = i end
for r = 1, 300 do fill(t, 100, r) end
-- holes in a plain table
t[50] = nil
fill(t, 100, 7)
print(t[50], #t)
-- holes where a metatable has a say
local seen = 0
local m = setmetatable({}, {__newindex = function(s, k, v) seen = seen + 1; rawset(s, k, v) end})
for i = 1, 100 do rawset(m, i, i) end
for r = 1, 300 do fill(m, 100, r) end
m[50] = nil
fill(m, 100, 8)
print(m[50], seen)
for r = 1, 3000 do fill(t, 100, r) end
setmetatable(t, {__newindex = function(s, k, v) seen = seen + 1 end})
t[60] = nil
fill(t, 100, 9)
print(t[60], seen)
