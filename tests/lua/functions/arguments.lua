-- Parameters: missing, extra, defaults, evaluation order, many of them.
local function three(a, b, c) return a, b, c end
print("missing", three(), three(1), three(1, 2))
print("extra", three(1, 2, 3, 4, 5))
print("nil", three(nil, nil, 3))
local log = {}
local function ev(x) log[#log + 1] = x; return x end
three(ev(1), ev(2), ev(3), ev(4))
print("left to right", table.concat(log, " "))
log = {}
;(function() log[#log + 1] = "function"; return three end)()(ev "a", ev "b")
print("function first", table.concat(log, " "))
log = {}
local obj = setmetatable({}, {__index = function(_, k) log[#log + 1] = "lookup " .. k; return function() end end})
obj:m(ev "arg")
print("lookup before arguments", table.concat(log, " "))
log = {}
local _ = ev(1) + ev(2) * ev(3) .. ev(4)
print("operands", table.concat(log, " "))
local function default(x) x = x == nil and "default" or x; return x end
print("defaults", default(), default(nil), default(false), default(0))
local function swap(a, b) a, b = b, a; return a, b end
local x, y = 1, 2
print("by value", swap(x, y)); print("unchanged", x, y)
local t = {1}
local function mutate(t) t[1] = "changed"; t = {}; t[1] = "lost" end
mutate(t); print("tables by reference", t[1])
local names, vals = {}, {}
for i = 1, 150 do names[i] = "p" .. i; vals[i] = i end
local many = load("local function f(" .. table.concat(names, ",") .. ") return p1, p75, p150 end return f")()
print("150 parameters", many(table.unpack(vals)))
print("150 with few", many(1))
local wide = load("return function(...) return select('#', ...), (select(100, ...)) end")()
print("literal arguments", load("local f = ... return f(" .. table.concat(vals, ",") .. ")")(wide))
print("unused parameter", (function(_, _, c) return c end)(1, 2, 3))
print("same name twice", (function(a, a) return a end)(1, 2))
print("self as a name", (function(self) return self end)(5))
print("function as argument", (function(f, ...) return f(...) end)(math.max, 3, 9, 4))
print("immediately called", (function(...) return ... end)(1, 2), (function() return "r" end)())
print("string call", #(function(s) return s end)"literal", (function(t) return #t end){1, 2})
local function ret() return 1, 2, 3 end
print("last argument expands", select("#", ret()), select("#", ret(), ret()), select("#", ret(), 1), select("#", (ret())))
print("recursion with many", (function(f, n) return f(f, n) end)(function(f, n) if n == 0 then return 0 end return n + f(f, n - 1) end, 100))
print("deep recursion", (function() local function d(n) if n == 0 then return 0 end return 1 + d(n - 1) end return d(15000) end)())
local function ack(m, n) if m == 0 then return n + 1 elseif n == 0 then return ack(m - 1, 1) else return ack(m - 1, ack(m, n - 1)) end end
print("ackermann", ack(2, 3), ack(3, 3))
local function hanoi(n, a, b, c) if n == 0 then return 0 end return hanoi(n - 1, a, c, b) + 1 + hanoi(n - 1, c, b, a) end
print("hanoi", hanoi(10, "a", "b", "c"))
print("tak", (function() local function tak(x, y, z) if y >= x then return z end return tak(tak(x - 1, y, z), tak(y - 1, z, x), tak(z - 1, x, y)) end return tak(12, 8, 4) end)())
