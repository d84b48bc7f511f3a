-- The towers of Hanoi with 13 disks that are objects: three piles are linked lists, and every
-- move takes a disk off one and checks that it is smaller than the one it is laid on.
-- Size: number of rounds.
local rounds = tonumber(arg[1]) or 650
local tick = arg[2] and function() io.write(".\n") io.flush() end
local DISKS = 13

local Disk = {}
Disk.__index = Disk

function Disk.new(size)
  return setmetatable({size = size, below = nil, moves = 0}, Disk)
end

local Pile = {}
Pile.__index = Pile

function Pile.new()
  return setmetatable({top = nil, height = 0}, Pile)
end

function Pile:push(disk)
  local top = self.top
  if top and top.size <= disk.size then
    error("a big disk on a small one")
  end
  disk.below = top
  self.top = disk
  self.height = self.height + 1
end

function Pile:pop()
  local disk = self.top
  if not disk then
    error("no disk on the pile")
  end
  self.top = disk.below
  disk.below = nil
  self.height = self.height - 1
  return disk
end

local Towers = {}
Towers.__index = Towers

function Towers.new(count)
  local self = setmetatable({piles = {Pile.new(), Pile.new(), Pile.new()}, moves = 0}, Towers)
  for size = count, 1, -1 do
    self.piles[1]:push(Disk.new(size))
  end
  return self
end

function Towers:moveTop(from, to)
  local disk = self.piles[from]:pop()
  disk.moves = disk.moves + 1
  self.piles[to]:push(disk)
  self.moves = self.moves + 1
end

function Towers:moveAll(count, from, to)
  if count == 1 then
    self:moveTop(from, to)
    return
  end
  local other = 6 - from - to
  self:moveAll(count - 1, from, other)
  self:moveTop(from, to)
  self:moveAll(count - 1, other, to)
end

local moves, last = 0, 0
for round = 1, rounds do
  local towers = Towers.new(DISKS)
  towers:moveAll(DISKS, 1, 2 + round % 2)
  moves = moves + towers.moves
  local disk = towers.piles[2 + round % 2].top
  while disk do
    last = (last * 31 + disk.moves + disk.size) % 1000003
    disk = disk.below
  end
  if tick then
    tick()
  end
end
print(string.format("towers %d: %d %d", rounds, moves, last))
