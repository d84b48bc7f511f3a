-- byte, char, len, lower, upper, rep, reverse, sub.
local function fails(name, f, ...) print(name, select(2, pcall(f, ...))) end
print("byte", ("hello"):byte(), ("hello"):byte(2), ("hello"):byte(-1), ("hello"):byte(10), (""):byte()); print("byte range", ("hello"):byte(1, -1)); print("byte ranges", ("hello"):byte(3, 2), ("hello"):byte(0), ("hello"):byte(-10, 2))
print("byte edges", ("abc"):byte(math.mininteger, math.maxinteger)); print("byte float", ("abc"):byte(2.0)); fails("byte 1.5", string.byte, "abc", 1.5); print("byte of number", string.byte(123, 1, -1)); print("byte count", select("#", ("x"):rep(250):byte(1, -1)))
fails("byte too many", string.byte, ("x"):rep(1 << 24), 1, -1)
print("char", string.char(), string.char(72, 105), #string.char(0, 255)); fails("char 256", string.char, 256); fails("char -1", string.char, -1); fails("char x", string.char, "x"); fails("char 1 bad of 3", string.char, 65, 66, 300); print("char from strings", string.char("65", "0x42", 67.0))
print("len", #"", ("abc"):len(), ("a\0b"):len(), string.len(12345)); fails("len nil", string.len, nil)
print("lower", ("HeLLo 123 ÀÉ"):lower(), ("A\0B"):lower() == "a\0b"); print("upper", ("HeLLo 123 àé"):upper(), (""):upper()); fails("upper none", string.upper)
print("rep", ("ab"):rep(3), ("ab"):rep(0), ("ab"):rep(-1), (""):rep(100000), ("x"):rep(1)); print("rep sep", ("ab"):rep(3, ","), ("ab"):rep(1, ","), ("ab"):rep(0, ","), (""):rep(3, "-"), ("a"):rep(3, ""), ("\0"):rep(2, "\1") == "\0\1\0")
fails("rep too large", string.rep, "x", 1 << 62); fails("rep too large 2", string.rep, "xx", math.maxinteger); fails("rep sep too large", string.rep, "", 1 << 40, ("y"):rep(1 << 24)); fails("rep none", string.rep, "x"); print("rep number", string.rep(7, 3)); print("rep min", ("x"):rep(math.mininteger))
print("reverse", ("abc"):reverse(), (""):reverse(), ("a\0b"):reverse() == "b\0a")
local s = "0123456789"
print("sub", s:sub(3), s:sub(3, 5), s:sub(-3), s:sub(-3, -2), s:sub(0), s:sub(0, 2), s:sub(-100, 3), s:sub(8, 100))
print("sub empty", s:sub(5, 4) == "", s:sub(11) == "", s:sub(11, 20) == "", s:sub(-1, -5) == "", s:sub(3, 0) == "", s:sub(0, 0) == "", (""):sub(1) == "", (""):sub(-1, 1) == "")
print("sub extreme", s:sub(math.mininteger, math.maxinteger), s:sub(math.maxinteger) == "", s:sub(1, math.mininteger) == "", s:sub(math.mininteger, 1), s:sub(-9, math.maxinteger))
print("sub zeros", #("a\0b\0c"):sub(2, 4), ("a\0b"):sub(2, 2) == "\0")
print("sub float", s:sub(2.0, 3.0), s:sub("2", "3"))
fails("sub none", string.sub, "x")
fails("sub nil", string.sub, "x", nil)
fails("sub 1.5", string.sub, "x", 1.5)
fails("sub bad end", string.sub, "x", 1, {})
print("every substring", (function() local n = 0 for i = -4, 4 do for j = -4, 4 do n = n + #(("abc"):sub(i, j)) end end return n end)())
for i = -4, 4 do
  local row = {}
  for j = -4, 4 do row[#row + 1] = "[" .. ("abc"):sub(i, j) .. "]" end
  print("sub row " .. i, table.concat(row))
end
print("methods", ("x"):rep(3):upper():sub(2):len(), #("abc"):reverse())
print("library on numbers", string.sub(12345, 2, 3), string.upper(1.5), (5 .. ""):rep(2))
