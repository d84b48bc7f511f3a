-- string.format: %f %e %E %g %G %a %A with flags, widths, precisions and special values.
local function fails(name, f, ...) print(name, select(2, pcall(f, ...))) end
local values = {0.0, -0.0, 1, -1.5, 0.1, 123456.789, 1e10, 1e100, 1e-10, 5e-324, 1 / 3, 2 / 3, 0.5, 2.5, 1e15, 123456789012345678, math.huge, -math.huge}
for _, spec in ipairs {"%f", "%.0f", "%.1f", "%.3f", "%10.2f", "%-10.2f|", "%010.2f", "%+.1f", "% .1f", "%#.0f", "%e", "%.0e", "%.3e", "%E", "%12.3e", "%+.2e", "%g", "%.3g", "%.0g", "%.17g", "%.14g", "%#g", "%G", "%10.4g", "%-10.4g|", "%+g"} do
  local out = {}
  for _, v in ipairs(values) do local s = spec:format(v); out[#out + 1] = #s > 40 and s:sub(1, 12) .. ".." .. #s or s end
  print(spec, table.concat(out, " "))
end
print("a", ("%a"):format(1), ("%a"):format(0.5), ("%a"):format(-3.75), ("%a"):format(0), ("%a"):format(1e300), ("%a"):format(5e-324), ("%a"):format(0.1))
print("A", ("%A"):format(0.1), ("%A"):format(255))
print("a precision", ("%.0a"):format(1.5), ("%.3a"):format(0.1), ("%20a|%-20a|"):format(0.5, 0.5), ("%+a"):format(1))
print("a special", ("%a %a %a"):format(math.huge, -math.huge, -0.0))
print("a round trip", tonumber(("%a"):format(0.1)) == 0.1, tonumber(("%a"):format(1 / 3)) == 1 / 3, tonumber(("%a"):format(5e-324)) == 5e-324)
print("integers", ("%f %g %e"):format(1, 1, 1), ("%.0f"):format(math.maxinteger), ("%.0f"):format(1 << 53))
print("strings", ("%f %g"):format("1.5", "0x10"))
print("long", #("%.99f"):format(1 / 3), #("%99.99f"):format(1e300), ("%.20f"):format(0.1), ("%.99f"):format(1 / 3):sub(-10), ("%f"):format(1e308):sub(1, 20), #("%f"):format(-1e308))
print("rounding", ("%.0f %.0f %.0f %.0f"):format(0.5, 1.5, 2.5, -0.5), ("%.2f %.2f"):format(1.005, 2.675), ("%.1f"):format(0.25), ("%.3g"):format(2.5e-5), ("%.15g"):format(0.1), ("%.16g"):format(0.1), ("%.17g"):format(0.1), ("%5.1f|%-6.1f|"):format(3.14159, 3.14159))
print("nan", ("%f"):format(0 / 0):gsub("-", ""), ("%5.1f|"):format(0 / 0):gsub("-", ""), ("%g %G"):format(0 / 0, 0 / 0):gsub("-", ""))
print("inf forms", ("%5.1f|%-6g|%E|%010f"):format(math.huge, math.huge, math.huge, math.huge))
fails("string", string.format, "%f", "x")
fails("nil", string.format, "%g", nil)
fails("missing", string.format, "%e")
fails("width", string.format, "%100f", 1)
fails("precision", string.format, "%.100f", 1)
fails("bad flag", string.format, "%--f", 1)
fails("%F", string.format, "%F", 1)
fails("%lf", string.format, "%lf", 1)
fails("%.5.5f", string.format, "%.5.5f", 1)
fails("%*f", string.format, "%*f", 5, 1)
fails("# with a is fine", string.format, "%#a", 1)
fails("three digit width", string.format, "%123.4f", 1)
for _, x in ipairs {1e21, 1e22, 1e23, 123456789.123, 9007199254740993, 4.35, 0.000123, 1.7976931348623157e308, 2.2250738585072014e-308} do print(("%.14g %.15g %.16g %.17g %.3f %e"):format(x, x, x, x, x < 1e20 and x or 0, x)) end
