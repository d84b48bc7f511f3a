-- Closures: sharing, lifetimes, loops, recursion, deep nesting.
local function counter(start)
  local n = start or 0
  return {inc = function() n = n + 1; return n end, dec = function() n = n - 1; return n end, get = function() return n end}
end
local a, b = counter(), counter(10)
a.inc(); a.inc(); b.dec()
print("counters", a.get(), b.get())
local function adder(x) return function(y) return function(z) return x + y + z end end end
print("curried", adder(1)(2)(3), adder(10)(20)(30))
local fs = {}
for i = 1, 3 do fs[i] = function(d) i = i + (d or 0); return i end end
print("loop variables", fs[1](5), fs[1](), fs[2](), fs[3](1))
fs = {}
for _, v in ipairs {"x", "y"} do fs[#fs + 1] = function() v = v .. "!"; return v end end
print("generic loop", fs[1](), fs[1](), fs[2]())
fs = {}
local i = 1
while i <= 3 do local j = i; fs[i] = function() j = j + 1; return j, i end; i = i + 1 end
print("while", fs[1]()); print("while", fs[1]()); print("while", fs[3]())
local function fib() local x, y = 0, 1; return function() x, y = y, x + y; return x end end
local g = fib()
local out = {}
for k = 1, 10 do out[k] = g() end
print("generator", table.concat(out, " "))
local function memo(f) local cache, calls = {}, 0; return function(x) if cache[x] == nil then calls = calls + 1; cache[x] = f(x) end return cache[x], calls end end
local sq = memo(function(x) return x * x end)
sq(3); sq(3); sq(4)
print("memo", sq(3))
local function mutual() local even, odd; function even(n) if n == 0 then return true end return odd(n - 1) end
  function odd(n) if n == 0 then return false end return even(n - 1) end; return even, odd end
local even, odd = mutual()
print("mutual", even(100), odd(7), even(7))
local function depth(n) if n == 0 then return function() return "bottom" end end local v = n; local f = depth(n - 1); return function() return v .. f() end end
print("nested", depth(5)())
local src = {}
for k = 1, 60 do src[#src + 1] = "local v" .. k .. " = " .. k .. " return function() " end
src[#src + 1] = "return v1 + v30 + v60 "
for k = 1, 60 do src[#src + 1] = "end " end
local f = load(table.concat(src))
for k = 1, 60 do f = f() end
print("60 levels", f())
local up = {}
for k = 1, 100 do up[k] = "local u" .. k .. " = " .. k end
local use = {}
for k = 1, 100 do use[k] = "u" .. k end
print("100 upvalues", load(table.concat(up, " ") .. " return function() return " .. table.concat(use, "+") .. " end")()())
local function shared() local v = 0; local function w(x) v = x end; local function r() return v end; return w, r end
local w, r = shared(); w(5); print("shared", r()); w "text"; print("shared", r())
local function param(p) return function() p = p + 1; return p end, function() return p end end
local p1, p2 = param(1); p1(); p1(); print("parameter captured", p2())
local function va(...) local t = {...}; return function() return table.unpack(t) end end
print("vararg captured by table", va(1, 2, 3)())
print("same function value", (function() return 1 end) == (function() return 1 end))
do local x = 1; local function get() return x end; x = 2; local y = get(); x = 3; print("sees updates", y, get()) end
local function early(c) local v = 1; local f = function() return v end; if c then v = 2; return f end v = 3; return f end
print("paths", early(true)(), early(false)())
local obj = (function() local private = 0; local M = {}; function M.add(n) private = private + n; return M end; function M.value() return private end; return M end)()
print("module", obj.add(1).add(2).value(), obj.private)
local compose = function(...) local l = {...}; return function(x) for k = #l, 1, -1 do x = l[k](x) end return x end end
print("compose", compose(function(x) return x + 1 end, function(x) return x * 2 end)(5))
local rec; rec = function(n) return n == 0 and 0 or n + rec(n - 1) end
print("recursive local", rec(100))
local Y = function(h) return (function(x) return x(x) end)(function(x) return h(function(...) return x(x)(...) end) end) end
print("fixed point", Y(function(self) return function(n) return n < 2 and 1 or n * self(n - 1) end end)(10))
