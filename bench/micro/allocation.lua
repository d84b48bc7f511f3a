-- Allocation of objects that die at once, collection included.
local measure = dofile((arg[0]:match("^.*/") or "") .. "timing.lua")

local function empty(n)
  for _ = 1, n do
  end
end

measure("empty table", function(n)
  for _ = 1, n do
    local _ = {}
  end
end, empty)

measure("table with two fields", function(n)
  for i = 1, n do
    local _ = {x = i, y = i}
  end
end, empty)

measure("table with three elements", function(n)
  for i = 1, n do
    local _ = {i, i, i}
  end
end, empty)

measure("object with a metatable", function(n)
  local class = {}
  class.__index = class
  for i = 1, n do
    local _ = setmetatable({x = i, y = i}, class)
  end
end, empty)

measure("closure with one captured variable", function(n)
  for i = 1, n do
    local _ = function() return i end
  end
end, empty)
