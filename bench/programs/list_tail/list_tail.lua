-- Takeuchi's function on lists instead of numbers: which of two lists is shorter is found by
-- walking both, and every list is made anew. Recursion, objects that are linked, field reads.
-- Size: number of rounds.
local rounds = tonumber(arg[1]) or 150
local tick = arg[2] and function() io.write(".\n") io.flush() end

local Element = {}
Element.__index = Element

function Element.new(value, following)
  return setmetatable({value = value, following = following}, Element)
end

function Element:length()
  if self.following then
    return 1 + self.following:length()
  end
  return 1
end

function Element:sum()
  local sum, element = 0, self
  while element do
    sum = sum + element.value
    element = element.following
  end
  return sum
end

local Lists = {}
Lists.__index = Lists

function Lists.new()
  return setmetatable({calls = 0}, Lists)
end

-- The list length, length - 1, ..., 1.
function Lists:make(length)
  if length == 0 then
    return nil
  end
  return Element.new(length, self:make(length - 1))
end

function Lists:isShorter(a, b)
  while b do
    if not a then
      return true
    end
    a, b = a.following, b.following
  end
  return false
end

function Lists:tail(x, y, z)
  self.calls = self.calls + 1
  if self:isShorter(y, x) then
    return self:tail(self:tail(x.following, y, z), self:tail(y.following, z, x),
                     self:tail(z.following, x, y))
  end
  return z
end

local lists = Lists.new()
local length, sum = 0, 0
for round = 1, rounds do
  local result = lists:tail(lists:make(17 + round % 2), lists:make(12), lists:make(6))
  length = length + result:length()
  sum = sum + result:sum()
  if tick then
    tick()
  end
end
print(string.format("list_tail %d: %d %d %d", rounds, length, sum, lists.calls))
