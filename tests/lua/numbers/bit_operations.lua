-- Bitwise operators on 64-bit integers and on floats with integer values.
local max, min = math.maxinteger, math.mininteger
local function fails(name, f) print(name, select(2, pcall(f))) end
print("and", 12 & 10, -1 & 255, max & min, 0 & -1, 0xF0F0 & 0xFF00)
print("or", 12 | 10, -1 | 0, max | min, 0 | 0, 1 | 2 | 4)
print("xor", 12 ~ 10, -1 ~ 0, max ~ min, 5 ~ 5, -1 ~ 255)
print("not", ~0, ~-1, ~5, ~max, ~min, ~~7)
print("shift left", 1 << 0, 1 << 1, 1 << 31, 1 << 32, 1 << 62, 1 << 63, 1 << 64, 1 << 65, 1 << 1000)
print("shift right", 256 >> 4, -1 >> 1, -1 >> 63, -1 >> 64, min >> 63, max >> 62, 1 >> 1)
print("negative shifts", 1 << -1, 256 << -4, 1 >> -4, -1 << -60, -1 >> -60, 1 << -64, 1 >> -64)
print("extreme shifts", 1 << max, 1 << min, 1 >> max, 1 >> min, -1 << max, -1 >> min)
print("logical not arithmetic", -8 >> 1, -8 // 2, -1 >> 60)
print("floats", 3.0 & 1, 2 ^ 53 | 1, 1.0 << 4.0, ~2.0, 7.0 ~ 2, -1.0 >> 60)
print("result type", math.type(3.0 & 1), math.type(1.0 << 2), math.type(~1.0))
print("2^63 as float", pcall(function() return 2 ^ 63 | 0 end))
print("-2^63 as float", -2 ^ 63 | 0, -2 ^ 63 >> 63)
fails("1.5 & 1", function() return 1.5 & 1 end)
fails("1 & 1.5", function() return 1 & 1.5 end)
fails("~1.5", function() return ~1.5 end)
fails("1 << 0.5", function() return 1 << 0.5 end)
fails("inf | 0", function() return math.huge | 0 end)
fails("nan | 0", function() return 0 / 0 | 0 end)
fails("1e100 | 0", function() return 1e100 | 0 end)
fails("local float", function() local f = 2.5; return f & 1 end)
fails("field float", function() local t = {f = 2.5}; return 1 | t.f end)
fails("nil & 1", function() return nil & 1 end)
fails("1 | {}", function() return 1 | {} end)
fails("true ~ 1", function() return true ~ 1 end)
fails("~{}", function() return ~{} end)
fails("print << 1", function() return print << 1 end)
-- Precedence of the bit operators.
print("precedence", 1 | 2 & 3, 1 | 2 ~ 3, 5 & 3 == 1, 1 << 2 + 1, 2 + 1 << 2, ~1 & 3, -1 >> 60 & 3)
fails("concat binds tighter", function() return 1 << 2 .. "" end)
print("concat of a shift", (1 << 2) .. (3 << 1))
print("masks", 0xdeadbeef & 0xff, (0xdeadbeef >> 8) & 0xff, 0xdeadbeef >> 24)
local function rotl(x, n) return ((x << n) | (x >> (64 - n))) end
print("rotate", rotl(1, 63), rotl(0x123456789abcdef0, 4), rotl(-2, 1))
local function popcount(x) local n = 0 while x ~= 0 do n = n + (x & 1); x = x >> 1 end return n end
print("popcount", popcount(0), popcount(-1), popcount(max), popcount(min), popcount(0xff00ff))
local function bits(n) local t = {} for i = 7, 0, -1 do t[#t + 1] = (n >> i) & 1 end return table.concat(t) end
print("bits", bits(5), bits(255), bits(-1), bits(128))
local x = 88172645463325252
for _ = 1, 5 do x = x ~ (x << 13); x = x ~ (x >> 7); x = x ~ (x << 17) end
print("xorshift", x)
local s <const> = 3
print("constant operand", x & 0xff, 0xff & x, x | 1, x ~ 1, x << s, x >> s, 1 << s, s >> 1)
