-- Programs against speculation on callees, globals and upvalues: functions that are replaced while loops call them, closures of
-- one function with other upvalues, numbers of arguments and results that vary, modules and methods of the library that change.

-- A global function and a global value, assigned in the loop that reads them.
function callee(v) return v + 1 end
factor = 2
local function globals(n, every)
  local sum = 0
  for i = 1, n do
    sum = sum + callee(i) * factor
    if i % every == 0 then
      local k = i // every % 4
      if k == 1 then callee = function(v) return v * 2 end
      elseif k == 2 then callee = function(v, w) return w and 0 or -v end
      elseif k == 3 then callee = setmetatable({}, {__call = function(_, v) return v // 3 end})
      else callee = math.abs end
      factor = k == 2 and 0.5 or k
    end
  end
  return sum
end
print("globals", globals(2000, 1900), globals(2000, 3), globals(2000, 1), globals(2000, 500))
print("globals", pcall(function()
  for i = 1, 1000 do
    callee(i)
    if i == 990 then callee = nil end
  end
end))
callee = function(v) return v end
setmetatable(_G, {__index = function(_, k) return #k end, __newindex = function(t, k, v) rawset(t, k, v) end})
print("globals", globals(100, 50), undefinedGlobal, (function() local s = 0 for i = 1, 1000 do s = s + missing if i == 900 then missing = 100 end end return s end)())
setmetatable(_G, nil)
missing = nil
print("globals", pcall(function() return missing + 1 end))

-- _ENV that changes.
local function environments(n)
  local sum = 0
  local _ENV = {x = 1, next = next}
  for i = 1, n do
    sum = sum + x
    if i == n - 100 then _ENV = {x = 2.5} end
    if i == n - 50 then x = 10 end
    if i == n - 10 then _ENV.x = "4" end
  end
  return sum
end
print("environments", environments(1000), environments(111))

-- One parameter, many functions: of Lua, of the library, closures of one function with different upvalues, callable tables.
local function apply(f, n)
  local sum = 0
  for i = 1, n do sum = sum + (f(i) or 0) end
  return sum
end
local function adder(k) return function(v) return v + k end end
local list = {adder(1), adder(2), adder(0.5), math.sqrt, math.floor, function() end, function(...) return select("#", ...) end,
              setmetatable({}, {__call = function(self, v) return v * 3 end}), adder("7"), tonumber, function(v) return v, v end}
for _ = 1, 40 do apply(list[1], 50) end
for i, f in ipairs(list) do print("apply", i, apply(f, 100)) end
print("apply", pcall(apply, nil, 3))
print("apply", pcall(apply, {}, 3))
print("apply", pcall(apply, error, 3))
local sum = 0
for i = 1, 3000 do sum = sum + (list[i % #list + 1](i) or 0) end
print("apply", sum)

-- Upvalues that others write while a loop reads them; shared and fresh for each round.
local function upvalues(n)
  local v, log = 0, {}
  local function set(x) v = x end
  local function get() return v end
  for i = 1, n do
    v = v + 1
    if i == n - 200 then set(0.5) elseif i == n - 150 then set("5") elseif i == n - 100 then set(1 << 47) end
    if i % (n // 4) == 0 then log[#log + 1] = get() end
  end
  local fresh = {}
  for i = 1, n do
    local w = i
    if i % (n // 5) == 0 then fresh[#fresh + 1] = {function() w = w + 1 return w end, function() return w end} end
    w = w * 2
  end
  for _, pair in ipairs(fresh) do pair[1]() log[#log + 1] = pair[2]() end
  return table.concat(log, " ")
end
print("upvalues", upvalues(1000), upvalues(40))

-- debug.setupvalue, debug.upvaluejoin, debug.setlocal and debug.setmetatable under running loops.
local function joined(n)
  local a, b = 1, 100
  local function readA() return a end
  local function readB() return b end
  local total = 0
  for i = 1, n do
    total = total + readA()
    if i == n - 100 then debug.setupvalue(readA, 1, 2.5) end
    if i == n - 50 then debug.upvaluejoin(readA, 1, readB, 1) end
    if i == n - 20 then b = -1 end
  end
  return total, a, b
end
print("joined", joined(1000), joined(200))
local function poke(name, value)
  for i = 1, 50 do
    local found = debug.getlocal(2, i)
    if found == nil then return end
    if found == name then debug.setlocal(2, i, value) return end
  end
end
local function poked(n)
  local acc, step, text = 0, 1, "x"
  for i = 1, n do
    acc = acc + step
    if i == n - 100 then poke("step", 0.5) end
    if i == n - 60 then poke("acc", 1 << 50) end
    if i == n - 30 then poke("step", "3") end
    if i == n - 10 then poke("text", 12) end
  end
  return acc, step, text
end
print("poked", poked(1000), poked(150))
debug.setmetatable(1, {__index = {double = function(v) return v * 2 end}, __call = function(v, w) return v - w end, __len = function(v) return v end})
print("numbers", (5):double(), (7)(3), #9, (function() local s = 0 for i = 1, 1000 do s = s + i:double() + #i end return s end)())
debug.setmetatable(1, nil)
print("numbers", pcall(function() local s = 0 for i = 1, 1000 do s = s + #i end return s end))

-- Varying arguments and results: every count, spread and cut.
local function count(...) return select("#", ...), ... end
local function spread(n)
  local t, total = {}, 0
  for i = 1, n do
    local k = i < n - 60 and 2 or i % 9
    for j = 1, k do t[j] = j end
    local c, first, second = count(table.unpack(t, 1, k))
    total = total + c * 100 + (first or 7) + (second or 5) + select("#", count(count(table.unpack(t, 1, k))))
    local u = {count(table.unpack(t, 1, k))}
    total = total + #u + (select(-1, 1, table.unpack(t, 1, k)))
  end
  return total
end
print("spread", spread(50), spread(1000))
local function tail(n, ...)
  if n == 0 then return select("#", ...), ... end
  if n % 3 == 0 then return tail(n - 1, n, ...) end
  return tail(n - 1, ...)
end
for _ = 1, 50 do tail(20) end
print("tail", (tail(600)), select(5, tail(30)))
local function even(n) if n == 0 then return true end return odd(n - 1) end
function odd(n) if n == 0 then return false end return even(n - 1) end
print("tail", even(5000), odd(5000), even(0), odd(1))
local old = odd
function odd(n) if n == 100 then odd = old return "changed" end return even(n - 1) end
print("tail", even(2001), even(2001))

-- The library's own functions, replaced and restored under a loop that has them in tables and locals.
local function library(n)
  local out, total = {}, 0
  local floor = math.floor
  for i = 1, n do
    total = total + math.floor(i / 2) + floor(i / 3) + #tostring(i) + ("x"):len() + math.max(i, 3) + select("#", i, i)
    if i == n - 100 then floor = math.ceil math.floor = function() return 1 end end
    if i == n - 50 then string.len = function() return 10 end end
    if i == n - 20 then select = function() return 0 end end
  end
  return total
end
local floor, len, sel = math.floor, string.len, select
print("library", library(1000))
math.floor, string.len, select = floor, len, sel
print("library", library(120))
math.floor, string.len, select = floor, len, sel
print("library", math.floor(2.5), ("abc"):len(), select("#", 1, 2, 3))

-- Iterators that change while the loop runs.
local function iterate(n)
  local t, seen = {}, 0
  for i = 1, n do t[i] = i end
  for i, v in ipairs(t) do
    seen = seen + v
    if i == n // 2 then t[n] = nil setmetatable(t, {__index = function(_, k) return k < n + 20 and 0.5 or nil end}) end
  end
  local state, again = 0, false
  for v in function() state = state + 1 return state < n and state or nil end do
    seen = seen + v
    if v == n - 5 and not again then state, again = "1", true end
    if v == n - 3 then break end
  end
  return seen
end
print("iterate", iterate(1000), pcall(iterate, 6))
