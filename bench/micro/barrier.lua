-- Stores into an old object: what the collector's write barrier adds.
local measure = dofile((arg[0]:match("^.*/") or "") .. "timing.lua")

local old = {reference = false, list = {}}
for i = 1, 64 do
  old.list[i] = false
end
local olds = {}
for i = 1, 8 do
  olds[i] = {reference = false}
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

-- Eight stores for each new object, because the cost of making it varies more than one store costs.
measure("old object, stores a new object", function(n)
  local a, b, c, d = olds[1], olds[2], olds[3], olds[4]
  local e, f, g, h = olds[5], olds[6], olds[7], olds[8]
  for _ = 1, n do
    local value = {}
    a.reference = value
    b.reference = value
    c.reference = value
    d.reference = value
    e.reference = value
    f.reference = value
    g.reference = value
    h.reference = value
  end
end, function(n)
  for _ = 1, n do
    local _ = {}
  end
end, 8)

measure("old array, stores a new object", function(n)
  local list = old.list
  for _ = 1, n do
    local value = {}
    list[1] = value
    list[9] = value
    list[17] = value
    list[25] = value
    list[33] = value
    list[41] = value
    list[49] = value
    list[57] = value
  end
end, function(n)
  for _ = 1, n do
    local _ = {}
  end
end, 8)
