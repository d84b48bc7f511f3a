-- Counts generated words in a table with string keys, then looks words up by keys made anew:
-- interning, hashing, map growth. Size: number of rounds of 60000 words.
local rounds = tonumber(arg[1]) or 12
local WORDS = 60000

local ONSETS = {"b", "d", "fl", "gr", "k", "m", "n", "pr", "s", "tr", "v", "z"}
local VOWELS = {"a", "e", "i", "o", "u", "ea"}

local first, second = 1, 1
local function random(limit)
  first = first * 171 % 30269
  second = second * 172 % 30307
  return (first + second) % limit
end

local function syllable()
  return ONSETS[random(12) + 1] .. VOWELS[random(6) + 1]
end

local function word()
  local made = syllable() .. syllable()
  if random(3) > 0 then
    made = made .. syllable()
  end
  return made
end

local function runRound(number)
  first, second = number, number + 1
  local counts, distinct = {}, {}
  for _ = 1, WORDS do
    local w = word()
    local count = counts[w]
    if not count then
      distinct[#distinct + 1] = w
      count = 0
    end
    counts[w] = count + 1
  end
  local hits = 0
  for i = 1, #distinct do
    local prefixed = distinct[i] .. "na"
    hits = hits + (counts[prefixed] or 0)
  end
  for i = 1, #distinct, 2 do
    counts[distinct[i]] = nil
  end
  local entries, total = 0, 0
  for key, count in pairs(counts) do
    entries = entries + 1
    total = (total + #key * count) % 1000003
  end
  return #distinct + hits + entries, total
end

local entries, checksum = 0, 0
for number = 1, rounds do
  local e, c = runRound(number)
  entries = entries + e
  checksum = (checksum * 31 + c) % 1000003
end
print(string.format("string_map %d: %d %d", rounds, entries, checksum))
