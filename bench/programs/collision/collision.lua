-- Collision detection among aircraft: each frame the straight motions since the last frame are
-- drawn onto a grid of voxels, and motions that share a voxel are compared. Positions, voxels
-- and found pairs live in red-black trees; vectors are small immutable objects.
-- Size: number of frames.
local frames = tonumber(arg[1]) or 900

local AIRCRAFT = 150
local FIELD = 100.0
local VOXEL = 8.0
local RADIUS = 1.5

local floor, sqrt = math.floor, math.sqrt

local function class()
  local c = {}
  c.__index = c
  return c
end

-- Vectors --------------------------------------------------------------------------------------

local Vector = class()

function Vector.new(x, y, z)
  return setmetatable({x = x, y = y, z = z}, Vector)
end

function Vector:plus(other)
  return Vector.new(self.x + other.x, self.y + other.y, self.z + other.z)
end

function Vector:minus(other)
  return Vector.new(self.x - other.x, self.y - other.y, self.z - other.z)
end

function Vector:times(factor)
  return Vector.new(self.x * factor, self.y * factor, self.z * factor)
end

function Vector:dot(other)
  return self.x * other.x + self.y * other.y + self.z * other.z
end

-- Keys: each class of keys has a method compare that returns a negative number, 0 or a positive
-- number.

local CallSign = class()

function CallSign.new(number)
  return setmetatable({number = number}, CallSign)
end

function CallSign:compare(other)
  return self.number - other.number
end

local Voxel = class()

function Voxel.new(x, y)
  return setmetatable({x = x, y = y}, Voxel)
end

function Voxel:compare(other)
  local difference = self.x - other.x
  if difference ~= 0 then
    return difference
  end
  return self.y - other.y
end

local Pair = class()

function Pair.new(first, second)
  return setmetatable({first = first, second = second}, Pair)
end

function Pair:compare(other)
  local difference = self.first:compare(other.first)
  if difference ~= 0 then
    return difference
  end
  return self.second:compare(other.second)
end

-- Red-black tree -------------------------------------------------------------------------------

local RED, BLACK = true, false

local Node = class()

function Node.new(key, value, leaf)
  return setmetatable({
    key = key, value = value, color = RED, left = leaf, right = leaf, parent = leaf,
  }, Node)
end

function Node:minimum(leaf)
  local node = self
  while node.left ~= leaf do
    node = node.left
  end
  return node
end

function Node:successor(leaf)
  if self.right ~= leaf then
    return self.right:minimum(leaf)
  end
  local node, parent = self, self.parent
  while parent ~= leaf and node == parent.right do
    node, parent = parent, parent.parent
  end
  return parent
end

local Tree = class()

function Tree.new()
  -- One black node stands for all leaves and for the parent of the root.
  local leaf = setmetatable({color = BLACK}, Node)
  leaf.left, leaf.right, leaf.parent = leaf, leaf, leaf
  return setmetatable({leaf = leaf, root = leaf, size = 0}, Tree)
end

function Tree:findNode(key)
  local leaf, node = self.leaf, self.root
  while node ~= leaf do
    local order = key:compare(node.key)
    if order == 0 then
      return node
    end
    node = order < 0 and node.left or node.right
  end
  return nil
end

function Tree:get(key)
  local node = self:findNode(key)
  return node and node.value
end

-- Calls visit(key, value) in the order of the keys.
function Tree:forEach(visit)
  local leaf = self.leaf
  if self.root == leaf then
    return
  end
  local node = self.root:minimum(leaf)
  while node ~= leaf do
    visit(node.key, node.value)
    node = node:successor(leaf)
  end
end

-- Puts `new` where `old` hangs.
function Tree:replaceChild(old, new)
  local parent = old.parent
  if parent == self.leaf then
    self.root = new
  elseif old == parent.left then
    parent.left = new
  else
    parent.right = new
  end
  new.parent = parent
end

function Tree:rotateLeft(node)
  local up = node.right
  node.right = up.left
  if up.left ~= self.leaf then
    up.left.parent = node
  end
  self:replaceChild(node, up)
  up.left = node
  node.parent = up
end

function Tree:rotateRight(node)
  local up = node.left
  node.left = up.right
  if up.right ~= self.leaf then
    up.right.parent = node
  end
  self:replaceChild(node, up)
  up.right = node
  node.parent = up
end

-- Sets the value of the key; returns the value it had before, if any.
function Tree:put(key, value)
  local leaf = self.leaf
  local parent, node, order = leaf, self.root, 0
  while node ~= leaf do
    parent = node
    order = key:compare(node.key)
    if order == 0 then
      local before = node.value
      node.value = value
      return before
    end
    node = order < 0 and node.left or node.right
  end
  local added = Node.new(key, value, leaf)
  added.parent = parent
  if parent == leaf then
    self.root = added
  elseif order < 0 then
    parent.left = added
  else
    parent.right = added
  end
  self.size = self.size + 1
  self:repairInsertion(added)
  return nil
end

