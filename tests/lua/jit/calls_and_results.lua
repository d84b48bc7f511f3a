-- Calls in hot code: any number of arguments and results wanted, callees of every kind behind one site, varargs,
-- tail calls, deep recursion, many locals.

local function line(...)
  local t = table.pack(...)
  for i = 1, t.n do t[i] = type(t[i]) == "table" and "table" or tostring(t[i]) end
  print(table.concat(t, " ", 1, t.n))
end

-- Callees that return 0 to 10 values, wanted 0 to 10 times, in hot loops.
local sources, callees = {}, {}
for returned = 0, 10 do
  local list = {}
  for i = 1, returned do list[i] = "a + " .. i end
  callees[#callees + 1] = load("local a = ... return " .. table.concat(list, ", "))
  callees[#callees + 1] = load("return function(a) return " .. table.concat(list, ", ") .. " end")()
  callees[#callees + 1] = load("local f = ... return function(a) return f(a) end")(callees[#callees])
  callees[#callees + 1] = load("local f = ... return function(a, ...) return f(a, ...) end")(callees[#callees])
  callees[#callees + 1] = load("return function(a) if a < 0 then return end return " .. table.concat(list, ", ") .. " end")()
end
callees[#callees + 1] = math.abs
callees[#callees + 1] = select
callees[#callees + 1] = tostring
callees[#callees + 1] = string.rep
callees[#callees + 1] = setmetatable({}, { __call = function(self, a, b) return a, b, 3 end })
callees[#callees + 1] = coroutine.wrap(function(a) while true do a = coroutine.yield(a, a, a) end end)
callees[#callees + 1] = pcall
callees[#callees + 1] = 5
callees[#callees + 1] = "text"
for wanted = 0, 10 do
  local names = {}
  for i = 1, wanted do names[i] = "v" .. i end
  local list = table.concat(names, ", ")
  local body = wanted == 0 and "f(a)" or "local " .. list .. " = f(a)"
  sources[wanted] = load("return function(f, a) " .. body .. " return " .. (wanted == 0 and "0" or list) .. " end")()
end
local open = load("return function(f, a) return f(a) end")()
local open2 = load("return function(f, a) return (f(a)), f(a) end")()
local open3 = load("return function(f, a) return {f(a), f(a)} end")()
local open4 = load("return function(f, g, a) return g(7, f(a)) end")()
for round = 1, 3 do
  for i, f in ipairs(callees) do
    local sum = 0
    for wanted = 0, 10 do
      for n = 1, 3 do
        local t = table.pack(pcall(sources[wanted], f, n))
        sum = sum * 7 + t.n
        for k = 2, t.n do
          local v = t[k]
          sum = (sum * 31 + (tonumber(v) or #tostring(v))) % 1000003
        end
      end
    end
    line(round, i, sum, pcall(open, f, 5))
    line(pcall(open2, f, 6))
    local ok, t = pcall(open3, f, 7)
    line(ok, ok and table.unpack(t) or t)
    line(pcall(open4, f, select, 7))
  end
end

-- Arguments: too few, too many, a table, varargs.
local function two(a, b) return a, b end
local function vary(a, ...) return select("#", ...), a, ... end
for i = 1, 300 do
  local n, a, b, c = vary(i, i, nil)
  local d, e = two(i)
  local f, g = two(i, 2, 3, 4)
  local h = { vary(table.unpack({ 1, 2, 3 }, 1, i % 5)) }
  if i % 50 == 0 then line(n, a, b, c, d, e, f, g, #h, table.unpack(h)) end
end

-- Tail calls to everything, from functions with extra arguments, too.
local function last(n, ...) if n == 0 then return "end", select("#", ...) end return last(n - 1, n, ...) end
line(last(0))
line(last(50))
local function pong(n) if n == 0 then return "pong" end return (n % 3 == 0 and last or n % 3 == 1 and math.abs or two)(n) end
for i = 0, 12 do line(pong(i)) end
local even, odd
function even(n) if n == 0 then return true end return odd(n - 1) end
function odd(n) if n == 0 then return false end return even(n - 1, "extra") end
line(even(100000), even(100001))
local object = setmetatable({}, { __call = function(self, n, ...) if n == 0 then return self, "done" end return self(n - 1, ...) end })
line(select(2, object(10000)))

-- Recursion, deep and wide.
local function depth(n) if n == 0 then return 0 end return 1 + depth(n - 1) end
line(depth(10), depth(1000), depth(150000))
local function fib(n) if n < 2 then return n end return fib(n - 1) + fib(n - 2) end
line(fib(20))
local function ack(m, n)
  if m == 0 then return n + 1 end
  if n == 0 then return ack(m - 1, 1) end
  return ack(m - 1, ack(m, n - 1))
end
line(ack(2, 20))
local function list(n) if n == 0 then return end return n, list(n - 1) end
line(select("#", list(180)), (list(30)))
local function forever(n) return 1 + forever(n + 1) end
local ok, message = pcall(forever, 1)
line(ok, (message:gsub("%(.*", "")))
for _ = 1, 3 do line(pcall(function() return depth(1000) end)) end

-- Almost as many locals as there can be, all live across calls and loops.
local names, values = {}, {}
for i = 1, 190 do names[i], values[i] = "l" .. i, tostring(i) end
local many = load("local f = ... local " .. table.concat(names, ",") .. " = " .. table.concat(values, ",") ..
  " for i = 1, 300 do l" .. table.concat({ 1, 50, 100, 150, 190 }, " = f(l190) + i l") .. " = f(l1) + i end return "
  .. table.concat(names, "+"))
line(many(function(x) return x % 1000 end))
line(many(math.abs))

-- A site that sees functions, then what cannot be called.
local function callAny(f) return f(1) end
for _, f in ipairs { two, math.abs, object, two, 7, "s", true, two } do line(f ~= object and pcall(callAny, f)) end
line(pcall(callAny))
