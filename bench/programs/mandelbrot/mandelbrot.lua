-- Mandelbrot set on an n by n grid, at most 50 iterations a point: float arithmetic in
-- locals. Size: n.
local n = tonumber(arg[1]) or 1400
local LIMIT = 50

local inside, checksum = 0, 0
for row = 0, n - 1 do
  local ci = 2.0 * row / n - 1.0
  for column = 0, n - 1 do
    local cr = 2.0 * column / n - 1.5
    local zr, zi, zr2, zi2 = 0.0, 0.0, 0.0, 0.0
    local count = 0
    while count < LIMIT and zr2 + zi2 <= 4.0 do
      zi = 2.0 * zr * zi + ci
      zr = zr2 - zi2 + cr
      zr2 = zr * zr
      zi2 = zi * zi
      count = count + 1
    end
    if count == LIMIT then
      inside = inside + 1
    end
    checksum = (checksum * 31 + count) % 1000003
  end
end
print(string.format("mandelbrot %d: %d %d", n, inside, checksum))
