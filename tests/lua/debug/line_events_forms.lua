-- files: modules/line_events.lua
-- Which lines a hook is told of in calls, operators, assignments, constructors, functions and closing variables; and
-- the lines that have code.
local lines = require "line_events"
local trace, activeOf = lines.trace, lines.activeOf

trace("calls", [[
id(
  1,
  2
)
id(1,
  id(2),
  id(3))
id
(1)
local t = {m = function(self, ...) return self end, f = id}
t:m(1)
 :m(
   2
 )
 :m(3)
t.f(1)
t
  .f(1)
t.
f
(
1
)
id(id(
  id(1)
))
id({
  1,
  id(2)
})
id(function()
  return 1
end)
id "x"
id {
  1
}
id(1); id(2)
string.rep("x",
  3)
("x"):rep(
 3)
local a, b = id(1,
  2), id(3
)
id(a ..
  b ..
  a)
id(1)
]])
trace("operators", [[
local a, b = 1, 2
local c = a
  + b
local d = a +
  b
local e = id(a)
  + id(b)
local f = (a + b)
  *
  (a - b)
local g = a == b
  and c
  or d
local h = add
  + 1
local i = add + add
  + add
local j = -
  a
local k = not
  a
local l = #
  "x"
local m = a < b
local n = a <
  b
local o = a
  < id(b)
local p = 1 + 2
  + 3
local q = add ..
  "x" ..
  add
local r = flags.yes
  and flags.no
  or flags
     .yes
local s = a and
  (b or
   c)
id(1)
]])
trace("assignments", [[
local a, b, c = 1, 2
a, b = b, a
a,
b =
b,
a
local t = {}
t.x = 1
t.x
= 2
t
.x
= id(3)
t[1] = a
t[a]
= b
t[id(1)] =
  id(2)
t.x, t.y = 1, 2
t.x,
t.y =
1,
2
t.x, a = id(1, 2)
a, t.y = id(
  1), id(
  2)
x = 1
x
= 2
x, y = 1, 2
x =
  id(1)
x, y =
  id(1), y
t.t = {}
t.t.u = 1
t.t
 .u = 2
local z
local z1, z2
local
  z3
local z4 <const> = 1
local z5 <const> = id(1)
a = a or 1
a = nil or
  2
b = b and
  id(1)
local function up()
  a = 1
  b = a + 1
  t.x = a
  x = t.x
end
up()
a = t.x
a = t
.x
id(1)
]])
trace("tables", [[
local t = {}
t = {
}
t = {1, 2, 3}
t = {
  1,
  2,
  3
}
t = {
  a = 1,
  b = 2
}
t = {
  id(1),
  id(2),
}
t = {
  a = id(1),
  id(2),
  ["c"] = id(3),
  [id("d")] = 4,
  [id("d")]
    = id(4)
}
t = {
  id(1),
  id()
}
t = {
  {
    1,
    2
  },
  {
    a = {
      b = 1
    }
  }
}
t = {f = function()
  return 1
end,
g = function() end}
t = {
  x
    = 1,
  ...
}
t = { a = 1,
  2 }
t = { 1, a = 2 }
t = {
  1, a
  = 2, 3
}
id(1)
]])
trace("functions", [[
local function f()
  return 1
end
local g = function()
  return 2
end
function h()
end
local t = {}
function t.a()
end
function t:b()
  return self
end
function t.
  c()
end
local function rec(n)
  if n == 0 then
    return 0
  end
  return rec(n - 1)
end
rec(2)
local function rec2(n)
  if n == 0 then return 0 end
  return 1 + rec2(n - 1)
end
rec2(2)
f() g() h() t.a() t:b() t.c()
local function v(...)
  local a, b = ...
  return ...
end
v(1, 2)
local function p(
  a,
  b
)
  id(a)
end
p(1)
local function captured(a, b)
  return function()
    return a, b
  end
end
captured(1, 2)()
local function empty() end
empty()
local function empty2()
end
empty2()
local function vempty(...)
end
vempty()
;(function()
  id(1)
end)()
return id(1)
]])
trace("returns", [[
local function a() return end
local function b()
  return
end
local function c()
  return 1,
    2
end
local function d()
  return id(1),
    id(2)
end
local function e()
  return id(
    1
  )
end
local function f()
  return (id(
    1
  ))
end
local function g()
  do
    return 1
  end
end
local function h(...)
  return
    ...
end
local function i()
  if id() then
    return 1
  end
end
local function j()
  if id(1) then
    return 1
  else
    return 2
  end
end
local function k()
  return 1 +
    id(2)
end
local function l()
  return {
    1
  }
end
local function m()
  return function()
  end
end
local function n(x)
  return x
    and id(x)
end
local function o() while true do
  return 1
end end
a() b() c() d() e() f() g() h(1) i() j() k() l() m() n(1) o()
return
]])
trace("close", [[
do
  local a <close> = closer()
  id(1)
end
do
  local a <close> = closer()
  local b <close> = closer()
  id(1)
end
do local a <close> = closer() end
local function f()
  local a <close> = closer()
  id(1)
end
f()
local function g()
  local a <close> = closer()
  return id(1)
end
g()
local function h()
  local a <close> = closer()
  do
    return 1
  end
end
h()
local function i()
  local a <close> = closer()
  return
end
i()
for n = 1, 2 do
  local a <close> = closer()
  id(n)
end
for n = 1, 2 do
  local a <close> = closer()
  if n == 1 then
    goto continue
  end
  id(n)
  break
  ::continue::
end
while true do
  local a <close> = closer()
  break
end
local n = 0
while n < 2 do
  local a <close> = closer()
  n = n + 1
end
repeat
  local a <close> = closer()
  n = n + 1
until n > 4
repeat
  local a <close> = closer()
  n = n + 1
until
  n > 6
local function j()
  local a <close> = closer()
  error("x")
end
pcall(j)
local function k()
  local a <close> = closer()
  local b <close> =
    closer()
  id(1)
  do
    local c <close> = closer()
    id(2)
  end
  return 1, 2
end
k()
local function l()
  local a <close> = nil
  id(1)
end
l()
local function m()
  for k in next, {1}, nil, closer() do
    id(k)
    return k
  end
end
m()
local function o()
  for k in next, {1}, nil, closer() do
    local a <close> = closer()
    id(k)
  end
end
o()
local function p()
  local a <close> = closer()
  if id(true) then
    return id(1)
  end
  id(2)
end
p()
local last <close> = closer()
id(1)
]])
trace("coroutine", [[
local co = coroutine.wrap(function()
  coroutine.yield(1)
  id(2)
  coroutine.yield(
    3
  )
end)
co()
co()
co()
]])
trace("metamethods", [[
local a = add + 1
local b = add.x
local c = add < add
if add < add then
  id(1)
end
if add == flags then
  id(1)
end
add(1)
local d = add .. 1
for i = 1, 2 do
  local x = add + i
end
]])
trace("numbers folded", [[
local a = 1 + 2
for i = 1, 1 + 1 do
  id(i)
end
for i = 10, 1 do id(i) end
for i = 1, 0 do
end
for i = 1, 3, 1 + 1 do
end
local k <const> = 3
for i = 1, k do
  id(i)
end
while k == 3 do
  break
end
while 1 == 2 do
  id(1)
end
if 1 < 2 then
  id(1)
end
while k do break end
while not k do id(1) end
repeat
  id(1)
until k
repeat
  id(1)
until not false
repeat
  id(1)
until 1 == 1
]])
trace("blocks", [[
do
end
do
  do
    id(1)
  end
end
do local a = 1 end
do
  local a = 1
  local function f() return a end
end
local x = 1; local y = 2
;
;;;
id(1) id(2)
id(3)
do return end
]])
trace("one line", [[for i = 1, 2 do id(i) end while true do break end repeat until true if id() then else id(1) end]])
trace("one line loops", [[local i = 0 while i < 3 do i = i + 1 end repeat i = i + 1 until i > 5 ::a:: i = i + 1 if i < 9 then goto a end for k in pairs({1, 2}) do id(k) end]])
trace("empty", "")
trace("blank", "\n\n\n")
trace("comment", "-- x\n\n")
trace("vararg main", "\nlocal a, b = ...\nid(a, b)\n\n", 1, 2)

