-- _ENV: globals are fields of a plain variable.
print("is _G", _ENV == _G, _G._G == _G)
local print, tostring, setmetatable, pairs, load, pcall, select, type = print, tostring, setmetatable, pairs, load, pcall, select, type
value = "global"
do
  local _ENV = {value = "local env"}
  print("local _ENV", value)
  value = "changed"
  other = 1
  print("assigned", _ENV.value, _ENV.other)
end
print("outside", value, other)

local function with(_ENV) return value, missing end
print("parameter", with {value = "param"})
local function closure() local _ENV <const> = {x = 5}; return function() x = x + 1; return x end end
local f = closure()
print("captured", f(), f())

local function index(_ENV) return undefined end
print("metatable", index(setmetatable({}, {__index = function(_, k) return "auto " .. k end})))
local log = {}
do
  local _ENV = setmetatable({}, {__newindex = function(_, k, v) log[#log + 1] = k .. "=" .. tostring(v) end})
  a = 1; b = "x"; function c() end
end
print("newindex", log[1], log[2], log[3]:sub(1, 10))

print("nil env", select(2, pcall(function() local _ENV = nil; return x end)))
print("number env", select(2, pcall(function() local _ENV = 5; x = 1 end)))
print("string env", (function() local _ENV = "str"; return len end)() == string.len)
print("upvalue env", select(2, pcall(load("local _ENV = nil; return function() return x end")())))

local env = {print = print}
local chunk = load("x = 1; y = (y or 0) + 1; return x, y", "=chunk", "t", env)
print("load with env", chunk()); print(chunk()); print(env.x, env.y, x, y)
print("load nil env", select(2, pcall(load("return x", "=chunk", "t", nil))))
local g = load("local a = ...; return _ENV, a", "=c", "t", env)
print("main chunk upvalue", g(7) == env, select(2, g(7)))
print("name of upvalue", (_G.debug.getupvalue(g, 1)))
for i = 1, 2 do
  local _ENV = {i = "field", inner = "yes"}
  print("locals first", i, inner)
end
local function sandbox(code)
  local env = {tostring = tostring}
  return pcall(load(code, "=sandbox", "t", env))
end
print("sandbox", sandbox("return tostring(1)"))
print("sandbox", sandbox("return print(1)"))
print("sandbox", sandbox("return string.rep('x', 3)"))
print("sandbox string methods", sandbox("return ('x'):rep(3)"))
local _ENV <const> = {print = print}
print("rest of chunk", _G, type(tostring))
newglobal = 1
print("new global", newglobal, _ENV.newglobal)
