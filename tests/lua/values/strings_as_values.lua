-- Strings are immutable byte sequences: any byte, any length, compared bytewise.
local all = {}
for i = 0, 255 do all[#all + 1] = string.char(i) end
local s = table.concat(all)
print("all bytes", #s, s:byte(1), s:byte(128), s:byte(256))
local ok = true
for i = 0, 255 do ok = ok and s:byte(i + 1) == i end
print("round trip", ok)

print("order", "a" < "b", "a" < "B", "Z" < "a", "" < "a", "a" < "")
print("prefix", "ab" < "abc", "abc" < "ab", "ab" <= "ab")
print("zeros in order", "a\0" > "a", "a\0a" < "a\0b", "a\0b" < "ab", "\0" < "\1")
print("not numeric", "10" < "9", "2" > "10")
print("high bytes", "\xff" > "a", "\x80" > "\x7f")
print("max", "\255\255" > "\255")

-- The same contents are the same key, whatever made them.
local t = {}
t["key"] = 1
print("built key", t["k" .. "ey"], t[("yek"):reverse()], t[string.char(107, 101, 121)])
local long = ("0123456789"):rep(30)
t[long] = "long"
print("long key", t[("0123456789"):rep(10) .. ("0123456789"):rep(20)], t[long .. ""], t[long .. "x"])
t["a\0b"] = "zero"
print("zero key", t["a\0b"], t["a"], t["a\0c"])
local count = 0
for i = 1, 300 do t["k" .. i] = i end
for i = 1, 300 do if t["k" .. i] == i then count = count + 1 end end
print("many keys", count)

-- Mutating operations return new strings.
local a = "hello"
local b = a
a = a:upper()
print("immutable", a, b)
print("indexing a string", ("abc").len == string.len, ("abc").x, ("abc")[1])
print("methods", ("abc"):len(), ("%d"):format(7), #("abc"):rep(3, "-"))
print("numbers become strings", 1 .. "", 1.5 .. "", -0.0 .. "", 2 ^ 63 .. "")
print("embedded newline", "a\nb")