trace("mixed constructors", [[
local t = {
  1,
  2,
  a = id(1),
  3,
  b = 2
}
t = {
  id(1), a = 1,
  id(2),
  b =
    id(3),
}
t = { id(1),
  id(2), n = 2 }
t = {
  id(1),
  [id(2)] = id(3),
  id(4),
  ...
}
id(1)
]], 1, 2)
trace("leaving closing variables", [[
local function f()
  for i = 1, 2 do
    local a <close> = closer()
    if i == 1 then goto out end
  end
  ::out::
  id(1)
end
f()
local function g()
  local i = 0
  ::again::
  do
    local a <close> = closer()
    i = i + 1
    if i < 3 then goto again end
  end
  return i
end
g()
local function h()
  while true do
    local a <close> = closer()
    local b <close> = closer()
    if id(true) then
      break
    end
  end
end
h()
local function i()
  repeat
    local a <close> = closer()
    if id(true) then break end
  until false
  for k in next, {1, 2}, nil, closer() do
    if k == 1 then
      break
    end
  end
end
i()
local function j()
  local a <close> = closer()
  if id() then
    return
  elseif id(1) then
    return 1, 2
  end
end
j()
local function k()
  local a <close> = setmetatable({}, {__close = function()
    id(1)
    id(2)
  end})
  id(3)
end
k()
]])
activeOf("a1", "return function()\nend")
activeOf("a2", "return function(...)\nend")
activeOf("a3", "\n\nreturn function(...)\n\n\nend")
activeOf("a4", "return function(...)\nlocal a = 1\nend")
activeOf("a5", "return function(...) local a = 1\nend")
activeOf("a6", "return function()\nreturn 1\nend")
activeOf("a7", "return function() return 1 end")
activeOf("a8", "return function() while true do\n end\n end")
activeOf("a9", "return function()\n while true do\n id()\n end\n end")
activeOf("a10", "return function()\n local a <close> = x\n id()\n return 1\n end")
activeOf("a11", "return function(a, b)\n return function()\n return a\n end\n end")
activeOf("a12", "return function(a, ...)\n return function()\n return a\n end\n end")
activeOf("a13", "return function()\n for i = 1, 2 do\n end\n for k in pairs(t) do\n end\n repeat\n until x\n if x then\n end\n goto a\n ::a::\n end")
activeOf("a14", "return function()\n error\n {\n 1,\n b = 2\n }\n end")
activeOf("a15", "return function()\n if a then\n return\n end\n do\n return\n end\n end")
