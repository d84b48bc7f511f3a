-- Caches: least recently used with a bound, two queues, by frequency and by time, with a second level of
-- weak references, a memoizer for several arguments, an interning table and an object pool.
-- Nothing printed depends on when the collector runs by itself.

-- A doubly linked list with sentinel ---------------------------------------------------------

local List = {}
List.__index = List
List.__len = function(l) return l.n end

function List.new()
  local sentinel = {}
  sentinel.next, sentinel.prev = sentinel, sentinel
  return setmetatable({sentinel = sentinel, n = 0}, List)
end

function List:pushFront(node)
  local s = self.sentinel
  node.next, node.prev = s.next, s
  s.next.prev = node
  s.next = node
  node.list = self
  self.n = self.n + 1
  return node
end

function List:unlink(node)
  node.prev.next, node.next.prev = node.next, node.prev
  node.next, node.prev, node.list = nil, nil, nil
  self.n = self.n - 1
  return node
end

function List:last() return self.n > 0 and self.sentinel.prev or nil end
function List:toFront(node) self:unlink(node); self:pushFront(node) end

function List:each()
  local node = self.sentinel
  return function()
    node = node.next
    if node ~= self.sentinel then return node end
  end
end

function List.__tostring(l)
  local names = {}
  for node in l:each() do names[#names + 1] = tostring(node.key) end
  return "[" .. table.concat(names, " ") .. "]"
end

-- Least recently used -------------------------------------------------------------------------

local Lru = {}
Lru.__index = Lru
Lru.__name = "Lru"

function Lru.new(limit, weigh)
  if limit < 1 then error("a cache needs room for one entry", 2) end
  return setmetatable({limit = limit, weigh = weigh or function() return 1 end, weight = 0, nodes = {}, order = List.new(),
    hits = 0, misses = 0, evicted = 0}, Lru)
end

function Lru:get(key)
  local node = self.nodes[key]
  if not node then
    self.misses = self.misses + 1
    return nil
  end
  self.hits = self.hits + 1
  self.order:toFront(node)
  return node.value
end

function Lru:peek(key)
  local node = self.nodes[key]
  return node and node.value
end

function Lru:remove(key)
  local node = self.nodes[key]
  if not node then return false end
  self.order:unlink(node)
  self.nodes[key] = nil
  self.weight = self.weight - node.weight
  return true, node.value
end

function Lru:put(key, value)
  self:remove(key)
  local weight = self.weigh(value)
  if weight > self.limit then return false end
  while self.weight + weight > self.limit do
    local victim = self.order:last()
    self:remove(victim.key)
    self.evicted = self.evicted + 1
    if self.onEvict then self.onEvict(victim.key, victim.value) end
  end
  self.nodes[key] = self.order:pushFront {key = key, value = value, weight = weight}
  self.weight = self.weight + weight
  return true
end

function Lru:fetch(key, make)
  local value = self:get(key)
  if value == nil then
    value = make(key)
    self:put(key, value)
  end
  return value
end

function Lru.__len(c) return #c.order end
function Lru.__tostring(c) return tostring(c.order) end
function Lru.__pairs(c)
  local step = c.order:each()
  return function()
    local node = step()
    if node then return node.key, node.value end
  end
end
function Lru:ratio() return ("%.3f"):format(self.hits / (self.hits + self.misses)) end

-- Two queues: entries seen twice live in a protected part -----------------------------------

local TwoQueue = setmetatable({}, {__index = Lru})
TwoQueue.__index = TwoQueue
TwoQueue.__len = function(c) return #c.young + #c.old end

function TwoQueue.new(limit)
  local quarter = math.max(1, limit // 4)
  return setmetatable({young = Lru.new(quarter), old = Lru.new(limit - quarter), hits = 0, misses = 0}, TwoQueue)
end

function TwoQueue:get(key)
  local value = self.old:get(key)
  if value ~= nil then self.hits = self.hits + 1 return value end
  local present, young = self.young:remove(key)
  if present then
    self.old:put(key, young)
    self.hits = self.hits + 1
    return young
  end
  self.misses = self.misses + 1
end

function TwoQueue:put(key, value)
  if self.old:peek(key) ~= nil then return self.old:put(key, value) end
  return self.young:put(key, value)
end

-- Least frequently used, with one list for each count -----------------------------------------

local Lfu = setmetatable({}, {__index = Lru})
Lfu.__index = Lfu
Lfu.__len = function(c) return c.n end

function Lfu.new(limit) return setmetatable({limit = limit, n = 0, nodes = {}, lists = {}, least = 0, hits = 0, misses = 0}, Lfu) end

function Lfu:touch(node)
  local list = self.lists[node.count]
  if list then
    list:unlink(node)
    if #list == 0 then
      self.lists[node.count] = nil
      if self.least == node.count then self.least = node.count + 1 end
    end
  end
  node.count = node.count + 1
  self.lists[node.count] = self.lists[node.count] or List.new()
  self.lists[node.count]:pushFront(node)
end

function Lfu:get(key)
  local node = self.nodes[key]
  if not node then self.misses = self.misses + 1 return nil end
  self.hits = self.hits + 1
  self:touch(node)
  return node.value
end

function Lfu:put(key, value)
  local node = self.nodes[key]
  if node then node.value = value self:touch(node) return true end
  if self.n == self.limit then
    local list = self.lists[self.least]
    local victim = list:unlink(list:last())
    if #list == 0 then self.lists[self.least] = nil end
    self.nodes[victim.key] = nil
    self.n = self.n - 1
  end
  node = {key = key, value = value, count = 0}
  self.nodes[key] = node
  self.least = 1
  self:touch(node)
  self.n = self.n + 1
  return true
end

-- Entries that expire by a clock given from outside ------------------------------------------

local function expiring(clock, lifetime, limit)
  local cache = Lru.new(limit)
  local E = {expired = 0}
  function E.put(key, value) cache:put(key, {value = value, until_ = clock() + lifetime}) end
  function E.get(key)
    local entry = cache:peek(key)
    if not entry then return nil end
    if entry.until_ <= clock() then
      cache:remove(key)
      E.expired = E.expired + 1
      return nil
    end
    cache:get(key)
    return entry.value
  end
  function E.size() return #cache end
  return E
end

-- A weak second level: evicted values can come back while somebody still holds them ------------

local Weak = setmetatable({}, {__index = Lru})
Weak.__index = Weak
Weak.__len = Lru.__len

function Weak.new(limit)
  local c = setmetatable(Lru.new(limit), Weak)
  c.second = setmetatable({}, {__mode = "v"})
  c.revived = 0
  c.onEvict = function(key, value) c.second[key] = value end
  return c
end

function Weak:get(key)
  local value = Lru.get(self, key)
  if value ~= nil then return value end
  value = self.second[key]
  if value ~= nil then
    self.revived = self.revived + 1
    self.second[key] = nil
    self:put(key, value)
  end
  return value
end

-- The program ---------------------------------------------------------------------------------

local function full() collectgarbage(); collectgarbage() end
local function count(t) local n = 0 for _ in pairs(t) do n = n + 1 end return n end

local c = Lru.new(3)
for _, k in ipairs {"a", "b", "c"} do c:put(k, k:upper()) end
print("filled", c, #c)
print("get", c:get "a", c)
c:put("d", "D")
print("evicts the oldest", c, c:get "b", c.evicted)
print("peek does not move", c:peek "c", c)
c:put("c", "new")
print("put moves", c, c:get "c")
print("remove", c:remove "a", c:remove "zzz", c, #c)
local seen = {}
for k, v in pairs(c) do seen[#seen + 1] = k .. "=" .. v end
print("pairs in order", table.concat(seen, " "))
print("stats", c.hits, c.misses, c:ratio())
print("no room", pcall(Lru.new, 0))

local sized = Lru.new(20, function(v) return #v end)
local gone = {}
sized.onEvict = function(k) gone[#gone + 1] = k end
for i, text in ipairs {"four", "seven77", "eight888", "x", "twelve 12345", "much too long to be kept here"} do
  print("weigh", sized:put(i, text), sized, sized.weight, table.concat(gone, " "))
end

local calls = 0
local function slow(n) calls = calls + 1 return n * n end
local squares = Lru.new(10)
local sum = 0
for i = 1, 100 do sum = sum + squares:fetch(i % 12, slow) end
print("fetch", sum, calls, squares.evicted)
calls = 0
for i = 1, 100 do sum = sum + squares:fetch(i % 9, slow) end
print("fits", calls)

-- The same accesses for every policy: a few hot keys, a scan in the middle.
local function workload(cache, seed)
  local state = seed
  local function random(n) state = (state * 1103515245 + 12345) & 0x7fffffff return (state >> 10) % n end
  for round = 1, 3000 do
    local key
    if round > 1000 and round < 1400 then key = 1000 + round
    elseif random(10) < 7 then key = random(15)
    else key = 100 + random(200) end
    if cache:get(key) == nil then cache:put(key, "value " .. key) end
  end
  return cache.hits, cache.misses, #cache
end
for _, limit in ipairs {4, 16, 40} do
  print("lru", limit, workload(Lru.new(limit), 5))
  print("two queues", limit, workload(TwoQueue.new(limit), 5))
  print("lfu", limit, workload(Lfu.new(limit), 5))
end

local now = 0
local e = expiring(function() return now end, 10, 5)
for i = 1, 5 do now = i; e.put(i, "v" .. i) end
now = 12
print("expiring", e.get(1), e.get(2), e.get(3), e.expired, e.size())
e.put(3, "again")
now = 20
print("renewed", e.get(3), e.get(4), e.get(5), e.expired, e.size())

local w = Weak.new(2)
local held = {name = "held"}
w:put("held", held)
w:put("dropped", {name = "dropped"})
w:put("x", {name = "x"})
w:put("y", {name = "y"})
full()
print("second level", w.second.held == held, w.second.dropped, #w)
print("revived", w:get "held" == held, w.revived, w:get "dropped")
held = nil
w:put("p", {})
w:put("q", {})
full()
print("nobody holds it", w:get "held", count(w.second))

-- A memoizer over several arguments, with ephemeron keys for objects.
local function memoize(f)
  local root = setmetatable({}, {__mode = "k"})
  local RESULT = {}
  return function(...)
    local node = root
    for i = 1, select("#", ...) do
      local key = (select(i, ...))
      if key == nil then key = RESULT end
      local child = node[key]
      if not child then
        child = setmetatable({}, {__mode = "k"})
        node[key] = child
      end
      node = child
    end
    local r = node[RESULT]
    if not r then
      r = table.pack(f(...))
      node[RESULT] = r
    end
    return table.unpack(r, 1, r.n)
  end, root
end
local invoked = 0
local area, root = memoize(function(shape, scale, unit) invoked = invoked + 1 return shape.w * shape.h * scale, unit end)
local box, other = {w = 2, h = 3}, {w = 4, h = 5}
print("memoized", area(box, 1, "m"), area(box, 2, "m"), area(other, 1), invoked)
print("again", area(box, 1, "m"), area(box, 2, "m"), area(other, 1), invoked)
full()
print("keys alive", count(root))
other = nil
full()
print("one key gone", count(root), area(box, 1, "m"), invoked)
local binomial
binomial = memoize(function(n, k) if k == 0 or k == n then return 1 end return binomial(n - 1, k - 1) + binomial(n - 1, k) end)
print("binomial", binomial(40, 20), binomial(60, 7))

-- Interning: equal contents give the same object while it lives.
local interned, made = setmetatable({}, {__mode = "v"}), 0
local function point(x, y)
  local key = x .. "," .. y
  local p = interned[key]
  if not p then
    made = made + 1
    p = {x = x, y = y}
    interned[key] = p
  end
  return p
end
local p1, p2, p3 = point(1, 2), point(1, 2), point(2, 1)
print("interned", p1 == p2, p1 == p3, made)
full()
print("kept", point(1, 2) == p1, made, count(interned))
p1, p2, p3 = nil, nil, nil
full()
print("released", count(interned), point(1, 2).x, made)

-- A pool hands back objects that were returned or forgotten.
local Pool = {free = {}, created = 0, recycled = 0}
local guard = {__gc = function(handle) Pool.free[#Pool.free + 1] = handle.object; Pool.recycled = Pool.recycled + 1 end}
function Pool.take()
  local object = table.remove(Pool.free)
  if not object then
    Pool.created = Pool.created + 1
    object = {id = Pool.created}
  end
  return setmetatable({object = object}, guard)
end
local handles = {}
for i = 1, 10 do handles[i] = Pool.take() end
print("taken", Pool.created, #Pool.free)
for i = 1, 10, 2 do handles[i] = nil end
full()
print("forgotten ones come back", #Pool.free, Pool.recycled)
for i = 1, 10, 2 do handles[i] = Pool.take() end
print("reused", Pool.created, #Pool.free)
handles = nil
full()
print("all back", #Pool.free, Pool.recycled)
