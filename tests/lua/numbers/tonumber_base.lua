-- tonumber with a base: integers only, letters as digits, wrap around.
local function fails(name, f, ...) print(name, select(2, pcall(f, ...))) end
for _, p in ipairs {{"10", 2}, {"101", 2}, {"102", 2}, {"777", 8}, {"8", 8}, {"99", 10}, {"ff", 16}, {"FF", 16}, {"fg", 16}, {"zz", 36}, {"ZZ", 36},
  {"Az09", 36}, {" 11 ", 2}, {"\t7\n", 8}, {"-ff", 16}, {"- ff", 16}, {"+ff", 16}, {"--1", 10}, {"", 10}, {" ", 10}, {"-", 10}, {"1.5", 10}, {"1e1", 10}, {"1e1", 16},
  {"0x10", 16}, {"0x10", 36}, {"1 1", 10}, {"7fffffffffffffff", 16}, {"8000000000000000", 16}, {"ffffffffffffffff", 16}, {"10000000000000000", 16},
  {"1ffffffffffffffff", 16}, {"-8000000000000000", 16}, {("1"):rep(64), 2}, {("1"):rep(70), 2}, {"9223372036854775808", 10}, {"99999999999999999999", 10},
  {"zzzzzzzzzzzzzzzz", 36}, {"1\0", 10}, {"\0001", 10}, {"012", 3}, {"3", 3}, {"11111111111111111111111111111111", 3}} do
  local v = tonumber(p[1], p[2])
  print(("%q"):format(p[1]), p[2], v, math.type(v))
end
fails("base 1", tonumber, "1", 1)
fails("base 37", tonumber, "1", 37)
fails("base 0", tonumber, "1", 0)
fails("base -2", tonumber, "1", -2)
fails("base 1.5", tonumber, "1", 1.5)
fails("base '10'", tonumber, "1", "10")
fails("base 'x'", tonumber, "1", "x")
fails("base {}", tonumber, "1", {})
fails("number with base", tonumber, 10, 16)
fails("nil with base", tonumber, nil, 16)
fails("table with base", tonumber, {}, 16)
fails("nil base", tonumber, "10", nil)
for base = 2, 36 do io.write(tostring(tonumber("10", base)), " ") end
print("bases")
for base = 2, 36, 7 do
  local n, s = 123456789, ""
  while n > 0 do local d = n % base; s = string.char(d < 10 and 48 + d or 87 + d) .. s; n = n // base end
  print("round trip", base, s, tonumber(s, base), tonumber(s:upper(), base))
end
