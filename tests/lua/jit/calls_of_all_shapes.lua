-- Calls from compiled code that a call site leaves to the stubs: too few and too many arguments, variable arguments,
-- natives with none, one and several results, iterators, tables changed by the loop that walks them.

local function line(...)
  local t = table.pack(...)
  for i = 1, t.n do t[i] = tostring(t[i]) end
  print(table.concat(t, " ", 1, t.n))
end

-- Parameters and arguments in every combination; locals behind the parameters begin as nil.
local by = {
  [0] = function() local a, b return a, b, "0" end,
  function(x) local a, b return x, a, b end,
  function(x, y) local a return x, y, a end,
  function(x, y, z) local a, b, c return x, y, z, a, b, c end,
  function(...) local a, b return select("#", ...), a, b, ... end,
  function(x, ...) local a return x, a, select("#", ...), ... end,
  function(x, y, z, ...) return x, y, z, select("#", ...), (...) end,
}
local function callAll(f)
  local a = f()
  local b, c = f(1)
  local d, e, g = f(1, 2)
  f(1, 2, 3)
  local t = { f(1, 2, 3, 4, 5) }
  return a, b, c, d, e, g, #t, (f(nil, 2)), f(7, 8, 9)
end
for round = 1, 60 do
  for n = 0, 6 do
    if round % 30 == 0 then line(n, callAll(by[n])) else callAll(by[n]) end
  end
end
local function spread(...) return by[3](...) end
for i = 1, 100 do
  local t = {}
  for k = 1, i % 9 do t[k] = k end
  if i > 91 then line(spread(table.unpack(t))) line(by[5](table.unpack(t))) end
end
-- So many arguments that the stack has to grow, for functions that take them and functions that do not.
local many = {}
for i = 1, 3000 do many[i] = i end
for i = 1, 40 do
  local a, b, c = by[3](table.unpack(many))
  local n = by[4](table.unpack(many))
  if i == 40 then line(a, b, c, n) end
end
local function deep(n, ...) if n == 0 then return select("#", ...) end return (deep(n - 1, n, ...)) end
for i = 1, 20 do deep(i) end
line(deep(150))
line(pcall(function() local function down(a, b, c) return 1 + down(a) end return down(1, 2, 3, 4) end))

