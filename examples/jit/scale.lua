local function scale(points, k)
  local sum = 0.0
  for i = 1, #points do
    local p = points[i]
    p.x = p.x * k
    sum = sum + p.x
  end
  return sum
end

local points = {}
for i = 1, 100 do points[i] = { x = i / 2, y = 0.0 } end
local total = 0.0
for round = 1, 2000 do total = total + scale(points, round % 2 == 0 and 0.5 or 2.0) end
print(total)
