-- Metamethods that are functions, called from compiled loops, which go on where they were: results that are none or
-- many, branches both ways, natives, yields, errors and their names, tracebacks, recursion through the same site.

local function line(...)
  local t = table.pack(...)
  for i = 1, t.n do t[i] = tostring(t[i]) end
  print(table.concat(t, " ", 1, t.n))
end

local log = {}
local M = {}
local function new(x) return setmetatable({ x = x }, M) end
M.__add = function(a, b) return new((type(a) == "table" and a.x or a) + (type(b) == "table" and b.x or b)) end
M.__sub = function(a, b) return a.x - b.x, "dropped" end
M.__mul = function() end
M.__div = math.max and function(a, b) return select("#", a, b) end
M.__unm = function(a) return new(-a.x) end
M.__len = function(a) return a.x end
M.__eq = function(a, b) return a.x == b.x end
M.__lt = function(a, b) return a.x < b.x and "yes" end
M.__le = function(a, b) return a.x <= b.x or nil end
M.__concat = function(a, b) return "<" .. (type(a) == "table" and a.x or a) .. "|" .. (type(b) == "table" and b.x or b) .. ">" end
M.__call = function(self, a, ...) return self.x, a, select("#", ...) end
M.__index = function(t, k) return k == "self" and t or k end
M.__newindex = function(t, k, v) log[#log + 1] = tostring(k) .. "=" .. tostring(v) return "dropped" end

local function all(n)
  local s, one, count, text = new(0), new(1), 0, ""
  local less, notLess, equal, unequal, atMost = 0, 0, 0, 0, 0
  for i = 1, n do
    s = s + one
    s = s + 0
    local d, nothing, two = s - one, s * one, s / one
    if nothing == nil then count = count + d + two end
    if s < one then less = less + 1 else notLess = notLess + 1 end
    if s == one then equal = equal + 1 end
    if s ~= one then unequal = unequal + 1 end
    if one <= s then atMost = atMost + 1 end
    local flag = s < one
    local neg = -s
    count = count + #neg + #s + (flag and 1 or 0)
    local x, a, m = s(i, nil, nil)
    count = count + x + a + m
    s.field = i
    s[i] = s.name
    s[i + 0.5] = nil
    local r = s[7] + s.self.x
    count = count + r
    text = s .. "-" .. one .. i
    while not (one == s or one < s) do s = s + one end
  end
  return s.x, count, less, notLess, equal, unequal, atMost, text
end
for i = 1, 4 do log = {} line(all(10 * i)) line(#log, log[1], log[2], log[#log]) end

-- Natives as metamethods, and metamethods that fail: names, positions, tracebacks.
local N = setmetatable({}, { __index = rawlen and function(t, k) return rawlen(k) end, __add = math.max, __lt = rawequal, __len = type, __concat = select, __newindex = rawset })
for i = 1, 60 do
  local ok, e = pcall(function() return N + 1 end)
  local l, c = #N, N["abc"]
  N[i] = i
  local f = N < N
  if i == 60 then line(ok, e == N, l, c, f, rawget(N, 60)) end
end
local B = setmetatable({}, {
  __add = function() error("in add") end, __index = function(_, k) error({ k }) end, __eq = function() error("in eq", 2) end,
  __newindex = function(_, k) error("in newindex " .. k, 2) end, __lt = function() return nil + 1 end, __call = function(self, x) return x.y.z end,
})
local operations = {
  function(i) local r = B + i return r end, function(i) local r = B[i] return r end, function() return B == setmetatable({}, getmetatable(B)) end,
  function(i) B[i] = 1 end, function() if B < B then return 1 end end, function() local r = B(B and {}) return r end,
}
for i = 1, 30 do
  for k, f in ipairs(operations) do
    local ok, e = pcall(f, i)
    if i == 30 then line(k, ok, type(e) == "table" and e[1] or e) end
  end
end
local T = setmetatable({}, { __add = function() return (debug.traceback("trace"):gsub("%s+", " "):sub(1, 150)) end })
local function traced() local r for i = 1, 50 do r = T + i end return r end
line(traced())

-- Yields from metamethods in a compiled loop, and recursion through one site.
local Y = setmetatable({}, { __add = function(_, b) return coroutine.yield(b) end, __index = function(_, k) return coroutine.yield(k) end,
  __newindex = function(_, k, v) coroutine.yield(v) end, __lt = function(_, b) return coroutine.yield("lt") end })
local co = coroutine.wrap(function()
  local s = 0
  for i = 1, 50 do
    s = s + (Y + i)
    s = s + Y[i]
    Y[i] = s
    if Y < Y then s = s + 1 else s = s + 2 end
  end
  return "end", s
end)
local v, s = co()
while v ~= "end" do v, s = co(v == "lt" and #tostring(v) == 3 or v) end
line(v, s)
local R
R = setmetatable({}, { __add = function(a, n) if n == 0 then return 0 end local r = a + (n - 1) return r + n end })
local function recurse(n) local r for i = 1, n do r = R + i end return r end
line(recurse(40), recurse(150))
local deep = setmetatable({}, { __index = function(t, k) return t[k + 1] end })
line(pcall(function() local r for i = 1, 3 do r = deep[i] end return r end))
for i = 1, 3 do
  local closed = {}
  local function scoped(n)
    for k = 1, n do
      local a <close> = setmetatable({}, { __close = function(_, e) closed[#closed + 1] = k end })
      local b <close> = k % 2 == 0 and setmetatable({}, { __close = function() closed[#closed + 1] = -k end }) or nil
      if k == n then return #closed end
    end
  end
  line(scoped(30), #closed, closed[1], closed[#closed])
end
