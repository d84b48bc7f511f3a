-- Natives that wait in compiled code for a function they call: protected calls and comparisons whose value is used. What
-- comes between (errors, yields, finalizers, hooks, changed locals), results of all numbers, full stacks; __call.

local function line(...)
  local t = table.pack(...)
  for i = 1, t.n do t[i] = tostring(t[i]) end
  print(table.concat(t, " ", 1, t.n))
end

local function none() end
local function one(a) return a end
local function two(a, b) return b, a end
local function many(...) return ... end
local function three() return 1, nil, 3 end
local function fails(a) error(a, 0) end
local function calls(a) return pcall(one, a) end
local function handler(e) return "handled " .. tostring(e) end

local function protect(n)
  local s, last = 0, nil
  for i = 1, n do
    local ok, x, y, z = pcall(one, i)
    s = s + (ok and x or 0) + (y == nil and z == nil and 1 or 1000)
    ok, x, y = pcall(two, i, -i)
    s = s + x + y
    pcall(none)
    ok, x = pcall(none)
    s = s + (ok == true and x == nil and 1 or 1000)
    ok, x, y, z = pcall(three)
    s = s + x + z + (y == nil and 0 or 1000)
    s = s + select("#", pcall(three)) + select("#", pcall(many, i, i, i, i)) + select("#", pcall(one))
    ok, x = pcall(one, i, i, i)
    s = s + x
    ok, x = pcall(fails, i)
    s = s + (ok == false and x or 1000)
    ok, x, y = pcall(calls, i)
    s = s + (x == true and y or 1000)
    ok, x = xpcall(one, handler, i)
    s = s + x
    ok, x = xpcall(fails, handler, i)
    last = x
    ok, x, y, z = xpcall(three, handler)
    s = s + x + z
    ok, x = pcall(xpcall, one, nil, i)
    ok, x = pcall(pcall, one, i)
    s = s + (x == true and 1 or 1000)
    ok, x = pcall(math.max, i, 5)
    s = s + x
    local t = { pcall(two, i, i + 1) }
    s = s + #t + t[2]
  end
  return s, last
end
line(protect(3))
line(protect(300))
local function tail(f, ...) return pcall(f, ...) end
for i = 1, 60 do
  local ok, a, b = tail(two, i, i)
  if i == 60 then line(ok, a, b, select("#", tail(none)), select("#", tail(three))) end
end

-- Errors: which native catches, messages, tracebacks, handlers that fail.
local function nested(n)
  for i = 1, n do
    local ok, e = pcall(function() local k, m = pcall(error, { i }) error(m) end)
    local ok2, e2 = xpcall(function() return nil + i end, debug.traceback)
    local ok3, e3 = pcall(function() local x = i.y.z end)
    if i == n then line(ok, type(e), e[1], ok2, (e2:gsub("%s+", " ")), ok3, e3) end
  end
end
nested(80)
local function badHandler() error("again") end
for i = 1, 60 do
  local ok, e = xpcall(fails, badHandler, i)
  if i == 60 then line(ok, type(e)) end
end
local function deep(n) local ok, e = pcall(deep, n + 1) return ok and e or n end
line(deep(1) > 100)
local function deeper(n) return 1 + deeper(n + 1) end
for i = 1, 5 do line(pcall(deeper, 1), (select(2, xpcall(deeper, function(m) return #m > 0 end, 1)))) end

-- Coroutines: yields through both.
local C = {}
C.__lt = function(a, b) return coroutine.yield("lt") end
C.__eq = function(a, b) return coroutine.yield("eq") end
C.__le = function(a, b) coroutine.yield("le") error("no order", 0) end
local function new() return setmetatable({}, C) end
local co = coroutine.wrap(function(n)
  local a, b, s = new(), new(), ""
  for i = 1, n do
    local ok, x = pcall(coroutine.yield, "call")
    local ok2, y = pcall(function(v) return coroutine.yield(v) end, "inner")
    local less, equal, unequal = a < b, a == b, a ~= b
    local ok3, e = pcall(function() return a <= b end)
    s = s .. tostring(x) .. tostring(y) .. tostring(less) .. tostring(equal) .. tostring(unequal) .. tostring(ok3) .. e
  end
  return s, #s
end)
local answers, k = { false, 1, nil, "x", true, nil, 0 }, 0
local got, length = co(40)
local seen = { call = 0, inner = 0, lt = 0, eq = 0, le = 0 }
while not length do
  seen[got] = seen[got] + 1
  k = k % 7 + 1
  got, length = co(answers[k])
end
line(length, got:sub(1, 100), seen.call, seen.inner, seen.lt, seen.eq, seen.le)

-- Finalizers, hooks and changed locals while a native waits.
local finalized = 0
local function litter() setmetatable({}, { __gc = function() finalized = finalized + 1 end }) end
local F = {
  __lt = function(a, b) litter() collectgarbage() return nil end,
  __eq = function(a, b) litter() collectgarbage() return 1 end,
}
local function between(n)
  local a, b, s = setmetatable({}, F), setmetatable({}, F), 0
  for i = 1, n do
    local ok, x, y = pcall(function(v) litter() collectgarbage() return v, i end, 3)
    local less, greater, equal, unequal = a < b, a > b, a == b, a ~= b
    if ok == true and x == 3 and y == i and less == false and greater == false and equal == true and unequal == false then s = s + 1 end
    local ok2, x2 = xpcall(function(v) litter() collectgarbage() return v end, handler, 4)
    if ok2 and x2 == 4 then s = s + 1 end
  end
  return s
end
line(between(25))
collectgarbage() collectgarbage()
line(finalized)
local H = { __lt = function(a, b) debug.sethook(function() end, "l") debug.sethook() return 0 end,
            __eq = function(a, b) local i = 1 while debug.getlocal(2, i) do
              if debug.getlocal(2, i) == "changed" then debug.setlocal(2, i, "by metamethod") end i = i + 1 end return nil end }
local function watched(n)
  local a, b, s, changed = setmetatable({}, H), setmetatable({}, H), 0, 1
  for i = 1, n do
    if (a < b) == true then s = s + 1 end
    local v = a ~= b
    if v == true and changed == "by metamethod" then s = s + 1 end
    changed = i
    local ok, x = pcall(function(p) debug.sethook(function() end, "c") debug.sethook() return p end, i)
    if ok and x == i then s = s + 1 end
  end
  return s
end
line(watched(50))

-- Tables that are called.
local K = setmetatable({}, { __call = function(self, ...) return select("#", ...), ... end })
local L = setmetatable({ n = 5 }, { __call = function(self, a, b) return self.n + a + (b or 0) end })
local N = setmetatable({}, { __call = rawequal })
local M = setmetatable({}, { __call = L })
M.n = 1
local function callAll(n)
  local s = 0
  for i = 1, n do
    local c, x = K(i, nil)
    s = s + c + x + L(i) + L(i, i) + L(i, i, i) + (N(N) and 1 or 0) + (N(1) and 1 or 0)
    local ok, e = pcall(L, "x")
    if not ok then s = s + 1 end
  end
  return s
end
line(pcall(callAll, 100))
local function callOne(n) local s = 0 for i = 1, n do s = s + L(i) + K(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20) end return s end
line(callOne(200), pcall(function() for i = 1, 100 do M(i) end end))
line(pcall(function() for i = 1, 100 do local t = i > 90 and {} or L t(i) end end))
