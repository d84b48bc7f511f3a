-- Sieve of Eratosthenes up to one million, from scratch each round: an array of booleans.
-- Size: number of rounds.
local rounds = tonumber(arg[1]) or 40
local LIMIT = 1000000

local function sieve(limit)
  local composite = {}
  for i = 1, limit do
    composite[i] = false
  end
  local count = 0
  for i = 2, limit do
    if not composite[i] then
      count = count + 1
      for j = i * i, limit, i do
        composite[j] = true
      end
    end
  end
  return count
end

local total = 0
for round = 1, rounds do
  total = total + sieve(LIMIT - round)
end
print(string.format("sieve %d: %d", rounds, total))
