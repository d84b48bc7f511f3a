-- Where a statement begins with a parenthesis, and other places that separators matter.
local function f(x) io.write("f(", tostring(x), ") "); return f2 end
function f2(x) io.write("f2(", tostring(x), ") "); return f end
local a = f
(1) (2)
print("call goes on over the line break", a == f)
local b = f;
(print)("separate statement")
print("f is still", b == f)
local t = {f, (f), f
(5)}
print("in constructor", #t, t[3] == f2)
;(function() print("after semicolon") end)();
(function() print("again") end)()
local s = "x"; ("y"):rep(2)
local r = #"abc" + ("de"):len()
print("strings", r)
local g = function(...) return select("#", ...) end
print("call kinds", g "s", g {}, g [[l]], g(1, 2), g())
print("chained", (function() return function(x) return x end end)()"c", ("x"):rep(3):upper():len())
local o = {m = function(self, x) return self, x end}
print("method with string", select(2, o:m "s"), select(2, o:m {}) ~= nil, select(2, o:m [[l]]))
do local x = 1 local y = 2 print("two locals", x, y) end
local x = 1; local y = -x
print("unary after semicolon", y)
local z = x
-1
print("minus continues", z)
return print("return at end", 1)
