-- Natives that call functions, take lists or look at values.
local measure = dofile((arg[0]:match("^.*/") or "") .. "timing.lua")

local function id(x) return x end
local function handler(m) return m end
local function fails() error("x", 0) end
local function count(...) return select("#", ...) end
local function second(...) local a = select(2, ...) return a end
local function sum(...) local s = 0 for i = 1, select("#", ...) do s = s + (select(i, ...)) end return s end
local list, map = { 1, 2, 3 }, { a = 1, b = 2, c = 3 }

local function empty(n)
  local r
  for i = 1, n do
    r = i
  end
  return r
end

measure("pcall", function(n) local r, ok for i = 1, n do ok, r = pcall(id, i) end return r end, empty)
measure("xpcall", function(n) local r, ok for i = 1, n do ok, r = xpcall(id, handler, i) end return r end, empty)
measure("pcall of a native", function(n) local r, ok for i = 1, n do ok, r = pcall(type, i) end return r end, empty)
measure("pcall, an error", function(n) local r, ok for i = 1, n do ok, r = pcall(fails) end return r end, empty)
measure("select('#')", function(n) local r for i = 1, n do r = count(i, i, i) end return r end, empty)
measure("select(2)", function(n) local r for i = 1, n do r = second(i, i, i) end return r end, empty)
measure("sum by select", function(n) local r for i = 1, n do r = sum(i, i, i) end return r end, empty)
measure("type", function(n) local r for i = 1, n do r = type(i) end return r end, empty)
measure("rawget", function(n) local r for i = 1, n do r = rawget(map, "a") end return r end, empty)
measure("next", function(n) local r for i = 1, n do r = next(map) end return r end, empty)
measure("pairs, three keys", function(n) local r = 0 for i = 1, n do for k, v in pairs(map) do r = r + v end end return r end, empty)
measure("ipairs, three elements", function(n) local r = 0 for i = 1, n do for k, v in ipairs(list) do r = r + v end end return r end, empty)
measure("tostring of an integer", function(n) local r for i = 1, n do r = tostring(i) end return r end, empty)
