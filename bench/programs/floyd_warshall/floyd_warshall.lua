-- Lengths of the shortest paths between all pairs of 100 places (Floyd and Warshall): one flat
-- array of small integers, three nested loops. Size: number of maps.
local rounds = tonumber(arg[1]) or 36
local tick = arg[2] and function() io.write(".\n") io.flush() end
local N = 100
local FAR = 1000000

local seed = 42
local function random(limit)
  seed = (seed * 16807) % 2147483647
  return seed % limit
end

-- About one road in twenty exists. The matrix starts at index 0, by rows.
local function makeMap(n)
  local distance = {}
  for i = 0, n - 1 do
    for j = 0, n - 1 do
      local length = random(2000)
      if i == j then
        length = 0
      elseif length > 100 then
        length = FAR
      end
      distance[i * n + j] = length
    end
  end
  return distance
end

local function shortest(distance, n)
  for k = 0, n - 1 do
    for i = 0, n - 1 do
      local first = distance[i * n + k]
      for j = 0, n - 1 do
        local length = first + distance[k * n + j]
        if length < distance[i * n + j] then
          distance[i * n + j] = length
        end
      end
    end
  end
end

local total, unreached = 0, 0
for _ = 1, rounds do
  local distance = makeMap(N)
  shortest(distance, N)
  for i = 0, N * N - 1 do
    if distance[i] >= FAR then
      unreached = unreached + 1
    else
      total = total + distance[i]
    end
  end
  if tick then
    tick()
  end
end
print(string.format("floyd_warshall %d: %d %d", rounds, total, unreached))
