-- Tables move between array, record and map; nothing is lost on the way.
local function sum(t)
  local n, s = 0, 0
  for k, v in pairs(t) do n = n + 1; s = s + v end
  return n, s
end

local t = {}
for i = 1, 100 do t[i] = i end
print("array", sum(t))
for i = 1, 100 do t["f" .. i] = i end
print("with names", sum(t))
for i = 1, 100, 2 do t[i] = nil end
print("odd removed", sum(t))
for i = 101, 200 do t[i] = i end
print("more", sum(t))
t[1 << 40] = 1
t[-5] = 1
print("far keys", sum(t))
for i = 1, 200 do t[i] = nil end
print("array gone", sum(t))
for i = 1, 100 do t["f" .. i] = nil end
print("names gone", sum(t))

-- Values of every kind through one array.
local kinds = {}
local values = {1, 2.5, "s", true, false, math.huge, 1 << 50, print, {}, -0.0, math.mininteger}
for round = 1, 20 do
  for i, v in ipairs(values) do kinds[(round - 1) * #values + i] = v end
end
local right = 0
for i = 1, #kinds do if rawequal(kinds[i], values[(i - 1) % #values + 1]) then right = right + 1 end end
print("kinds", #kinds, right)

-- An array of integers that becomes one of floats, then of anything.
local a = {}
for i = 1, 50 do a[i] = i end
print("integers", math.type(a[10]), a[10])
for i = 1, 50 do a[i] = a[i] / 2 end
print("floats", math.type(a[10]), a[10])
a[25] = 7
print("one integer", math.type(a[25]), math.type(a[26]), a[25])
a[26] = "x"
print("one string", a[25], a[26], a[27], math.type(a[27]))
a[27] = nil
a[26] = nil
print("hole", a[25], a[26], a[27], a[28])
for i = 1, 50 do a[i] = (1 << 60) + i end
print("wide", a[1], a[50], math.type(a[50]))
a[1] = 0.1
print("wide and float", a[1], a[2])

-- Fill from the end, from the middle, with gaps that close.
local b = {}
for i = 64, 1, -1 do b[i] = i end
print("backwards", #b, sum(b))
local c = {}
for i = 1, 64, 2 do c[i] = i end
for i = 2, 64, 2 do c[i] = i end
print("gaps closed", #c, sum(c))
local d = {}
for i = 1, 3000 do d[(i * 7919) % 3001] = i end
print("shuffled", #d, sum(d))
local e = {nil, nil, nil, 4}
e[1] = 1; e[2] = 2; e[3] = 3
print("constructor holes closed", #e)

-- Keys of all types at once.
local key1, key2 = {}, function() end
local m = {[1] = 1, ["1"] = 2, [1.5] = 4, [true] = 8, [false] = 16, [key1] = 32, [key2] = 64, [print] = 128}
print("all key types", m[1], m["1"], m[1.5], m[true], m[false], m[key1], m[key2], m[print])
print("total", sum(m))
