-- Finds the nest of loops in control-flow graphs, after Paul Havlak's algorithm: depth-first
-- numbering, union-find with path compression, sets, reducible and irreducible loops.
-- Size: number of graphs.
local graphs = tonumber(arg[1]) or 45

local DEPTH = 6

local function class()
  local c = {}
  c.__index = c
  return c
end

-- A set that remembers the order of insertion --------------------------------------------------

local OrderedSet = class()

function OrderedSet.new()
  return setmetatable({items = {}, members = {}}, OrderedSet)
end

function OrderedSet:add(item)
  if not self.members[item] then
    self.members[item] = true
    self.items[#self.items + 1] = item
  end
end

function OrderedSet:contains(item)
  return self.members[item] == true
end

function OrderedSet:size()
  return #self.items
end

function OrderedSet:each()
  return ipairs(self.items)
end

-- Control-flow graphs --------------------------------------------------------------------------

local Block = class()

function Block.new(number)
  return setmetatable({number = number, predecessors = {}, successors = {}}, Block)
end

local Graph = class()

function Graph.new()
  return setmetatable({blocks = {}, edges = 0}, Graph)
end

function Graph:newBlock()
  local block = Block.new(#self.blocks + 1)
  self.blocks[block.number] = block
  return block
end

function Graph:start()
  return self.blocks[1]
end

function Graph:connect(from, to)
  from.successors[#from.successors + 1] = to
  to.predecessors[#to.predecessors + 1] = from
  self.edges = self.edges + 1
end

-- Appends to a graph the shapes that programs are made of.
local Builder = class()

function Builder.new(graph)
  return setmetatable({graph = graph, loops = 0}, Builder)
end

function Builder:after(block)
  local next = self.graph:newBlock()
  self.graph:connect(block, next)
  return next
end

function Builder:straight(block, count)
  for _ = 1, count do
    block = self:after(block)
  end
  return block
end

function Builder:diamond(block)
  local left, right = self:after(block), self:after(block)
  local join = self:after(left)
  self.graph:connect(right, join)
  return join
end

-- A loop with three loops inside, down to the given depth. Some innermost loops have a block that
-- jumps to itself, and some loops can be entered past their header.
function Builder:nest(entry, depth)
  self.loops = self.loops + 1
  local number = self.loops
  local header = self:after(entry)
  local tail = self:diamond(header)
  if depth > 1 then
    for _ = 1, 3 do
      tail = self:nest(tail, depth - 1)
    end
  else
    tail = self:straight(tail, 2)
    if number % 4 == 0 then
      self.graph:connect(tail, tail)
    end
  end
  self.graph:connect(tail, header)
  if number % 7 == 0 then
    self.graph:connect(entry, tail)
  end
  return self:after(tail)
end

-- Loops ----------------------------------------------------------------------------------------

local Loop = class()

function Loop.new(header, reducible)
  local self = setmetatable({
    header = header, reducible = reducible, parent = nil, children = OrderedSet.new(),
    blocks = OrderedSet.new(), depth = 0, nesting = 0,
  }, Loop)
  if header then
    self.blocks:add(header)
  end
  return self
end

function Loop:setParent(parent)
  self.parent = parent
  parent.children:add(self)
end

-- Sets the depth below the root and the number of levels inside, here and in all inner loops.
function Loop:measure(depth)
  self.depth = depth
  self.nesting = 0
  for _, child in self.children:each() do
    child:measure(depth + 1)
    if child.nesting + 1 > self.nesting then
      self.nesting = child.nesting + 1
    end
  end
end

local Forest = class()

function Forest.new()
  return setmetatable({root = Loop.new(nil, true), loops = {}}, Forest)
end

function Forest:newLoop(header, reducible)
  local loop = Loop.new(header, reducible)
  self.loops[#self.loops + 1] = loop
  return loop
end

function Forest:finish()
  for _, loop in ipairs(self.loops) do
    if not loop.parent then
      loop:setParent(self.root)
    end
  end
  self.root:measure(0)
end

function Forest:checksum()
  local sum = 0
  for _, loop in ipairs(self.loops) do
    local kind = loop.reducible and 1 or 2
    sum = (sum * 31 + loop.header.number * kind + loop.depth * 7 + loop.nesting * 3
      + loop.blocks:size()) % 1000003
  end
  return sum
end

-- Union-find -----------------------------------------------------------------------------------

local Node = class()

function Node.new(block, number)
  local self = setmetatable({block = block, number = number, loop = nil, parent = nil}, Node)
  self.parent = self
  return self
end

-- The representative of the node's set; shortens the path to it.
function Node:find()
  local root = self
  while root.parent ~= root do
    root = root.parent
  end
  local node = self
  while node ~= root do
    local parent = node.parent
    node.parent = root
    node = parent
  end
  return root
end

function Node:union(root)
  self.parent = root
end

-- The finder -----------------------------------------------------------------------------------

local NO_HEADER, REDUCIBLE, IRREDUCIBLE, SELF = 0, 1, 2, 3

local Finder = class()

function Finder.new(graph, forest)
  return setmetatable({
    graph = graph, forest = forest,
    nodes = {},     -- by depth-first number
    numbers = {},   -- block number to depth-first number
    last = {},      -- depth-first number to that of the last descendant
    kinds = {},
    backward = {},  -- lists of predecessors that are descendants
    forward = {},   -- sets of the other predecessors
  }, Finder)
end

function Finder:numberBlocks(block, current)
  self.nodes[current] = Node.new(block, current)
  self.numbers[block.number] = current
  local last = current
  for _, successor in ipairs(block.successors) do
    if not self.numbers[successor.number] then
      last = self:numberBlocks(successor, last + 1)
    end
  end
  self.last[current] = last
  return last
end

function Finder:isAncestor(w, v)
  return w <= v and v <= self.last[w]
end

function Finder:classifyEdges()
  for w, node in ipairs(self.nodes) do
    local backward, forward = {}, OrderedSet.new()
    for _, predecessor in ipairs(node.block.predecessors) do
      local v = self.numbers[predecessor.number]
      if v then
        if self:isAncestor(w, v) then
          backward[#backward + 1] = v
        else
          forward:add(v)
        end
      end
    end
    self.backward[w], self.forward[w] = backward, forward
    self.kinds[w] = NO_HEADER
  end
end

-- The representatives of the nodes from which back edges come.
function Finder:backNodes(w)
  local pool = OrderedSet.new()
  for _, v in ipairs(self.backward[w]) do
    if v == w then
      self.kinds[w] = SELF
    else
      pool:add(self.nodes[v]:find())
    end
  end
  return pool
end

-- Adds to the pool all nodes from which the ones in it are reached without passing the header.
function Finder:collectBody(w, pool)
  local place = 1
  while place <= pool:size() do
    local node = pool.items[place]
    place = place + 1
    for _, y in self.forward[node.number]:each() do
      local source = self.nodes[y]:find()
      if not self:isAncestor(w, source.number) then
        self.kinds[w] = IRREDUCIBLE
        self.forward[w]:add(source.number)
      elseif source.number ~= w and not pool:contains(source) then
        pool:add(source)
      end
    end
  end
end

function Finder:makeLoop(w, pool)
  local header = self.nodes[w]
  local loop = self.forest:newLoop(header.block, self.kinds[w] ~= IRREDUCIBLE)
  header.loop = loop
  for _, node in pool:each() do
    node:union(header)
    if node.loop then
      node.loop:setParent(loop)
    else
      loop.blocks:add(node.block)
    end
  end
end

function Finder:run()
  self:numberBlocks(self.graph:start(), 1)
  self:classifyEdges()
  for w = #self.nodes, 1, -1 do
    local pool = self:backNodes(w)
    if pool:size() > 0 then
      self.kinds[w] = REDUCIBLE
    end
    self:collectBody(w, pool)
    if pool:size() > 0 or self.kinds[w] == SELF then
      self:makeLoop(w, pool)
    end
  end
end

-- Driver ---------------------------------------------------------------------------------------

local loops, edges, checksum = 0, 0, 0
for index = 1, graphs do
  local graph = Graph.new()
  local builder = Builder.new(graph)
  local tail = builder:straight(graph:newBlock(), index % 5)
  builder:straight(builder:nest(tail, DEPTH), 1)
  for _ = 1, 3 do
    local forest = Forest.new()
    Finder.new(graph, forest):run()
    forest:finish()
    loops = loops + #forest.loops
    checksum = (checksum * 31 + forest:checksum()) % 1000003
  end
  edges = edges + graph.edges
end
print(string.format("havlak %d: %d %d %d", graphs, loops, edges, checksum))
