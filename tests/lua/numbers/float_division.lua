-- Floor division and modulo of floats: signs, zeros, infinities.
local inf = math.huge
for _, p in ipairs {{7.5, 2}, {-7.5, 2}, {7.5, -2}, {-7.5, -2}, {6.0, 3}, {-6.0, 3}, {6, -3.0}, {0.0, 5}, {-0.0, 5}, {0.0, -5},
  {-0.0, -5}, {5.3, inf}, {-5.3, inf}, {5.3, -inf}, {-5.3, -inf}, {0.0, inf}, {-0.0, inf}, {inf, 2}, {-inf, 2}, {1, 0.0}, {-1, 0.0},
  {1, -0.0}, {1e308, 1e-308}, {-1e308, 3}, {5.5, 1}, {-5.5, 1}, {0.3, 0.1}, {1, 0.1}, {-1, 0.1}, {1e15, 0.3}, {2 ^ 53, 3}, {-2 ^ 53, 3},
  {1, 1e300}, {-1, 1e300}, {1e300, -1}, {3.5, 3.5}, {-3.5, 3.5}, {2 ^ 63, 2}, {5e-324, 2}, {-5e-324, 2}, {5, 5e-324}} do
  local a, b = p[1], p[2]
  local q, r = a // b, a % b
  local function text(x) if x ~= x then return "nan" end return tostring(x) end
  print(a, b, text(q), text(r), math.type(q), math.type(r))
end
print("exact digits", ("%.17g %.17g"):format(5.3 % 0.7, -5.3 % 0.7), ("%.17g"):format(1e15 % 0.3))
print("signs of zero", 1 / (0.0 % 5), 1 / (-0.0 % 5), 1 / (6.0 % -3), 1 / (-6.0 % 3))
print("mixed", 7 // 2.0, 7.0 // 2, 7 % 2.5, -7 % 2.5, 2 ^ 53 // 1, math.mininteger // -1.0)
print("integer by infinity", 5 // inf, -5 // inf, 5 % inf, -5 % inf, 5 % -inf, -5 % -inf)
print("zero divisor is nan", 5.0 % 0 ~= 5.0 % 0, 0.0 // 0 ~= 0.0 // 0, 5 % 0.0 ~= 5 % 0.0)
print("inf modulo is nan", inf % 2 ~= inf % 2, inf // inf ~= inf // inf)
local x = -5.75
print("fraction", x % 1, x - x % 1, x // 1, x % -1)
print("round down to tenth", 3.14159 - 3.14159 % 0.01)
print("angles", 370.5 % 360, -10.5 % 360, 720.0 % 360)
print("identity", (function() for i = -20, 20 do for j = -3, 3 do
  local a, b = i / 4, j / 2
  if b ~= 0 and (a // b) * b + a % b ~= a then return a, b end end end return "holds" end)())
