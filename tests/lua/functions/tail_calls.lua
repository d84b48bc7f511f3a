-- Tail calls do not grow the stack; what is and is not one.
local function loop(n) if n > 0 then return loop(n - 1) end return "done" end
print("self", loop(1000000))
local even, odd
function even(n) if n == 0 then return true end return odd(n - 1) end
function odd(n) if n == 0 then return false end return even(n - 1) end
print("mutual", even(300001))
local function count(n, ...) if n == 0 then return select("#", ...) end return count(n - 1, ...) end
print("with varargs", count(100000, 1, nil, 3))
local obj = {n = 0}
function obj:step(k) self.n = self.n + 1; if k == 0 then return self.n end return self:step(k - 1) end
print("method", obj:step(200000))
local callable = setmetatable({}, {__call = function(self, n) if n == 0 then return "called" end return self(n - 1) end})
print("__call", callable(100000))
local function different(n, a, b, c, d) if n == 0 then return a, b, c, d end return different(n - 1, b, c, d, n) end
print("arguments rotate", different(10, "a", "b", "c", "d"))
local function grow(n) if n == 0 then return "grown" end return (function(...) return grow(n - 1) end)(n, n, n, n, n, n, n, n) end
print("bigger frames", grow(50000))
local function andor(n) return n == 0 and "end" or andor(n - 1) end
print("and/or is not a tail call", andor(1000))
local function paren(n) if n == 0 then return 1, 2 end return (paren(n - 1)) end
print("parentheses", paren(100))
local function two(n) if n == 0 then return "a", "b" end return two(n - 1) end
print("many results", two(1000))
-- The caller is gone from the traceback.
local function inner() error("here", 2) end
local function outer() return inner() end
print("level 2 of a tail call", pcall(outer))
local function inner3() local t = {} for l = 0, 6 do local i = debug.getinfo(l, "Slnt"); if i then t[#t + 1] = tostring(i.name) .. ":" .. tostring(i.istailcall) end end return table.concat(t, " ") end
local function outer3() return inner3() end
print("info", outer3())
local function notail() local r = inner3(); return r end
print("info", notail())
print("pcall in tail position", (function() return pcall(error, "x", 0) end)())
print("library function", (function() return math.max(1, 5, 3) end)(), (function() return ("x"):rep(3) end)())
print("error", pcall(function() local t = {}; return t.x.y() end))
print("not callable", pcall(function() local nothing; return nothing() end))
print("not callable field", pcall(function() local t = {}; return t.f(1) end))
print("coroutine", coroutine.wrap(function() return coroutine.yield("y") end)())
local co = coroutine.wrap(function(n) local function f(k) if k == 0 then return coroutine.yield("deep") end return f(k - 1) end return f(n) end)
print("yield after tail calls", co(100000), co("resumed"))
local steps = 0
local function machine(state, n) steps = steps + 1; if state == "a" then return machine("b", n) elseif state == "b" then if n == 0 then return "halt" end return machine("a", n - 1) end end
print("states", machine("a", 1000), steps)
