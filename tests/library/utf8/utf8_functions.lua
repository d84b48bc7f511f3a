-- The utf8 library: strict and lax, positions, invalid bytes, errors.
local function show(...)
  local t = {}
  for i = 1, select("#", ...) do
    local v = select(i, ...)
    t[i] = type(v) == "string" and "'" .. v:gsub("[^ -~]", function(c) return string.format("\\x%02x", c:byte()) end) .. "'" or tostring(v)
  end
  return select("#", ...) .. ": " .. table.concat(t, " ")
end
local function check(...) print(show(pcall(...))) end
local texts = { "", "a", "abc", "\u{e4}\u{f6}\u{fc}", "a\u{20ac}b", "\u{1f600}x", "\u{7ff}\u{800}\u{ffff}\u{10000}\u{10ffff}", "\0\u{0}z", "\u{d800}", "\u{dfff}a",
  "\u{110000}", "\u{7fffffff}", "\u{3ffffff}\u{4000000}", "\x80", "a\x80", "\xc3", "\xc3a", "\xe2\x82", "\xc0\x80", "\xe0\x80\x80", "\xf0\x80\x80\x80", "\xff", "\xfe", "\xf5\x80\x80\x80", "\u{e4}\xff\u{e4}", "\xfc\x80\x80\x80\x80\x80" }
for _, s in ipairs(texts) do
  print(show(s))
  check(utf8.len, s)
  check(utf8.len, s, 1, -1, true)
  check(utf8.codepoint, s, 1, -1)
  check(utf8.codepoint, s, 1, -1, true)
  check(utf8.codepoint, s)
  for i = -7, 7 do
    check(utf8.len, s, i)
    check(utf8.len, s, 1, i)
    check(utf8.codepoint, s, i)
    check(utf8.offset, s, i)
    for j = -4, 8 do
      check(utf8.offset, s, i, j)
      if i > -3 and i < 5 then check(utf8.codepoint, s, i, j) check(utf8.len, s, i, j, true) end
    end
  end
  for _, lax in ipairs { false, true } do
    print(show(pcall(function()
      local r = {}
      for p, c in utf8.codes(s, lax) do r[#r + 1] = p .. ":" .. c end
      return table.concat(r, " ")
    end)))
  end
  local chars = {}
  for c in s:gmatch(utf8.charpattern) do chars[#chars + 1] = #c end
  print(table.concat(chars, " "))
end
print "-- char"
check(utf8.char)
for _, c in ipairs { 0, 1, 127, 128, 2047, 2048, 65535, 65536, 0xd800, 0x10ffff, 0x110000, 0x1fffff, 0x200000, 0x3ffffff, 0x4000000, 0x7fffffff, 0x80000000, -1, "65", 66.0 } do check(utf8.char, c) end
check(utf8.char, 72, 228, 8364, 128512)
check(utf8.char, 1, "x")
check(utf8.char, 1.5)
check(utf8.char, {})
check(utf8.char, nil)
print(#utf8.char(table.unpack((function() local t = {} for i = 1, 200 do t[i] = 0x10ffff end return t end)())))
print "-- arguments"
check(utf8.len)
check(utf8.len, {})
check(utf8.len, 123)
check(utf8.len, "abc", "x")
check(utf8.len, "abc", 5)
check(utf8.len, "abc", 1, 4)
check(utf8.len, "abc", 0)
check(utf8.codepoint)
check(utf8.codepoint, "abc", 0)
check(utf8.codepoint, "abc", 1, 4)
check(utf8.codepoint, "abc", 3, 2)
check(utf8.codepoint, "abc", math.mininteger, 1)
check(utf8.codepoint, "abc", 1, math.maxinteger)
check(utf8.offset, "abc")
check(utf8.offset, "abc", 1.5)
check(utf8.offset, "abc", 1, 6)
check(utf8.offset, "a\u{e4}", 1, 3)
check(utf8.offset, "a\u{e4}", 0, 3)
check(utf8.codes)
check(utf8.codes, {})
local f, s, i = utf8.codes("ab")
print(show(s, i, f(s, i)))
check(f, "abc", 1)
check(f, "abc", 3)
check(f, "abc", -1)
check(f, "abc", "1")
check(f, "abc", {})
check(f, "abc")
check(f, {}, 1)
check(f, "\u{e4}\u{e4}", 1)
print(utf8.charpattern == "[\0-\x7F\xC2-\xFD][\x80-\xBF]*", #utf8.charpattern)
print(select("#", utf8.codepoint(("a"):rep(5000), 1, -1)))
local names = {}
for k in pairs(utf8) do names[#names + 1] = k end
table.sort(names)
print(table.concat(names, " "))
