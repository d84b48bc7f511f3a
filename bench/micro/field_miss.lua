-- Reads of fields that the object itself does not have.
local measure = dofile((arg[0]:match("^.*/") or "") .. "timing.lua")

local function derive(base)
  return setmetatable({}, {__index = base})
end

local base = {value = 1}
local near = derive(base)
local far = derive(derive(near))
local computed = setmetatable({}, {__index = function() return 1 end})

local function reader(object)
  return function(n)
    local o, sum = object, 0
    for _ = 1, n do
      sum = sum + o.value
    end
    return sum
  end
end

local function empty(n)
  local one, sum = 1, 0
  for _ = 1, n do
    sum = sum + one
  end
  return sum
end

measure("field of the __index table", reader(near), empty)
measure("field three __index tables up", reader(far), empty)
measure("field from an __index function", reader(computed), empty)

measure("absent field", function(n)
  local o, found = {other = 1}, 0
  for _ = 1, n do
    if o.value then
      found = found + 1
    end
  end
  return found
end, function(n)
  local absent, found = nil, 0
  for _ = 1, n do
    if absent then
      found = found + 1
    end
  end
  return found
end)
