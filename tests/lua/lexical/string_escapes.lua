-- Escape sequences of short strings.
local function bytes(s)
  local t = {}
  for i = 1, #s do t[i] = s:byte(i) end
  return table.concat(t, " ")
end
local function show(name, s) print(name, #s, bytes(s)) end
show("letters", "\a\b\f\n\r\t\v")
show("quotes", "\\\"\'")
show("single quotes", '\\\"\'')
show("other quote", '"' .. "'")
show("decimal 1", "\0")
show("decimal 2", "\65\066")
show("decimal 3", "\1234")
show("decimal 255", "\255")
show("decimal then digit", "\0001")
show("hex", "\x41\x00\xfF\x7f")
show("hex then digit", "\x411")
show("utf8 1", "\u{41}\u{7F}")
show("utf8 2", "\u{80}\u{7FF}")
show("utf8 3", "\u{800}\u{20AC}\u{FFFF}")
show("utf8 4", "\u{10000}\u{10FFFF}\u{1FFFFF}")
show("utf8 5", "\u{200000}\u{3FFFFFF}")
show("utf8 6", "\u{4000000}\u{7FFFFFFF}")
show("utf8 zeros", "\u{0000000041}")
show("utf8 surrogate", "\u{D800}\u{DFFF}")
show("newline", "a\
b")
show("z", "a\z
       b\z   c\z	d")
show("z many lines", "a\z


   b")
show("z at end", "a\z ")
show("mixed", "tab\there \"quoted\" \x26 \u{e9}\0end")
show("empty", "")
show("backslash n written", "\\n")
print("same", "alo\n123\"" == 'alo\n123"', "\97lo\10\04923\"" == "alo\n123\"", "\x61lo\z
   \n123\x22" == "alo\n123\"")
-- Line breaks after a backslash are newlines, whatever their form.
for name, nl in pairs {} do print(name, nl) end
show("backslash cr", load("return 'a\\\rb'")())
show("backslash crlf", load("return 'a\\\r\nb'")())
show("backslash lfcr", load("return 'a\\\n\rb'")())
show("raw tab", load("return 'a\tb'")())
show("raw zero", load("return 'a\0b'")())
show("raw high", load("return '\xe9\xff'")())
