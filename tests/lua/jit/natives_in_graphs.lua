-- Natives of the library that are operations in optimized code, at the edges of what those cover.
local function numbers(a, b)
  return math.max(a, b), math.min(a, b), math.floor(a / 2), math.ceil(b / 3), math.abs(a - b), math.max(a + 0.5, b * 1.0),
         math.min(a + 0.5, b * 1.0), math.abs(-a * 0.5), math.floor(a)
end
local sums = {}
for i = 1, 3000 do
  local all = {numbers(i, 7 - i)}
  for k = 1, #all do sums[k] = (sums[k] or 0) + all[k] end
end
print(table.concat(sums, " "))
print(numbers(0 / 0, 1))
print(numbers(1, 0 / 0))
print(numbers(math.mininteger, 1))
print(numbers(1e300, -1e300))
print(numbers(-0.0, 0.0))
print(pcall(numbers, "x", 1))
print(pcall(numbers, "10", 3))

local constant = "constant"
local function strings(s, i)
  local first, second = s:byte(i), string.byte(constant, i)
  return first, second, ("abc"):byte(i), string.len(s), ("four"):len(), #constant
end
local total = 0
for i = 1, 3000 do
  local a, b, c, d, e, f = strings("hello world", i % 3 + 1)
  total = total + a + b + c + d + e + f
end
print(total)
print(strings("hello", 3))
print(strings("", 1))
print(strings("hello", -1))
print(strings("hello", 99))
print(pcall(strings, 12, 1))
print(pcall(strings, {}, 1))
