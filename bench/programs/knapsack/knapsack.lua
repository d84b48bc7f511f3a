-- The 0/1 knapsack problem by dynamic programming: 100 things, room for 5000, one array of
-- integers that is walked downwards. Size: number of problems.
local rounds = tonumber(arg[1]) or 160
local tick = arg[2] and function() io.write(".\n") io.flush() end
local THINGS = 100
local ROOM = 5000

local seed = 42
local function random(limit)
  seed = (seed * 16807) % 2147483647
  return seed % limit
end

-- The greatest value of things that fit, and the least room that it takes.
local function pack(weights, values, count, room)
  local best = {}
  for r = 0, room do
    best[r] = 0
  end
  for i = 1, count do
    local weight, value = weights[i], values[i]
    for r = room, weight, -1 do
      local with = best[r - weight] + value
      if with > best[r] then
        best[r] = with
      end
    end
  end
  local least = room
  while least > 0 and best[least - 1] == best[room] do
    least = least - 1
  end
  return best[room], least
end

local total, taken = 0, 0
for _ = 1, rounds do
  local weights, values = {}, {}
  for i = 1, THINGS do
    weights[i] = 20 + random(300)
    values[i] = 1 + random(1000)
  end
  local value, least = pack(weights, values, THINGS, ROOM)
  total = total + value
  taken = taken + least
  if tick then
    tick()
  end
end
print(string.format("knapsack %d: %d %d", rounds, total, taken))
