-- string.dump and load of what it gave.
local up = 5
local function f(a, ...)
  local t = { ... }
  up = up + a
  return up, #t, "str", 1.5, function(x) return x * a end
end
local s = string.dump(f)
print(type(s), s:sub(1, 1) == "\27", #s > 50)
local g = load(s, "dumped", "b")
print(type(g), (debug.getupvalue(g, 1)))
debug.setupvalue(g, 1, 10)
print(select(4, g(1, 2, 3)), (g(1)), up)
print((select(5, g(7)))(3))
local stripped = string.dump(f, true)
print(#stripped < #s, (debug.getupvalue(load(stripped), 1)))
debug.setupvalue(g, 1, nil)
print(pcall(load(string.dump(f, false)), {}) )
print(pcall(string.dump, print))
print(pcall(string.dump, 5))
print(pcall(string.dump))
print(pcall(string.dump, setmetatable({}, { __call = print })))
print(load(s, "x", "t"))
print(load(s, "=name", "t"))
local factorial = load(string.dump(function(n)
  local function fact(k) return k <= 1 and 1 or k * fact(k - 1) end
  return fact(n)
end))
print(factorial(10))
for _ = 1, 200 do f(0) end
print(load(string.dump(f)) ~= nil)
print(load(string.dump(load("local a, b = ... return a + b, _ENV == _G")))(1, 2))
print(load(string.dump(load("local x <const> = 5 return x, ...")))(7))
local q = load(string.dump(function(out)
  local n = 0
  for i = 1, 5 do
    local t = { x = i, [i] = "e", "list" }
    t.y = t.x + 1
    if t.y > 3 then goto continue end
    n = n + t.y
    ::continue::
  end
  for k, v in out.pairs { a = 1 } do n = n + v end
  while n < 100 do n = n * 2 end
  repeat n = n - 1 until n % 7 == 0
  local s = out.select("#", out.table.unpack { 1, 2, 3 })
  return n, s, #"abc" .. "d", not nil, -n // 2, ~n & 0xff, 1 << 40, 0x1p-3, 1e300
end))
print(q(_G))
-- a parent's upvalue, seen through two functions
local function outer()
  local a, b = 1, "two"
  return function() return function() a = a + 1 return a, b, up end end
end
local inner = load(string.dump(outer()()))
print(debug.getupvalue(inner, 1), (debug.getupvalue(inner, 2)), (debug.getupvalue(inner, 3)))
debug.setupvalue(inner, 1, 41)
debug.setupvalue(inner, 2, "b")
debug.setupvalue(inner, 3, "c")
print(inner())
print(inner())
-- the environment becomes the first upvalue
print(load(string.dump(function() return print end))() == print)
local env = { print = "mine" }
print(load(string.dump(function() return print end), "e", "b", env)())
local co = coroutine.wrap(load(string.dump(function(...) local x = coroutine.yield(...) return x * 2 end)))
print(co(1, 2), co(21))
local lines = load(string.dump(load("local function f()\n error('here')\n end\n f()", "=chunk")))
print(pcall(lines))
print(pcall(load(string.dump(load("local x = nil\n return x.y", "=chunk"), true))))
for n = 1, #s - 1, 7 do assert(not load(s:sub(1, n))) end
