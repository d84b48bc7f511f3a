-- files: modules/line_events.lua
-- Which lines a hook is told of, and in which order, in conditions, loops and jumps.
local trace = require "line_events".trace

trace("if", [[
local a = 1
if a == 1 then
  id(1)
elseif a == 2 then
  id(2)
else
  id(3)
end
if a == 2 then
  id(1)
elseif a == 3 then
  id(2)
else
  id(3)
end
if a == 2 then id(1) end
if
  a
  ==
  1
then
  id(1)
end
if a == 1 and
   a ~= 2 and
   a < 3 then
  id(1)
end
if a == 2 or
   a == 3 or
   not a then
  id(1)
end
id(1)
]])
trace("if constant", [[
if true then
  id(1)
end
if false then
  id(2)
else
  id(3)
end
if nil then
  id(2)
end
if 1 then id(1) end
if "x" and
  true then
  id(3)
end
if not nil then
  id(1)
elseif id() then
  id(2)
end
local k <const> = false
if k then
  id(1)
end
local k2 <const> = 10
if k2 then
  id(1)
end
id(1)
]])
trace("if break", [[
for i = 1, 3 do
  if i == 2 then
    break
  end
  if i == 3 then break end
  id(i)
end
while true do
  if id(true) then
    do
      break
    end
  end
end
while true do
  if id(true) then break
  else id(1) end
end
for i = 1, 2 do
  if i == 1 then
    goto continue
  end
  id(i)
  ::continue::
end
for i = 1, 2 do
  if i == 1 then goto continue end
  id(i)
  ::continue::
end
for i = 1, 2 do
  if i == 1
  then goto continue end
  id(i)
  ::continue::
end
]])
trace("while", [[
local i = 0
while i < 3 do
  i = i + 1
end
while i < 5 do i = i + 1 end
while
  i < 8
do
  i = i + 1
end
while i < 10
  and i ~= 9
do
  i = i + 1
  id(i)
end
while i < 12 do
  i = i + 1
  if i == 11 then
    id(1)
  else
    id(2)
  end
end
while i > 100 do
  id(1)
end
id(1)
]])
trace("while constant", [[
local i = 0
while true do
  i = i + 1
  if i > 2 then
    break
  end
end
while 1 do
  i = i + 1
  if i > 5 then break end
end
while "x" do break end
while true do break end
while false do
  id(1)
end
while nil do id(1) end
while not nil do
  i = i + 1
  if i > 8 then break end
  id(i)
end
while true and i < 11 do
  i = i + 1
end
while true
do
  i = i + 1
  if i > 13 then
    break
  end
end
while true do
  local a = 1
  do return id(a) end
end
]])
trace("while true empty", [[
local n = 0
local e = setmetatable({}, {__index = function() n = n + 1; if n > 3 then error("end") end end})
while true do
  local _ = e.x
end
]])
trace("repeat", [[
local i = 0
repeat
  i = i + 1
until i > 2
repeat i = i + 1 until i > 4
repeat
  local j = i
  i = i + 1
until
  j > 5
repeat
  local j = i
  local function f() return j end
  i = i + 1
until j > 7
repeat
  local c <close> = closer()
  i = i + 1
until i > 10
repeat
  i = i + 1
  if i > 12 then
    break
  end
until false
repeat
  i = i + 1
until true
repeat
until i
repeat until true
repeat
  i = i + 1
until
  i > 16 and
  i ~= 3
id(1)
]])
trace("numeric for", [[
for i = 1, 2 do
  id(i)
end
for i = 1, 2 do id(i) end
for i = 1, 2 do end
for i = 1, 2 do
end
for i = 2, 1 do
  id(i)
end
for i = 1,
  2,
  1 do
  id(i)
end
for i =
  1
  ,
  2
do
  id(i)
end
for i = id(1),
  id(2),
  id(1)
do
  id(i)
end
for i = 1, 2 do
  local function f() return i end
  f()
end
for i = 1.0, 2.0 do
  id(i)
  for j = 1, 2
  do
    id(j)
  end
end
for i = 3, 1, -1 do local x = i
end
id(1)
]])
trace("generic for", [[
for k in pairs({1, 2}) do
  id(k)
end
for k in pairs({1, 2}) do id(k) end
for k in pairs({1, 2}) do end
for k in pairs({1, 2}) do
end
for k in pairs({}) do
  id(k)
end
for k, v
  in
  pairs({1, 2})
do
  id(k)
end
for k, v in pairs(
  {1, 2}
) do
  id(k)
end
for k, v in
  next,
  {1, 2},
  nil
do
  id(k)
end
for k, v in next,
  {1, 2} do
  id(k)
end
for k, v in next,
  id({1, 2}) do
  id(k)
end
for k,
  v in ipairs {
  1,
  2
} do
  id(k)
  id(v)
end
for k in next, {1}, nil, closer() do
  id(k)
end
for k in next, {1}, nil,
  closer() do
  id(k)
end
for k in next, {1}, nil, closer() do
  id(k)
  break
end
for k in stop do id(k) end
for k
in stop
do id(k) end
id(1)
]])
trace("goto", [[
local i = 0
::top::
i = i + 1
if i < 3 then
  goto top
end
do
  goto out
end
::out::
goto next
::next::
i = 0
::a:: i = i + 1
if i < 3 then goto a end
do
  ::b::
  i = i + 1
  if i < 5 then goto b end
end
::c::
do
  local x = i
  local function f() return x end
  i = i + 1
  if i < 8 then goto c end
end
while i < 10 do
  i = i + 1
  goto continue
  ::continue::
end
::last::
id(1)
]])
trace("conditions on several lines", [[
local a, b = 1, 2
if
  a
then
  id(1)
end
if a
then id(1) end
if not a
then
  id(1)
elseif
  not b
then
  id(2)
else
  id(3)
end
while not
  a
do
  id(1)
end
if a then else
  id(1)
end
if a then
else
end
if not a then
end
if a and b
  or id(1) then
  id(2)
end
if (a or
    b) and
   (b or
    a) then
  id(3)
end
if a < b then id(1) end
if a > 1
  or b > 1
then
  id(1)
end
if id(1) == 1 and id(2) == 2 then
  id(1)
end
id(1)
]])
trace("nested loops", [[
for i = 1, 2 do
  for j = 1, 2 do
    if j == 2 then
      goto next
    end
    id(j)
  end
  ::next::
end
for i = 1, 2 do
  for k in pairs({1}) do
    while true do
      if id(true) then break end
    end
    repeat
      if id(true) then
        break
      end
    until false
  end
end
local n = 0
while n < 3 do
  n = n + 1
  if n == 1 then
    goto again
  elseif n == 2 then
    id(n)
  else
    break
  end
  id(n)
  ::again::
end
for k in pairs({1, 2}) do
  goto continue
  ::continue::
end
for k in pairs({1, 2}) do
  while true do break end
end
for k in pairs({1, 2}) do
  if k == 1 then goto skip end
  id(k)
  ::skip:: end
do
  local i = 1
  ::again::
  i = i + 1
  if i > 3 then
    goto done
  end
  goto again
end
::done::
id(1)
]])
trace("iterators in Lua", [[
local function iterate(t, i)
  i = i + 1
  if i < 3 then
    return i
  end
end
for i in iterate, {}, 0 do
  id(i)
end
for i in
  iterate,
  {},
  0
do
  id(i)
end
for i in iterate, {}, 0 do id(i) end
local co = coroutine.wrap(function()
  for i = 1, 2 do
    coroutine.yield(i)
  end
end)
for i in co do
  id(i)
end
]])
