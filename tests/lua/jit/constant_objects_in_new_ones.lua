-- Functions and tables that are constants of optimized code become contents of new cells and closures, fields and elements.

local S = {}
S.__index = S
local made = {}

local function pad(x)
  local a = x.a
  a = a + x.b a = a + x.a a = a + x.b a = a + x.a
  return a
end

function S:at(delay, action, ...)
  self.serial = self.serial + 1
  local arguments = table.pack(...)
  made[#made + 1] = {
    time = delay, serial = self.serial,
    run = function() action(self, table.unpack(arguments, 1, arguments.n)) end,
  }
end

function S:dispatch()
  while self.free > 0 do
    self.free = self.free - 1
    local p = {need = self.free, a = 1, b = 2}
    pad(p)
    self:at(p.need, self.done, p, self.free)
  end
end

function S:done(p, doctor)
  self.served = self.served + 1
  assert(type(p) == "table" and type(doctor) == "number", doctor)
  self:dispatch()
end

local s = setmetatable({serial = 0, free = 0, served = 0}, S)
s:at(0, s.done, {}, 1)
local n = 0
for i = 1, 3000 do
  local e = table.remove(made)
  e.run()
  s.free = s.free + i % 3
  if #made == 0 then s:at(0, s.done, {}, 1) end
  n = n + #made
end
print(n, s.served, s.serial)

-- A variable that is captured and changed has a cell; what it has at first is a constant.
local Blue, Red = {name = "blue"}, {name = "red"}
local function colours(i)
  local colour = Blue
  local function change() colour = Red end
  if i % 3 == 0 then change() end
  return function() return colour end
end
local counts = {blue = 0, red = 0}
for i = 1, 600 do
  local c = colours(i)()
  counts[c.name] = counts[c.name] + 1
end
print(counts.blue, counts.red)

-- Constants appended, stored in fields of constants, and in elements.
local list, holder = {}, {last = false, kinds = {}}
local function keep(i)
  list[#list + 1] = Blue
  holder.last = Red
  holder.kinds[i % 4 + 1] = Blue
  return holder.last
end
local same = 0
for i = 1, 600 do
  if keep(i) == Red and list[i] == Blue and holder.kinds[i % 4 + 1] == Blue then same = same + 1 end
end
collectgarbage()
for i = 1, #list do assert(list[i] == Blue and list[i].name == "blue") end
print(same, #list, #holder.kinds)
