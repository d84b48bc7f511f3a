-- Edit distances between pairs of random strings: bytes of strings, two rows of integers.
-- Size: number of pairs.
local pairsCount = tonumber(arg[1]) or 120
local LENGTH = 400

local seed = 42
local function random(limit)
  seed = (seed * 25173 + 13849) % 65536
  return seed % limit
end

local function randomString(length)
  local bytes = {}
  for i = 1, length do
    bytes[i] = string.char(97 + random(7))
  end
  return table.concat(bytes)
end

local function distance(a, b)
  local previous, current = {}, {}
  local columns = #b
  for j = 0, columns do
    previous[j] = j
  end
  for i = 1, #a do
    local c = a:byte(i)
    current[0] = i
    for j = 1, columns do
      local best = previous[j - 1]
      if c ~= b:byte(j) then
        best = best + 1
      end
      local removed = previous[j] + 1
      if removed < best then
        best = removed
      end
      local inserted = current[j - 1] + 1
      if inserted < best then
        best = inserted
      end
      current[j] = best
    end
    previous, current = current, previous
  end
  return previous[columns]
end

local total = 0
for i = 1, pairsCount do
  local a = randomString(LENGTH - i % 7)
  local b = randomString(LENGTH + i % 5)
  total = total + distance(a, b)
end
print(string.format("levenshtein %d: %d", pairsCount, total))
