-- Reads and writes of fields that the object itself has.
local measure = dofile((arg[0]:match("^.*/") or "") .. "timing.lua")

local point = {x = 1, y = 2, z = 3}
counter = 0

measure("field read", function(n)
  local p, sum = point, 0
  for _ = 1, n do
    sum = sum + p.x + p.y
  end
  return sum
end, function(n)
  local x, y, sum = 1, 2, 0
  for _ = 1, n do
    sum = sum + x + y
  end
  return sum
end, 2)

measure("field write", function(n)
  local p = point
  for i = 1, n do
    p.x = i
    p.z = i
  end
end, function(n)
  for _ = 1, n do
  end
end, 2)

measure("global read and write", function(n)
  for _ = 1, n do
    counter = counter + 1
  end
end, function(n)
  local count = 0
  for _ = 1, n do
    count = count + 1
  end
  return count
end)

measure("array read", function(n)
  local a, sum = {1, 2, 3, 4}, 0
  for _ = 1, n do
    sum = sum + a[2] + a[4]
  end
  return sum
end, function(n)
  local x, y, sum = 2, 4, 0
  for _ = 1, n do
    sum = sum + x + y
  end
  return sum
end, 2)
