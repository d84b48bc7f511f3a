-- The Mandelbrot set in characters, or as a picture.
--
--   devvm run examples/lua/mandelbrot.lua                       the whole set, 78 columns
--   devvm run examples/lua/mandelbrot.lua 100 -0.75 0.1 0.02    a place and the width of the window
--   devvm run examples/lua/mandelbrot.lua --pgm 800 > set.pgm   a grey picture 800 pixels wide

local shades = " .:-=+*#%@"

-- How many steps the point needs to leave the circle of radius 2, or `limit` if it stays.
local function escape(cx, cy, limit)
  -- The two largest parts of the set are known: a cardioid and a circle.
  local q = (cx - 0.25) ^ 2 + cy * cy
  if q * (q + cx - 0.25) <= 0.25 * cy * cy or (cx + 1) ^ 2 + cy * cy <= 0.0625 then return limit end
  local x, y, n = 0.0, 0.0, 0
  while n < limit do
    local xx, yy = x * x, y * y
    if xx + yy > 4 then break end
    x, y = xx - yy + cx, 2 * x * y + cy
    n = n + 1
  end
  return n
end

-- Calls `put(row)` for every row with a list of step counts, from top to bottom.
local function render(columns, rows, centerX, centerY, width, aspect, limit, put)
  local step = width / columns
  for r = 0, rows - 1 do
    local cy = centerY - (r - (rows - 1) / 2) * step * aspect
    local row = {}
    for c = 0, columns - 1 do row[c + 1] = escape(centerX + (c - (columns - 1) / 2) * step, cy, limit) end
    put(row)
  end
end

local picture = arg[1] == "--pgm"
if picture then table.remove(arg, 1) end
local columns = math.tointeger(tonumber(arg[1] or (picture and 640 or 78)))
local x, y, width = tonumber(arg[2] or -0.65), tonumber(arg[3] or 0), tonumber(arg[4] or 3.2)
if not columns or columns < 1 or not x or not y or not width or width <= 0 then
  io.stderr:write("usage: mandelbrot.lua [--pgm] [columns] [x] [y] [width]\n")
  os.exit(2)
end

-- A deeper window needs more steps before its details appear.
local limit = math.floor(100 * math.max(1, math.log(4 / width, 2)))
local started = os.clock()
if picture then
  local rows = columns * 3 // 4
  io.write(("P5\n%d %d\n255\n"):format(columns, rows))
  render(columns, rows, x, y, width, 1, limit, function(row)
    for i, n in ipairs(row) do row[i] = string.char(n == limit and 0 or 255 - math.floor(215 * (n / limit) ^ 0.4)) end
    io.write(table.concat(row))
  end)
else
  -- Characters are about twice as high as wide.
  local steps = 0
  render(columns, columns * 3 // 8, x, y, width, 2, limit, function(row)
    for i, n in ipairs(row) do
      steps = steps + n
      local shade = n == limit and #shades or 1 + math.floor((#shades - 2) * (n / limit) ^ 0.5)
      row[i] = shades:sub(shade, shade)
    end
    print((table.concat(row):gsub("%s+$", "")))
  end)
  print(("%d steps"):format(steps))
end
io.stderr:write(("%.2f s\n"):format(os.clock() - started))
