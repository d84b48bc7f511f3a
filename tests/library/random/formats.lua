-- Format specifications, numbers and packed data put together at random (the same every time).
-- not-modes: gc-stress baseline-stress (too long)
local choice = require "choice"
local rnd, pick, show = choice.rnd, choice.pick, choice.show
local flags = { "", "", "-", "+", " ", "#", "0", "-0", "+0", "--" }
local widths = { "", "", "1", "5", "10", "20", "99", "100", "05" }
local precs = { "", "", ".", ".0", ".1", ".3", ".10", ".20", ".99", ".100", ".5.5" }
local convs = { "d", "i", "u", "x", "X", "o", "c", "s", "q", "f", "e", "g", "a", "E", "G", "A", "f", "g", "e", "d", "s", "y", "F", "", "%", "\0" }
local function double()
  local k = rnd(8)
  if k == 1 then return string.unpack("d", string.pack("j", rnd(1 << 30) << 33 ~ rnd(1 << 30) << 11 ~ rnd(1 << 20))) end
  if k == 2 then return rnd(1000) / 10.0 end
  if k == 3 then return rnd(1 << 30) / rnd(1 << 30) end
  if k == 4 then return rnd(100) * 10.0 ^ (rnd(40) - 20) end
  if k == 5 then return -(rnd(1 << 30) * 1.0) end
  if k == 6 then return pick { 1/0, -1/0, 0.0, -0.0, 0.5, 2.5, 1e15, 1e16, 5e-324, 1.7976931348623157e308, 123456789012.5, 0.1 } end
  if k == 7 then return (rnd(2000) - 1000) + 0.5 end
  return rnd(1 << 30) * 2.0 ^ (rnd(600) - 300)
end
local function value()
  local k = rnd(6)
  if k <= 2 then local d = double() return d == d and d or 1.5 end
  if k == 3 then return rnd(1 << 30) - (1 << 29) end
  if k == 4 then return (rnd(1 << 30) << 34) ~ rnd(1 << 30) end
  if k == 5 then return pick { "", "abc", "12", "1.5", "0x1F", ("x"):rep(120), "a\0b", "\n\r\t\"\\" } end
  return pick { true, false, 65, 0, math.maxinteger, math.mininteger }
end
for i = 1, 6000 do
  local f = "%" .. pick(flags) .. pick(widths) .. pick(precs) .. pick(convs)
  local v = value()
  print(show(f, v, pcall(string.format, "<" .. f .. ">", v)))
end
for i = 1, 3000 do local d = double() if d == d then print(show(string.format("%.14g %.17g %g %f %e %.3f %a", d, d, d, d, d, d, d), d)) end end
local opts = { "b", "B", "h", "H", "i", "I", "l", "j", "J", "T", "f", "d", "n", "i1", "i3", "i7", "i9", "i16", "I5", "s1", "s2", "s", "z", "c3", "c10", "x", "Xi4", "Xd", "X", "!", "!2", "!4", "!8", "!3", "<", ">", "=", " ", "i17", "c", "q" }
for i = 1, 4000 do
  local t, args = {}, {}
  for j = 1, rnd(6) do t[j] = pick(opts) if rnd(4) > 1 then args[#args + 1] = value() end end
  for j = 1, 3 do args[#args + 1] = value() end
  local f = table.concat(t)
  local ok, s = pcall(string.pack, f, table.unpack(args))
  print(show(f, ok, s))
  print(show(pcall(string.packsize, f)))
  local data = ok and s or string.rep(pick { "\0", "\1", "\255", "a" }, rnd(30))
  if rnd(5) == 1 then data = data:sub(1, rnd(#data + 1) - 1) end
  local r = table.pack(pcall(string.unpack, f, data, rnd(4) - 1))
  for k = 1, r.n do if r[k] ~= r[k] then r[k] = "nan" end end
  print(show(table.unpack(r, 1, r.n)))
end
