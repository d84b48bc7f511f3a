-- Floor division and modulo of integers: signs, edges, division by zero.
local max, min = math.maxinteger, math.mininteger
local function fails(name, f) print(name, select(2, pcall(f))) end
for _, p in ipairs {{7, 3}, {-7, 3}, {7, -3}, {-7, -3}, {6, 3}, {-6, 3}, {6, -3}, {-6, -3}, {0, 5}, {0, -5}, {1, 7}, {-1, 7},
  {1, -7}, {-1, -7}, {7, 1}, {7, -1}, {-7, 1}, {-7, -1}, {max, 2}, {max, -2}, {min, 2}, {min, -2}, {max, max}, {min, max},
  {max, min}, {min, min}, {min, 1}, {min, -1}, {max, -1}, {min + 1, -1}, {min, 3}, {min, -3}, {max, 3}, {max, -3}, {1, max},
  {1, min}, {-1, max}, {-1, min}, {1 << 47, 3}, {-(1 << 47), 3}, {1 << 53, 1000}, {-(1 << 53), 1000}, {1 << 40, -(1 << 20)}} do
  local a, b = p[1], p[2]
  local q, r = a // b, a % b
  print(a, b, q, r, q * b + r == a, math.type(q), math.type(r))
end
fails("1 // 0", function() return 1 // 0 end)
fails("1 % 0", function() return 1 % 0 end)
fails("0 // 0", function() return 0 // 0 end)
fails("0 % 0", function() return 0 % 0 end)
fails("min // 0", function() return min // 0 end)
fails("variable // 0", function() local a, z = 5, 0; return a // z end)
fails("variable % 0", function() local a, z = 5, 0; return a % z end)
fails("string // 0", function() return "5" // 0 end)
fails("string % '0'", function() return "5" % "0" end)
fails("-0 is zero", function() return 5 // -0 end)
print("float zero is fine", 1 // 0.0, -1 // 0.0, 1 % math.huge)
-- Constant operands.
local x = -17
print("constants", x // 5, x % 5, x // -5, x % -5, -17 // 5, -17 % 5, 17 // -5, 17 % -5)
print("power of two", x // 8, x % 8, x // 1, x % 1, x // 16, x % 16, max // 2, max % 2)
print("clock arithmetic", (23 + 5) % 24, (1 - 3) % 12, -1 % 60)
local digits, n = {}, 1234567890
while n > 0 do table.insert(digits, 1, n % 10); n = n // 10 end
print("digits", table.concat(digits))
local function gcd(a, b) while b ~= 0 do a, b = b, a % b end return a end
print("gcd", gcd(1071, 462), gcd(-1071, 462), gcd(1071, -462), gcd(max, min))
print("chain", 100 // 7 // 2, 100 % 7 % 2, 100 // 7 % 2, 2 * 7 // 3)
