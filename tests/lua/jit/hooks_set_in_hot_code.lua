-- Hooks that begin and end while compiled code runs: from a function called in a hot loop, in the middle of calls, in
-- coroutines. The events from then on are the interpreter's.

local events
local function hook(event, number)
  local info = debug.getinfo(2, "Sl")
  events[#events + 1] = event .. ":" .. tostring(number or info.currentline)
end
local function on(mask, count) events = {} debug.sethook(hook, mask, count) end
local function off() debug.sethook() end
local function report(name)
  print(name, #events)
  local line = {}
  for i = 1, math.min(#events, 60) do line[#line + 1] = events[i] end
  print(table.concat(line, " "))
end

local function leaf(x)
  local y = x + 1
  return y
end
local function middle(x)
  local a = leaf(x)
  local b = leaf(a)
  return a + b
end
local function tail(x)
  return leaf(x)
end

local function whileLoop(at, mask)
  local i, s = 0, 0
  while i < 300 do
    i = i + 1
    if i == at then on(mask) end
    s = s + middle(i)
    if i == at + 2 then off() end
  end
  return s
end
local function numericLoop(at, mask)
  local s = 0
  for i = 1, 300 do
    if i == at then on(mask) end
    s = s + i
    if i % 2 == 0 then
      s = s - 1
    else
      s = tail(s)
    end
    if i == at + 3 then off() end
  end
  return s
end
local function genericLoop(at, mask)
  local t = {}
  for i = 1, 300 do t[i] = i end
  local s = 0
  for i, v in ipairs(t) do
    if i == at then on(mask) end
    s = s + v
    if i == at + 2 then off() end
  end
  return s
end
local function closureLoop(at, mask)
  local n = 0
  local function step() n = n + 1 if n <= 300 then return n end end
  local s = 0
  for i in step do
    if i == at then on(mask) end
    s = s + i
    if i == at + 2 then off() end
  end
  return s
end
local function gotoLoop(at, mask)
  local i, s = 0, 0
  ::top::
  i = i + 1
  if i == at then on(mask) end
  s = s + i
  if i == at + 2 then off() end
  if i < 300 then goto top end
  return s
end
local function repeatLoop(at, mask)
  local i = 0
  repeat
    i = i + 1
    if i == at then on(mask) end
    local j = i * 2
    if i == at + 2 then off() end
  until j >= 600
  return i
end
local function recursion(n, at, mask)
  if n == at then on(mask) end
  if n == 0 then return 0 end
  local r = recursion(n - 1, at, mask)
  if n == at + 2 then off() end
  return r + 1
end
local object = setmetatable({}, {
  __add = function(a, b) return b end,
  __index = function(t, k) return k end,
  __eq = function() return true end,
  __lt = function() return false end,
})
local other = setmetatable({}, getmetatable(object))
local function metamethods(at, mask)
  local s = 0
  for i = 1, 300 do
    if i == at then on(mask) end
    s = s + (object + i)
    s = s + #object.name
    if object == other then s = s + 1 end
    if object < other then s = s + 1 end
    if i == at + 1 then off() end
  end
  return s
end

for _, mask in ipairs { "l", "c", "r", "cr", "lcr" } do
  for name, f in pairs { whileLoop = whileLoop } do print(name, mask, f(250, mask)) report(name) end
  print("numericLoop", numericLoop(250, mask)) report("numericLoop")
  print("genericLoop", genericLoop(250, mask)) report("genericLoop")
  print("closureLoop", closureLoop(250, mask)) report("closureLoop")
  print("gotoLoop", gotoLoop(250, mask)) report("gotoLoop")
  print("repeatLoop", repeatLoop(250, mask)) report("repeatLoop")
  print("recursion", recursion(300, 5, mask)) report("recursion")
  print("metamethods", metamethods(250, mask)) report("metamethods")
end

-- A hook that is set in a callee and seen by its callers, compiled long ago.
local function setter(n) if n == 0 then on("lr") return 1 end return setter(n - 1) + 1 end
local function caller(n)
  local r = setter(n)
  local x = r + 1
  off()
  return x
end
for i = 1, 200 do caller(3) end
print(caller(3)) report("caller")

-- Errors end what a hook watches.
local function failing(n) if n == 0 then on("lr") error("failed") end failing(n - 1) end
for i = 1, 200 do
  local ok, e = pcall(failing, 3)
  off()
  if i == 200 then print(ok, e) report("failing") end
end

-- Hooks of one coroutine do not touch the others.
local function generate(n) for i = 1, n do coroutine.yield(i) end end
local co = coroutine.create(generate)
local sum = 0
for i = 1, 400 do
  if i == 200 then events = {} debug.sethook(co, hook, "l") end
  if i == 205 then debug.sethook(co) end
  local _, v = coroutine.resume(co, 1000)
  sum = sum + v
end
print(sum) report("coroutine")

-- A hook that changes what the loop sees, and one that stops it by an error.
local function watched(n)
  local total = 0
  for i = 1, n do
    total = total + i
    if i == 250 then
      debug.sethook(function()
        for k = 1, 20 do
          local name = debug.getlocal(2, k)
          if name == "total" then debug.setlocal(2, k, -1000) debug.sethook() return end
        end
      end, "l")
    end
  end
  return total
end
print(watched(300))
local function stopped()
  local i = 0
  while true do
    i = i + 1
    if i == 400 then debug.sethook(function() debug.sethook() error("stop " .. i, 0) end, "l") end
  end
end
print(pcall(stopped))
print(pcall(stopped))

-- Count hooks go off again and again in a loop without calls.
local function busy(n) local s = 0 for i = 1, n do s = s + i end return s end
for round = 1, 3 do
  local count = 0
  busy(1000)
  debug.sethook(function() count = count + 1 end, "", 100)
  busy(10000)
  debug.sethook()
  print("count", count > 100, count < 3000)
end
