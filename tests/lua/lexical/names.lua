-- Names and reserved words.
local a, _, _1, A, aB_9, __index = 1, 2, 3, 4, 5, 6
print("names", a, _, _1, A, aB_9, __index)
local And, END, Nil = "And", "END", "Nil"
print("case matters", And, END, Nil)
local long = ("n"):rep(300)
print("long name", load("local " .. long .. " = 42; return " .. long)())
local t = {["end"] = 1, ["nil"] = 2}
print("reserved as keys", t["end"], t["nil"])
print("goto is reserved", load("local goto = 1"))
print("const is not", (function() local const, close = 1, 2; return const, close end)())
print("attribute names are not reserved", load("local close <const> = 5; return close")())

for _, word in ipairs {"and", "break", "do", "else", "elseif", "end", "false", "for", "function", "goto", "if", "in",
  "local", "nil", "not", "or", "repeat", "return", "then", "true", "until", "while"} do
  print(word, select(2, load("local " .. word .. " = 1", "=w")), select(2, load("t." .. word .. " = 1", "=f")))
end
for _, name in ipairs {"self", "continue", "class", "import", "const", "close", "global", "_ENV", "arg", "type"} do
  print(name, load("local " .. name .. " = 1; return " .. (name == "_ENV" and "1" or name))())
end
