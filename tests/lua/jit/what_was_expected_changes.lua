-- Compiled code expects what it has seen: types, shapes, integers that stay small. Here everything changes later.

-- Types of parameters, again and again, in one function.
local function mix(a, b) return a + b * 2 - a end
local values = {1, 2.5, 3, "4", 0x7fffffffffff, 1 << 62, -0.0, 2 ^ 53, "0x10", -7}
for round = 1, 60 do
  local a = values[round % #values + 1]
  local b = values[(round * 7) % #values + 1]
  for _ = 1, 40 do mix(a, b) end
  print(round, mix(a, b), mix(b, a))
end

-- Locals of a loop that change their type half way; constants that are constants no longer.
local function change(n)
  local sum, step, text = 0, 1, "x"
  for i = 1, n do
    if i == n // 2 then sum = sum + 0.5 end
    if i == n - 3 then step, text = 2.0, 17 end
    sum = sum + step
  end
  return sum, step, text
end
for n = 10, 3000, 299 do print(change(n)) end

-- Integers that leave the range of immediate ones, in loops, sums, products and indices of loops.
local function wide(from, to, by)
  local n, last = 0, nil
  for i = from, to, by do n, last = n + 1, i end
  return n, last
end
for _ = 1, 3 do
  for _ = 1, 300 do wide(1, 5, 1) end
  print(wide((1 << 47) - 2, (1 << 47) + 2, 1))
  print(wide(math.mininteger + 1, math.mininteger, -1))
  print(wide(1.5, 4.0, 0.5))
  print(wide(math.maxinteger - 2, math.maxinteger, 1))
end
local function power(n) local p = 1 for _ = 1, n do p = p * 3 end return p end
for n = 25, 45 do for _ = 1, 20 do power(n) end print(n, power(n)) end
local function rotate(x, n) return ((x >> n) | (x << (32 - n))) & 0xffffffff end
local r = 0x12345678
for i = 1, 2000 do r = rotate(r ~ i, i % 32) end
print(r)

-- More operands than registers when a check fails: each must be found where it belongs.
local function many(a, b, c, d, e, f, g, h)
  return a .. (b .. (c .. (d .. (e .. (f .. (g - h) * 3)))))
end
for _ = 1, 300 do many("a", "b", "c", "d", "e", "f", 9, 4) end
for _, v in ipairs {5, 2.5, math.mininteger, "7"} do print(many(1, 2, 3, 4, 5, 6, v, 3)) end
local sink = {}
local function nested(t, i, x)
  return select("#", t, i, t[(i - x) % #t + 1], t[i], (x + i) * (i - x) - t[i] * i)
end
for i = 1, 300 do nested({1, 2, 3}, 1 + i % 3, i) end
print(nested({1, 2.5, 3}, 2, 0.5), pcall(nested, {1, 2, 3}, 2, "x"), nested({4, 5, 6}, 1, math.mininteger))

-- Objects of other shapes, fields that come, go and are nil, prototypes that change.
local Point = {}
Point.__index = Point
function Point.new(x, y) return setmetatable({x = x, y = y}, Point) end
function Point:norm() return self.x * self.x + self.y * self.y end
local function total(list)
  local sum = 0
  for _, p in ipairs(list) do
    sum = sum + p:norm()
    p.seen = (p.seen or 0) + 1
  end
  return sum
end
local points = {}
for i = 1, 50 do points[i] = Point.new(i, i + 1) end
for _ = 1, 20 do total(points) end
print(total(points), points[1].seen)
points[7] = Point.new(1.5, 2.5)
points[8] = setmetatable({y = 3, z = 1, x = 2}, Point)
points[9] = setmetatable({x = 1}, {__index = function(_, k) return k == "norm" and function() return 1000 end or nil end})
for _ = 1, 5 do print(total(points)) end
function Point:norm() return 1 end
print(total(points), points[50].seen)
points[3].seen = nil
Point.seen = 100
print(total(points), points[3].seen, rawget(points[3], "seen"))
local kinds = {}
for i = 1, 40 do
  local o = {}
  for k = 1, i do o["f" .. k] = k end
  kinds[i] = o
end
local function first(o) return o.f1 end
for round = 1, 30 do for _, o in ipairs(kinds) do first(o) end end
print(first(kinds[40]), first({f1 = "other"}), pcall(first, nil), pcall(first, 7), first("text"))

-- A function that is left while many of its frames wait for it.
local function depth(n, t)
  if n == 0 then return t.value end
  local below = depth(n - 1, t)
  return below + n * t.factor
end
for _ = 1, 100 do depth(10, {value = 1, factor = 2}) end
print(depth(100, {value = 1, factor = 2}), depth(100, {factor = 0.5, value = 1}), depth(50, {value = 1 << 62, factor = 3}))

-- Locals of a waiting frame that somebody sets.
local function setter(value) debug.setlocal(2, 2, value) end
local function victim(n, v)
  local sum = 0
  for i = 1, n do
    sum = sum + v
    if i == n - 1 then setter(n % 2 == 0 and 0.25 or 1 << 50) end
  end
  return sum, v
end
for n = 3, 400, 7 do victim(n, 2) end
print(victim(300, 2))
print(victim(301, 2))
local function constant(f)
  local name = "old"
  f()
  return name .. "!"
end
for _ = 1, 300 do constant(function() end) end
print(constant(function() debug.setlocal(2, 2, "new") end), constant(function() end))

-- Loops that are entered with other values than they were compiled for.
local function invariant(t, k, n)
  local sum = 0
  for i = 1, n do sum = sum + t[k] + #t end
  return sum
end
local odd = setmetatable({}, {__index = function() return 2 end, __len = function() return 1 end})
for _ = 1, 60 do invariant({5, 6}, 2, 50) end
print(invariant({5, 6}, 2.0, 50), invariant(odd, "k", 50), pcall(invariant, nil, 1, 5))
print(select(2, pcall(invariant, "text", 1, 3)))
for _ = 1, 10 do print(invariant(odd, 1, 20), invariant({1.5}, 1, 20)) end

-- Code that runs only later, then often.
local function late(i)
  if i < 500 then return i end
  local a = i * 1.5
  local b = {a, i}
  return b[1] + b[2] - a
end
local sum = 0
for i = 1, 1500 do sum = sum + late(i) end
print(sum)
