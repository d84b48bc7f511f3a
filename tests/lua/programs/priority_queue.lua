-- A discrete-event simulation of a small hospital on three priority queues (binary heap, pairing
-- heap, skew heap) that must give the same run, plus Dijkstra and Huffman coding on top of them.

local function generator(seed)
  local state = seed
  local G = {}
  function G.next() state = (state * 1103515245 + 12345) & 0x7fffffff; return state >> 8 end
  function G.below(n) return G.next() % n end
  function G.range(a, b) return a + G.below(b - a + 1) end
  function G.chance(percent) return G.below(100) < percent end
  return G
end

-- Binary heap with handles ----------------------------------------------------------------

local BinaryHeap = {}
BinaryHeap.__index = BinaryHeap
BinaryHeap.__len = function(h) return h.n end

function BinaryHeap.new(less) return setmetatable({n = 0, less = less, items = {}}, BinaryHeap) end

function BinaryHeap:up(i)
  local items, less = self.items, self.less
  local node = items[i]
  while i > 1 do
    local parent = i // 2
    if not less(node.value, items[parent].value) then break end
    items[i] = items[parent]
    items[i].at = i
    i = parent
  end
  items[i] = node
  node.at = i
end

function BinaryHeap:down(i)
  local items, less, n = self.items, self.less, self.n
  local node = items[i]
  while true do
    local child = 2 * i
    if child > n then break end
    if child < n and less(items[child + 1].value, items[child].value) then child = child + 1 end
    if not less(items[child].value, node.value) then break end
    items[i] = items[child]
    items[i].at = i
    i = child
  end
  items[i] = node
  node.at = i
end

function BinaryHeap:push(value)
  local node = {value = value}
  self.n = self.n + 1
  self.items[self.n] = node
  self:up(self.n)
  return node
end

function BinaryHeap:pop()
  if self.n == 0 then return nil end
  local top = self.items[1]
  self:remove(top)
  return top.value
end

function BinaryHeap:remove(node)
  local i = node.at
  if not i then return false end
  local last = self.items[self.n]
  self.items[self.n] = nil
  self.n = self.n - 1
  node.at = nil
  if last ~= node then
    self.items[i] = last
    last.at = i
    self:up(i)
    self:down(last.at)
  end
  return true
end

