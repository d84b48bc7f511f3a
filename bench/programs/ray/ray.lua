-- A ray tracer without libraries: six spheres on a chequered floor, one lamp, shadows and
-- reflections, all vectors in plain locals. Size: number of pictures of 64 by 64 points.
local pictures = tonumber(arg[1]) or 200
local tick = arg[2] and function() io.write(".\n") io.flush() end
local N = 64
local DEPTH = 3
local FARTHEST = 1e9
local sqrt, floor = math.sqrt, math.floor

local LAMP_X, LAMP_Y, LAMP_Z = 4.0, 8.0, -6.0

local spheres = {
  {x = 0.0, y = 1.0, z = 3.0, radius = 1.0, shine = 0.4, grey = 0.9},
  {x = -2.0, y = 0.75, z = 2.0, radius = 0.75, shine = 0.2, grey = 0.6},
  {x = 2.0, y = 0.5, z = 1.5, radius = 0.5, shine = 0.6, grey = 0.5},
  {x = 1.0, y = 2.5, z = 4.0, radius = 0.6, shine = 0.1, grey = 0.8},
  {x = -1.0, y = 0.3, z = 0.5, radius = 0.3, shine = 0.3, grey = 0.7},
  {x = -3.0, y = 2.0, z = 5.0, radius = 1.5, shine = 0.5, grey = 0.4},
}

-- The nearest sphere that a ray meets, and how far away it is. Directions have length 1.
local function nearest(ox, oy, oz, dx, dy, dz)
  local found, distance = nil, FARTHEST
  for i = 1, #spheres do
    local s = spheres[i]
    local lx, ly, lz = s.x - ox, s.y - oy, s.z - oz
    local along = lx * dx + ly * dy + lz * dz
    if along > 0.0 then
      local gap = s.radius * s.radius - (lx * lx + ly * ly + lz * lz - along * along)
      if gap > 0.0 then
        local t = along - sqrt(gap)
        if t > 1e-4 and t < distance then
          found, distance = s, t
        end
      end
    end
  end
  return found, distance
end

-- The light that the lamp gives to a point whose normal is known.
local function lit(px, py, pz, nx, ny, nz)
  local lx, ly, lz = LAMP_X - px, LAMP_Y - py, LAMP_Z - pz
  local length = sqrt(lx * lx + ly * ly + lz * lz)
  lx, ly, lz = lx / length, ly / length, lz / length
  local cosine = nx * lx + ny * ly + nz * lz
  if cosine <= 0.0 then
    return 0.1
  end
  local shadow, distance = nearest(px, py, pz, lx, ly, lz)
  if shadow and distance < length then
    return 0.1
  end
  return 0.1 + 0.9 * cosine
end

local function trace(ox, oy, oz, dx, dy, dz, depth)
  local sphere, distance = nearest(ox, oy, oz, dx, dy, dz)
  local nx, ny, nz = 0.0, 1.0, 0.0
  local shine, grey
  if dy < -1e-6 and -oy / dy < distance then
    distance = -oy / dy
    local px, pz = ox + dx * distance, oz + dz * distance
    shine = 0.15
    grey = (floor(px) + floor(pz)) % 2 == 0 and 0.9 or 0.2
  elseif sphere then
    nx = (ox + dx * distance - sphere.x) / sphere.radius
    ny = (oy + dy * distance - sphere.y) / sphere.radius
    nz = (oz + dz * distance - sphere.z) / sphere.radius
    shine, grey = sphere.shine, sphere.grey
  else
    return 0.3 + 0.4 * (dy > 0.0 and dy or 0.0)
  end
  local px, py, pz = ox + dx * distance, oy + dy * distance, oz + dz * distance
  local light = grey * lit(px, py, pz, nx, ny, nz)
  if depth > 1 then
    local double = 2.0 * (dx * nx + dy * ny + dz * nz)
    local seen = trace(px, py, pz, dx - double * nx, dy - double * ny, dz - double * nz, depth - 1)
    light = light * (1.0 - shine) + seen * shine
  end
  return light
end

-- The sum of the grey values, 0 to 255, of all points; the eye moves with each picture.
local function render(eyeX)
  local sum = 0
  for row = 0, N - 1 do
    for column = 0, N - 1 do
      local x, y = (column - N / 2) / N, (N / 2 - row) / N
      local length = sqrt(x * x + y * y + 1.0)
      local light = trace(eyeX, 1.5, -4.0, x / length, y / length, 1.0 / length, DEPTH)
      sum = sum + floor(light * 255.0)
    end
  end
  return sum
end

local total = 0
for picture = 1, pictures do
  total = total + render((picture % 16) * 0.125 - 1.0)
  if tick then
    tick()
  end
end
print(string.format("ray %d: %d", pictures, total))
