-- Metatables are exchanged in the loop that uses them, their metamethods replaced, fields moved behind __index and back.
local rounds = tonumber(arg[1]) or 600

local function class(factor)
  local c = {}
  c.__index = c
  c.__add = function(a, b)
    return a.x + (type(b) == "table" and b.x or b) * factor
  end
  c.__eq = function(a, b)
    return a.x == b.x
  end
  c.base = factor
  return c
end

local classes = {class(1), class(2), class(3)}

local function run(n, every)
  local o, p = setmetatable({x = 1}, classes[1]), setmetatable({x = 2}, classes[2])
  local sum = 0
  for i = 1, n do
    sum = sum + (o + p) + (o + i) + o.base
    if o == p then
      sum = sum + 1
    end
    if i % every == 0 then
      local k = i // every
      setmetatable(o, classes[k % 3 + 1])
      classes[2].__add = k % 2 == 0 and classes[1].__add or classes[3].__add
      o.base = k % 4 == 0 and 5 or nil
      o.x = k % 5
    end
  end
  return sum
end

local total = 0
for round = 1, rounds do
  total = (total + run(8000, round % 4 == 0 and 3 or 250)) % 1000000007
end
print(string.format("metatables %d: %d", rounds, total))
