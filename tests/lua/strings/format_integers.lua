-- string.format: %d %i %u %c %x %X %o with flags, widths and precisions.
local function fails(name, f, ...) print(name, select(2, pcall(f, ...))) end
local values = {0, 1, -1, 42, -42, 255, 1000000, math.maxinteger, math.mininteger}
for _, spec in ipairs {"%d", "%i", "%5d", "%-5d|", "%05d", "%+d", "% d", "%.3d", "%8.3d", "%-8.3d|", "%+5d", "%+.3d", "%x", "%X", "%#x", "%#X", "%8x", "%08x", "%-8x|", "%.4x", "%o", "%#o", "%5o"} do
  local out = {}
  for _, v in ipairs(values) do out[#out + 1] = spec:format(v) end
  print(spec, table.concat(out, " "))
end
print("c", ("%c%c%c"):format(72, 105, 33), #("%c"):format(0), ("%5c|%-5c|"):format(65, 66), ("%c"):format(65.0), ("%c"):format("66"))
print("from floats", ("%d %x %c"):format(3.0, 255.0, 65.0)); print("from strings", ("%d %x"):format("10", "0xff"), ("%d"):format(" 5 "), ("%d"):format("5.0"))
print("wide", ("%20d|%-20d|%020d"):format(1 << 60, 1 << 60, 1 << 60)); print("99 wide", #("%99d"):format(1), #("%.99d"):format(1), #("%-99.99d"):format(-1))
fails("3.5", string.format, "%d", 3.5); fails("2^63", string.format, "%d", 2 ^ 63); fails("inf", string.format, "%d", math.huge); fails("nan", string.format, "%x", 0 / 0); fails("string", string.format, "%d", "x"); fails("string float", string.format, "%d", "1.5"); fails("nil", string.format, "%d", nil); fails("missing", string.format, "%d"); fails("missing second", string.format, "%d %d", 1); fails("table", string.format, "%d", {})
fails("width 100", string.format, "%100d", 1); fails("precision 100", string.format, "%.100d", 1); fails("repeated flag", string.format, "%--5d", 1); fails("many flags", string.format, "%-+ #0-d", 1); fails("# with d", string.format, "%#d", 1); fails("bad conversion", string.format, "%y", 1); fails("ends with %", string.format, "%"); fails("ends with width", string.format, "%5"); fails("%5%", string.format, "%5%"); fails("%u", string.format, "%u", 1); fails("%ld", string.format, "%ld", 1); fails("%n", string.format, "%n", 1); fails("+ with x", string.format, "%+x", 1); fails("0 with c", string.format, "%0c", 65); fails("precision with c", string.format, "%.3c", 65); fails("space with x", string.format, "% x", 1); fails("i with #", string.format, "%#i", 1)
print("percent", ("%%"):format(), ("100%%|%d%%"):format(5)); print("no specifiers", ("plain"):format(), ("plain"):format(1, 2, 3)); print("zero byte in format", #("a\0b%d"):format(1)); print("long format", #(("%d "):rep(200)):format(table.unpack((function() local t = {} for i = 1, 200 do t[i] = i end return t end)())))
print("format of number", string.format(5), string.format(1.5)); fails("format none", string.format); fails("format nil", string.format, nil)
