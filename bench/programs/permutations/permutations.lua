-- All permutations of eight elements by Heap's method, each handed to a visitor: recursion,
-- swaps in a small array, calls of a function value. Size: number of rounds.
local rounds = tonumber(arg[1]) or 280
local N = 8

local function permute(items, k, visit)
  if k == 1 then
    visit(items)
    return
  end
  permute(items, k - 1, visit)
  for i = 1, k - 1 do
    if k % 2 == 0 then
      items[i], items[k] = items[k], items[i]
    else
      items[1], items[k] = items[k], items[1]
    end
    permute(items, k - 1, visit)
  end
end

local visited, checksum = 0, 0
local function visit(items)
  visited = visited + 1
  checksum = (checksum * 7 + items[1] * 3 + items[4] * 2 + items[N]) % 1000003
end

for round = 1, rounds do
  local items = {}
  for i = 1, N do
    items[i] = i + round
  end
  permute(items, N, visit)
end
print(string.format("permutations %d: %d %d", rounds, visited, checksum))
