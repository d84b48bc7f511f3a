-- Sites that see ever more shapes read and store fields by what the isolate remembers: inline and further fields, those
-- of holders, fields that are not there, and nil, over which metatables may have a say. Old objects get young values.

local function shaped(k, inlineRoom)
  local o = {}
  if inlineRoom then o.value = k end
  for j = 1, 1 + k % 6 * 4 do o["f" .. k % 5 .. "_" .. j] = j end
  o.value = k
  return o
end

local function read(o) return o.value end
local function write(o, v) o.value = v end
local function missing(o) return o.nothing end

local objects = {}
for k = 1, 60 do objects[k] = shaped(k, k % 2 == 0) end

-- Own fields, inline and further ones; none.
local sum, none = 0, 0
for round = 1, 60 do
  for i = 1, #objects do
    local o = objects[i]
    sum = sum + read(o)
    if missing(o) == nil then none = none + 1 end
    write(o, i + round)
  end
end
print(sum, none)

-- Young values in old objects: what is stored last is all that keeps them alive.
for round = 1, 40 do
  for i = 1, #objects do write(objects[i], {round, tostring(i) .. "/" .. round}) end
  if round % 10 == 5 then collectgarbage() end
end
local kept
for i = 1, 200000 do kept = {i, kept and kept[1]} end
local text = {}
for i = 1, #objects do text[i] = read(objects[i])[2] end
collectgarbage()
print(table.concat(text, " "))

-- Fields of holders, inline and further ones; then the holder's field goes, and another one has it.
local behind = {value = "behind", nothing = "something"}
local holder = setmetatable({}, {__index = behind})
for j = 1, 40 do holder["h" .. j] = j end
holder.value = "held"
local held = {}
for k = 1, 60 do
  local o = shaped(k, false)
  o.value = nil
  held[k] = setmetatable(o, {__index = k % 2 == 0 and holder or behind})
end
local function count(list, what)
  local n = 0
  for _ = 1, 30 do
    for i = 1, #list do
      if read(list[i]) == what then n = n + 1 end
    end
  end
  return n
end
print(count(held, "held"), count(held, "behind"), missing(held[1]), missing(held[2]))
holder.value = nil
print(count(held, "held"), count(held, "behind"))
holder.value = false
print(count(held, false), count(held, "behind"))

-- nil in a field of its own: without a metatable that is all, with one it is not. Stores over nil likewise.
local log = 0
local newindex = {__newindex = function(o, k, v) log = log + 1; rawset(o, k, v) end, __index = function() return "asked" end}
local plain, watched = {}, {}
for k = 1, 60 do
  plain[k], watched[k] = shaped(k, true), setmetatable(shaped(k, true), newindex)
end
local asked, nils = 0, 0
for round = 1, 30 do
  for i = 1, 60 do
    write(plain[i], nil)
    write(watched[i], nil)
    if read(plain[i]) == nil then nils = nils + 1 end
    if read(watched[i]) == "asked" then asked = asked + 1 end
    write(plain[i], round)
    write(watched[i], round)
    asked = asked + read(watched[i]) + read(plain[i])
  end
end
print(nils, asked, log)

-- A metatable that learns to ask while all is hot.
local meta = {}
local later = {}
for k = 1, 60 do
  later[k] = setmetatable(shaped(k, true), meta)
  later[k].value = nil
end
for round = 1, 30 do
  if round == 20 then
    meta.__index = function(_, k) return k .. "!" end
    meta.__newindex = function(o, k, v) log = log + 1; rawset(o, k, v) end
  end
  for i = 1, 60 do
    if read(later[i]) == "value!" then log = log + 1000 end
    write(later[i], i)
    write(later[i], nil)
  end
end
print(log)
