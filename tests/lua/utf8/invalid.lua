-- Every two-byte and many longer sequences: which are valid is the sum of what len says.
local valid, sum = 0, 0
for a = 0, 255 do
  for b = 0, 255, 5 do
    local n, pos = utf8.len(string.char(a, b))
    if n then valid = valid + 1; sum = sum + n * (a + b) else sum = sum + pos * 7 end
  end
end
print("two bytes", valid, sum)
valid, sum = 0, 0
for _, a in ipairs {0xe0, 0xe1, 0xec, 0xed, 0xee, 0xef} do
  for b = 0x70, 0xd0, 4 do
    for c = 0x7c, 0xc4, 8 do
      local n, pos = utf8.len(string.char(a, b, c))
      if n then valid = valid + 1; sum = sum + utf8.codepoint(string.char(a, b, c), 1, 1) else sum = sum + pos end
    end
  end
end
print("three bytes", valid, sum)
valid, sum = 0, 0
for _, a in ipairs {0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xf7, 0xf8, 0xfb, 0xfc, 0xfd, 0xfe, 0xff} do
  for b = 0x7e, 0xc1, 3 do
    for lax = 0, 1 do
      local s = string.char(a, b, 0x80, 0xbf, 0x81, 0xbe)
      for len = 3, 6 do
        local n, pos = utf8.len(s:sub(1, len), 1, -1, lax == 1)
        if n then valid = valid + 1 else sum = sum + pos end
      end
    end
  end
end
print("longer", valid, sum)
local bad = {"\x80", "\xbf", "\xc2", "\xc2\x41", "\xe2\x82", "\xe2\x28\xa1", "\xf0\x9f\x98", "\xf0\x28\x8c\xbc", "\xf8\x88\x80\x80\x80", "\xfe", "\xff", "\xc0\xaf", "\xe0\x9f\xbf", "\xf0\x8f\xbf\xbf", "\xed\xa0\x80", "\xf4\x90\x80\x80"}
for i, s in ipairs(bad) do
  print(i, utf8.len("ok" .. s .. "x"))
  print(i, (select(2, pcall(utf8.codepoint, s))))
  print(i, utf8.len(s, 1, -1, true))
end
