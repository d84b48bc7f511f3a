-- To-be-closed variables: when and in which order they close.
local log = {}
local function say(s) log[#log + 1] = s end
local function flush(name) print(name, table.concat(log, " ")); log = {} end
local function closer(name)
  return setmetatable({name = name}, {__close = function(o, e) say("close " .. o.name .. (e == nil and "" or "(" .. tostring(e) .. ")")) end})
end

do local a <close> = closer "a"; say "body" end
flush "block"
do
  local a <close> = closer "a"
  local b <close> = closer "b"
  local c <close> = closer "c"
  say "body"
end
flush "reverse order"
do
  local n <close> = nil
  local f <close> = false
  say "nil and false are ignored"
end
flush "ignored"
local function f() local a <close> = closer "a"; say "f"; return "r1", "r2" end
print("return values", f())
flush "return"
local function g() local a <close> = closer "a"; return (function() say "evaluated"; return 1 end)() end
print("call in return", g())
flush "not a tail call"
for i = 1, 3 do local a <close> = closer("i" .. i); if i == 2 then say "break"; break end; say("end" .. i) end
flush "loop and break"
for i = 1, 3 do
  local a <close> = closer("i" .. i)
  if i == 2 then goto continue end
  say("body" .. i)
  ::continue::
end
flush "goto continue"
do
  local n = 0
  ::again::
  n = n + 1
  local a <close> = closer("n" .. n)
  if n < 3 then goto again end
  say "done"
end
flush "backward goto"
do
  do
    local a <close> = closer "a"
    local b <close> = closer "b"
    goto out
  end
  ::out::
  say "out"
end
flush "goto out"
local n = 0
while true do
  local a <close> = closer "w"
  n = n + 1
  if n == 2 then break end
end
flush "while"
n = 0
repeat
  local a <close> = closer "r"
  n = n + 1
until n == 2
flush "repeat"
repeat local v <close> = closer "cond" until (function() say "condition"; return true end)()
flush "condition before close"
local function nested()
  local a <close> = closer "outer"
  do local b <close> = closer "inner"; return "value" end
end
print("nested return", nested())
flush "nested"
local function loopreturn()
  for i = 1, 5 do local a <close> = closer("l" .. i); if i == 2 then return i end end
end
print("return from loop", loopreturn())
flush "return from loop"
local function mutated()
  local x = 1
  local a <close> = setmetatable({}, {__close = function() x = x + 10; say("x=" .. x) end})
  x = 5
  return x
end
print("returned value was fixed", mutated())
flush "mutated"
local function seesupvalue()
  local v = "before"
  local a <close> = setmetatable({}, {__close = function() say(v) end})
  v = "after"
end
seesupvalue()
flush "upvalue"
