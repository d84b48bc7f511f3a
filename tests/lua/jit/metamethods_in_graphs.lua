-- Metamethods that optimized code takes in: what they give, who is asked, errors in them, and changes of metatables.
local Vec = {}
Vec.__index = Vec
local function vec(x, y)
  return setmetatable({x = x, y = y}, Vec)
end
function Vec.__add(a, b)
  return vec(a.x + b.x, a.y + b.y)
end
function Vec.__sub(a, b)
  return vec(a.x - b.x, a.y - b.y)
end
function Vec.__mul(a, b)
  if type(a) == "number" then
    return vec(a * b.x, a * b.y)
  end
  return vec(a.x * b, a.y * b)
end
function Vec.__unm(a, again)
  assert(rawequal(a, again))
  return vec(-a.x, -a.y)
end
function Vec.__eq(a, b)
  return a.x == b.x and a.y == b.y
end
function Vec.__lt(a, b)
  return a.x < b.x and 1 or nil -- any value is a truth
end
function Vec.__le(a, b)
  return a.x <= b.x
end
function Vec.__len(a, again)
  assert(rawequal(a, again))
  return a.x * a.x + a.y * a.y
end

local function work(n)
  local sum, target = vec(0, 0), vec(3, 4)
  local equal, less, lessEqual, greater, unequal, length = 0, 0, 0, 0, 0, 0
  for i = 1, n do
    sum = sum + vec(i % 5, i % 7) - 2 * vec(1, 1) * 0.5
    local here = vec(i % 6, i % 9)
    if here == target then
      equal = equal + 1
    end
    if here ~= target then
      unequal = unequal + 1
    end
    if target == target then
      equal = equal + 1000
    end
    if here < target then
      less = less + 1
    end
    if not (here <= target) then
      lessEqual = lessEqual + 1
    end
    if here > target then
      greater = greater + 1
    end
    local known = here == target -- not in a condition
    if known ~= (here.x == 3 and here.y == 4) then
      error("comparison")
    end
    length = length + #here
    sum = -(-sum)
  end
  return string.format("%g %g %d %d %d %d %d %d", sum.x, sum.y, equal, unequal, less, lessEqual, greater, length)
end
local first = work(180)
for _ = 1, 30 do
  assert(work(180) == first)
end
print(first)

-- Two classes at one place, and numbers.
local Money = {}
Money.__add = function(a, b)
  return setmetatable({cents = (type(a) == "number" and a or a.cents) + (type(b) == "number" and b or b.cents)}, Money)
end
local function total(list, zero)
  local sum = zero
  for i = 1, #list do
    sum = sum + list[i]
  end
  return sum
end
local vecs, moneys, numbers = {}, {}, {}
for i = 1, 50 do
  vecs[i], moneys[i], numbers[i] = vec(i, -i), setmetatable({cents = i}, Money), i
end
for round = 1, 60 do
  local v, m = total(vecs, vec(0, 0)), total(moneys, 0)
  assert(v.x == 1275 and v.y == -1275 and m.cents == 1275)
  if round > 40 then
    assert(total(numbers, 0) == 1275)
  end
end

-- Errors in them, with their places.
local Bad = {__add = function(a, b)
  return a.value + b.value.missing
end}
local function add(a, b)
  local sum = a + b
  return sum
end
local good = setmetatable({value = 1}, {__add = function(a, b)
  return a.value + (b.value or error("no value"))
end})
for _ = 1, 100 do
  add(good, good)
end
print(pcall(add, good, {}))
local bad = setmetatable({value = 1}, Bad)
print(pcall(add, bad, bad))
for _ = 1, 100 do
  pcall(add, bad, bad)
end
print(pcall(add, bad, bad))

-- A metamethod that is left in its middle: the frame of the operation goes on with what it gives.
local Odd = {}
Odd.__mul = function(a, b)
  local x = a.x * b.x
  if x == nil then
    return "never"
  end
  return x
end
local function product(a, b)
  return (a * b) + 1
end
local odd = setmetatable({x = 2}, Odd)
for _ = 1, 200 do
  assert(product(odd, odd) == 5)
end
odd.x = 2.5
assert(product(odd, odd) == 7.25)
odd.x = 1 << 40
assert(product(odd, odd) == 1)
odd.x = vec(1, 2)
print(pcall(product, odd, odd))

-- Metatables that change: another function, none at all, another metatable.
local function times(a, b)
  return a * b
end
local Scale = {__mul = function()
  return "first"
end}
local s = setmetatable({}, Scale)
for _ = 1, 200 do
  assert(times(s, 2) == "first")
end
Scale.__mul = function()
  return "second"
end
for _ = 1, 200 do
  assert(times(s, 2) == "second" and times(2, s) == "second")
end
Scale.__mul = nil
print(pcall(times, s, 2))
Scale.__mul = function(a, b)
  return debug.traceback("third", 1):match("stack traceback:\n%s*(.-)\n") ~= nil
end
for _ = 1, 200 do
  assert(times(s, 2) == true)
end
setmetatable(s, {__mul = function()
  return "fourth"
end})
assert(times(s, 2) == "fourth")
setmetatable(s, nil)
print(pcall(times, s, 2))

-- They may yield.
local Lazy = {__sub = function(a, b)
  return coroutine.yield(a.x - b.x)
end}
local function difference(a, b)
  local d = a - b
  return d
end
local p, q = setmetatable({x = 5}, Lazy), setmetatable({x = 3}, Lazy)
local sum = 0
for i = 1, 200 do
  local co = coroutine.wrap(difference)
  sum = sum + co(p, q) + co(i)
end
print(sum)
