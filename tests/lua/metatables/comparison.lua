-- __eq, __lt and __le: when they run and what becomes of their results.
local calls = 0
local mt = {}
mt.__eq = function(a, b) calls = calls + 1; return a.v == b.v end
mt.__lt = function(a, b) calls = calls + 1; return (type(a) == "table" and a.v or a) < (type(b) == "table" and b.v or b) end
mt.__le = function(a, b) calls = calls + 1; return (type(a) == "table" and a.v or a) <= (type(b) == "table" and b.v or b) end
local function V(v) return setmetatable({v = v}, mt) end
local function show(name, ...) print(name, calls, ...); calls = 0 end
show("eq", V(1) == V(1), V(1) == V(2), V(1) ~= V(1), V(1) ~= V(2))
local a = V(1)
show("eq same", a == a, a ~= a)
show("lt", V(1) < V(2), V(2) < V(1), V(1) > V(2))
show("le", V(1) <= V(1), V(2) <= V(1), V(1) >= V(2))
show("mixed with numbers", V(1) < 2, 2 < V(1), V(1) <= 1, 3 >= V(3), V(5) > 4.5, 0 < V(1))
show("mixed with strings", pcall(function() return V("a") < "b" end))
show("eq with number never", V(1) == 1, 1 == V(1))
-- Results become booleans.
local W = setmetatable({}, {__eq = function() return 1 end, __lt = function() return nil end, __le = function() return "yes" end})
local X = setmetatable({}, getmetatable(W))
show("to boolean", W == X, W ~= X, W < X, W <= X, W > X, W >= X)
local N = setmetatable({}, {__eq = function() end, __lt = function() return 0 end, __le = function() return false, true end})
show("no result", N == setmetatable({}, getmetatable(N)), N < N, N <= N)
-- In conditions and loops.
local n = 0
if V(1) < V(2) then n = n + 1 end
if not (V(1) > V(2)) then n = n + 10 end
if V(1) == V(1) and V(1) ~= V(2) then n = n + 100 end
local i = V(0)
while i < V(3) do i = V(i.v + 1) end
repeat i = V(i.v - 1) until i <= V(0)
show("in conditions", n, i.v)
-- Constants on one side.
show("constants", V(5) < 10, V(5) > 10, 10 < V(5), V(5) <= 5, V(5) >= 5, V(2) < 2.5, -1 < V(0))
-- Sorting.
local list = {V(3), V(1), V(2)}
table.sort(list)
for k, v in ipairs(list) do list[k] = v.v end
print("sorted", table.concat(list, " "))
-- Different metatables with the same function, and different functions.
local eq = function() return true end
local p, q = setmetatable({}, {__eq = eq}), setmetatable({}, {__eq = eq})
print("same function", p == q)
p, q = setmetatable({}, {__eq = function() return true end}), setmetatable({}, {__eq = function() return false end})
print("first decides", p == q, q == p)
p, q = setmetatable({}, {}), setmetatable({}, {__eq = function() return true end})
print("second if first has none", p == q, q == p)
print("table and userdata", setmetatable({}, {__eq = function() return true end}) == io.stdout)
print("not in table access", ({[V(1)] = "x"})[V(1)], rawequal(V(1), V(1)))
print("errors", pcall(function() return setmetatable({}, {__eq = function() error("in eq", 0) end}) == {} end))
print("not callable", pcall(function() return setmetatable({}, {__eq = 1}) == setmetatable({}, {}) end))
print("not callable lt", pcall(function() return setmetatable({}, {__lt = {}}) < 1 end))
print("math.max", (pcall(math.max, 1, {})), math.max(V(1), V(3), V(2)).v, math.min(V(2), V(1)).v)
print("partial order", (function()
  local S = {}
  S.__le = function(x, y) for k in pairs(x) do if not y[k] then return false end end return true end
  S.__lt = function(x, y) return x <= y and not (y <= x) end
  S.__eq = function(x, y) return x <= y and y <= x end
  local function set(...) local s = setmetatable({}, S) for _, k in ipairs {...} do s[k] = true end return s end
  return set(1, 2) <= set(1, 2, 3), set(1, 2) < set(1, 2), set(1) < set(1, 2), set(1, 2) == set(2, 1), set(1) <= set(2), set(1) >= set(2)
end)())
