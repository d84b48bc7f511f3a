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

-- Several bytes at once, with fewer there than are wanted.
local function word(s, i)
  local a, b, c, d = s:byte(i, i + 3)
  return a, b, c, d
end
total = 0
for i = 1, 3000 do
  local a, b, c, d = word("some text with bytes", i % 17 + 1)
  total = total + (a << 24 | b << 16 | c << 8 | d)
end
print(total)
print(word("abcdef", 1))
print(word("abcdef", 4))
print(word("abcdef", 6))
print(word("abcdef", 7))
print(word("abcdef", -2))
print(word("abcdef", -4))
print(word("", 1))
print(pcall(word, "abc", "x"))
print(pcall(word, {byte = function() return 1, 2, 3, 4, 5 end}, 1))
local function two(s, i, j)
  local a, b = s:byte(i, j)
  return a, b
end
for i = 1, 3000 do two("ab", 1, 2) end
print(two("ab", 1, 2), two("ab", 1, 1), two("abc", 1, 3), two("abc", 3, 1), two("abc", 2, math.maxinteger))

-- Methods of strings that are replaced, and another metatable of strings.
local function method(s, i) return s:byte(i) end
for i = 1, 3000 do method("abc", i % 3 + 1) end
print(method("abc", 2))
local byte = string.byte
string.byte = function() return "replaced" end
print(method("abc", 2))
string.byte = byte
print(method("abc", 2))
for i = 1, 3000 do method("abc", i % 3 + 1) end
local meta = getmetatable("")
meta.__index = {byte = function(s, i) return s .. i end}
print(method("abc", 2))
meta.__index = string
local function length(s) return s:len() end
for i = 1, 3000 do length("abc") end
print(length("abc"))
debug.setmetatable("", {__index = {len = function() return "other" end}})
print(length("abc"))
debug.setmetatable("", meta)
print(length("abc"), method("abc", 1))

-- Choices of integers.
local function best(a, b, c)
  local least = a
  if b + 1 < least then least = b + 1 end
  if c ~= a then least = least - 1 end
  return least
end
local sum = 0
for i = 1, 5000 do sum = sum + best(i % 7, i % 5, i % 3) end
print(sum, best(1 << 40, (1 << 47) - 1, 3), best(math.mininteger, math.maxinteger, 0))

-- Rotations of words, and of what is none.
local function mix(a, b, n)
  for _ = 1, n do
    local r = (a >> 6 | a << 26 & 0xffffffff) ~ (a << 3 & 0xffffffff | a >> 29)
    a, b = (b + r) & 0xffffffff, a
  end
  return a, b
end
for i = 1, 200 do mix(i, i * 77, 20) end
print(mix(0x12345678, 0x9abcdef0, 10))
print(mix(-1, 1 << 40, 10))
print(mix(1 << 33, 5, 3))
for i = 1, 300 do mix(-i, i << 30, 20) end
print(mix(-1, 1 << 40, 11))
