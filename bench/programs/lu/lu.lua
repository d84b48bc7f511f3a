-- Solves a dense system of 120 linear equations by LU decomposition with partial pivoting:
-- float rows that are exchanged, and triangular loops. Size: number of systems.
local rounds = tonumber(arg[1]) or 120
local tick = arg[2] and function() io.write(".\n") io.flush() end
local N = 120
local abs = math.abs

local seed = 42
local function random()
  seed = (seed * 16807) % 2147483647
  return seed / 2147483647 - 0.5
end

-- Replaces the rows of `a` by the factors; returns the order of the rows, and the determinant's sign.
local function decompose(a, n)
  local order = {}
  local sign = 1
  for i = 1, n do
    order[i] = i
  end
  for k = 1, n do
    local pivot = k
    for i = k + 1, n do
      if abs(a[i][k]) > abs(a[pivot][k]) then
        pivot = i
      end
    end
    if pivot ~= k then
      a[k], a[pivot] = a[pivot], a[k]
      order[k], order[pivot] = order[pivot], order[k]
      sign = -sign
    end
    local top = a[k]
    for i = k + 1, n do
      local row = a[i]
      local factor = row[k] / top[k]
      row[k] = factor
      for j = k + 1, n do
        row[j] = row[j] - factor * top[j]
      end
    end
  end
  return order, sign
end

local function solve(a, order, b, n)
  local x = {}
  for i = 1, n do
    local row = a[i]
    local sum = b[order[i]]
    for j = 1, i - 1 do
      sum = sum - row[j] * x[j]
    end
    x[i] = sum
  end
  for i = n, 1, -1 do
    local row = a[i]
    local sum = x[i]
    for j = i + 1, n do
      sum = sum - row[j] * x[j]
    end
    x[i] = sum / row[i]
  end
  return x
end

-- The right side is the sum of each row, so that every unknown is 1.
local worst, signs = 0.0, 0
for _ = 1, rounds do
  local a, b = {}, {}
  for i = 1, N do
    local row = {}
    local sum = 0.0
    for j = 1, N do
      local value = random()
      row[j] = value
      sum = sum + value
    end
    a[i] = row
    b[i] = sum
  end
  local order, sign = decompose(a, N)
  local x = solve(a, order, b, N)
  for i = 1, N do
    local distance = abs(x[i] - 1.0)
    if distance > worst then
      worst = distance
    end
  end
  signs = signs + sign * order[N]
  if tick then
    tick()
  end
end
print(string.format("lu %d: %d %.6f", rounds, signs, worst * 1e6))
