-- Counts the ways to place n queens on an n by n board: recursion over arrays of booleans.
-- Size: n.
local n = tonumber(arg[1]) or 13

local columns, rising, falling = {}, {}, {}
for i = 1, n do
  columns[i] = true
end
for i = 1, 2 * n do
  rising[i] = true
  falling[i] = true
end

local function place(row)
  if row > n then
    return 1
  end
  local found = 0
  for column = 1, n do
    local up, down = row + column - 1, row - column + n
    if columns[column] and rising[up] and falling[down] then
      columns[column], rising[up], falling[down] = false, false, false
      found = found + place(row + 1)
      columns[column], rising[up], falling[down] = true, true, true
    end
  end
  return found
end

print(string.format("queens %d: %d", n, place(1)))
