-- Stores into an old object: what the collector's write barrier adds.
local measure = dofile((arg[0]:match("^.*/") or "") .. "timing.lua")

local old = {reference = false, list = {}}
for i = 1, 64 do
  old.list[i] = false
end
for _ = 1, 4 do
  collectgarbage()
end

measure("old object, stores a number", function(n)
  local o = old
  for i = 1, n do
    o.reference = i
  end
end, function(n)
  for _ = 1, n do
  end
end)

measure("old object, stores an old object", function(n)
  local o, value = old, old.list
  for _ = 1, n do
    o.reference = value
  end
end, function(n)
  for _ = 1, n do
  end
end)

measure("old object, stores a new object", function(n)
  local o = old
  for _ = 1, n do
    local value = {}
    o.reference = value
  end
end, function(n)
  for _ = 1, n do
    local _ = {}
  end
end)

measure("old array, stores a new object", function(n)
  local list = old.list
  for i = 1, n do
    local value = {}
    list[i % 64 + 1] = value
  end
end, function(n)
  local place
  for i = 1, n do
    local _ = {}
    place = i % 64 + 1
  end
  return place
end)
