-- Floating arithmetic, its special values, and mixed operands.
local inf = math.huge
local function show(name, ...) print(name, ...) end
show("add", 0.1 + 0.2, 1 + 0.5, 1e308 + 1e308, -1e308 - 1e308, inf + 1, inf - 1)
show("exact", ("%.17g"):format(0.1 + 0.2), 0.1 + 0.2 == 0.3)
show("sub", 0.3 - 0.1, 5.0 - 5, 0.0 - 0.0)
show("mul", 0.1 * 3, 1e200 * 1e200, -1e200 * 1e200, 1e-200 * 1e-200, inf * -1)
show("div", 1 / 2, 7 / 2, 6 / 2, -7 / 2, 1 / 3, 2 / 3)
show("div is float", math.type(6 / 2), 6 / 2)
show("div by zero", 1 / 0, -1 / 0, 1 / -0.0, -1 / -0.0, 1.0 / 0, 5 / 0.0)
show("div of integers beyond 2^53", 9007199254740993 / 1, math.maxinteger / 1, math.mininteger / -1)
show("max / max", math.maxinteger / math.maxinteger, math.maxinteger / math.mininteger)
show("pow", 2 ^ 10, 2 ^ 0.5, 2 ^ -1, (-2) ^ 3, (-8) ^ (1 / 3) ~= (-8) ^ (1 / 3), 0 ^ 0, inf ^ 0)
show("pow special", 2 ^ 1024, 2 ^ -1075, 0 ^ -1, (-0.0) ^ -1, (-0.0) ^ -2, 1 ^ inf, inf ^ -1, (-inf) ^ 3)
show("pow is float", math.type(2 ^ 2), 2 ^ 2, 10 ^ 2, 2 ^ 63, 2 ^ 53)
show("pow right assoc", 2 ^ 3 ^ 2, (2 ^ 3) ^ 2, -2 ^ 2, 2 ^ -2)
show("integer and float", 1 + 1.0, 2 * 1.5, 3 - 0.5, 2 ^ 53 + 1, (1 << 53) + 1.0, math.maxinteger + 1.0)
show("neg zero", -0.0, 0.0, 0 * -1.0, -0.0 + 0, -0.0 - 0, -(0.0), 0.0 * -1, 1 / (-0.0))
show("integer zero has no sign", -0, 1 / -0, 0 * -1)
show("neg of variables", (function(x) return -x, 1 / -x end)(0.0))
show("inf", inf, -inf, inf == inf + 1, inf > math.maxinteger, -inf < math.mininteger)
show("not a number", inf - inf ~= inf - inf, inf * 0 ~= inf * 0, 0 / 0 ~= 0 / 0, inf / inf ~= inf / inf)
show("smallest", 2 ^ -1074, 2 ^ -1074 / 2, 2 ^ -1022, 4.9e-324)
show("largest", 1.7976931348623157e308, 1.7976931348623157e308 * 1.0000000000000002)
local s = 0.0
for i = 1, 10 do s = s + 0.1 end
show("sum of tenths", s, s == 1, ("%.17g"):format(s))
s = 0
for i = 1, 1000 do s = s + 1 / i end
show("harmonic", s)
local x = 1.0
for _ = 1, 60 do x = x * 2 end
show("doubling", x, x == 1 << 60)
show("absorbed", 2 ^ 53 + 1 == 2 ^ 53, 1e16 + 1, 1e15 + 1)
local kahan, c = 0.0, 0.0
for i = 1, 1000 do local y = 0.1 - c; local t = kahan + y; c = (t - kahan) - y; kahan = t end
show("compensated sum", ("%.17g"):format(kahan))
local a <const>, b <const> = 1.5, 2
show("constants", a + b, a - b, a * b, a / b, a ^ b, a // b, a % b, -a)
