-- A small operating system's scheduler, after Martin Richards: six tasks of four classes pass
-- packets to each other and are held, released and made to wait. Method calls on objects of
-- different classes, linked lists, no floating point. Size: number of complete runs.
local runs = tonumber(arg[1]) or 50

local IDLE_STEPS = 10000
local PACKET_SIZE = 4

-- Identities of the tasks; also their places in the scheduler's table.
local IDLE, WORKER, HANDLER_A, HANDLER_B, DEVICE_A, DEVICE_B = 1, 2, 3, 4, 5, 6

-- Kinds of packets.
local DEVICE_PACKET, WORK_PACKET = 1, 2

local function class(parent)
  local c = {}
  c.__index = c
  return setmetatable(c, {__index = parent})
end

-- Packet ---------------------------------------------------------------------------------------

local Packet = class()

function Packet.new(link, identity, kind)
  local self = setmetatable({}, Packet)
  self.link = link
  self.identity = identity
  self.kind = kind
  self.datum = 1
  self.data = {}
  for i = 1, PACKET_SIZE do
    self.data[i] = 0
  end
  return self
end

-- Puts the packet at the end of the list `queue` and returns the list's head.
function Packet:appendTo(queue)
  self.link = nil
  if not queue then
    return self
  end
  local last = queue
  while last.link do
    last = last.link
  end
  last.link = self
  return queue
end

-- Task -----------------------------------------------------------------------------------------

local Task = class()

-- Fills in what all tasks have and enters the task into the scheduler.
function Task.init(self, scheduler, identity, priority, queue)
  self.scheduler = scheduler
  self.identity = identity
  self.priority = priority
  self.input = queue
  self.packetPending = queue ~= nil
  self.waiting = false
  self.held = false
  self.link = nil
  scheduler:add(self)
  return self
end

function Task:setRunning()
  self.packetPending, self.waiting, self.held = false, false, false
  return self
end

function Task:setWaiting()
  self.packetPending, self.waiting, self.held = false, true, false
  return self
end

function Task:setWaitingWithPacket()
  self.packetPending, self.waiting, self.held = true, true, false
  return self
end

function Task:isHeldOrWaiting()
  return self.held or (not self.packetPending and self.waiting)
end

function Task:isWaitingWithPacket()
  return self.packetPending and self.waiting and not self.held
end

-- Lets the task work once and returns the task to look at next.
function Task:run()
  local packet = nil
  if self:isWaitingWithPacket() then
    packet = self.input
    self.input = packet.link
    self.waiting = false
    self.packetPending = self.input ~= nil
  end
  return self:process(packet)
end

-- Gives the task a packet; the task that should run next is this one or `current`.
function Task:receive(packet, current)
  if not self.input then
    self.input = packet
    self.packetPending = true
    if self.priority > current.priority then
      return self
    end
  else
    self.input = packet:appendTo(self.input)
  end
  return current
end

-- Scheduler ------------------------------------------------------------------------------------

local Scheduler = class()

function Scheduler.new()
  return setmetatable({
    tasks = nil,
    table = {},
    current = nil,
    queued = 0,
    holds = 0,
    trace = 0,
  }, Scheduler)
end

function Scheduler:add(task)
  task.link = self.tasks
  self.tasks = task
  self.table[task.identity] = task
end

function Scheduler:schedule()
  local task = self.tasks
  while task do
    if task:isHeldOrWaiting() then
      task = task.link
    else
      self.current = task
      task = task:run()
    end
  end
end

function Scheduler:findTask(identity)
  local task = self.table[identity]
  if not task then
    error("no task " .. identity)
  end
  return task
end

-- Stops the running task until it is released.
function Scheduler:holdCurrent()
  self.holds = self.holds + 1
  self.current.held = true
  return self.current.link
end

-- Makes a held task ready again.
function Scheduler:release(identity)
  local task = self:findTask(identity)
  task.held = false
  if task.priority > self.current.priority then
    return task
  end
  return self.current
end

-- Stops the running task until a packet comes.
function Scheduler:waitCurrent()
  self.current.waiting = true
  return self.current
end

-- Sends a packet to the task that it names and signs it with the sender's identity.
function Scheduler:send(packet)
  local receiver = self:findTask(packet.identity)
  self.queued = self.queued + 1
  packet.link = nil
  packet.identity = self.current.identity
  return receiver:receive(packet, self.current)
end

function Scheduler:note(value)
  self.trace = (self.trace * 31 + value) % 1000003
end

-- The four kinds of tasks ----------------------------------------------------------------------

-- Runs when nothing else can and releases one of the two devices.
local IdleTask = class(Task)

