-- == ~= < <= > >= on strings and their negations, with jumps and as values.
local function all(name, a, b) print(name, a == b, a ~= b, a < b, a <= b, a > b, a >= b) end
all("a b", "a", "b")
all("b a", "b", "a")
all("a a", "a", "a")
all("empty", "", "a")
all("prefix", "abc", "abcd")
all("case", "a", "B")
all("digits", "10", "9")
all("zero bytes", "a\0b", "a\0c")
all("zero shorter", "a", "a\0")
all("high", "\u{e9}", "z")
all("long", ("x"):rep(100) .. "a", ("x"):rep(100) .. "b")
all("1 2", 1, 2)
all("2 2.0", 2, 2.0)
all("-1 1", -1, 1)
local words = {"pear", "apple", "fig", "Apple", "", "10", "9", "a b", "a-b", "ab", "\0", "aa\0"}
table.sort(words)
for i = 1, #words do words[i] = ("%q"):format(words[i]) end
print("sorted", table.concat(words, " "))
local function sign(n) if n < 0 then return -1 elseif n > 0 then return 1 else return 0 end end
print("sign", sign(-5), sign(0), sign(5.5), sign(-0.0))
local function clamp(x, lo, hi) return x < lo and lo or x > hi and hi or x end
print("clamp", clamp(5, 1, 3), clamp(0, 1, 3), clamp(2, 1, 3))
local c = 0
for i = -3, 3 do
  if i ~= 0 and not (i == 1) then c = c + 1 end
  if i >= 0 == (i > -1) then c = c + 10 end
  if (i < 0) ~= (i >= 0) then c = c + 100 end
end
print("jumps", c)
local values = {nil, false, true, 0, 1, "", "a"}
local matrix = {}
for i = 1, 7 do for j = 1, 7 do matrix[#matrix + 1] = values[i] == values[j] and "=" or "." end end
print("matrix", table.concat(matrix))
print("constants", 1 == 1, "a" == "a", nil == nil, 1 == 2, true == true, nil ~= false)
local x = 5
print("with constants", x == 5, x == 5.0, x ~= "5", x < 6, x <= 4.9, x > 4, x >= 5.1, 3 < x, 5 <= x, 6 > x, 5.5 >= x)
local y = "k"
print("string constant", y == "k", y ~= "k", "k" == y, y == nil, nil == y, y == true)
local big = 1 << 60
print("wide constants", big == 1152921504606846976, big ~= 1152921504606846976, big > 1000000, big < 2 ^ 61)
