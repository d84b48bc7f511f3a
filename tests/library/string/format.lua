-- string.format: every conversion, flags, widths, precisions, %s through __tostring and __name, and all errors.
local function show(...)
  local n = select("#", ...)
  local t = {}
  for i = 1, n do t[i] = tostring((select(i, ...))) end
  return table.concat(t, " ")
end
local function check(...) print("[" .. show(pcall(string.format, ...)) .. "]") end

local integers = { 0, 1, -1, 42, -42, 255, 65536, math.maxinteger, math.mininteger, 3.0, -7.0, "10", "0x10", "5.0", " 8 " }
for _, f in ipairs { "%d", "%i", "%u", "%5d", "%-5d|", "%05d", "%+d", "% d", "%.3d", "%8.3d", "%-8.3d|", "%+05d", "%x", "%X", "%#x", "%08x",
  "%o", "%#o", "%-#8x|", "%.0d", "%20d", "%-20d|", "%.20d", "%99d", "%c" } do
  for _, n in ipairs(integers) do
    if f ~= "%c" or (math.tointeger(n) or 0) >= 0 and (math.tointeger(n) or 0) < 256 then check(f, n) end
  end
end
local floats = { 0.0, -0.0, 1.0, -1.5, 0.1, 1 / 3, 2 / 3, 123456.789, 1e15, 1e16, 1e100, 1e-5, 1e-300, 5e-324, 1.7976931348623157e308, 1 / 0,
  -1 / 0, 0 / 0, -(0 / 0), 3, "2.5", 1e21, 2 ^ 53, 0.5, 1.5, 2.5, 99.995, 9.5, 1e9 }
for _, f in ipairs { "%f", "%e", "%g", "%a", "%E", "%G", "%A", "%.3f", "%.0f", "%.10g", "%.14g", "%.17g", "%10.2f", "%-10.2f|", "%+.1f", "% .1f",
  "%010.3f", "%#.0f", "%#g", "%.0e", "%.20f", "%.99f", "%5.1g", "%.3a", "%20a", "%-20e|", "%.0g", "%.1g", "%.f", "%.e", "%.50g", "%.99e" } do
  for _, n in ipairs(floats) do check(f, n) end
end
print "-- strings"
for _, f in ipairs { "%s", "%10s", "%-10s|", "%.2s", "%10.2s", "%-10.2s|", "%.0s", "%.s", "%99s", "%.99s" } do
  for _, s in ipairs { "", "a", "hello", ("long "):rep(30), 12, 1.5, true, false } do check(f, s) end
  check(f, nil)
end
check("%s", "a\0b")
check("%5s", "a\0b")
check("%.2s", "a\0b")
check("%.300s", "x")
check("%q", "a\nb\r\t\0\0011\"\\\127\200")
check("%q", "")
check("%q", ("x"):rep(1000))
for _, v in ipairs { 0, 1, -1, math.maxinteger, math.mininteger, 0.0, -0.0, 0.1, 1e100, 1 / 0, -1 / 0, 0 / 0, true, false } do check("%q", v) end
check("%q", nil)
check("%q", {})
check("%q", print)
check("%10q", "x")
check("%-q", "x")
print "-- c and p"
check("%c%c%c", 76, 117, 97)
check("%5c|", 65)
check("%-5c|", 65)
check("%c", 0)
check("%c", 256 + 65)
check("%05c", 65)
check("%.3c", 65)
check("%p", nil)
check("%p", 1)
check("%p", 1.5)
check("%p", true)
check("%10p|", false)
check("%-10p|", 3)
check("%.3p", 1)
local t = {}
print(string.format("%p", t) == tostring(t):match("0x%x+"), string.format("%p", t) == string.format("%p", t), string.format("%p", t) ~= string.format("%p", {}))
print(string.format("%p", "abc") == string.format("%p", "ab" .. "c"), string.format("%p", print) == tostring(print):match("0x%x+"))
print(#string.format("%50p", t), string.format("%-50p", t):match("^0x%x+ +$") ~= nil)
print "-- metamethods"
local mt = { __tostring = function(o) return "<" .. o.name .. ">" end, __name = "Named" }
local o = setmetatable({ name = "obj" }, mt)
check("%s", o)
check("%10s|%-10s|%.2s|", o, o, o)
check("%s and %d and %s", o, 5, o)
check("%s", setmetatable({}, { __tostring = function() return 12 end }))
check("%s", setmetatable({}, { __tostring = function() return 1.5 end }))
check("%s", setmetatable({}, { __tostring = function() return {} end }))
check("%s", setmetatable({}, { __tostring = function() return nil end }))
check("%s", setmetatable({}, { __tostring = function() error("in tostring", 0) end }))
check("%s", setmetatable({}, { __tostring = 5 }))
check("%5s", setmetatable({}, { __tostring = function() return "a\0b" end }))
print((string.format("%s", setmetatable({}, { __name = "My.Type" })):gsub("0x%x+", "PTR")))
print((string.format("%s", setmetatable({}, { __name = 12 })):gsub("0x%x+", "PTR")))
print((string.format("%s %s %s", {}, print, coroutine.create(print)):gsub("0x%x+", "PTR")))
print "-- errors"
check()
check({})
check("%d")
check("%d", "x")
check("%d", 1.5)
check("%d", "1.5")
check("%d", {})
check("%d", nil)
check("%d", 2 ^ 63)
check("%x", -1.5)
check("%s")
check("%s %s", 1)
check("%f", "x")
check("%f", {})
check("%c", "x")
check("%c")
check("%")
check("abc%")
check("%", 1)
check("%y", 1)
check("%F", 1)
check("%10y", 1)
check("%ll", 1)
check("%ld", 1)
check("%5.2", 1)
check("%123d", 1)
check("%.123d", 1)
check("%1.123f", 1)
check("%0123d", 1)
check("%00005d", 1)
check("%+s", 1)
check("% s", 1)
check("%#s", 1)
check("%0s", 1)
check("%#d", 1)
check("%+x", 1)
check("% x", 1)
check("%+u", 1)
check("% u", 1)
check("%--------------------d", 1)
check("%---------------------d", 1)
check("%0000000000000000000000000d", 1)
check("%5.5.5d", 1)
check("%5d%", 1)
check("%\0", 1)
check("%5\0d", 1)
check("%d %d", 1, "x")
check("%%")
check("%%%d%%", 5)
check("%5%", 1)
check("%-%", 1)
check("no conversions", 1, 2, 3)
check("")
check(12)
check("a\0b%da\0", 5)
print(#string.format("%s", ("x"):rep(100000)))
print(#string.format(("%d,"):rep(200), table.unpack((function() local r = {} for i = 1, 200 do r[i] = i end return r end)())))
print(pcall(function() return ("%d"):format("x") end))
print(pcall(function() local f = string.format return f("%d", {}) end))