function IdleTask.new(scheduler, identity, priority, steps)
  local self = setmetatable({}, IdleTask)
  self.control = 1
  self.steps = steps
  return Task.init(self, scheduler, identity, priority, nil)
end

function IdleTask:process()
  self.steps = self.steps - 1
  if self.steps == 0 then
    return self.scheduler:holdCurrent()
  end
  self.control = (self.control * 25173 + 13849) % 65536
  if self.control < 32768 then
    return self.scheduler:release(DEVICE_A)
  end
  return self.scheduler:release(DEVICE_B)
end

-- Fills work packets with letters and sends them to the two handlers in turn.
local WorkerTask = class(Task)

function WorkerTask.new(scheduler, identity, priority, queue)
  local self = setmetatable({}, WorkerTask)
  self.destination = HANDLER_A
  self.letter = 0
  return Task.init(self, scheduler, identity, priority, queue)
end

function WorkerTask:process(packet)
  if not packet then
    return self.scheduler:waitCurrent()
  end
  self.destination = self.destination == HANDLER_A and HANDLER_B or HANDLER_A
  packet.identity = self.destination
  packet.datum = 1
  for i = 1, PACKET_SIZE do
    self.letter = self.letter + 1
    if self.letter > 26 then
      self.letter = 1
    end
    packet.data[i] = 64 + self.letter
  end
  return self.scheduler:send(packet)
end

-- Takes work packets apart: each letter goes to a device in a device packet.
local HandlerTask = class(Task)

function HandlerTask.new(scheduler, identity, priority, queue)
  local self = setmetatable({}, HandlerTask)
  self.work = nil
  self.devices = nil
  return Task.init(self, scheduler, identity, priority, queue)
end

function HandlerTask:process(packet)
  if packet then
    if packet.kind == WORK_PACKET then
      self.work = packet:appendTo(self.work)
    else
      self.devices = packet:appendTo(self.devices)
    end
  end
  local work = self.work
  if work then
    local place = work.datum
    if place > PACKET_SIZE then
      self.work = work.link
      return self.scheduler:send(work)
    end
    local device = self.devices
    if device then
      self.devices = device.link
      device.datum = work.data[place]
      work.datum = place + 1
      return self.scheduler:send(device)
    end
  end
  return self.scheduler:waitCurrent()
end

-- Keeps a packet until it is released, then sends it back.
local DeviceTask = class(Task)

function DeviceTask.new(scheduler, identity, priority)
  local self = setmetatable({}, DeviceTask)
  self.pending = nil
  return Task.init(self, scheduler, identity, priority, nil)
end

function DeviceTask:process(packet)
  if packet then
    self.pending = packet
    self.scheduler:note(packet.datum)
    return self.scheduler:holdCurrent()
  end
  local pending = self.pending
  if not pending then
    return self.scheduler:waitCurrent()
  end
  self.pending = nil
  return self.scheduler:send(pending)
end

-- One complete run -----------------------------------------------------------------------------

local function run()
  local scheduler = Scheduler.new()

  IdleTask.new(scheduler, IDLE, 0, IDLE_STEPS):setRunning()

  local queue = Packet.new(nil, WORKER, WORK_PACKET)
  queue = Packet.new(queue, WORKER, WORK_PACKET)
  WorkerTask.new(scheduler, WORKER, 1000, queue):setWaitingWithPacket()

  queue = Packet.new(nil, DEVICE_A, DEVICE_PACKET)
  queue = Packet.new(queue, DEVICE_A, DEVICE_PACKET)
  queue = Packet.new(queue, DEVICE_A, DEVICE_PACKET)
  HandlerTask.new(scheduler, HANDLER_A, 2000, queue):setWaitingWithPacket()

  queue = Packet.new(nil, DEVICE_B, DEVICE_PACKET)
  queue = Packet.new(queue, DEVICE_B, DEVICE_PACKET)
  queue = Packet.new(queue, DEVICE_B, DEVICE_PACKET)
  HandlerTask.new(scheduler, HANDLER_B, 3000, queue):setWaitingWithPacket()

  DeviceTask.new(scheduler, DEVICE_A, 4000):setWaiting()
  DeviceTask.new(scheduler, DEVICE_B, 5000):setWaiting()

  scheduler:schedule()
  return scheduler
end

local queued, holds, trace = 0, 0, 0
for _ = 1, runs do
  local scheduler = run()
  queued = queued + scheduler.queued
  holds = holds + scheduler.holds
  trace = (trace + scheduler.trace) % 1000003
end
print(string.format("richards %d: %d %d %d", runs, queued, holds, trace))