function Tree:repairInsertion(node)
  while node.parent.color == RED do
    local parent = node.parent
    local grandparent = parent.parent
    if parent == grandparent.left then
      local uncle = grandparent.right
      if uncle.color == RED then
        parent.color = BLACK
        uncle.color = BLACK
        grandparent.color = RED
        node = grandparent
      else
        if node == parent.right then
          node = parent
          self:rotateLeft(node)
          parent = node.parent
        end
        parent.color = BLACK
        grandparent.color = RED
        self:rotateRight(grandparent)
      end
    else
      local uncle = grandparent.left
      if uncle.color == RED then
        parent.color = BLACK
        uncle.color = BLACK
        grandparent.color = RED
        node = grandparent
      else
        if node == parent.left then
          node = parent
          self:rotateRight(node)
          parent = node.parent
        end
        parent.color = BLACK
        grandparent.color = RED
        self:rotateLeft(grandparent)
      end
    end
  end
  self.root.color = BLACK
end

-- Removes the key; returns whether it was there.
function Tree:remove(key)
  local node = self:findNode(key)
  if not node then
    return false
  end
  local leaf = self.leaf
  local removedColor = node.color
  local moved
  if node.left == leaf then
    moved = node.right
    self:replaceChild(node, moved)
  elseif node.right == leaf then
    moved = node.left
    self:replaceChild(node, moved)
  else
    local next = node.right:minimum(leaf)
    removedColor = next.color
    moved = next.right
    if next.parent == node then
      moved.parent = next
    else
      self:replaceChild(next, moved)
      next.right = node.right
      next.right.parent = next
    end
    self:replaceChild(node, next)
    next.left = node.left
    next.left.parent = next
    next.color = node.color
  end
  self.size = self.size - 1
  if removedColor == BLACK then
    self:repairRemoval(moved)
  end
  return true
end

function Tree:repairRemoval(node)
  while node ~= self.root and node.color == BLACK do
    local parent = node.parent
    if node == parent.left then
      local sibling = parent.right
      if sibling.color == RED then
        sibling.color = BLACK
        parent.color = RED
        self:rotateLeft(parent)
        sibling = parent.right
      end
      if sibling.left.color == BLACK and sibling.right.color == BLACK then
        sibling.color = RED
        node = parent
      else
        if sibling.right.color == BLACK then
          sibling.left.color = BLACK
          sibling.color = RED
          self:rotateRight(sibling)
          sibling = parent.right
        end
        sibling.color = parent.color
        parent.color = BLACK
        sibling.right.color = BLACK
        self:rotateLeft(parent)
        node = self.root
      end
    else
      local sibling = parent.left
      if sibling.color == RED then
        sibling.color = BLACK
        parent.color = RED
        self:rotateRight(parent)
        sibling = parent.left
      end
      if sibling.left.color == BLACK and sibling.right.color == BLACK then
        sibling.color = RED
        node = parent
      else
        if sibling.left.color == BLACK then
          sibling.right.color = BLACK
          sibling.color = RED
          self:rotateLeft(sibling)
          sibling = parent.left
        end
        sibling.color = parent.color
        parent.color = BLACK
        sibling.left.color = BLACK
        self:rotateRight(parent)
        node = self.root
      end
    end
  end
  node.color = BLACK
end

-- Simulation -----------------------------------------------------------------------------------

-- Goes smoothly between -1 and 1 with period 2, in arithmetic that every language rounds alike.
local function wave(phase)
  local p = phase % 2.0
  if p < 1.0 then
    return 4.0 * p * (1.0 - p)
  end
  return -4.0 * (p - 1.0) * (2.0 - p)
end

local Aircraft = class()

function Aircraft.new(number)
  return setmetatable({
    callSign = CallSign.new(number),
    speedX = 0.20 + number * 7 % 11 / 50.0,
    speedY = 0.15 + number * 5 % 13 / 60.0,
    phaseX = number * 37 % 100 / 50.0,
    phaseY = number * 61 % 100 / 50.0,
    altitude = 10.0 + number % 6,
  }, Aircraft)
end

function Aircraft:positionAt(time)
  local half = FIELD / 2.0
  return Vector.new(
    half + half * wave(self.phaseX + time * self.speedX),
    half + half * wave(self.phaseY + time * self.speedY),
    self.altitude + wave(self.phaseX + time))
end

local Simulator = class()

function Simulator.new(count)
  local aircraft = {}
  for number = 1, count do
    aircraft[number] = Aircraft.new(number)
  end
  return setmetatable({aircraft = aircraft}, Simulator)
end

