-- Objects of several classes with the same fields come to the same places; then others do, and some change.
local Base = {}
Base.__index = Base
local function class(parent)
  local c = setmetatable({}, {__index = parent})
  c.__index = c
  return c
end
local A, B, C, D = class(Base), class(Base), class(Base), class(Base)
function Base:init(x, y)
  self.x = x
  self.y = y
  return self
end
function Base:sum()
  return self.x + self.y
end
function Base:move(by)
  self.x = self.x + by
  self:turn(by)
  self.y = self.y + self:factor() * by
end
function Base:turn()
end
function A:factor()
  return 1
end
function B:factor()
  return self.x % 3
end
function B:turn(by)
  self.y = self.y - by
end
function C:factor()
  return 0.5
end
function D:factor()
  return 2
end

local function make(c, i)
  return Base.init(setmetatable({}, c), i, -i)
end
local objects = {}
for i = 1, 30 do
  objects[i] = make(i % 3 == 0 and A or i % 3 == 1 and B or C, i)
end
local function run(n)
  local total = 0
  for _ = 1, n do
    for i = 1, #objects do
      local o = objects[i]
      o:move(i)
      total = total + o:sum()
    end
  end
  return total
end
print(run(200))
-- Another class, one with its fields in another order, and one with a further field.
objects[5] = make(D, 5)
print(run(50))
objects[6] = setmetatable({y = 1, x = 2}, A)
print(run(50))
objects[7].name = "seven"
print(run(50))
-- A method and a class that change, a field that goes.
function B:factor()
  return -1
end
print(run(50))
setmetatable(objects[8], D)
print(run(50))
objects[9].turn = function(self)
  self.x = 0
end
print(run(50))
objects[10].x = nil
print(pcall(run, 1))
objects[10].x = "10"
print(run(1))

-- The shape changes between two accesses.
local function twice(o, change)
  local a = o.x
  change(o)
  return a, o.x, o.y
end
local function nothing()
end
for i = 1, 300 do
  twice(objects[i % 30 + 1], nothing)
end
print(twice(make(A, 1), function(o)
  setmetatable(o, {__index = {x = 5}}).x = nil
end))
print(twice(make(C, 1), function(o)
  o.z = 1
  o.y = "y"
end))

-- A method that some of the objects lack, and that was never called for them, in a tail call of a function that is taken in.
local function apply(f, o)
  return f(o)
end
local function work(list)
  local total = 0
  for i = 1, #list do
    local o = list[i]
    local f = o.work
    if not o.lazy then
      total = total + apply(f, o)
    end
  end
  return total
end
local P, Q, R = class(), class(), class()
function P:work()
  return self.x
end
function Q:work()
  return self.x * 2
end
local list = {}
for i = 1, 42 do
  list[i] = Base.init(setmetatable({}, i % 3 == 0 and P or i % 3 == 1 and Q or R), i, i)
  list[i].lazy = i % 3 == 2
end
for _ = 1, 300 do
  work(list)
end
print(work(list))
list[41].lazy = false
print(pcall(work, list))
