-- string.find and string.match: classes, sets, captures, anchors, repetitions, balances, frontiers, and their errors.
local function show(...)
  local n = select("#", ...)
  local t = {}
  for i = 1, n do
    local v = select(i, ...)
    t[i] = type(v) == "string" and string.format("%q", v) or tostring(v)
  end
  return n .. ": " .. table.concat(t, " ")
end
local function check(...) print(show(pcall(...))) end

local subjects = { "", "a", "abc", "hello world", "  x = 12, y=-3.5 ", "((a)(b))", "THE (quick) fox", "a\0b\0c", "key=value;k2=v2",
  "2024-01-31", "aaa", "aaab", "[set]", "x]y^z-", "100%", "line1\nline2\n", "\xe9\xff\x80", "f(a(b)c)d)", "a.b.c", "--[[x]]" }
local patterns = { "", "a", "^a", "a$", "^$", ".", ".*", ".-", ".+", "a*", "a-", "a?", "a+", "^a*$", "%a+", "%d+", "%s*", "%w+", "%p",
  "%x+", "%u+", "%l+", "%c", "%g+", "%A+", "%D+", "%S+", "%W+", "%z", "[abc]+", "[^abc]+", "[a-c]*", "[%a_][%w_]*", "[]]", "[^]]",
  "[]^-]+", "[a-]", "[-a]", "[%]]", "[^%s]+", "(%w+)=(%w+)", "(a)(b)(c)", "()", "()a()", "(a*(.)%w(%s*))", "(%w+)%s+(%w+)",
  "%b()", "%b[]", "%bab", "%f[%w]%w+", "%f[%W]", "%f[\0]", "(.)%1", "(%w)(%w)%2", "%.", "%%", "^(%s*)(.-)(%s*)$", "(%d+)-(%d+)-(%d+)",
  "[0-9]+", "[\x80-\xff]+", "[%d.]+", "a.-b", "^.-$", "$", "^", "a$b", "x^y", "[^\n]*\n", "(()())", "(%a-)(%d*)$", "h.*o", "h.-o",
  "[a-z]-o", "%w*$", "([^=;]+)=([^=;]*);?", "%-%-%[%[(.-)%]%]", "[%w%.]+", "[+-]?%d+%.?%d*" }
for _, s in ipairs(subjects) do
  for _, p in ipairs(patterns) do
    print(show(s, p))
    check(string.find, s, p)
    check(string.match, s, p)
  end
end
for _, init in ipairs { -10, -3, -1, 0, 1, 2, 4, 11, 12, 13, 100, math.mininteger, math.maxinteger } do
  check(string.find, "hello world", "o", init)
  check(string.find, "hello world", "", init)
  check(string.find, "hello world", "^l", init)
  check(string.match, "hello world", "^(l*)(.)", init)
  check(string.find, "hello world", "l", init, true)
  check(string.find, "a+b", "+", init, true)
end
print "-- plain"
check(string.find, "a.b", ".", 1, true)
check(string.find, "a.b", ".", 1, false)
check(string.find, "a\0b", "\0")
check(string.find, "a\0b", "\0b", 1, true)
check(string.find, "", "", 1, true)
check(string.find, "abc", "", 4, true)
check(string.find, "abc", "", 5, true)
check(string.find, "aXbXc", "Xc", 1, true)
check(string.find, "a\0b%c", "%c")
check(string.find, 12345, 34)
check(string.match, 12.5, "%.(.)")
print "-- malformed"
for _, p in ipairs { "%", "[", "[a", "[^", "[]", "[^]", "[%", "[%]", "[a-", "[a-]", "(", ")", "(a", "a)", "(()", "%b", "%bx", "%f", "%fa", "%f[",
  "%1", "(%1)", "%0", "%2(a)", "a%", "(a))", "((a)", "[[:alpha:]]", "*a", "+", "-", "?", "a**", "a*?", "^*", "[z-a]", "%g%", "(()" } do
  for _, s in ipairs { "", "a", "abc" } do
    print(show(p, s))
    check(string.find, s, p)
    check(string.match, s, p)
  end
end
print "-- limits"
check(string.find, ("a"):rep(300), ("a?"):rep(300))
check(string.find, ("a"):rep(300), ("a?"):rep(199))
check(string.find, ("a"):rep(300), ("a?"):rep(200))
check(string.find, "x", ("a?"):rep(1000))
for _, n in ipairs { 31, 32, 33 } do check(string.find, ("a"):rep(40), ("(a)"):rep(n)) end
check(string.find, ("a"):rep(40), ("()"):rep(33))
check(string.find, ("("):rep(250) .. "a", ("%("):rep(250))
check(string.match, ("a"):rep(5000), ".-b")
check(string.match, ("a"):rep(100000) .. "b", "^(a*)(b)$" == nil or "a*b$")
for n = 190, 201 do check(string.match, ("a"):rep(n), ("a?"):rep(n) .. "$") end
check(string.match, ("a"):rep(12), ("a*"):rep(6) .. "b")
print "-- arguments"
check(string.find)
check(string.find, "a")
check(string.find, nil, "a")
check(string.find, "a", {})
check(string.find, "a", "a", "x")
check(string.find, "a", "a", 1.5)
check(string.find, "a", "a", "1")
check(string.match, {}, "a")
check(function() return ("x"):find(nil) end)
check(function() return ("x"):match({}) end)
