-- Sites that saw one shape only have it in their code. Here the shape dies, with all its objects, and another may get its
-- number: with other fields at its places.
local function sum(list)
  local s = 0
  for i = 1, #list do s = s + list[i].x end
  return s
end
local function store(list, v)
  for i = 1, #list do list[i].x = v end
end
local function make(n, first, value)
  local meta = {__index = {first = first}}
  local list = {}
  for i = 1, n do
    local o = setmetatable({}, meta)
    for k = 1, first do o["pad" .. k] = "text" .. k end
    o.x = value + i
    o.last = "end"
    list[i] = o
  end
  return list
end
for phase = 1, 24 do
  local list = make(60, phase * 5 % 7, phase)
  local total = 0
  for _ = 1, 60 do total = total + sum(list) end
  store(list, phase)
  print(phase, total, sum(list), list[1].last, list[60].first, rawget(list[60], "pad1"))
  list = nil
  for _ = 1, 1 + phase % 4 do collectgarbage() end
end
