-- A table with scattered integer keys used as a map: counting, looking up, removing, walking.
-- Size: number of rounds of 50000 keys.
local rounds = tonumber(arg[1]) or 100
local KEYS = 50000

-- Two small generators side by side; their product of states is the key.
local first, second = 1, 1
local function randomKey()
  first = first * 171 % 30269
  second = second * 172 % 30307
  return first * 30307 + second
end

local function round(number)
  local map, keys = {}, {}
  first, second = number, number + 1
  for i = 1, KEYS do
    local key = randomKey()
    keys[i] = key
    map[key] = (map[key] or 0) + i % 7
  end
  local found, sum = 0, 0
  for i = 1, KEYS do
    local value = map[keys[i]]
    sum = (sum + value * i) % 1000003
    if map[keys[i] + 1] then
      found = found + 1
    end
  end
  for i = 1, KEYS, 2 do
    map[keys[i]] = nil
  end
  for i = 1, KEYS, 3 do
    local key = keys[i]
    map[key] = (map[key] or 100) + 1
  end
  local entries, total = 0, 0
  for key, value in pairs(map) do
    entries = entries + 1
    total = (total + key % 1000 * value) % 1000003
  end
  return found + entries, (sum + total) % 1000003
end

local entries, checksum = 0, 0
for number = 1, rounds do
  local e, c = round(number)
  entries = entries + e
  checksum = (checksum * 31 + c) % 1000003
end
print(string.format("int_map %d: %d %d", rounds, entries, checksum))
