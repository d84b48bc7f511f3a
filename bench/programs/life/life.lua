-- Conway's game of life on a torus of 128 by 128 cells, eight generations a round: two arrays
-- of zeros and ones with a border, nine reads a cell. Size: number of rounds.
local rounds = tonumber(arg[1]) or 100
local tick = arg[2] and function() io.write(".\n") io.flush() end
local N = 128
local STRIDE = N + 2
local GENERATIONS = 8

local seed = 42
local function random(limit)
  seed = (seed * 16807) % 2147483647
  return seed % limit
end

-- Copies the outer rows and columns to the border on the other side.
local function wrap(cells)
  for x = 1, N do
    cells[x] = cells[N * STRIDE + x]
    cells[(N + 1) * STRIDE + x] = cells[STRIDE + x]
  end
  for y = 0, N + 1 do
    cells[y * STRIDE] = cells[y * STRIDE + N]
    cells[y * STRIDE + N + 1] = cells[y * STRIDE + 1]
  end
end

-- Writes the next generation; returns how many cells live in it.
local function generation(cells, following)
  wrap(cells)
  local living = 0
  for y = 1, N do
    for x = 1, N do
      local at = y * STRIDE + x
      local above, below = at - STRIDE, at + STRIDE
      local neighbours = cells[above - 1] + cells[above] + cells[above + 1] + cells[at - 1]
        + cells[at + 1] + cells[below - 1] + cells[below] + cells[below + 1]
      if neighbours == 3 or (neighbours == 2 and cells[at] == 1) then
        following[at] = 1
        living = living + 1
      else
        following[at] = 0
      end
    end
  end
  return living
end

local cells, following = {}, {}
for i = 0, STRIDE * STRIDE - 1 do
  cells[i] = random(3) == 0 and 1 or 0
  following[i] = 0
end
local total, last = 0, 0
for _ = 1, rounds do
  -- A few changed cells keep the field from settling.
  for _ = 1, 40 do
    local x, y = 1 + random(N), 1 + random(N)
    cells[y * STRIDE + x] = 1 - cells[y * STRIDE + x]
  end
  for _ = 1, GENERATIONS do
    last = generation(cells, following)
    total = total + last
    cells, following = following, cells
  end
  if tick then
    tick()
  end
end
print(string.format("life %d: %d %d", rounds, total, last))
