-- For every permutation of 1..n, counts the prefix reversals that bring 1 to the front:
-- small integer arrays. Size: n.
local n = tonumber(arg[1]) or 10

-- Reversals needed for `work`, which is destroyed.
local function countFlips(work)
  local flips = 0
  local first = work[1]
  while first ~= 1 do
    local i, j = 1, first
    while i < j do
      work[i], work[j] = work[j], work[i]
      i = i + 1
      j = j - 1
    end
    flips = flips + 1
    first = work[1]
  end
  return flips
end

-- Moves `perm` to the next permutation in rotation order; false after the last one.
local function nextPermutation(perm, count)
  local r = 2
  while r <= n do
    local head = perm[1]
    for i = 1, r - 1 do
      perm[i] = perm[i + 1]
    end
    perm[r] = head
    count[r] = count[r] + 1
    if count[r] < r then
      return true
    end
    count[r] = 0
    r = r + 1
  end
  return false
end

local perm, work, count = {}, {}, {}
for i = 1, n do
  perm[i] = i
  work[i] = i
  count[i] = 0
end

local checksum, most, sign = 0, 0, 1
repeat
  for i = 1, n do
    work[i] = perm[i]
  end
  local flips = countFlips(work)
  if flips > most then
    most = flips
  end
  checksum = checksum + sign * flips
  sign = -sign
until not nextPermutation(perm, count)
print(string.format("fannkuch %d: %d %d", n, checksum, most))