-- The call signs and positions in one frame; now and then an aircraft is out of sight.
function Simulator:frame(index)
  local time = index / 20.0
  local seen = {}
  for number, aircraft in ipairs(self.aircraft) do
    if (index + number * 3) % 50 >= 4 then
      seen[#seen + 1] = {callSign = aircraft.callSign, position = aircraft:positionAt(time)}
    end
  end
  return seen
end

-- Detection ------------------------------------------------------------------------------------

local Motion = class()

function Motion.new(callSign, from, to)
  return setmetatable({callSign = callSign, from = from, to = to}, Motion)
end

function Motion:delta()
  return self.to:minus(self.from)
end

-- The point between the two at the first moment when they are too close, or nil.
function Motion:meet(other)
  local mine, others = self:delta(), other:delta()
  local distance = self.from:minus(other.from)
  local speed = mine:minus(others)
  local a = speed:dot(speed)
  local b = 2.0 * distance:dot(speed)
  local c = distance:dot(distance) - RADIUS * RADIUS
  local moment
  if a == 0.0 then
    if c > 0.0 then
      return nil
    end
    moment = 0.0
  else
    local discriminant = b * b - 4.0 * a * c
    if discriminant < 0.0 then
      return nil
    end
    local root = sqrt(discriminant)
    local enter, leave = (-b - root) / (2.0 * a), (-b + root) / (2.0 * a)
    if leave < 0.0 or enter > 1.0 then
      return nil
    end
    moment = enter > 0.0 and enter or 0.0
  end
  local here = self.from:plus(mine:times(moment))
  local there = other.from:plus(others:times(moment))
  return here:plus(there):times(0.5)
end

-- Cuts the interval low..high of a line's parameter to where origin + parameter * direction lies
-- between `from` and `to`; an empty result has low > high.
local function clip(origin, direction, from, to, low, high)
  if direction == 0.0 then
    if origin < from or origin > to then
      return 1.0, 0.0
    end
    return low, high
  end
  local t1, t2 = (from - origin) / direction, (to - origin) / direction
  if t1 > t2 then
    t1, t2 = t2, t1
  end
  return t1 > low and t1 or low, t2 < high and t2 or high
end

-- Whether the motion comes closer to the voxel than the radius, measured along the axes.
function Motion:touches(x, y)
  local from, delta = self.from, self:delta()
  local low, high = clip(from.x, delta.x, x * VOXEL - RADIUS, (x + 1) * VOXEL + RADIUS, 0.0, 1.0)
  if low > high then
    return false
  end
  low, high = clip(from.y, delta.y, y * VOXEL - RADIUS, (y + 1) * VOXEL + RADIUS, low, high)
  return low <= high
end

local function ordered(a, b)
  if a < b then
    return a, b
  end
  return b, a
end

-- Enters the motion into the bucket of every voxel that it touches.
function Motion:drawOn(voxels)
  local lowX, highX = ordered(self.from.x, self.to.x)
  local lowY, highY = ordered(self.from.y, self.to.y)
  for x = floor((lowX - RADIUS) / VOXEL), floor((highX + RADIUS) / VOXEL) do
    for y = floor((lowY - RADIUS) / VOXEL), floor((highY + RADIUS) / VOXEL) do
      if self:touches(x, y) then
        local voxel = Voxel.new(x, y)
        local bucket = voxels:get(voxel)
        if not bucket then
          bucket = {}
          voxels:put(voxel, bucket)
        end
        bucket[#bucket + 1] = self
      end
    end
  end
end

local Detector = class()

function Detector.new()
  return setmetatable({tracks = Tree.new(), comparisons = 0}, Detector)
end

-- Takes the positions of a frame; returns the motions since the last one and forgets aircraft
-- that are out of sight.
function Detector:motions(seen, index)
  local motions = {}
  for _, sighting in ipairs(seen) do
    local track = {position = sighting.position, index = index}
    local before = self.tracks:put(sighting.callSign, track)
    local from = before and before.position or sighting.position
    motions[#motions + 1] = Motion.new(sighting.callSign, from, sighting.position)
  end
  local lost = {}
  self.tracks:forEach(function(callSign, track)
    if track.index ~= index then
      lost[#lost + 1] = callSign
    end
  end)
  for _, callSign in ipairs(lost) do
    self.tracks:remove(callSign)
  end
  return motions
end

-- A tree from pairs of call signs to the points where they meet in this frame.
function Detector:collisions(seen, index)
  local voxels = Tree.new()
  for _, motion in ipairs(self:motions(seen, index)) do
    motion:drawOn(voxels)
  end
  local found = Tree.new()
  voxels:forEach(function(_, bucket)
    for i = 1, #bucket - 1 do
      for j = i + 1, #bucket do
        self.comparisons = self.comparisons + 1
        local point = bucket[i]:meet(bucket[j])
        if point then
          found:put(Pair.new(bucket[i].callSign, bucket[j].callSign), point)
        end
      end
    end
  end)
  return found
end

local simulator, detector = Simulator.new(AIRCRAFT), Detector.new()
local total, checksum = 0, 0
for index = 1, frames do
  local found = detector:collisions(simulator:frame(index), index)
  total = total + found.size
  found:forEach(function(pair, point)
    local place = floor(point.x * 10.0) + floor(point.y * 10.0) * 7 + floor(point.z * 10.0)
    checksum = (checksum * 31 + pair.first.number * 3 + pair.second.number + place) % 1000003
  end)
end
print(string.format("collision %d: %d %d %d", frames, total, detector.comparisons, checksum))
