-- Cooperative tasks over coroutines: virtual time, channels, select, mutexes, semaphores, barriers,
-- futures, cancellation with scopes, supervision, and actors with mailboxes.

local Scheduler = {}
Scheduler.__index = Scheduler

local CANCEL = setmetatable({}, {__tostring = function() return "cancelled" end})

function Scheduler.new()
  return setmetatable({now = 0, ready = {}, head = 1, tail = 0, sleeping = {}, serial = 0, tasks = {}, live = 0, switches = 0, log = {}}, Scheduler)
end

function Scheduler:note(format, ...)
  self.log[#self.log + 1] = ("%d:%s"):format(self.now, select("#", ...) > 0 and format:format(...) or format)
end

function Scheduler:enqueue(task, ...)
  if task.queued or task.finished then return end
  task.queued = true
  task.arguments = table.pack(...)
  self.tail = self.tail + 1
  self.ready[self.tail] = task
end

function Scheduler:spawn(name, f, ...)
  self.serial = self.serial + 1
  local task = {name = name, id = self.serial, scheduler = self, waiters = {}, children = {}}
  task.thread = coroutine.create(function(...)
    local result = table.pack(pcall(f, task, ...))
    task.finished = true
    task.ok = result[1]
    task.result = table.pack(table.unpack(result, 2, result.n))
    self.live = self.live - 1
    for _, w in ipairs(task.waiters) do self:enqueue(w) end
    if not task.ok and result[2] ~= CANCEL and task.onError then task.onError(task, result[2]) end
  end)
  self.tasks[#self.tasks + 1] = task
  self.live = self.live + 1
  self:enqueue(task, ...)
  return task
end

local current

local function suspend(cleanup)
  current.cleanup = cleanup
  local result = table.pack(coroutine.yield())
  current.cleanup = nil
  if current.cancelled and not current.shielded then error(CANCEL, 0) end
  return table.unpack(result, 1, result.n)
end

function Scheduler:run(limit)
  while self.live > 0 do
    while self.head <= self.tail do
      local task = self.ready[self.head]
      self.ready[self.head] = nil
      self.head = self.head + 1
      task.queued = false
      current = task
      self.switches = self.switches + 1
      local ok, problem = coroutine.resume(task.thread, table.unpack(task.arguments, 1, task.arguments.n))
      current = nil
      if not ok then error("task failed outside: " .. tostring(problem)) end
      if limit and self.switches > limit then return "limit" end
    end
    local first
    for task, at in pairs(self.sleeping) do
      if not first or at < self.sleeping[first] or at == self.sleeping[first] and task.id < first.id then first = task end
    end
    if not first then break end
    self.now = self.sleeping[first]
    self.sleeping[first] = nil
    self:enqueue(first)
  end
  return self.live == 0 and "done" or "deadlock"
end

local function sleep(time)
  local s, me = current.scheduler, current
  s.sleeping[me] = s.now + time
  suspend(function() s.sleeping[me] = nil end)
end

local function yield()
  current.scheduler:enqueue(current)
  suspend()
end

local function join(task)
  if not task.finished then
    local me = current
    table.insert(task.waiters, me)
    suspend(function() for i, w in ipairs(task.waiters) do if w == me then table.remove(task.waiters, i) break end end end)
  end
  return task.ok, table.unpack(task.result, 1, task.result.n)
end

local function cancel(task)
  if task.finished or task.cancelled then return false end
  task.cancelled = true
  if task.cleanup then
    task.cleanup()
    task.cleanup = nil
  end
  task.scheduler:enqueue(task)
  return true
end

-- A scope cancels the tasks it started when it is left.
local function scope()
  local tasks = {}
  return setmetatable({
    spawn = function(_, name, f, ...)
      local t = current.scheduler:spawn(name, f, ...)
      tasks[#tasks + 1] = t
      return t
    end,
  }, {__close = function()
    local me = current
    me.shielded = true
    for _, t in ipairs(tasks) do cancel(t) end
    for _, t in ipairs(tasks) do join(t) end
    me.shielded = false
  end})
end

-- Channels -----------------------------------------------------------------------------------

local Channel = {}
Channel.__index = Channel

function Channel.new(capacity) return setmetatable({capacity = capacity or 0, buffer = {}, senders = {}, receivers = {}}, Channel) end

local function take(queue)
  while #queue > 0 do
    local entry = table.remove(queue, 1)
    if not entry.done or not entry.done.value then
      if entry.done then entry.done.value = true end
      return entry
    end
  end
end

local function forget(queue, entry)
  for i, e in ipairs(queue) do if e == entry then table.remove(queue, i) return end end
end

function Channel:send(value)
  if self.closed then error("send on a closed channel", 2) end
  local r = take(self.receivers)
  if r then
    r.task.scheduler:enqueue(r.task, true, value, r.tag)
  elseif #self.buffer < self.capacity then
    table.insert(self.buffer, {value})
  else
    local entry = {task = current, value = value}
    table.insert(self.senders, entry)
    suspend(function() forget(self.senders, entry) end)
  end
end

function Channel:receive()
  local item = table.remove(self.buffer, 1)
  local s = take(self.senders)
  if item then
    if s then
      table.insert(self.buffer, {s.value})
      s.task.scheduler:enqueue(s.task)
    end
    return true, item[1]
  end
  if s then
    s.task.scheduler:enqueue(s.task)
    return true, s.value
  end
  if self.closed then return false end
  local entry = {task = current}
  table.insert(self.receivers, entry)
  return suspend(function() forget(self.receivers, entry) end)
end

function Channel:close()
  self.closed = true
  while true do
    local r = take(self.receivers)
    if not r then break end
    r.task.scheduler:enqueue(r.task, false, nil, r.tag)
  end
end

function Channel:each()
  return function()
    local ok, value = self:receive()
    if ok then return value end
  end
end

-- Waits for the first of several channels; an optional time limit.
local function choose(channels, limit)
  for i, c in ipairs(channels) do
    if #c.buffer > 0 or #c.senders > 0 or c.closed then
      local ok, value = c:receive()
      return i, ok, value
    end
  end
  local done, me, s = {value = false}, current, current.scheduler
  for i, c in ipairs(channels) do table.insert(c.receivers, {task = me, done = done, tag = i}) end
  if limit then s.sleeping[me] = s.now + limit end
  local ok, value, tag = suspend(function() done.value = true; s.sleeping[me] = nil end)
  done.value = true
  s.sleeping[me] = nil
  if tag then return tag, ok, value end
  return nil
end

-- Locks --------------------------------------------------------------------------------------

local function semaphore(permits)
  local waiting = {}
  local S = {}
  function S.acquire()
    if permits > 0 then permits = permits - 1 return end
    local me = current
    table.insert(waiting, me)
    suspend(function() for i, w in ipairs(waiting) do if w == me then table.remove(waiting, i) break end end end)
  end
  function S.release()
    local w = table.remove(waiting, 1)
    if w then w.scheduler:enqueue(w) else permits = permits + 1 end
  end
  function S.held()
    S.acquire()
    return setmetatable({}, {__close = S.release})
  end
  return S
end

local function barrier(n, action)
  local waiting = {}
  return function()
    if #waiting + 1 == n then
      if action then action() end
      for _, w in ipairs(waiting) do w.scheduler:enqueue(w) end
      waiting = {}
    else
      table.insert(waiting, current)
      suspend()
    end
  end
end

-- The program --------------------------------------------------------------------------------

local function case(name, setup)
  local s = Scheduler.new()
  local value = setup(s)
  local status = s:run(20000)
  print(name, status, "time " .. s.now, "switches " .. s.switches, type(value) == "function" and value() or value)
  if #s.log > 0 then print("  " .. table.concat(s.log, " ")) end
end

case("round robin", function(s)
  for _, name in ipairs {"a", "b", "c"} do s:spawn(name, function(t) for i = 1, 3 do s:note(t.name .. i); yield() end end) end
end)
case("sleep", function(s)
  for i, d in ipairs {30, 10, 20} do s:spawn("t" .. i, function(t) sleep(d); s:note(t.name); sleep(5); s:note(t.name .. "!") end) end
end)
case("rendezvous", function(s)
  local c = Channel.new()
  s:spawn("producer", function() for i = 1, 4 do s:note("send%d", i); c:send(i) end c:close() end)
  s:spawn("consumer", function() for v in c:each() do s:note("got%d", v); sleep(1) end s:note("closed") end)
end)
case("buffered", function(s)
  local c = Channel.new(2)
  s:spawn("producer", function() for i = 1, 5 do c:send(i); s:note("sent%d", i) end c:close() end)
  s:spawn("consumer", function() sleep(10); for v in c:each() do s:note("got%d", v) end end)
end)
case("workers", function(s)
  local jobs, results, sum = Channel.new(3), Channel.new(), 0
  local workers = {}
  for w = 1, 4 do
    workers[w] = s:spawn("worker" .. w, function()
      for job in jobs:each() do sleep(job % 7 + w); results:send(job * job) end
    end)
  end
  s:spawn("feeder", function() for i = 1, 30 do jobs:send(i) end jobs:close() end)
  s:spawn("closer", function() for _, w in ipairs(workers) do join(w) end results:close() end)
  s:spawn("summer", function() for r in results:each() do sum = sum + r end s:note("sum %d", sum) end)
  return function() return sum end
end)
case("primes", function(s)
  local found = {}
  s:spawn("main", function()
    local source = Channel.new()
    local c = source
    s:spawn("numbers", function() for i = 2, 50 do source:send(i) end source:close() end)
    while true do
      local ok, p = c:receive()
      if not ok then break end
      found[#found + 1] = p
      local input, output = c, Channel.new()
      s:spawn("filter" .. p, function() for v in input:each() do if v % p ~= 0 then output:send(v) end end output:close() end)
      c = output
    end
  end)
  return function() return table.concat(found, ",") end
end)
case("select", function(s)
  local a, b, quit = Channel.new(), Channel.new(), Channel.new()
  s:spawn("a", function() for i = 1, 3 do sleep(10); a:send("a" .. i) end end)
  s:spawn("b", function() for i = 1, 2 do sleep(14); b:send("b" .. i) end sleep(20); quit:close() end)
  s:spawn("chooser", function()
    while true do
      local i, ok, v = choose({a, b, quit}, 12)
      if not i then s:note("timeout") elseif not ok then s:note("quit") break else s:note(v) end
    end
  end)
end)
case("mutex", function(s)
  local lock, inside, worst = semaphore(1), 0, 0
  for i = 1, 5 do
    s:spawn("m" .. i, function()
      for _ = 1, 2 do
        local held <close> = lock.held()
        inside = inside + 1
        worst = math.max(worst, inside)
        sleep(3)
        inside = inside - 1
      end
    end)
  end
  return function() return worst end
end)
case("semaphore and error", function(s)
  local lock = semaphore(2)
  for i = 1, 4 do
    s:spawn("e" .. i, function(t)
      local held <close> = lock.held()
      sleep(2)
      if i % 2 == 0 then error("trouble in " .. t.name, 0) end
      s:note("%s fine", t.name)
    end).onError = function(t, e) s:note("caught %s", e) end
  end
end)
case("barrier", function(s)
  local phase = 0
  local wait = barrier(3, function() phase = phase + 1; s:note("phase%d", phase) end)
  for i = 1, 3 do s:spawn("b" .. i, function() for round = 1, 3 do sleep(i * round); wait() end end) end
end)
case("join", function(s)
  s:spawn("parent", function()
    local child = s:spawn("child", function(_, x) sleep(5); return x * 2, "two" end, 21)
    s:note("%s %d %s", table.unpack({(function(ok, a, b) return tostring(ok), a, b end)(join(child))}))
    local failing = s:spawn("failing", function() error({code = 7}) end)
    local ok, e = join(failing)
    s:note("%s %d", ok, e.code)
    s:note("finished already %s", join(child))
  end)
end)
case("cancel", function(s)
  local victim = s:spawn("victim", function()
    local guard <close> = setmetatable({}, {__close = function(_, e) s:note("cleanup %s", e) end})
    sleep(1000)
    s:note("never")
  end)
  s:spawn("killer", function() sleep(7); s:note("kill %s", cancel(victim)); s:note("joined %s", (join(victim))); s:note("again %s", cancel(victim)) end)
end)
case("scope", function(s)
  s:spawn("main", function()
    do
      local group <close> = scope()
      for i = 1, 3 do group:spawn("s" .. i, function() for k = 1, 10 do sleep(i * 2); s:note("s%d.%d", i, k) end end) end
      sleep(7)
      s:note("leaving")
    end
    s:note("left")
  end)
end)
case("scope and error", function(s)
  s:spawn("main", function()
    local ok, e = pcall(function()
      local group <close> = scope()
      group:spawn("endless", function() while true do sleep(1) end end)
      sleep(3)
      error("in scope", 0)
    end)
    s:note("%s %s", ok, e)
  end)
end)
case("deadlock", function(s)
  local a, b = Channel.new(), Channel.new()
  s:spawn("one", function() a:receive(); b:send(1) end)
  s:spawn("two", function() b:receive(); a:send(1) end)
end)
case("closed channel", function(s)
  local c = Channel.new(1)
  s:spawn("t", function()
    c:send("last")
    c:close()
    s:note("%s %s", c:receive())
    s:note("%s", (c:receive()))
    s:note("%s", (select(2, pcall(c.send, c, 1))))
  end)
end)
case("actors", function(s)
  local function actor(name, handlers)
    local mailbox = Channel.new(10)
    s:spawn(name, function()
      for message in mailbox:each() do
        local h = handlers[message[1]]
        if h then h(table.unpack(message, 2)) end
        if message[1] == "stop" then mailbox:close() end
      end
    end)
    return function(...) mailbox:send {...} end
  end
  local balance, printed = 0, {}
  local printer = actor("printer", {line = function(text) printed[#printed + 1] = text end, stop = function() end})
  local account
  account = actor("account", {
    add = function(n) balance = balance + n end,
    report = function() printer("line", "balance " .. balance) end,
    stop = function() printer("line", "bye"); printer "stop" end,
  })
  s:spawn("user", function() for i = 1, 20 do account("add", i); if i % 7 == 0 then account "report"; yield() end end account "report"; account "stop" end)
  return function() return table.concat(printed, "; ") end
end)
case("ring", function(s)
  local n, rounds, first = 100, 20, Channel.new()
  local left = first
  for _ = 1, n do
    local right = Channel.new()
    local l, r = left, right
    s:spawn("node", function() for v in l:each() do r:send(v + 1) end r:close() end)
    left = right
  end
  local total = 0
  s:spawn("end", function() for v in left:each() do total = total + v end end)
  s:spawn("start", function() for i = 1, rounds do first:send(i) end first:close() end)
  return function() return total end
end)
case("supervisor", function(s)
  local attempts = 0
  s:spawn("supervisor", function()
    for try = 1, 5 do
      local ok, e = join(s:spawn("flaky", function() attempts = attempts + 1; sleep(attempts); if attempts < 4 then error("attempt " .. attempts, 0) end return "up" end))
      s:note("%s %s", ok, e)
      if ok then break end
      sleep(2 ^ try // 1 | 0)
    end
  end)
end)