-- Natives: no result, fewer than wanted, more than wanted, open lists, errors.
local none, several = table.sort, string.byte
for i = 1, 100 do
  local a = none({}) local b, c = none({}) local d, e, f, g = several("abc", 1, 3)
  local t = { several("abcdefgh", 1, i % 9) }
  local s = string.format("%d %s", several("z"), select("#", none({})))
  if i > 98 then line(a, b, c, d, e, f, g, #t, s) end
end
for i = 1, 100 do
  local ok, e = pcall(string.rep, "x", -1)
  local bad, message = pcall(function() return string.rep() end)
  local bad2, message2 = pcall(function() local x = string.rep({}, i) return x end)
  if i == 100 then line(ok, e, bad, message, bad2, message2) end
end

-- Walks: elements, dictionaries, both, nothing; what a loop may change on its way.
local function walk(t) local n, s = 0, 0 for k, v in pairs(t) do n = n + 1 if type(v) == "number" then s = s + v end end return n, s end
local function iwalk(t) local n = 0 for i, v in ipairs(t) do n = n + i * v end return n end
for i = 1, 60 do
  local t = { 1, 2, 3, nil, 5, x = 1, y = 2, [100] = 7, [-1] = 8, [0] = 9, [1.5] = 10 }
  local n, s = walk(t)
  local u = iwalk(t)
  local e, es = walk({})
  local behind = { [1] = 1, [2] = 2 } behind.x = 1 behind[3] = 3
  if i == 60 then line(n, s, u, e, es, iwalk({}), iwalk(behind), walk(behind)) end
end
for i = 1, 60 do
  local t = { 1, 2, 3, 4, 5, 6, a = 7, b = 8 }
  local n = 0
  for k, v in pairs(t) do t[k] = nil n = n + v end
  local grown = 0
  local g = { 1, 2, 3 }
  for k, v in ipairs(g) do if k < 50 then g[k + 3] = v end grown = grown + 1 end
  local cut = { 1, 2, 3, 4 }
  local seen = 0
  for k, v in ipairs(cut) do cut[k + 1] = nil seen = seen + 1 end
  if i == 60 then line(n, next(t), grown, #g, seen, #cut) end
end
local proxy = setmetatable({ 1, 2 }, { __index = function(_, k) if k < 6 then return k * 10 end end })
local pairsOf = setmetatable({}, { __pairs = function(t) return function(_, k) k = (k or 0) + 1 if k < 4 then return k, k * k, "third" end end, t, nil end })
for i = 1, 60 do
  local s, p, third = 0, 0, nil
  for _, v in ipairs(proxy) do s = s + v end
  for k, v, w in pairs(pairsOf) do p = p + v third = w end
  for k, v, w, x in next, { 1, 2 } do third = w or x or third end
  if i == 60 then line(s, p, third) end
end
line(pcall(function() for i = 1, 9 do for k in next, { a = 1 }, "b" do line(k) end end end))
line(pcall(function() for k in next, { 1 }, 0 do line(k) end end))
line(pcall(function() for i = 1, 9 do for k in ipairs(), 1 do end end end))
local hashed = {}
for i = 1, 50 do hashed[i * 7919] = i end
for i = 1, 20 do
  local s = 0
  for k, v in pairs(hashed) do s = s + k * v % 7 end
  if i == 20 then line(s) end
end

-- A generator as iterator: a coroutine that is switched to at every step.
local function range(n) return coroutine.wrap(function() for i = 1, n do coroutine.yield(i, -i) end end) end
local total = 0
for i = 1, 60 do for a, b in range(i) do total = total + a * 2 + b end end
line(total)
local pump = coroutine.create(function(...) local n = 0 while true do n = n + select("#", ...) coroutine.yield() coroutine.yield(n) coroutine.yield(n, nil, "x", nil) end end)
for i = 1, 60 do
  local a = coroutine.resume(pump, 1, 2, i)
  local b, c = coroutine.resume(pump)
  local t = table.pack(coroutine.resume(pump))
  if i == 60 then line(a, b, c, t.n, table.unpack(t, 1, t.n)) end
end

-- Tail calls: other numbers of arguments, variable ones, natives that give one value, several, none, errors.
local function t0(...) return by[0](...) end
local function t2(a, b, ...) return by[2](b, ...) end
local function t3(...) return by[3](...) end
local function t4(...) return by[4](1, ...) end
local function t6(a, ...) return by[6](...) end
local function lower(s) return s:lower() end
local function bytes(s, n) return string.byte(s, 1, n) end
local function nothing(t) return table.sort(t) end
local function floor(x) return math.floor(x) end
local function sum(n, s) if n == 0 then return s end return sum(n - 1, s + n) end
local function spill(n, ...) if n == 0 then return select("#", ...) end return spill(n - 1, n, ...) end
local function class(i) return setmetatable({ i = i }, { __call = function(self, a, ...) return self.i, a, ... end }) end
local function through(o, ...) return o(...) end
for i = 1, 60 do
  local a, b, c = t0(i, i) local d, e = t2(1, 2, 3, 4) local f = t3(i)
  local g = { t4(table.unpack(many, 1, i % 7)) }
  local h = { t6(table.unpack(many, 1, i % 9)) }
  local k, l, m = bytes("abc", 2)
  local all = { bytes("abcdef", i % 7) }
  local x, y = nothing({ 2, 1 })
  local o, p, q = through(class(i), 8, 9)
  floor(1.5)
  if i % 20 == 0 then
    line(a, b, c, d, e, f, #g, g[1], #h, h[2], k, l, m, #all, x, y, lower("ABC"), floor(2.5), sum(500, 0), spill(i), o, p, q)
  end
end
for i = 1, 60 do
  local ok, e = pcall(floor, {})
  local ok2, e2 = pcall(lower, nil)
  local ok3, e3 = pcall(function(x) return x() end, nil)
  if i == 60 then line(ok, e, ok2, e2, ok3, e3) end
end
local tails = coroutine.wrap(function(...) local function give(...) return coroutine.yield(...) end while true do line(give(...)) end end)
for i = 1, 4 do line(tails(i, "in")) end
print((select(2, pcall(function() local function bad(...) return error("tail", 1) end return bad(1, 2) end))))
