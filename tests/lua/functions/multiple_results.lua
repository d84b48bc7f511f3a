-- Adjustment of results: too few, too many, truncated, expanded.
local function none() end
local function one() return 1 end
local function two() return 1, 2 end
local function five() return 1, 2, 3, 4, 5 end
local function n(...) return select("#", ...) end
print("statement call", n(none()), n(one()), n(two()), n(five()))
print("call in middle", n(five(), 0), n(none(), 0), n(none(), none()), n(two(), two(), two()))
print("parentheses", n((five())), n((none())), n((two()), (two())))
local a, b, c = two(); print("fewer", a, b, c)
a, b = five(); print("more", a, b)
a, b, c = none(); print("none", a, b, c)
a, b, c = 0, two(), 9; print("middle", a, b, c)
local t = {five(), five()}; print("table", #t)
t = {five(), nil}; print("table with nil", #t >= 1, t[1], t[2])
t[1], t[2], t[3] = five(), two(); print("assign", t[1], t[2], t[3])
print("operators", two() + 10, two() .. "x", -two(), not none(), #{} == 0 and five())
print("comparison", two() == 1, none() == nil, five() < two() + 1)
print("and or", (two() and five()), none() or two(), n(nil or five()))
if two() then print("condition uses first") end
if none() then print("never") else print("none is nil") end
print("index", ({10, 20})[two()], ({five()})[two() + 1])
print("nested calls", n(five(two())), math.max(five()), math.max(five(), 0), math.min(two(), five()))
print("return call", n((function() return five() end)()), n((function() return (five()) end)()), n((function() return five(), 1 end)()))
print("method call", n(({m = function() return 1, 2, 3 end}):m()))
print("string", ("%d-%d"):format(two()), n(("a,b"):find(",")), (("a,b"):find(",")))
for i, v in pairs({five()}) do a = i end; print("for explist", a)
for i = two(), five() do a = i end; print("for bounds", a)
local function rec(k) if k == 0 then return end return k, rec(k - 1) end
print("built by recursion", rec(6))
print("count of recursion", n(rec(200)))
local function maybe(x) if x then return x, "extra" end end
print("paths", n(maybe(1)), n(maybe(nil)), maybe(false))
print("tonumber of none", pcall(tonumber, none()), pcall(type, none()))
print("print nothing", print())
print("insert of two", pcall(function() local l = {} table.insert(l, (two())) return #l end))
print("insert with three results", pcall(function() local l = {} table.insert(l, 1, two()) end))
print("wrapped", coroutine.wrap(function() return five() end)())
print("pcall adds one", n(pcall(five)), n(pcall(none)), n(pcall(error)))
print("vararg of results", n(table.unpack({five()}, 2, 4)), table.unpack({five()}, 4))
local x <const>, y <const> = two(); print("constants", x, y)
print("semicolon return", n((function() return; end)()), n((function() do return two() end end)()))
print("select", select(2, five()), (select(2, five())), select("#", select(3, five())))
