-- What an addition and a multiplication get alternates between integers, floats and strings of digits.
local rounds = tonumber(arg[1]) or 750
local inputs = {1, 2.5, 7, "3", 1 << 50, -0.5, 12, 1e15, 4, "0x10"}

local function mix(a, b, c)
  return a * 2 + b - c
end

local function run(n, width)
  local sum = 0
  for i = 1, n do
    local v = mix(inputs[i % width + 1], i, inputs[(i * 3) % width + 1])
    sum = (sum + v) % 1000003
  end
  return sum
end

local total = 0
for round = 1, rounds do
  total = (total + run(20000, 1 + round % #inputs)) % 1000003
end
print(string.format("types %d: %.3f", rounds, total))
