-- Calls of methods that depend on the class of their object: arguments of several kinds between lookup and call, results
-- of different types, classes that come later, methods that are replaced, errors within.
local Shape = {}
Shape.__index = Shape
function Shape:area() return 0 end
function Shape:grow(by, more) self.size = self.size + by + (more or 0) return self end
function Shape:name() return "shape" end
function Shape:nothing() end

local function class(parent)
  local c = setmetatable({}, {__index = parent})
  c.__index = c
  return c
end

local Square, Circle, Line, Dot = class(Shape), class(Shape), class(Shape), class(Shape)
function Square:area() return self.size * self.size end
function Circle:area() return self.size * 0.5 end
function Line:grow(by) self.size = self.size - by return self end
function Line:name() return "line" .. self.size end
function Dot:area() return nil end
function Dot:nothing() return 1, 2 end
function Dot:name(...) return select("#", ...) end

local function new(c, size) return setmetatable({size = size}, c) end

local scale = 3
local function total(list)
  local sum, names, count = 0, 0, 0
  for i = 1, #list do
    local o = list[i]
    sum = sum + (o:area() or 0)
    o:grow(1, scale)
    o:grow(o.size - o.size)
    names = names + #tostring(o:name(i, sum))
    local a, b = o:nothing(i * 2)
    count = count + (a or 0) + (b or 0)
  end
  return sum, names, count
end

local function same(list) return list[1]:grow(2):grow(3) end
local function tail(o, x) return o:grow(x) end

local list = {new(Square, 2), new(Circle, 3), new(Square, 4), new(Line, 200)}
local sum, names, count
for _ = 1, 300 do sum, names, count = total(list) end
print(sum, names, count)

-- A class that was not there before.
list[5] = new(Dot, 1)
for _ = 1, 300 do sum, names, count = total(list) end
print(sum, names, count)

-- One of the methods becomes another while the code is in use.
function Circle:area() return self.size * 2 end
for _ = 1, 100 do sum, names, count = total(list) end
print(sum, names, count)
list[6] = setmetatable({size = 1, area = function() return 1000 end}, Line)
for _ = 1, 100 do sum, names, count = total(list) end
print(sum, names, count)

-- A method that replaces the method while its arguments are computed is called as it was found.
local function replacing(o, f) return o:area(f()) end
local calls = 0
for i = 1, 400 do
  local o = list[i % 2 + 1]
  calls = calls + replacing(o, function()
    if i == 390 then Square.area = function() return -1 end end
  end) % 7
end
print(calls)

-- Tail calls, chains, and errors.
for i = 1, 300 do tail(list[i % 5 + 1], 1) same(list) end
print(list[1].size, list[2].size, list[4].size, list[5].size)
print(pcall(total, {new(Square, 1), new(Square, {})}))
print(pcall(total, {new(Square, 1), 5}))
print(select(2, pcall(total, {new(Circle, 1), setmetatable({size = 1}, {})})))
local broken = class(Shape)
broken.area = 17
print(select(2, pcall(total, {new(Line, 1), new(broken, 1)})))

-- ipairs and pairs, now and then something else.
local function walk(t)
  local n, keys = 0, 0
  for i, v in ipairs(t) do n = n + i * v end
  for _, v in pairs(t) do keys = keys + v end
  return n, keys
end
local t = {1, 2, 3}
for i = 1, 300 do walk(t) t[#t % 50 + 1] = i end
print(walk(t))
print(walk({}), walk({[1] = 1, [2] = 2, x = 4}), walk({1, nil, 3}))
local proxy = setmetatable({}, {__index = function(_, i) if i < 5 then return i end end})
for _ = 1, 50 do walk(proxy) end
print(walk(proxy))
print(pcall(walk, nil))
print(pcall(walk, 3))
print(walk(setmetatable({1, 2}, {__pairs = function() return next, {10, 20, 30}, nil end})))
for _ = 1, 100 do walk(t) end
print(walk(t))
local real = ipairs
function ipairs(x) return real({100}) end
print(walk(t))
ipairs = real
print(walk(t))

-- One small method, whose fields lie in different places in objects of different classes.
local Base = {}
Base.__index = Base
function Base:add(n) self.count = self.count + n return self.count, self.last end
function Base:set(n) self.last = n end
local One, Two, Three = class(Base), class(Base), class(Base)
local boxes = {
  setmetatable({count = 0, last = nil}, One),
  setmetatable({a = 1, count = 0.5, last = false}, Two),
  setmetatable({last = "x", a = 1, b = 2, count = 3}, Three),
}
local function all(i)
  local n = 0
  for j = 1, #boxes do
    local c, l = boxes[j]:add(i)
    n = n + c
    boxes[j]:set(l == i and j or i)
  end
  return n
end
local n = 0
for i = 1, 400 do n = n + all(i) end
print(n, boxes[1].last, boxes[2].last, boxes[3].last)
boxes[4] = setmetatable({last = 1, count = 2^53}, class(Base))
for i = 1, 100 do n = n + all(i) end
print(n, boxes[1].count, boxes[2].count, boxes[3].count, boxes[4].count)
boxes[2].count = "7"
print(pcall(all, 1))
boxes[2].count = {}
print(pcall(all, 1))
