-- Syntax errors: what is near what.
local function try(src) print((src:gsub("\n", "\\n")), select(2, load(src, "=x"))) end
for _, src in ipairs {
  "x", "x =", "x = = 1", "x = )", "= 1", "local", "local 1", "local x =", "local x y", "if", "if x", "if x then",
  "if x then else else end", "if x then elseif end", "while", "while true", "while true do", "for", "for x", "for x = 1",
  "for x = 1 do end", "for x = 1, 2, 3, 4 do end", "for x, y = 1, 2 do end", "for x in", "for x in y", "for 1 = 1, 2 do end",
  "for x.y = 1, 2 do end", "repeat", "repeat until", "function", "function f", "function f(", "function f(a", "function f(a,",
  "function f(a) ", "function f(...,a) end", "function f(1) end", "function f.1() end", "function f:g.h() end",
  "function f:g:h() end", "function (x) end", "local function f.g() end", "local function f:g() end", "return return",
  "return 1,", "return 1 2", "return; print(1)", "break", "do break end", "do", "end", "else", "until", "then", "in", "x.1 = 2",
  "x. = 1", "x: = 1", "x:y = 1", "x:y", "f() = 1", "f(", "f(1", "f(1,", "f(,)", "f{", "f{1", "f{1;;}", "f{,}", "f{a=}", "f{[1]}",
  "f{[1]=}", "f{[=1}", "x[", "x[1", "x[] = 1", "x[1]", "(x) = 1", "(x", "(x)", "x, y", "x, y = ", "x, f() = 1, 2", "x, 1 = 1, 2",
  "1 = x", "'a' = 1", "'a':len()", "{}", "{}.x = 1", "nil = 1", "true = false", "... = 1", "a.b:c.d = 1", "a b", "a 1",
  "a = b c", "a = 1 = 2", "a == b", "a + b", "-a", "not a", "#a", "~a", "a = not", "a = #", "a = -", "a = ~", "a = 1 +",
  "a = 1 ..", "a = 1 and", "a = * 2", "a = 1 ** 2", "a = b ? c", "a = b ! c", "a != b", "a += 1", "a++", "a = a++", "a = @",
  "$", "a = `x`", "a = \\", "a = 'x' 'y'", "x = }", "x = ]", "x = end", "goto", "goto 1", "::", ":: x", "::x", "::x:", "::1::",
  "goto x", "local x <", "local x <const", "local x <const = 1", "local <const> x", "local x <foo>", "local x <1>",
  "local function", "local function f", "local function 1() end", "a = function", "a = function f() end", "a = function( end",
  "a = {", "a = {1, 2", "a = {x = 1,\n\n", "if x then\n\n", "f(\n1,\n2\n", "for i = 1, 10 do\n  x()\n", "function f()\n\nif x then end\n",
  "while x do\nrepeat\nuntil y\n", "((((x))))", "((((x)", "a.b.c", "a.b.c = ", "a:b(", "a:b 1", "a:1()", "a.b:", "x = a:b",
  "~", "~=", "x = 1 ~= ", "x <= ", "x << ", "<<", ">>", "//", "..", "...", ";", ";;", ";;x", "x = 1;;; y = 2", "return;", "return;;",
} do
  try(src)
end
