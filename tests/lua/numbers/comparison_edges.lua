-- Comparing integers with floats is exact, also where floats cannot hold the integer.
local max, min, inf = math.maxinteger, math.mininteger, math.huge
local nan = 0 / 0
local function cmp(name, a, b)
  print(name, a < b, a <= b, a > b, a >= b, a == b, a ~= b)
end
cmp("1 1.0", 1, 1.0)
cmp("1 1.5", 1, 1.5)
cmp("-1 -1.5", -1, -1.5)
cmp("0 -0.0", 0, -0.0)
cmp("2^53 exact", 9007199254740992, 2 ^ 53)
cmp("2^53+1", 9007199254740993, 2 ^ 53)
cmp("2^53-1", 9007199254740991, 2 ^ 53)
cmp("-2^53-1", -9007199254740993, -2 ^ 53)
cmp("2^53+1 and next float", 9007199254740993, 2 ^ 53 + 2)
cmp("max 2^63", max, 2 ^ 63)
cmp("2^63 max", 2 ^ 63, max)
cmp("max-1 2^63", max - 1, 2 ^ 63)
cmp("max below 2^63", max, 9223372036854774784.0)
cmp("min -2^63", min, -2 ^ 63)
cmp("min+1 -2^63", min + 1, -2 ^ 63)
cmp("min beyond", min, -9223372036854777856.0)
cmp("max inf", max, inf)
cmp("min -inf", min, -inf)
cmp("inf max", inf, max)
cmp("-inf min", -inf, min)
cmp("max nan", max, nan)
cmp("nan max", nan, max)
cmp("0 nan", 0, nan)
cmp("nan nan", nan, nan)
cmp("nan inf", nan, inf)
cmp("0.5 0", 0.5, 0)
cmp("1e15+0.5", 1000000000000000, 1e15 + 0.5)
cmp("2^62", 1 << 62, 2 ^ 62)
cmp("2^62+1", (1 << 62) + 1, 2 ^ 62)
cmp("1e18", 1000000000000000001, 1e18)
cmp("1e300", max, 1e300)
cmp("-1e300", min, -1e300)
cmp("max min", max, min)
cmp("wide", (1 << 50) + 1, (1 << 50) + 1)
cmp("wide wide", (1 << 50) + 1, (1 << 50) + 2)
cmp("wide small", 1 << 60, 5)
cmp("denormal", 0, 5e-324)
cmp("-denormal", 0, -5e-324)
-- The same with a constant operand on either side.
local i, f = 9007199254740993, 2.0 ^ 53
print("constants", i < 9007199254740992.0, i > 9007199254740992.0, f < 9007199254740993, f == 9007199254740993, 3 < f, f > 3.5)
print("small constants", i > 1, i < 100, f >= -5, 2.5 > 2, 2 < 2.5, 2 <= 2.0, -3.5 < -3)
-- In conditions, where jumps are taken.
local n = 0
if max < 2 ^ 63 then n = n + 1 end
if not (max >= 2 ^ 63) then n = n + 1 end
if nan ~= nan then n = n + 1 end
if not (nan < 1) and not (nan >= 1) then n = n + 1 end
if not (nan > nan or nan <= nan or nan == nan) then n = n + 1 end
while not (n < 5) do n = -1 end
print("conditions", n)
-- Keys follow equality; math.max and sort follow order.
local t = {[2 ^ 53] = "a"}
print("keys", t[9007199254740992], t[9007199254740993])
print("max", math.max(9007199254740993, 2 ^ 53), math.max(2 ^ 53, 9007199254740993), math.min(max, 2 ^ 63), math.max(max, 2 ^ 63))
local list = {2 ^ 63, max, 1e300, min, -2 ^ 63, 0, -inf, inf, 9007199254740993, 2 ^ 53, 0.5}
table.sort(list)
for k = 1, #list do list[k] = ("%s"):format(list[k]) end
print("sorted", table.concat(list, " "))
