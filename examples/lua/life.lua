-- Conway's game of life on a torus.
--
--   devvm run examples/lua/life.lua [generations] [pattern]
--
-- Patterns: glider (the default), gun, acorn, pulsar. With no argument the program shows a few
-- generations one after another; on a terminal that understands escape codes, try
--
--   devvm run examples/lua/life.lua 300 gun --animate

local patterns = {
  glider = {".O.", "..O", "OOO"},
  acorn = {".O.....", "...O...", "OO..OOO"},
  pulsar = {
    "..OOO...OOO..", ".............", "O....O.O....O", "O....O.O....O", "O....O.O....O", "..OOO...OOO..",
    ".............", "..OOO...OOO..", "O....O.O....O", "O....O.O....O", "O....O.O....O", ".............", "..OOO...OOO..",
  },
  gun = {
    "........................O...........",
    "......................O.O...........",
    "............OO......OO............OO",
    "...........O...O....OO............OO",
    "OO........O.....O...OO..............",
    "OO........O...O.OO....O.O...........",
    "..........O.....O.......O...........",
    "...........O...O....................",
    "............OO......................",
  },
}

local Life = {}
Life.__index = Life

function Life.new(width, height)
  local rows = {}
  for y = 1, height do
    rows[y] = {}
    for x = 1, width do rows[y][x] = 0 end
  end
  return setmetatable({width = width, height = height, rows = rows, generation = 0}, Life)
end

-- Puts a pattern with its top left corner at (x, y).
function Life:place(pattern, x, y)
  for dy, line in ipairs(pattern) do
    local dx = 0
    for cell in line:gmatch "." do
      if cell == "O" then self.rows[(y + dy - 2) % self.height + 1][(x + dx - 1) % self.width + 1] = 1 end
      dx = dx + 1
    end
  end
end

function Life:step()
  local width, height, old, new = self.width, self.height, self.rows, {}
  for y = 1, height do
    local above, here, below = old[(y - 2) % height + 1], old[y], old[y % height + 1]
    local row = {}
    for x = 1, width do
      local left, right = (x - 2) % width + 1, x % width + 1
      local neighbours = above[left] + above[x] + above[right] + here[left] + here[right] + below[left] + below[x] + below[right]
      row[x] = (neighbours == 3 or neighbours == 2 and here[x] == 1) and 1 or 0
    end
    new[y] = row
  end
  self.rows = new
  self.generation = self.generation + 1
end

function Life:population()
  local n = 0
  for _, row in ipairs(self.rows) do
    for _, cell in ipairs(row) do n = n + cell end
  end
  return n
end

-- Two rows of cells fit into one line of text with half blocks.
local blocks = {[0] = " ", "▀", "▄", "█"}

function Life:__tostring()
  local lines = {}
  for y = 1, self.height, 2 do
    local upper, lower, line = self.rows[y], self.rows[y + 1], {}
    for x = 1, self.width do line[x] = blocks[upper[x] + 2 * (lower and lower[x] or 0)] end
    lines[#lines + 1] = (table.concat(line):gsub("%s+$", ""))
  end
  return table.concat(lines, "\n")
end

local animate = false
local words = {}
for _, a in ipairs(arg) do
  if a == "--animate" then animate = true else words[#words + 1] = a end
end
local generations = math.tointeger(tonumber(words[1] or 60))
local name = words[2] or "glider"
local pattern = patterns[name]
if not generations or generations < 0 or not pattern then
  io.stderr:write("usage: life.lua [generations] [glider|gun|acorn|pulsar] [--animate]\n")
  os.exit(2)
end

local life = Life.new(64, 36)
life:place(pattern, 12, 10)
for i = 0, generations do
  if animate then
    io.write("\27[H\27[2J", tostring(life), "\n")
    io.flush()
    local wake = os.clock() + 0.03
    while os.clock() < wake do end
  elseif i % math.max(1, generations // 3) == 0 then
    print(("generation %d, population %d"):format(life.generation, life:population()))
    print(life)
  end
  life:step()
end
