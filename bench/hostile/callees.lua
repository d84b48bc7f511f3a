-- One call site sees another function every time, a global function is assigned every few rounds, and so is a method.
local rounds = tonumber(arg[1]) or 800

local functions = {}
for k = 1, 40 do
  functions[k] = load("local k = ... return function(v) return (v * " .. k .. " + k) % 1009 end")(k)
end

local Class = {}
Class.__index = Class
local object = setmetatable({v = 3}, Class)

function step(v)
  return v + 1
end

local function run(n, every)
  local sum = 0
  for i = 1, n do
    sum = sum + functions[i % #functions + 1](i) + step(i) + object:get(i)
    if i % every == 0 then
      local add = i // every % 5
      step = function(v)
        return v + add
      end
      Class.get = add % 2 == 0 and function(self, v)
        return self.v + v
      end or function(self)
        return self.v
      end
    end
  end
  return sum
end

local total = 0
Class.get = function(self)
  return self.v
end
for round = 1, rounds do
  total = (total + run(10000, round % 3 == 0 and 7 or 500)) % 1000000007
end
print(string.format("callees %d: %d", rounds, total))
