-- Calls of functions.
local measure = dofile((arg[0]:match("^.*/") or "") .. "timing.lua")

local function empty(n)
  for _ = 1, n do
  end
end

local function identity(x)
  return x
end

local object = {value = 1}
object.__index = object
function object:get()
  return self.value
end
local instance = setmetatable({value = 2}, object)

local function variadic(...)
  return ...
end

local type = type

measure("call of a Lua function", function(n)
  for i = 1, n do
    identity(i)
  end
end, empty)

measure("call of a method", function(n)
  local o = instance
  for _ = 1, n do
    o:get()
  end
end, empty)

measure("call of a vararg function", function(n)
  for i = 1, n do
    variadic(i, i)
  end
end, empty)

measure("call of a native function", function(n)
  for i = 1, n do
    type(i)
  end
end, empty)
