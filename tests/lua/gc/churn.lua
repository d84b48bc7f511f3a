-- Allocation of every kind under collection: nothing is lost, nothing is mixed up.
local function check(name, ok) print(name, ok) end
local live = {}
for i = 1, 200 do live[i] = {id = i, name = "n" .. i, list = {i, i * 2, i * 3}, f = function() return i end} end
local sum = 0
for round = 1, 30 do
  for i = 1, 200 do
    local o = live[i]
    assert(o.id == i and o.name == "n" .. i and o.list[3] == i * 3 and o.f() == i)
    if (i + round) % 7 == 0 then live[i] = {id = i, name = "n" .. i, list = {i, i * 2, i * 3}, f = function() return i end} end
    local junk = {o, {o.name .. round}, function() return junk end}
    sum = sum + #junk
  end
  if round % 10 == 0 then collectgarbage() end
end
check("objects", sum)
local s = ""
for i = 1, 2000 do s = s .. string.char(97 + i % 26); if #s > 500 then s = s:sub(-100) end end
check("strings", s:sub(-10))
local big = {}
for i = 1, 20000 do big[i] = i; if i % 3 == 0 then big[i // 3] = {} end end
local tables = 0
for i = 1, #big do if type(big[i]) == "table" then tables = tables + 1 end end
check("array", tables)
local h = {}
for i = 1, 5000 do h["k" .. i % 700] = {i}; if i % 5 == 0 then h["k" .. i % 350] = nil end end
local n = 0
for k, v in pairs(h) do n = n + v[1] end
check("map", n)
local cos = {}
for i = 1, 100 do cos[i] = coroutine.wrap(function() local t = {}; for j = 1, 20 do t[j] = {i * j}; coroutine.yield(t[j][1]) end end) end
sum = 0
for j = 1, 20 do for i = 1, 100 do sum = sum + cos[i]() end if j % 5 == 0 then collectgarbage() end end
check("coroutines", sum)
local function tree(d) if d == 0 then return {} end return {tree(d - 1), tree(d - 1)} end
local function size(t) local c = 1 for i = 1, #t do c = c + size(t[i]) end return c end
local t = tree(10)
for _ = 1, 10 do tree(8) end
check("trees", size(t))
local list
for i = 1, 50000 do list = {i, i % 1000 ~= 0 and list or nil} end
local len = 0
while list do len = len + 1; list = list[2] end
check("list", len)
local wide = {}
for i = 1, 3000 do wide[i] = (1 << 55) + i end
collectgarbage()
local okwide = true
for i = 1, 3000 do okwide = okwide and wide[i] - (1 << 55) == i end
check("wide integers", okwide)
local cells = {}
for i = 1, 300 do local v = {i}; cells[i] = {function() return v[1] end, function(x) v = {x} end} end
for i = 1, 300, 2 do cells[i][2](-i) end
collectgarbage()
sum = 0
for i = 1, 300 do sum = sum + cells[i][1]() end
check("cells", sum)
check("modes", (function() local r = 0; for _, m in ipairs {"generational", "incremental", "generational"} do collectgarbage(m); local keep = {}; for i = 1, 5000 do keep[i % 100 + 1] = {i, tostring(i)}; end for i = 1, 100 do r = r + keep[i][1] + #keep[i][2] end end collectgarbage("incremental"); return r end)())
check("sort with garbage", (function() local a = {} for i = 1, 500 do a[i] = {v = i * 7919 % 503} end table.sort(a, function(x, y) local g = {x, y}; return g[1].v < g[2].v end); return a[1].v, a[500].v end)())
check("gsub with garbage", (("abc"):rep(200):gsub("%w", function(c) local g = {c}; return g[1]:upper() end):sub(1, 6)))
check("metatables", (function() local c = 0; for i = 1, 500 do local m = setmetatable({}, {__index = function(_, k) return {k} end, __add = function(a, b) return {1} end}); c = c + #(m.x) + #(m + 1) end return c end)())
