-- Block structure: shadowing, the start of a local's scope, locals against globals.
x = "global"
print("global", x)
local x = x .. " copied"
print("local from global", x, _G.x)
do
  local x = x .. " inner"
  print("inner", x)
  do local x = 1; print("innermost", x) end
  print("inner again", x)
end
print("outer", x)
local a, b = 1
print("missing initialiser", a, b)
local c, d = 1, 2, 3
print("extra initialiser", c, d)
local e <const>, f = (function() return 1, 2 end)()
print("call initialiser", e, f)
local g, h, i = (function() return 1, 2 end)(), "h"
print("call in the middle", g, h, i)
local x, x = 1, 2
print("same name twice", x)

-- The scope of a local starts after its declaration.
local fact = function(n) return fact end
print("local f = function", fact(1))
local function recursive(n) if n == 0 then return "end" end return recursive(n - 1) end
print("local function", recursive(3))
local y = 10
local y = y + 1, print("initialiser sees old y", y)
print("new y", y)

if true then local z = "in if" end
print("after if", z)
for k = 1, 1 do local w = k end
print("after for", k, w)
while true do local v = 1; break end
print("after while", v)
repeat local r = 5; local s = r until s == 5
print("after repeat", r, s)
local function params(p, q) p = p or "default"; return p, q end
print("parameters are locals", params(), p)
print("arguments are copied", (function(n) n = n + 1; return n end)(a), a)

function globalfunction() return "global function" end
print("global function", globalfunction(), _G.globalfunction == globalfunction)
local t = {}
function t.field() return "field function" end
function t:method() return self == t end
t.a = {b = {}}
function t.a.b.deep() return "deep" end
function t.a.b:deepmethod() return self == t.a.b end
print("fields", t.field(), t:method(), t.a.b.deep(), t.a.b:deepmethod())
-- Each block entry makes new variables.
local list = {}
for n = 1, 3 do
  local fresh = n * 10
  list[n] = function() fresh = fresh + 1; return fresh end
end
print("fresh", list[1](), list[1](), list[2](), list[3]())
print("many scopes", (function()
  local total = 0
  do local p = 1; total = total + p end
  do local p = 2; total = total + p end
  do local p <const> = 3; total = total + p end
  return total
end)())
