-- Elements right behind the last one, stored by hot code: in plain tables, in tables whose keys are in part in a
-- dictionary (0, negative ones, later elements that are met), in weak tables, over metatables, and with nil.

local function fill(t, from, to)
  for i = from, to do
    t[i] = i * 2
  end
  return t
end

local function sum(t)
  local s, n = 0, 0
  for k, v in pairs(t) do
    s = s + k * 3 + v
    n = n + 1
  end
  return n, s
end

-- From 1, often enough for every tier; then longer than any room that is free.
for _ = 1, 60 do
  fill({}, 1, 50)
end
print(#fill({}, 1, 5), sum(fill({}, 1, 100)))
print(#fill({}, 1, 100000), sum(fill({}, 1, 100000)))

-- From 0 and below: those keys are in the dictionary, and the list goes on beside them.
for _ = 1, 60 do
  fill({}, 0, 50)
end
print(#fill({}, 0, 5), sum(fill({}, 0, 300)))
print(#fill({}, -3, 5), sum(fill({}, -3, 300)))
print(#fill({}, 0, 70000), sum(fill({}, 0, 70000)))

-- Elements further on come to the list when it gets there.
local function meeting(at)
  local t = {}
  for k = at, at + 3 do
    t[k] = -k
  end
  fill(t, 1, at - 1)
  return #t, sum(t)
end
for at = 2, 40 do
  meeting(at)
end
print(meeting(10))
print(meeting(33))

-- The list goes on over them: each key is there once.
local function overtaking(at)
  local t = {[0] = 0}
  for k = at, at + 3 do
    t[k] = -k
  end
  fill(t, 1, at + 10)
  return #t, sum(t)
end
for at = 2, 60 do
  overtaking(at)
end
print(overtaking(10))
print(overtaking(33))

-- A dictionary that has both.
local function both(at)
  local t = {[0] = "zero", name = "both", [at] = 1}
  for i = 1, at - 1 do
    t[i] = i
  end
  t[at + 1] = 2
  return #t, t[0], t.name, t[at], t[at + 1]
end
for at = 2, 60 do
  both(at)
end
print(both(20))

-- A metatable has its say where there is no element yet; and one without __newindex has none.
local seen = 0
local watched = setmetatable({}, {__newindex = function(t, k, v)
  seen = seen + 1
  rawset(t, k, v)
end})
fill(watched, 1, 40)
fill(watched, 1, 60)
print(#watched, seen)
print(#fill(setmetatable({}, {__index = function() return 0 end}), 1, 40))

-- It gets its metatable in the midst of the loop.
local function changing(n)
  local t, log = {}, 0
  local meta = {__newindex = function(to, k, v)
    log = log + 1
    rawset(to, k, v)
  end}
  for i = 1, n do
    if i == n - 5 then
      setmetatable(t, meta)
    end
    t[i] = i
  end
  return #t, log
end
for _ = 1, 30 do
  changing(40)
end
print(changing(50))

-- Weak tables; objects as values, old arrays with young objects.
local keep = {}
local weak = setmetatable({}, {__mode = "v"})
for i = 1, 200 do
  keep[i] = {i}
  weak[i] = keep[i]
end
collectgarbage()
print(#weak, weak[200][1])
local objects = {}
for i = 1, 3000 do
  objects[i] = {i}
  if i % 500 == 0 then
    collectgarbage("step")
  end
end
local total = 0
for i = 1, #objects do
  total = total + objects[i][1]
end
print(#objects, total)

-- nil appends nothing; what is taken away at the end can come again; holes.
local function stack(n)
  local s, top = {}, 0
  for i = 1, n do
    top = top + 1
    s[top] = i % 7 ~= 0 and i or nil
    if i % 3 == 0 then
      s[top] = nil
      top = top - 1
    end
  end
  local count = 0
  for _ in pairs(s) do
    count = count + 1
  end
  return top, count
end
for _ = 1, 40 do
  stack(60)
end
print(stack(100))

-- #t + 1, the usual form.
local function push(n)
  local t = {}
  for i = 1, n do
    t[#t + 1] = i .. ""
  end
  return #t, t[n]
end
for _ = 1, 40 do
  push(40)
end
print(push(500))
