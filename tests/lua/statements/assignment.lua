-- Multiple assignment: everything is evaluated before anything is assigned.
local a, b, c = 1, 2, 3
a, b = b, a
print("swap", a, b)
a, b, c = c, a, b
print("rotate", a, b, c)
a, b = 10
print("fewer values", a, b)
a, b = 1, 2, 3
print("more values", a, b)
local i = 1
local t = {}
i, t[i] = i + 1, 20
print("index evaluated first", i, t[1], t[2])
i, t[i], t[i + 1] = 5, "x", "y"
print("again", i, t[2], t[3])
do
  local a = {}
  local i = 3
  i, a[i], i = i + 1, 20, 40
  print("same target twice", a[3], i == 4 or i == 40)
end
local function f() return 1, 2, 3 end
a, b, c = f()
print("call", a, b, c)
a, b, c = f(), 10
print("call adjusted to one", a, b, c)
a, b, c = 0, f()
print("call last", a, b, c)
a, b, c = (f())
print("parenthesised", a, b, c)
a, b, c = f(), f()
print("two calls", a, b, c)
local function none() end
a, b = none()
print("no results", a, b)
a, b = 1, none()
print("no results last", a, b)
a = none() == nil
print("no results in expression", a)
local function va(...)
  local x, y, z = ...
  return x, y, z
end
print("varargs", va(1), va(1, 2, 3, 4))

-- The table expression is evaluated before the assignment changes it.
local x = {1, {2}}
local y = x
x.next, x = {"new"}, {"other"}
print("chained", y.next[1], x[1], x.next)
local p, q = {n = 0}, {n = 0}
p, p.n = q, 5
print("old table gets the field", p == q, q.n)
local log = {}
local function mark(name, v) log[#log + 1] = name; return v end
local u = {}
u[mark("k1", 1)], u[mark("k2", 2)] = mark("v1", "a"), mark("v2", "b")
print("evaluation order", table.concat(log, " "), u[1], u[2])
g1, g2 = 1, "two"
print("globals", g1, g2)
g1, g2 = nil
print("cleared", g1, g2)
local s = setmetatable({}, {__newindex = function(_, k, v) log[#log + 1] = k .. "=" .. tostring(v) end})
log = {}
s.a, s.b, s.c = 1, 2
table.sort(log)
print("metamethods", table.concat(log, " "))
local list = {1, 2, 3}
list[1], list[2], list[3] = list[3], list[1], list[2]
print("elements", table.concat(list, " "))
for k = 1, 3 do list[k], list[4 - k] = list[4 - k], list[k] end
print("swaps", table.concat(list, " "))
list[#list + 1], list[#list + 2] = "d", "e"
print("length evaluated first", table.concat(list, " "))
local function upvals() local m, n = 1, 2; return function() m, n = n, m; return m, n end end
local sw = upvals()
print("upvalue swap", sw()); print("upvalue swap", sw())
