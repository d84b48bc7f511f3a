-- Strings that are numerals, for tonumber without base.
local function show(s)
  local v = tonumber(s)
  print(("%q"):format(s), v, math.type(v))
end
for _, s in ipairs {"0", "1", "-1", "+1", "007", " 12 ", "\t12\n", "12 \v\f\r", "1 2", "", " ", "-", "+", "--1", "- 1", "+-1",
  "1.5", ".5", "5.", ".", "-.5", "+.5e1", "1e5", "1E5", "1e+5", "1e-5", "1e", "e5", ".e5", "1e5.5", "1e 5", "0x10", "0X1F", "-0x10", "+0xa",
  "0x", "0xg", "0x.8", "0x1.8", "0x1p4", "0x1P-2", "0x1p", "0x.p1", "0xA.8p1", "0x1.8p+1", "1p4", "inf", "nan", "-inf", "INF", "infinity",
  "NaN", "nan(1)", "0b1", "1_000", "1,000", "1e400", "-1e400", "1e-400", "9223372036854775807", "9223372036854775808",
  "-9223372036854775808", "-9223372036854775809", "0x7fffffffffffffff", "0xffffffffffffffff", "0x1ffffffffffffffff", "-0xffffffffffffffff",
  "1\0", "\0", "1\0002", "0x1\0", "1e1\0", "0.1e1", "00.5", "0e0", "-0", "-0.0", "-0x0", "-0x0p0", "1f", "1L", "1u", "0x1f", "0x1.fp1f", "١",
  "1" .. ("0"):rep(30), "0." .. ("0"):rep(30) .. "1", ("9"):rep(18), ("9"):rep(19), ("9"):rep(20), "0x" .. ("f"):rep(17), "0x" .. ("0"):rep(40) .. "1",
  ("1"):rep(199), ("1"):rep(200), ("1"):rep(201), ("1"):rep(310), "0." .. ("3"):rep(300), "3.14159265358979323846264338327950288",
  "2.2250738585072011e-308", "4.9406564584124654e-324", "2.4703282292062327e-324", "1.7976931348623159e308", "179769313486231580793e289",
  "9007199254740993", "9007199254740993.0", "0x20000000000001p0", "0x20000000000003p-1", "0x.000000000000000000001p80", "1 e5", "0 x10", "1.2.3", "1..2"} do
  show(s)
end
print("number", tonumber(1), tonumber(1.5), tonumber(-0.0))
print("others", tonumber(nil), tonumber({}), tonumber(true), tonumber(print))
print("none", pcall(tonumber))
print("nil with base", pcall(tonumber, nil, 10))
