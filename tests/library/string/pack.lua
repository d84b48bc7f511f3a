-- string.pack, packsize, unpack: all options, alignment, endianness, limits, errors.
local function hex(s) return (s:gsub(".", function(c) return string.format("%02x", c:byte()) end)) end
local function show(...)
  local t = {}
  for i = 1, select("#", ...) do
    local v = select(i, ...)
    t[i] = type(v) == "string" and "'" .. (v:find("[%c\x80-\xff]") and hex(v) or v) .. "'" or tostring(v)
  end
  return table.concat(t, " ")
end
local function check(f, ...) print(show(pcall(f, ...))) end
local pack, unpack, size = string.pack, string.unpack, string.packsize

for _, e in ipairs { "<", ">", "=", "" } do
  for _, o in ipairs { "b", "B", "h", "H", "l", "L", "j", "J", "T", "i", "I", "i1", "i2", "i3", "i4", "i5", "i7", "i8", "i9", "i15", "i16", "I1", "I3", "I8", "I12", "I16", "n", "d", "f" } do
    for _, v in ipairs { 0, 1, -1, 127, 128, 255, 256, 32767, -32768, 65535, 2 ^ 31, 1 << 40, math.maxinteger, math.mininteger, 3.5, "7" } do
      local ok, s = pcall(pack, e .. o, v)
      if ok then print(e .. o, v, hex(s), show(unpack(e .. o, s))) else print(e .. o, v, s) end
    end
    check(size, e .. o)
  end
end
print "-- alignment"
for _, f in ipairs { "!b i4", "!4 b i8", "!8 b i8", "!1 b i8", "b i8", "!2 bhilj", "!bhilj", "!16 b i16", "! b d", "!4 b d b f", "b Xi4 b", "!b Xi4 b", "! b Xd", "!8 b Xl Xh b", "!4 s1 i4", "! z i4", "!4 c3 i4", "!b x i2 x" } do
  check(size, f)
end
check(pack, "!b i4", 1, 2)
check(pack, "!8 b i8 b", 1, 2, 3)
check(pack, "!4 b Xi4 i2", 1, 2)
check(pack, "!4 s1 i4", "abc", 7)
check(unpack, "!4 s1 i4", pack("!4 s1 i4", "abc", 7))
check(unpack, "!8 b i8 b", pack("!8 b i8 b", 1, 2, 3))
check(unpack, "! b d", pack("! b d", 1, 2.5))
print "-- strings"
check(pack, "s", "hello")
check(pack, "s1", "hello")
check(pack, "<s2", "hello")
check(pack, ">s4", "")
check(pack, "z", "hello")
check(pack, "c10", "hello")
check(pack, "c5", "hello")
check(pack, "c0", "")
check(pack, "s16", "x")
check(unpack, "s16", pack("s16", "x"))
check(unpack, "s1z c3", "\3abcxyz\0qrs")
check(unpack, "c0", "abc")
check(unpack, "z", "\0")
check(unpack, "zzz", "a\0b\0c\0")
check(pack, "xxxb", 1)
check(pack, "c3x", "ab")
check(pack, " < i2 > i2 = b ", 1, 2, 3)
check(pack, 1)
check(pack, "")
check(unpack, "", "")
check(unpack, "", "abc", 2)
print "-- positions"
for _, p in ipairs { 1, 2, 3, 4, 5, -1, -2, -4, -5, 0, 100, -100 } do check(unpack, "b", "abcd", p) end
check(unpack, "<i2 <i2", "\1\0\2\0\3\0", 3)
check(unpack, "b", "abc", "2")
check(unpack, "b", "abc", 1.5)
print "-- errors"
for _, f in ipairs { "i0", "i17", "I0", "i100", "s0", "s17", "!0", "!17", "!3 i4", "!5 i8", "c", "X", "Xz", "Xs", "Xc1", "X ", "X<", "Xx", "q", "i4 q", "\200", "i99999999999", "c99999999999", "!4 Xi3", "Xi3" } do
  check(pack, f, 1)
  check(size, f)
  check(unpack, f, ("x"):rep(40))
end
check(size, "s")
check(size, "z")
check(size, "c2147483647")
check(size, "c2147483647 b")
check(size, "c2147483640 i8")
check(size, "c2000000000 c2000000000")
check(size)
check(size, {})
check(pack, "b", 128)
check(pack, "b", -129)
check(pack, "B", -1)
check(pack, "B", 256)
check(pack, "i3", 1 << 23)
check(pack, "i3", -(1 << 23))
check(pack, "I3", 1 << 24)
check(pack, "i7", 1 << 55)
check(pack, "b", 1.5)
check(pack, "b", "x")
check(pack, "b", {})
check(pack, "b")
check(pack, "bb", 1)
check(pack, "f", "x")
check(pack, "d", {})
check(pack, "s", {})
check(pack, "s", 12)
check(pack, "s1", ("x"):rep(256))
check(pack, "z", "a\0b")
check(pack, "c2", "abc")
check(pack, "c2", 5)
check(unpack, "i4", "abc")
check(unpack, "z", "abc")
check(unpack, "s1", "\5abc")
check(unpack, "s1", "")
check(unpack, "c5", "abcd")
check(unpack, "i4", "abcd", 2)
check(unpack, "d", "")
check(unpack, "i16", ("\255"):rep(16))
check(unpack, "i16", ("\255"):rep(15) .. "\0")
check(unpack, "<I16", ("\1"):rep(8) .. ("\0"):rep(8))
check(unpack, ">I9", "\1" .. ("\0"):rep(8))
check(unpack, "<i9", ("\255"):rep(8) .. "\1")
check(unpack, "b", {})
check(unpack, "b")
check(unpack, "!4 b i4", "ab")
print "-- floats"
for _, v in ipairs { 0.0, -0.0, 1.5, -1e300, 1 / 0, -1 / 0, 1e-310, 3.14159 } do
  print(hex(pack("<d", v)), hex(pack(">f", v)), unpack("<d", pack("<d", v)), (unpack(">f", pack(">f", v))))
end
print(string.format("%f %f", unpack("<d", "\0\0\0\0\0\0\xf8\x7f"), 0))
print(string.format("%f %f", unpack("<d", "\1\2\3\4\5\6\xf8\xff"), 0))
print(string.format("%f", (unpack("<f", "\1\0\xc0\x7f"))))
do
  local n = 200
  local t = table.pack(unpack(("b"):rep(n), ("\5"):rep(n)))
  print(t.n, t[1], t[n], t[n - 1])
  local args = {}
  for i = 1, n do args[i] = i end
  print(#pack(("i4"):rep(n), table.unpack(args)), (unpack("<i4", pack(("<i4"):rep(n), table.unpack(args)), 797)))
end
