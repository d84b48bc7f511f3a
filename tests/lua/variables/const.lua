-- Constants: values known at compile time and others, captured or not.
local N <const> = 10
local S <const> = "text"
local T <const> = {1, 2}
local F <const> = 2.5
local B <const>, Z <const> = true, nil
local C <const> = N + 5
local D <const> = -N
local CALL <const> = tostring(N)
print("values", N, S, #T, F, B, Z, C, D, CALL)
T[3] = 3
print("contents can change", #T)
local function captured() return N, S, F, B, Z, C, #T, CALL end
print("captured", captured())
print("nested capture", (function() return (function() return N + F, S .. N, T[1] end)() end)())
local k = {[N] = "ten", [S] = "s", N, S}
print("in constructors", k[10], k.text, k[1], k[2])
local sum = 0
for i = N, N + 2 do sum = sum + i end
print("in loops", sum)
print("folded", N * 2 + 1, N // 3, N % 3, N / 4, N << 2, -N, ~N, not N, N == 10, N < 11, N .. "")
print("and or", N and 1, Z and 1, Z or 2, B and N)
do
  local N <const> = 20
  print("shadowed", N)
  local N = 30
  N = N + 1
  print("shadowed by variable", N)
end
local a <const>, b, c <const> = 1, 2, 3
b = b + a + c
print("mixed list", a, b, c)
local MAX <const>, MIN <const> = math.maxinteger, math.mininteger
print("computed constants", MAX, MIN, MAX + 1 == MIN)
local NEGZERO <const> = -0.0
local NAN <const> = 0 / 0
print("special", 1 / NEGZERO, NAN ~= NAN)
local METHOD <const> = "up"
print("method of constant", METHOD:upper(), #METHOD)
if B then print("constant condition true") end
if Z then print("never") else print("constant condition nil") end
while Z do end
repeat until B

local function try(name, src) print(name, select(2, load(src, "=c"))) end
try("assign", "local x <const> = 1; x = 2")
try("assign in list", "local x <const> = 1; y, x = 2, 3")
try("assign upvalue", "local x <const> = 1; function f() x = 2 end")
try("assign deep upvalue", "local x <const> = g(); return function() return function() x = 2 end end")
try("assign second", "local a, x <const> = 1, 2; x = 3")
try("assign close", "local x <close> = nil; x = 1")
try("assign close upvalue", "local x <close> = nil; function f() x = 1 end")
try("function statement", "local x <const> = 1; function x() end")
try("function field is fine", "local x <const> = {}; function x.f() end")
try("for variable is plain", "for i = 1, 2 do i = 3 end")
try("multiple close", "local a <close>, b <close> = nil, nil")
try("unknown", "local a <constant> = 1")
try("const close", "local a <const>, b <close> = 1, nil")
try("line", "local x <const> = 1\n\n\nx = 5")
