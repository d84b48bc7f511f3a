-- if, while, repeat and break.
local function kind(n)
  if n < 0 then return "negative"
  elseif n == 0 then return "zero"
  elseif n < 10 then return "small"
  else return "large" end
end
print("if", kind(-1), kind(0), kind(5), kind(50))
local function nested(a, b)
  if a then if b then return "ab" else return "a" end elseif b then return "b" end
  return "none"
end
print("nested", nested(true, true), nested(true), nested(false, true), nested())
if nil then print "no" elseif false then print "no" else print "else" end
if 0 then print "zero is true" end
if not (1 == 2) and (2 > 1 or error "never") then print "and or" end
local n = 0
while n < 5 do n = n + 1; if n == 3 then break end end
print("while break", n)
while false do error "never" end
n = 10
while n > 0 do n = n // 2 end
print("while", n)
n = 0
repeat n = n + 1 until n >= 3
print("repeat", n)
repeat local done = true; n = n + 1 until done
print("local in condition", n)
local fs = {}
n = 0
repeat
  local k = n
  fs[#fs + 1] = function() k = k + 1; return k end
  n = n + 1
until k >= 2
print("closures of repeat", #fs, fs[1](), fs[1](), fs[2](), fs[3]())
n = 0
repeat
  n = n + 1
  local upvalue = n
  local function test() return upvalue > 3 end
until test()
print("closure in condition", n)
local out = {}
for i = 1, 3 do
  for j = 1, 3 do
    if j == 2 then break end
    out[#out + 1] = i .. j
  end
end
print("inner break", table.concat(out, " "))
n = 0
while true do
  while true do n = n + 1; if n % 5 == 0 then break end end
  if n > 12 then break end
end
print("nested while", n)
n = 0
while true do
  repeat n = n + 1; if n == 2 then break end until false
  do do break end end
end
print("break in blocks", n)
local function early() while true do return "from loop" end end
print("return from loop", early())
local function many() for i = 1, 10 do for j = 1, 10 do if i * j == 42 then return i, j end end end end
print("return from nested", many())
local function bareret(x) if x then return end; return "end" end
print("bare return", bareret(true), bareret(false), select("#", bareret(true)))
do return_in_do = (function() do return 5 end end)() end
print("return in do", return_in_do)
;;; print("semicolons");
local s = 0; while s < 3 do s = s + 1 end print("one line", s)
local a = 1 if a == 1 then a = 2 end print("no separators", a)
local v = 0
local function cond() v = v + 1; return v < 4 end
while cond() do end
print("condition with effects", v)
print("break at end", (function() for i = 1, 5 do if i == 3 then break end end return "after" end)())
