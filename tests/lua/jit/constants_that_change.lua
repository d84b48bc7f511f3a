-- Functions in tables, methods, metatables and captured variables are constants of compiled code until they change:
-- in the middle of a hot loop, in what it calls, in coroutines and protected calls.
local Point = {}
Point.__index = Point
local function point(x, y) return setmetatable({x = x, y = y}, Point) end
function Point:sum() return self.x + self.y end
function Point:scaled(n) return self:sum() * n end

function double(n) return 2 * n end
Module = {limit = 10, step = function(n) return n + 1 end}

local function work(n, hook, at)
  local p = point(1, 2)
  local total = 0
  for i = 1, n do
    if i == at then hook() end
    total = total + p:scaled(1) + double(i) % 5 + Module.step(i) % 3 + Module.limit
  end
  return total
end
local function nothing() end

for _ = 1, 40 do work(2000, nothing, 1) end
print(work(2000, nothing, 1))

-- A global function.
local old = double
print(work(2000, function() double = function() return 1 end end, 700))
print(work(2000, function() double = old end, 1300))
-- The same from a protected call, which fails afterwards.
print(work(2000, function()
  print(pcall(function() double = function(n) return 3 * n end error("after all", 0) end))
end, 500))
print(work(2000, function() _G.double = old end, 1000))
-- A method, set with rawset and by name.
local sum = Point.sum
print(work(2000, function() rawset(Point, "sum", function(self) return self.x end) end, 900))
print(work(2000, function() Point.sum = sum end, 900))
-- A method that goes, and shows what is behind it.
setmetatable(Point, {__index = {sum = function() return 100 end}})
print(work(2000, nothing, 1))
print(work(2000, function() Point.sum = nil end, 1000))
print(work(2000, function() Point.sum = sum end, 1000))
-- A module's function, a module's value, the module.
local step = Module.step
print(work(2000, function() Module.step = function(n) return n end end, 1000))
print(work(2000, function() Module.limit = 20 end, 1000))
print(work(2000, function() Module = {limit = 30, step = step} end, 1000))
for _ = 1, 40 do work(2000, nothing, 1) end
print(work(2000, function() Module.limit = Module.limit + 1 end, 1999))

-- What was nowhere appears, in front of what was found behind.
local Base = {name = function() return 1 end}
Base.__index = Base
local Derived = setmetatable({}, Base)
Derived.__index = Derived
local function names(n, hook, at)
  local d = setmetatable({}, Derived)
  local total = 0
  for i = 1, n do
    if i == at then hook() end
    total = total + d:name() + (d.extra or 0)
  end
  return total
end
for _ = 1, 40 do names(2000, nothing, 1) end
print(names(2000, function() Derived.name = function() return 2 end end, 500))
print(names(2000, function() Base.extra = 5 end, 500))
print(names(2000, function() setmetatable(Derived, nil) end, 1500))
print(names(2000, function() setmetatable(Derived, {__index = {extra = 7}}) end, 1500))
print(names(2000, function() Derived.__index = {name = function() return 50 end} end, 1500))
-- A class that becomes a map.
Derived.__index = Derived
for _ = 1, 40 do names(2000, nothing, 1) end
print(names(2000, function() for i = 1, 5000 do Derived["k" .. i] = i end end, 1000))
print(names(2000, function() for i = 1, 5000 do Derived["k" .. i] = nil end Derived.extra = 3 end, 1000))

-- Captured variables that nobody assigns: but the debug library can.
local factor = 3
local function multiplied(n) return n * factor end
local function product(n, hook, at)
  local total = 0
  for i = 1, n do
    if i == at then hook() end
    total = total + multiplied(i) % 100
  end
  return total
end
for _ = 1, 40 do product(2000, nothing, 1) end
print(product(2000, function() debug.setupvalue(multiplied, 1, 4) end, 1000))
local other = 5
local function uses() return other end
print(product(2000, function() debug.upvaluejoin(multiplied, 1, uses, 1) end, 1000))
print(product(2000, nothing, 1), uses())

-- More closures of one function, each with its own variable.
local function counter(start)
  local from = start
  return function(n)
    local c = 0
    for i = 1, n do c = c + from end
    return c
  end
end
local one, two = counter(1), counter(2)
for _ = 1, 300 do one(100) end
print(one(10), two(10), counter(3)(10))
for _ = 1, 300 do two(100) end
print(one(10), two(10))

-- From a coroutine that runs within the loop, and in loops that wait in coroutines.
double = old
local function inside(n, hook, at)
  local total = 0
  for i = 1, n do
    if i == at then hook() end
    total = total + double(i) % 7
    if i % 500 == 0 then coroutine.yield(total) end
  end
  return total
end
for _ = 1, 20 do
  local co = coroutine.wrap(inside)
  for _ = 1, 5 do co(2000, nothing, 1) end
end
local waiting = {}
for k = 1, 4 do
  waiting[k] = coroutine.wrap(inside)
  waiting[k](2000, nothing, 1)
end
local changing = coroutine.wrap(inside)
print(changing(2000, function()
  coroutine.wrap(function() double = function(n) return n end end)()
end, 250))
for k = 1, 4 do print(waiting[k](), waiting[k](), waiting[k](), waiting[k]()) end
print(changing(), changing())

-- Deep below: the frames of all callers rely on it.
local function deep(n)
  if n == 0 then
    double = old
    return double(1)
  end
  return deep(n - 1) + double(n)
end
for _ = 1, 50 do deep(100) end
double = function() return 0.5 end
print(deep(150))

-- Metamethods of classes.
local V = {}
V.__index = V
V.__add = function(a, b) return setmetatable({n = a.n + b.n}, V) end
V.__eq = function(a, b) return a.n == b.n end
local function added(n, hook, at)
  local v, w = setmetatable({n = 0}, V), setmetatable({n = 1}, V)
  local equal = 0
  for i = 1, n do
    if i == at then hook() end
    v = v + w
    if v == w then equal = equal + 1 end
  end
  return v.n, equal
end
for _ = 1, 40 do added(1000, nothing, 1) end
print(added(1000, function() V.__add = function(_, b) return b end end, 500))
print(added(1000, function() V.__eq = nil end, 500))
print(pcall(added, 1000, function() V.__add = nil end, 500))
