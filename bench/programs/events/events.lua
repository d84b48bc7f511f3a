-- A simulated workshop: customers arrive, wait for one of three machines and leave, and all
-- that happens is an object in a priority heap. Objects that are made and dropped, comparisons
-- by a method, a method of the event's class when its time has come. Size: number of days.
local days = tonumber(arg[1]) or 250
local tick = arg[2] and function() io.write(".\n") io.flush() end
local CUSTOMERS = 1000
local floor = math.floor

local Random = {}
Random.__index = Random

function Random.new(seed)
  return setmetatable({seed = seed}, Random)
end

function Random:next(limit)
  self.seed = (self.seed * 16807) % 2147483647
  return self.seed % limit
end

-- The heap: the event that comes first is on top.
local Queue = {}
Queue.__index = Queue

function Queue.new()
  return setmetatable({events = {}, size = 0}, Queue)
end

function Queue:push(event)
  local events = self.events
  local place = self.size + 1
  self.size = place
  while place > 1 do
    local parent = floor(place / 2)
    if not event:isBefore(events[parent]) then
      break
    end
    events[place] = events[parent]
    place = parent
  end
  events[place] = event
end

function Queue:pop()
  local events, size = self.events, self.size
  local top, event = events[1], events[size]
  events[size] = nil
  size = size - 1
  self.size = size
  if size > 0 then
    local place, child = 1, 2
    while child <= size do
      if child < size and events[child + 1]:isBefore(events[child]) then
        child = child + 1
      end
      if not events[child]:isBefore(event) then
        break
      end
      events[place] = events[child]
      place = child
      child = 2 * place
    end
    events[place] = event
  end
  return top
end

-- Events: of two at the same time, the one that was made earlier comes first.
local Event = {}
Event.__index = Event

function Event:isBefore(other)
  return self.time < other.time or (self.time == other.time and self.number < other.number)
end

local Arrival = setmetatable({}, {__index = Event})
Arrival.__index = Arrival

function Arrival.new(time, number, customer)
  return setmetatable({time = time, number = number, customer = customer}, Arrival)
end

local Departure = setmetatable({}, {__index = Event})
Departure.__index = Departure

function Departure.new(time, number, customer, machine)
  return setmetatable({time = time, number = number, customer = customer, machine = machine}, Departure)
end

local Repair = setmetatable({}, {__index = Event})
Repair.__index = Repair

function Repair.new(time, number, machine)
  return setmetatable({time = time, number = number, machine = machine}, Repair)
end

local Customer = {}
Customer.__index = Customer

function Customer.new(arrived, work)
  return setmetatable({arrived = arrived, work = work, behind = nil}, Customer)
end

local Machine = {}
Machine.__index = Machine

function Machine.new(speed)
  return setmetatable({speed = speed, busy = false, served = 0, first = nil, last = nil, waiting = 0}, Machine)
end

function Machine:join(customer)
  if self.last then
    self.last.behind = customer
  else
    self.first = customer
  end
  self.last = customer
  self.waiting = self.waiting + 1
end

function Machine:nextCustomer()
  local customer = self.first
  if customer then
    self.first = customer.behind
    if not self.first then
      self.last = nil
    end
    self.waiting = self.waiting - 1
  end
  return customer
end

local Workshop = {}
Workshop.__index = Workshop

function Workshop.new(random)
  return setmetatable({
    random = random,
    queue = Queue.new(),
    machines = {Machine.new(1), Machine.new(2), Machine.new(3)},
    now = 0,
    made = 0,
    waited = 0,
    happened = 0,
  }, Workshop)
end

function Workshop:number()
  self.made = self.made + 1
  return self.made
end

-- Starts to work for the customer who is first in the machine's line.
function Workshop:start(machine)
  local customer = machine:nextCustomer()
  if customer then
    machine.busy = true
    self.waited = self.waited + self.now - customer.arrived
    local time = self.now + machine.speed * customer.work
    self.queue:push(Departure.new(time, self:number(), customer, machine))
  end
end

function Workshop:shortestLine()
  local best = self.machines[1]
  for i = 2, #self.machines do
    if self.machines[i].waiting < best.waiting then
      best = self.machines[i]
    end
  end
  return best
end

function Arrival:happen(workshop)
  local machine = workshop:shortestLine()
  machine:join(self.customer)
  if not machine.busy then
    workshop:start(machine)
  end
end

function Departure:happen(workshop)
  local machine = self.machine
  machine.served = machine.served + 1
  if workshop.random:next(16) == 0 then
    workshop.queue:push(Repair.new(workshop.now + 100, workshop:number(), machine))
    return
  end
  machine.busy = false
  workshop:start(machine)
end

function Repair:happen(workshop)
  self.machine.busy = false
  workshop:start(self.machine)
end

function Workshop:run(customers)
  for _ = 1, customers do
    local time = self.random:next(customers * 12)
    local customer = Customer.new(time, 5 + self.random:next(30))
    self.queue:push(Arrival.new(time, self:number(), customer))
  end
  while self.queue.size > 0 do
    local event = self.queue:pop()
    self.now = event.time
    self.happened = self.happened + 1
    event:happen(self)
  end
end

local random = Random.new(42)
local waited, happened, ended = 0, 0, 0
for _ = 1, days do
  local workshop = Workshop.new(random)
  workshop:run(CUSTOMERS)
  waited = waited + workshop.waited
  happened = happened + workshop.happened
  ended = ended + workshop.now
  if tick then
    tick()
  end
end
print(string.format("events %d: %d %d %d", days, happened, ended, waited))
