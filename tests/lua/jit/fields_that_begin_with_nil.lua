-- Fields that are nil at first are fields of the shape: whichever of them are, objects made by the same code have the
-- same one, and the order of pairs is that of the assignments in all tiers.
local Node = {}
Node.__index = Node

local function node(left, right, value)
  local n = setmetatable({}, Node)
  n.left = left
  n.right = right
  n.value = value
  return n
end

local function names(t)
  local list = {}
  for k in pairs(t) do list[#list + 1] = tostring(k) end
  return table.concat(list, " ")
end

local count = 0
local kinds = {}
for i = 1, 2000 do
  local n = node(i % 2 == 0 and n or nil, i % 3 == 0 and {} or nil, i % 5 ~= 0 and i or nil)
  if n.left == nil and n.right == nil then count = count + 1 end
  n.left = i
  local kind = names(n)
  kinds[#kinds + 1] = kinds[kind] == nil and kind or nil
  kinds[kind] = true
end
table.sort(kinds)
print(count, #kinds, next(node()))

-- Somebody has a say in what is not there.
local stored, asked = 0, 0
local Watched = setmetatable({}, {__index = Node})
Watched.__index = function(_, k) asked = asked + 1 return k .. "?" end
Watched.__newindex = function(t, k, v) stored = stored + 1 rawset(t, k, v) end
local function watched(v)
  local w = setmetatable({}, Watched)
  w.a = nil
  w.a = v
  w.a = nil
  return w.a
end
local last
for i = 1, 1000 do last = watched(i % 2 == 0 and i or nil) end
print(last, stored, asked)

-- A default in the class shows through a field that is nil.
Node.colour = "black"
local function coloured(c)
  local n = setmetatable({}, Node)
  n.colour = c
  return n.colour
end
local colours = {}
for i = 1, 1000 do
  local c = coloured(i % 4 == 0 and "red" or nil)
  colours[c] = (colours[c] or 0) + 1
end
print(colours.red, colours.black)
Node.colour = nil
print(coloured(nil), coloured("blue"))

-- Constructors with nil in them, and fields beyond all bounds.
local function made(a, b) return {first = a, second = b, third = 3} end
local sum = 0
for i = 1, 1000 do
  local t = made(i % 2 == 0 and 1 or nil, nil)
  t.second = t.first
  sum = sum + (t.first or 0) + (t.second or 10) + t.third
  if rawlen(t) ~= 0 then print("no elements") end
end
print(sum)

local wide = {}
for i = 1, 100 do load("local t = ... t.f" .. i .. " = nil t.g" .. i .. " = " .. i)(wide) end
local n = 0
for _, v in pairs(wide) do n = n + v end
print(n)

-- What a traversal stands on may be removed.
local t = {a = 1, b = nil, c = 3, d = nil, e = 5}
for k in pairs(t) do t.a = nil t.c = nil t.e = nil end
print(next(t))
