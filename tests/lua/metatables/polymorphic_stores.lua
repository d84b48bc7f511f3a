-- Stores of tables through one local function, whose sites see objects of several shapes; fields may be absent or nil.
local function add(s, t) t.link = s.tasks; s.tasks = t end
local function drop(s) local t = s.tasks; s.tasks = t.link; t.link = nil; return t end

-- Receivers of many shapes, some with the fields, some without, one that is a dictionary, one with a metatable.
local function receivers()
  local big = {}
  for i = 1, 200 do big["k" .. i] = i end
  for i = 1, 150 do big["k" .. i] = nil end
  return {
    {}, {tasks = nil, name = "a"}, {name = "b"}, {link = 0, name = "c"}, {1, 2, 3}, {x = 1, y = 2, z = 3}, big,
    setmetatable({}, {__index = {tasks = nil}}), setmetatable({own = 1}, {}),
  }
end
local function task(i)
  if i % 5 == 0 then return {id = i} end
  if i % 5 == 1 then return {link = false, id = i} end
  if i % 5 == 2 then return {id = i, work = {}} end
  if i % 5 == 3 then return {i, i, id = i, link = "old"} end
  return setmetatable({id = i}, {__name = "task"})
end

for round = 1, 3 do
  local all = receivers()
  for i = 1, 300 do add(all[i % #all + 1], task(i)) end
  for n, s in ipairs(all) do
    local ids, count = {}, 0
    local t = s.tasks
    while t do
      count = count + 1
      if count <= 4 then ids[#ids + 1] = t.id end
      t = t.link
    end
    print(round, n, count, table.concat(ids, " "), s.name, s.own, s.x, s[1], s.k200)
  end
  for _, s in ipairs(all) do while s.tasks do assert(drop(s).link == nil) end end
  for n, s in ipairs(all) do add(s, {id = -n}) end
  for n, s in ipairs(all) do assert(s.tasks.id == -n and s.tasks.link == nil) end
end

-- The first table that a site sees has the field, later ones get it by the store; then one whose store is a call.
local log = {}
local watched = setmetatable({}, {__newindex = function(t, k, v) log[#log + 1] = k .. "=" .. tostring(v and v.id) rawset(t, k, v) end})
for i = 1, 3 do add(watched, {id = i}) end
print(table.concat(log, " "), watched.tasks.id, watched.tasks.link.id, watched.tasks.link.link.id)
print(pcall(add, nil, {}))
print(pcall(add, {}, nil))
print(pcall(add, setmetatable({}, {__newindex = function(_, k) error("no " .. k, 0) end}), {}))
