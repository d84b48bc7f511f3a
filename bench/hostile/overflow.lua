-- Integers that leave 48 bits, and 64, at the end of every call; sums that become floats for a few rounds.
local rounds = tonumber(arg[1]) or 4500

local function powers(n, base)
  local p, sum = 1, 0
  for i = 1, n do
    p = p * base
    sum = sum ~ p
    if i % 37 == 0 then
      p = base
    end
  end
  return sum
end

local function climb(from, n)
  local v, negative = from, 0
  for _ = 1, n do
    v = v + 3
    if v < 0 then
      negative = negative + 1
    end
  end
  return negative
end

local function half(n)
  local v, whole = 0, 0
  for i = 1, n do
    v = i % 50 == 0 and v + 0.5 or v + 1
    if i % 100 == 1 then
      v = math.tointeger(v // 1)
      whole = whole + v % 10
    end
  end
  return whole
end

local sum = 0
for round = 1, rounds do
  sum = (sum + powers(6000, 3 + round % 5)) % 1000000007
  sum = sum + climb(math.maxinteger - 3 * 2900, 3000) + climb((1 << 47) - 3 * 2900, 3000)
  sum = sum + half(6000)
end
print(string.format("overflow %d: %d", rounds, sum))
