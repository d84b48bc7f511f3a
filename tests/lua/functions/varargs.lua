-- Variable arguments: the expression ... everywhere, select, nils, adjustment.
local function count(...) return select("#", ...) end
local function pass(...) return ... end
local function first(...) local a = ...; return a end
local function three(...) local a, b, c = ...; return a, b, c end
print("count", count(), count(nil), count(nil, nil), count(1, nil, 3, nil))
print("pass", pass(), pass(1, 2, 3))
print("in the middle", pass(1, 2), pass(3, 4))
print("parenthesised", (pass(1, 2)), (pass()))
print("first", first(), first(nil, 2), first(5, 6))
print("three", three(1), three(1, 2, 3, 4))
local function fixed(a, b, ...) return a, b, count(...), ... end
print("fixed", fixed())
print("fixed", fixed(1))
print("fixed", fixed(1, 2))
print("fixed", fixed(1, 2, 3, nil))
local function middle(...) return ..., "end" end
print("adjusted to one", middle(1, 2, 3), middle())
local function sum(...) local s = 0 for _, v in ipairs {...} do s = s + v end return s end
print("sum", sum(), sum(1, 2, 3), sum(table.unpack {4, 5, 6}))
local function sel(...) local t = {} for i = 1, select("#", ...) do t[i] = tostring((select(i, ...))) end return table.concat(t, " ") end
print("select loop", sel(1, nil, "x", false))
print("in table", #{pass(1, 2, 3)}, #{pass(1, 2, 3), 4}, #{...})
print("main chunk has none", select("#", ...), ...)
local function inexpr(...) return (... or "none"), ... == nil, not ... end
print("in expressions", inexpr(), inexpr(false), inexpr(1))
print("arithmetic", (function(...) return ... + 1 end)(41, 5), (function(...) return -... end)(3, 4), (function(...) return #... end)("abc", "d"))
print("concat", (function(...) return ... .. "!" end)("a", "b"))
print("call of vararg", (function(...) return (...)(2) end)(math.sqrt))
print("index of vararg", (function(...) return (...).x, (...)[1] end)({x = "field", "one"}))
local function nested(...) local a = {...}; return function(...) return #a, select("#", ...) end end
print("nested", nested(1, 2, 3)(4, 5))
print("not visible inside", load("return function(...) return function() return ... end end"))
local function change(a, ...) a = 10; return a, ... end
print("assigning a parameter", change(1, 2, 3))
local function recur(n, ...) if n == 0 then return count(...), ... end return recur(n - 1, n, ...) end
print("recursion", recur(5))
local function loop(...) local out = {} for i, v in ipairs {...} do out[#out + 1] = i .. v end return table.concat(out, ",") end
print("loop", loop("a", "b", "c"))
local big = {}
for i = 1, 250 do big[i] = i end
print("many", count(table.unpack(big)), (select(250, table.unpack(big))), (select(-1, table.unpack(big))))
for i = 251, 5000 do big[i] = i end
print("very many", count(table.unpack(big)), (select(4999, table.unpack(big))), #{table.unpack(big)}, sum(table.unpack(big)))
print("pcall", pcall(pass, 1, nil, 3), select("#", pcall(pass, nil, nil)))
print("string method", ("%s %s"):format(pass("a", "b", "c")))
local p = table.pack(pass(nil, nil))
print("pack", p.n, #p == 0 or #p == 2)
print("multiple assignment", (function(...) local a, b = ..., "second"; return a, b end)(1, 2))
print("for", (function(...) local r = {} for k in ... do r[#r + 1] = k end return #r end)(next, {1, 2, 3}))
print("method", (function(...) return ... end)(("x"):rep(2), ("y"):rep(2)))
print("vararg in goto loop", (function(...) local i, s = 1, "" ::t:: if i <= select("#", ...) then s = s .. select(i, ...); i = i + 1; goto t end return s end)("a", "b", "c"))