function BinaryHeap:check()
  for i = 2, self.n do
    if self.less(self.items[i].value, self.items[i // 2].value) then return false end
    if self.items[i].at ~= i then return false end
  end
  return true
end

-- Pairing heap ----------------------------------------------------------------------------

local PairingHeap = {}
PairingHeap.__index = PairingHeap
PairingHeap.__len = function(h) return h.n end

function PairingHeap.new(less) return setmetatable({n = 0, less = less, root = nil}, PairingHeap) end

function PairingHeap:meld(a, b)
  if not a then return b end
  if not b then return a end
  if self.less(b.value, a.value) then a, b = b, a end
  b.next, b.back = a.child, a
  if a.child then a.child.back = b end
  a.child = b
  a.next, a.back = nil, nil
  return a
end

function PairingHeap:push(value)
  local node = {value = value, live = true}
  self.root = self:meld(self.root, node)
  self.n = self.n + 1
  return node
end

function PairingHeap:combine(first)
  local pairs_ = {}
  while first do
    local a, b = first, first.next
    first = b and b.next
    a.next, a.back = nil, nil
    if b then b.next, b.back = nil, nil end
    pairs_[#pairs_ + 1] = self:meld(a, b)
  end
  local result
  for i = #pairs_, 1, -1 do result = self:meld(result, pairs_[i]) end
  return result
end

function PairingHeap:pop()
  local root = self.root
  if not root then return nil end
  self.root = self:combine(root.child)
  self.n = self.n - 1
  root.live = false
  return root.value
end

function PairingHeap:remove(node)
  if not node.live then return false end
  node.live = false
  self.n = self.n - 1
  if node == self.root then
    self.root = self:combine(node.child)
  else
    if node.back.child == node then node.back.child = node.next else node.back.next = node.next end
    if node.next then node.next.back = node.back end
    self.root = self:meld(self.root, self:combine(node.child))
  end
  return true
end

-- Skew heap, functional: removal marks a node as dead ----------------------------------------

local SkewHeap = {}
SkewHeap.__index = SkewHeap
SkewHeap.__len = function(h) return h.n end

function SkewHeap.new(less) return setmetatable({n = 0, less = less}, SkewHeap) end

local function merge(less, a, b)
  if not a then return b end
  if not b then return a end
  if less(b.value, a.value) then a, b = b, a end
  return {value = a.value, node = a.node, left = merge(less, a.right, b), right = a.left}
end

function SkewHeap:push(value)
  local node = {value = value, live = true}
  self.root = merge(self.less, self.root, {value = value, node = node})
  self.n = self.n + 1
  return node
end

function SkewHeap:pop()
  while self.root do
    local top = self.root
    self.root = merge(self.less, top.left, top.right)
    if top.node.live then
      top.node.live = false
      self.n = self.n - 1
      return top.value
    end
  end
end

function SkewHeap:remove(node)
  if not node.live then return false end
  node.live = false
  self.n = self.n - 1
  return true
end

-- The simulation --------------------------------------------------------------------------

local Simulation = {}
Simulation.__index = Simulation

function Simulation.new(Queue, seed, doctors)
  local s = setmetatable({now = 0, serial = 0, log = {}, stats = {served = 0, left = 0, waited = 0, longest = 0, busy = 0}}, Simulation)
  s.random = generator(seed)
  s.events = Queue.new(function(a, b)
    if a.time ~= b.time then return a.time < b.time end
    return a.serial < b.serial
  end)
  s.waiting = Queue.new(function(a, b)
    if a.urgency ~= b.urgency then return a.urgency > b.urgency end
    return a.arrived < b.arrived or a.arrived == b.arrived and a.id < b.id
  end)
  s.free = {}
  for i = doctors, 1, -1 do s.free[#s.free + 1] = i end
  s.patients = 0
  return s
end

function Simulation:at(delay, action, ...)
  self.serial = self.serial + 1
  local arguments = table.pack(...)
  return self.events:push {time = self.now + delay, serial = self.serial, run = function() action(self, table.unpack(arguments, 1, arguments.n)) end}
end

function Simulation:note(format, ...) self.log[#self.log + 1] = ("%4d "):format(self.now) .. format:format(...) end

function Simulation:arrive()
  self.patients = self.patients + 1
  local random = self.random
  local p = {id = self.patients, arrived = self.now, urgency = random.chance(15) and 3 or random.range(1, 2), need = random.range(5, 40)}
  p.handle = self.waiting:push(p)
  p.patience = self:at(random.range(30, 180), self.leave, p)
  if p.urgency < 3 and random.chance(20) then self:at(random.range(5, 25), self.worsen, p) end
  self:dispatch()
  if self.now < 1000 then self:at(random.range(2, 15), self.arrive) end
end

function Simulation:worsen(p)
  if self.waiting:remove(p.handle) then
    p.urgency = 3
    p.handle = self.waiting:push(p)
    self:note("patient %d gets worse", p.id)
  end
end

function Simulation:leave(p)
  if self.waiting:remove(p.handle) then
    self.stats.left = self.stats.left + 1
    self:note("patient %d goes home", p.id)
  end
end

function Simulation:dispatch()
  while #self.free > 0 and #self.waiting > 0 do
    local p = self.waiting:pop()
    local doctor = table.remove(self.free)
    self.events:remove(p.patience)
    local wait = self.now - p.arrived
    local st = self.stats
    st.waited = st.waited + wait
    st.longest = math.max(st.longest, wait)
    st.busy = st.busy + p.need
    if p.urgency == 3 then self:note("doctor %d sees urgent patient %d after %d", doctor, p.id, wait) end
    self:at(p.need, self.done, p, doctor)
  end
end

function Simulation:done(p, doctor)
  self.stats.served = self.stats.served + 1
  table.insert(self.free, doctor)
  self:dispatch()
end

function Simulation:run()
  self:at(0, self.arrive)
  local steps = 0
  while true do
    local e = self.events:pop()
    if not e then break end
    self.now = e.time
    e.run()
    steps = steps + 1
  end
  return steps
end

-- The program -----------------------------------------------------------------------------

local kinds = {{"binary", BinaryHeap}, {"pairing", PairingHeap}, {"skew", SkewHeap}}
for _, k in ipairs(kinds) do
  local random = generator(7)
  local q, handles, reference = k[2].new(function(a, b) return a < b end), {}, {}
  local pops, sum, valid = 0, 0, true
  for i = 1, 2000 do
    local v = random.below(1000) * 4096 + i
    handles[i] = q:push(v)
    reference[v] = true
    if i % 3 == 0 then
      local h = handles[random.range(1, i)]
      if q:remove(h) then reference[h.value] = nil end
    end
    if i % 5 == 0 then
      local top = q:pop()
      local least = math.huge
      for v2 in pairs(reference) do if v2 < least then least = v2 end end
      valid = valid and top == least
      reference[top] = nil
      pops, sum = pops + 1, (sum * 31 + top) % 1000003
    end
    if q.check and i % 100 == 0 then valid = valid and q:check() end
  end
  local last, ordered = -1, true
  while #q > 0 do
    local v = q:pop()
    ordered = ordered and v > last
    last = v
  end
  print(k[1], pops, sum, valid, ordered, q:pop())
end

local logs = {}
for _, k in ipairs(kinds) do
  for _, doctors in ipairs {1, 2, 4} do
    local s = Simulation.new(k[2], 42, doctors)
    local steps = s:run()
    local st = s.stats
    print(k[1], doctors, steps, s.patients, st.served, st.left, ("%.2f"):format(st.waited / st.served), st.longest,
      ("%.1f%%"):format(100 * st.busy / (doctors * s.now)), #s.log)
    local text = table.concat(s.log, "\n")
    logs[doctors] = logs[doctors] or text
    print("same log", logs[doctors] == text)
  end
end
print(logs[2]:match("^" .. ("[^\n]*\n"):rep(12)))

-- Dijkstra on a grid ------------------------------------------------------------------------

local random = generator(99)
local size, cost = 30, {}
for y = 1, size do
  cost[y] = {}
  for x = 1, size do cost[y][x] = random.range(1, 9) end
end
local function shortest(Queue)
  local distance, from, handles = {}, {}, {}
  local q = Queue.new(function(a, b) return a.d < b.d or a.d == b.d and a.key < b.key end)
  local function key(x, y) return y * 100 + x end
  local function reach(x, y, d, origin)
    local k = key(x, y)
    if distance[k] and distance[k] <= d then return end
    if handles[k] then q:remove(handles[k]) end
    distance[k], from[k] = d, origin
    handles[k] = q:push {d = d, key = k, x = x, y = y}
  end
  reach(1, 1, 0)
  local visited = 0
  while #q > 0 do
    local n = q:pop()
    visited = visited + 1
    if n.x == size and n.y == size then break end
    for _, move in ipairs {{1, 0}, {0, 1}, {-1, 0}, {0, -1}} do
      local x, y = n.x + move[1], n.y + move[2]
      if cost[y] and cost[y][x] then reach(x, y, n.d + cost[y][x], n.key) end
    end
  end
  local k, steps = key(size, size), 0
  while from[k] do k, steps = from[k], steps + 1 end
  return distance[key(size, size)], steps, visited
end
for _, k in ipairs(kinds) do print("dijkstra", k[1], shortest(k[2])) end

-- Huffman -----------------------------------------------------------------------------------

local function huffman(Queue, text)
  local counts, symbols = {}, {}
  for c in text:gmatch "." do
    if not counts[c] then symbols[#symbols + 1] = c end
    counts[c] = (counts[c] or 0) + 1
  end
  local q, serial = Queue.new(function(a, b) return a.n < b.n or a.n == b.n and a.serial < b.serial end), 0
  table.sort(symbols)
  for _, c in ipairs(symbols) do serial = serial + 1; q:push {n = counts[c], symbol = c, serial = serial} end
  while #q > 1 do
    local a, b = q:pop(), q:pop()
    serial = serial + 1
    q:push {n = a.n + b.n, a, b, serial = serial}
  end
  local codes = {}
  local function walk(node, prefix)
    if node.symbol then codes[node.symbol] = prefix return end
    walk(node[1], prefix .. "0")
    walk(node[2], prefix .. "1")
  end
  local root = q:pop()
  walk(root, "")
  local bits = text:gsub(".", codes)
  local node, back = root, {}
  for bit in bits:gmatch "." do
    node = node[bit == "0" and 1 or 2]
    if node.symbol then back[#back + 1] = node.symbol; node = root end
  end
  return #bits, table.concat(back) == text, codes.e, bits:sub(1, 24)
end
local text = ("the quick brown fox jumps over the lazy dog and the dog does not care at all "):rep(3)
for _, k in ipairs(kinds) do print("huffman", k[1], huffman(k[2], text)) end
