-- Concatenation of strings; the results differ from step to step.
local measure = dofile((arg[0]:match("^.*/") or "") .. "timing.lua")

local short, long = {}, {}
for i = 1, 256 do
  short[i] = string.format("item%03d", i)
  long[i] = string.rep(short[i], 20)
end

local function empty(n)
  local last
  for i = 1, n do
    last = short[i % 256 + 1]
  end
  return last
end

measure("two short strings", function(n)
  local last
  for i = 1, n do
    last = short[i % 256 + 1] .. "suffix"
  end
  return last
end, empty)

measure("two strings of 140 bytes", function(n)
  local last, tail = nil, long[7]
  for i = 1, n do
    last = long[i % 256 + 1] .. tail
  end
  return last
end, empty)

measure("four pieces with a number", function(n)
  local last
  for i = 1, n do
    last = "<" .. short[i % 256 + 1] .. ">" .. i
  end
  return last
end, empty)
