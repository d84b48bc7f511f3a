-- Integer addition, subtraction, multiplication and negation wrap around modulo 2^64.
local max, min = math.maxinteger, math.mininteger
local function show(name, ...) print(name, ...) end
show("max + 1", max + 1, max + 1 == min)
show("min - 1", min - 1, min - 1 == max)
show("max * 2", max * 2)
show("min * 2", min * 2)
show("max * max", max * max)
show("min * min", min * min)
show("min * -1", min * -1)
show("-min", -min, -min == min)
show("max + max", max + max)
show("min + min", min + min)
show("max - min", max - min)
show("min - max", min - max)
show("0 - min", 0 - min)
show("large products", 4294967296 * 4294967296, 3037000500 * 3037000500, 0x7fffffff * 0x7fffffff)
show("mixed signs", -7 * 3, -7 * -3, 7 * -3, 0 * -5)
show("types", math.type(1 + 1), math.type(1 + 1.0), math.type(2 * 0.5), math.type(-3), math.type(2 ^ 2), math.type(4 / 2))
-- At the edge of what fits in fewer bits.
for _, bits in ipairs {31, 32, 46, 47, 48, 50, 51, 52, 53, 62} do
  local p = 1 << bits
  show("bits " .. bits, p - 1, p, p + 1, -p - 1, -p, -p + 1, p * 2 - 1)
  show("products " .. bits, p * 3, -p * 3, (p - 1) * (p - 1), p + p, p - -p, p * p)
end
-- Accumulating past the edges in a loop, variables and constants alike.
local function accumulate(start, step, times)
  local x = start
  for _ = 1, times do x = x + step end
  return x
end
show("up past 2^47", accumulate((1 << 47) - 5, 1, 10))
show("down past -2^47", accumulate(-(1 << 47) + 5, -1, 10))
show("up past max", accumulate(max - 5, 1, 10))
show("down past min", accumulate(min + 5, -1, 10))
show("big steps", accumulate(0, 1 << 61, 9))
local function product(n) local p = 1 for i = 1, n do p = p * i end return p end
show("factorials", product(14), product(20), product(21), product(25), product(66))
local function power(b, n) local p = 1 for _ = 1, n do p = p * b end return p end
show("powers", power(3, 39), power(3, 40), power(3, 41), power(-2, 63), power(-2, 64), power(10, 19))
local hash = -3750763034362895579
for c in ("hello world"):gmatch "." do hash = (hash ~ c:byte()) * 1099511628211 end
show("hash", hash)
local seed = 42
for _ = 1, 5 do seed = seed * 6364136223846793005 + 1442695040888963407 end
show("congruential", seed)
local fa, fb = 0, 1
for _ = 1, 100 do fa, fb = fb, fa + fb end
show("fibonacci", fa)
show("sum of wrap", (max + 1) + (min - 1), max - (max + 1))
show("constants fold the same", 9223372036854775807 + 1, -9223372036854775807 - 2, 9223372036854775807 * 3)
local c, d = 9223372036854775807, 3
show("variables", c + 1, -c - 2, c * d)
