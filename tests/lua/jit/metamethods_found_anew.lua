-- Metamethods that compiled code calls by itself: which one is called when metatables change, functions with fewer or
-- more parameters than arguments, chains of __index and __newindex, operands on either side, depth, collections.

local function line(...)
  local t = table.pack(...)
  for i = 1, t.n do t[i] = tostring(t[i]) end
  print(table.concat(t, " ", 1, t.n))
end

local A, B = {}, {}
local function new(mt, x) return setmetatable({ x = x }, mt) end

-- The metamethod changes while the loop runs: another function, none, one of the right operand, a late one.
local function sum(a, b, n, at)
  local r
  for i = 1, n do
    if at[i] then at[i]() end
    r = a + b
    if r ~= i and type(r) == "number" then return i, r end
  end
  return r
end
local a, b = new(A, 1), new(B, 2)
A.__add = function(p, q) return "A" end
B.__add = function(p, q) return "B" end
for _ = 1, 30 do
  line(sum(a, b, 40, {}), sum(b, a, 40, {}), sum(1.5, b, 40, {}), sum(a, "x", 40, {}))
end
line(sum(a, b, 300, { [150] = function() A.__add = function() return 77 end end }))
line(sum(a, b, 300, { [150] = function() A.__add = nil end }))
A.__add = function(p, q) return p.x end
line(pcall(sum, a, b, 300, { [150] = function() A.__add = nil B.__add = nil end }))
for i = 1, 5000 do A["field" .. i] = i end -- a metatable that becomes a dictionary
A.__add = function(p, q) return "after" end
line(sum(a, b, 300, {}), sum(b, a, 300, { [200] = function() setmetatable(b, A) end }))
line(sum(a, b, 300, { [150] = function() A.__add = function() return "again" end end }))

-- Fewer parameters, more, any number; natives.
local function all(o, n)
  local count = 0
  for i = 1, n do
    local m, l, s, c, p, q = -o, #o, o - i, ~o, o ^ 2, o // i
    if m == "m" and l == "l" and s == "s" and c == "c" and p == "p" and q == 3 then count = count + 1 end
    if o < o then count = count + 1 end
    if o <= 5 then count = count + 1 end
    if o > 5 then count = count + 1 end
    if 7 >= o then count = count + 1 end
  end
  return count
end
local C = {
  __unm = function(p) return "m" end,
  __len = function() return "l" end,
  __sub = function(p, q, r, s) return r == nil and s == nil and "s" end,
  __bnot = function(...) return select("#", ...) == 2 and "c" end,
  __pow = function(p, q) local x, y, z = p, q, nil return z == nil and y == 2 and x.x == 9 and "p" end,
  __idiv = function() return 3, 4 end,
  __lt = function(p, q) return rawequal(p, q) and 1 or nil end,
  __le = function(p) return type(p) == "number" end,
}
line(all(new(C, 9), 10), all(new(C, 9), 300))
line(all(setmetatable({ x = 9 }, C), 300))

-- Chains: the last table is asked; an own field keeps it away.
local asked = {}
local last = setmetatable({}, { __index = function(t, k) asked[#asked + 1] = t return k end,
                                __newindex = function(t, k, v) asked[#asked + 1] = t end })
local middle = setmetatable({ own = "middle" }, { __index = last, __newindex = last })
local first = setmetatable({ own1 = 1 }, { __index = middle, __newindex = middle })
local function chain(t, n)
  local k = 0
  for i = 1, n do
    if t.missing == "missing" and t.own == "middle" and t[i] == i and t[i + 0.5] == i + 0.5 then k = k + 1 end
    t.missing = i
    t[i] = i
    t.own1 = i
  end
  return k
end
line(chain(first, 200), first.own1, #asked, rawget(first, "missing"), rawget(middle, 1), rawget(last, 1))
local odd = 0
for i = 1, #asked do if asked[i] ~= last then odd = odd + 1 end end
line(odd)
rawset(first, "missing", "there")
line(first.missing, chain(first, 100), first.missing)

-- Equality of the same table, of different types, by the right operand.
local E = { __eq = function(p, q) return p.x == q.x end }
local function equal(p, q, n)
  local yes = 0
  for i = 1, n do
    if p == q then yes = yes + 1 end
    if p ~= q then yes = yes + 1000 end
    local v = p == q
    if v == true then yes = yes + 1000000 end
  end
  return yes
end
local e1, e2, e3, plain = new(E, 1), new(E, 1), new(E, 2), {}
line(equal(e1, e2, 100), equal(e1, e3, 100), equal(e1, e1, 100), equal(e1, 1, 100), equal(plain, e1, 100))
plain.x = 1
line(equal(plain, e1, 100), equal(plain, plain, 100), equal(plain, {}, 100))

-- Depth: a metamethod that needs itself; an error at the bottom, and a stack that is full.
local D = {}
D.__add = function(p, n) if n == 0 then error("bottom", 0) end return p + (n - 1) end
D.__index = function(t, n) return n == 0 and 0 or 1 + t[n - 1] end
local d = setmetatable({}, D)
for i = 1, 40 do
  local ok, e = pcall(function() return d + 50 end)
  if i % 20 == 0 then line(ok, e, d[100]) end
end
D.__sub = function(p, n) return (p - (n + 1)) + 0 end
local ok, e = pcall(function() return d - 1 end)
line(ok, (tostring(e):find("overflow", 1, true)) ~= nil)

-- Garbage and collections inside metamethods.
local G = {}
G.__concat = function(p, q) local t = {} for i = 1, 20 do t[i] = { i } end return #t end
G.__mul = function(p, q) local s = p.x * (type(q) == "number" and q or q.x) return setmetatable({ x = s % 1000003 }, G) end
local function garbage(n)
  local g, k = setmetatable({ x = 3 }, G), 0
  for i = 1, n do
    g = g * 5 * g
    k = k + (g .. i) + ("a" .. g)
    if i % 50 == 0 then collectgarbage() end
  end
  return g.x, k
end
line(garbage(400))

-- Yields out of metamethods, and who called.
local Y = {
  __add = function(p, q) return coroutine.yield(q) end,
  __lt = function(p, q) return coroutine.yield(debug.getinfo(1, "n").name) end,
  __index = function(t, k) return coroutine.yield(debug.getinfo(1, "n").name) end,
  __unm = function(p) local t = debug.traceback("m", 1) return (t:gsub("%s+", " ")) end,
}
local function yields(y, n)
  local s = 0
  for i = 1, n do
    s = s + (y + i)
    if y < i then s = s + 1 end
    s = s + y.name
  end
  return s, -y
end
local co = coroutine.wrap(yields)
local r, text = co(setmetatable({}, Y), 60)
local names = {}
while type(r) ~= "number" or not text do
  if type(r) == "string" then names[r] = (names[r] or 0) + 1 end
  r, text = co(type(r) == "string" and 2 or r)
end
line(r, text)
line(names.lt, names.index, next(names, next(names, next(names))))
