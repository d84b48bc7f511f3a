-- Particles of three classes in a box: each moves, bounces off the walls and loses or gains
-- speed in its own way. Method calls on objects with float fields, no allocation in the loop.
-- Size: number of rounds of 100 steps.
local rounds = tonumber(arg[1]) or 200
local tick = arg[2] and function() io.write(".\n") io.flush() end
local COUNT = 300
local STEPS = 100

local Random = {}
Random.__index = Random

function Random.new(seed)
  return setmetatable({seed = seed}, Random)
end

function Random:next()
  self.seed = (self.seed * 16807) % 2147483647
  return self.seed / 2147483647
end

-- The box: walls at 0 and at its width and height.
local Box = {}
Box.__index = Box

function Box.new(width, height)
  return setmetatable({width = width, height = height, hits = 0}, Box)
end

function Box:count()
  self.hits = self.hits + 1
end

-- A particle moves straight on and is thrown back by walls.
local Particle = {}
Particle.__index = Particle

function Particle.init(self, random)
  self.x = random:next() * 100.0
  self.y = random:next() * 100.0
  self.vx = random:next() * 2.0 - 1.0
  self.vy = random:next() * 2.0 - 1.0
  return self
end

function Particle.new(random)
  return Particle.init(setmetatable({}, Particle), random)
end

function Particle:push()
end

function Particle:loss()
  return 1.0
end

function Particle:bounce(box)
  local hit = false
  if self.x < 0.0 then
    self.x, self.vx, hit = 0.0, -self.vx, true
  elseif self.x > box.width then
    self.x, self.vx, hit = box.width, -self.vx, true
  end
  if self.y < 0.0 then
    self.y, self.vy, hit = 0.0, -self.vy, true
  elseif self.y > box.height then
    self.y, self.vy, hit = box.height, -self.vy, true
  end
  if hit then
    local loss = self:loss()
    self.vx = self.vx * loss
    self.vy = self.vy * loss
    box:count()
  end
end

function Particle:step(box)
  self:push()
  self.x = self.x + self.vx
  self.y = self.y + self.vy
  self:bounce(box)
end

function Particle:energy()
  return self.vx * self.vx + self.vy * self.vy
end

-- Falls, and loses speed when it bounces, except when it is slow.
local Heavy = setmetatable({}, {__index = Particle})
Heavy.__index = Heavy

function Heavy.new(random)
  return Particle.init(setmetatable({}, Heavy), random)
end

function Heavy:push()
  self.vy = self.vy - 0.01
end

function Heavy:loss()
  return self:energy() < 0.5 and 1.1 or 0.98
end

-- Is slowed down by the air and carried by a wind.
local Light = setmetatable({}, {__index = Particle})
Light.__index = Light

function Light.new(random)
  return Particle.init(setmetatable({}, Light), random)
end

function Light:push()
  self.vx = self.vx * 0.999 + 0.001
  self.vy = self.vy * 0.999 + 0.002
end

function Light:loss()
  return 0.95
end

local random = Random.new(42)
local box = Box.new(100.0, 100.0)
local particles = {}
for i = 1, COUNT, 3 do
  particles[i] = Particle.new(random)
  particles[i + 1] = Heavy.new(random)
  particles[i + 2] = Light.new(random)
end
for _ = 1, rounds do
  for _ = 1, STEPS do
    for i = 1, #particles do
      particles[i]:step(box)
    end
  end
  if tick then
    tick()
  end
end
local energy = 0.0
for i = 1, #particles do
  energy = energy + particles[i]:energy()
end
print(string.format("particles %d: %d %.6f", rounds, box.hits, energy))
