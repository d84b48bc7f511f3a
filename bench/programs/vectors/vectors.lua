-- Vectors of two components that are never changed, with operators for their arithmetic and
-- comparison: walkers follow their targets, and every step makes a few new vectors.
-- Size: number of rounds of 50 steps.
local rounds = tonumber(arg[1]) or 150
local tick = arg[2] and function() io.write(".\n") io.flush() end
local WALKERS = 100
local STEPS = 50

local seed = 42
local function random(limit)
  seed = (seed * 16807) % 2147483647
  return seed % limit
end

local Vector = {}
Vector.__index = Vector

function Vector.new(x, y)
  return setmetatable({x = x, y = y}, Vector)
end

function Vector.__add(a, b)
  return Vector.new(a.x + b.x, a.y + b.y)
end

function Vector.__sub(a, b)
  return Vector.new(a.x - b.x, a.y - b.y)
end

-- A vector times a number.
function Vector.__mul(a, factor)
  return Vector.new(a.x * factor, a.y * factor)
end

function Vector.__unm(a)
  return Vector.new(-a.x, -a.y)
end

function Vector.__eq(a, b)
  return a.x == b.x and a.y == b.y
end

function Vector:dot(other)
  return self.x * other.x + self.y * other.y
end

local DIRECTIONS = {Vector.new(1.0, 0.0), Vector.new(0.0, 1.0), Vector.new(-1.0, 0.0), Vector.new(0.0, -1.0)}

-- A walker is drawn to its target, which jumps from one grid point to the next.
local Walker = {}
Walker.__index = Walker

function Walker.new()
  local position = Vector.new(random(10) + 0.0, random(10) + 0.0)
  return setmetatable({
    position = position,
    velocity = Vector.new(0.0, 0.0),
    target = position,
    home = position,
    visits = 0,
    turns = 0,
  }, Walker)
end

function Walker:step()
  self.target = self.target + DIRECTIONS[1 + random(4)]
  if self.target == self.home then
    self.visits = self.visits + 1
  end
  local pull = (self.target - self.position) * 0.125
  self.velocity = (self.velocity + pull) * 0.75
  if self.velocity:dot(pull) < 0.0 then
    self.velocity = -self.velocity * 0.5
    self.turns = self.turns + 1
  end
  self.position = self.position + self.velocity
end

local walkers = {}
for i = 1, WALKERS do
  walkers[i] = Walker.new()
end
for _ = 1, rounds do
  for _ = 1, STEPS do
    for i = 1, WALKERS do
      walkers[i]:step()
    end
  end
  if tick then
    tick()
  end
end
local visits, turns, sum = 0, 0, Vector.new(0.0, 0.0)
for i = 1, WALKERS do
  local walker = walkers[i]
  visits = visits + walker.visits
  turns = turns + walker.turns
  sum = sum + walker.position
end
print(string.format("vectors %d: %d %d %.6f %.6f", rounds, visits, turns, sum.x, sum.y))
