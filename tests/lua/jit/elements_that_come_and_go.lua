-- Elements in compiled code where the array part alone has no answer: holes, nil over values and over nil, growth,
-- dictionaries, keys that are strings made anew, metatables that have a say and metatables that have none; fields
-- stored and removed through one site in objects of many shapes.

local function get(t, k) return t[k] end
local function set(t, k, v) t[k] = v end
local function length(t) return #t end
local function append(t, v) t[#t + 1] = v end

for round = 1, 40 do
  local t = {}
  for i = 1, 100 do append(t, i) end
  for i = 2, 100, 2 do set(t, i, nil) end
  local sum = 0
  for i = 1, 101 do sum = sum + (get(t, i) or 0) end
  set(t, 50, "back") set(t, 99, nil)
  local last = length(t)
  set(t, last, nil)
  set(t, 1000, 1) set(t, 1000, nil) set(t, "absent", nil)
  if round == 40 then print(sum, get(t, 50), get(t, 99), get(t, 98), get(t, 0), get(t, 101), last % 2, get(t, 1000)) end
end

-- Keys are strings that no table knew, or that are not interned yet.
local words = {}
for i = 1, 300 do set(words, "w" .. i % 50, (get(words, "w" .. i % 50) or 0) + i) end
for i = 0, 49, 2 do set(words, "w" .. i, nil) end
local n, s = 0, 0
for k, v in pairs(words) do n = n + 1 s = s + v end
print(n, s, get(words, "w" .. 3), get(words, "w" .. 4), get(words, "x" .. 3))

-- Integer keys far apart, taken away and put back while the table is walked.
local map = {}
for i = 1, 200 do set(map, i * 10007, i) end
for k, v in pairs(map) do if v % 3 == 0 then set(map, k, nil) elseif v % 3 == 1 then set(map, k, -v) end end
n, s = 0, 0
for i = 1, 200 do local v = get(map, i * 10007) if v then n = n + 1 s = s + v end end
print(n, s)

-- Metatables: with and without __index, __newindex, __len, __eq.
local log = {}
local silent = setmetatable({}, { __name = "silent" })
local loud = setmetatable({}, {
  __index = function(_, k) log[#log + 1] = "get " .. tostring(k) return "?" end,
  __newindex = function(t, k, v) log[#log + 1] = "set " .. tostring(k) rawset(t, k, v) end,
  __len = function() return 77 end,
  __eq = function() return true end,
})
local function equal(a, b) return a == b, a ~= b end
for i = 1, 40 do
  log = {}
  for _, t in ipairs({ silent, loud }) do
    for k = 1, 4 do set(t, k, k) end
    set(t, 2, nil)
    local a, b = get(t, 2), get(t, 9)
    set(t, 2, nil) set(t, "s" .. i, i) set(t, "s" .. i, nil)
    local l = length(t)
    if i == 40 then print(a, b, l, equal(t, {}), equal(t, silent), equal(t, t)) end
    for k = 4, 1, -1 do set(t, k, nil) end
  end
  if i == 40 then print(table.concat(log, ", ")) end
end
-- A metamethod that comes later is seen.
for i = 1, 30 do
  local meta = {}
  local t = setmetatable({ 1, 2, nil, 4 }, meta)
  local before = get(t, 3)
  meta.__index = function(_, k) return "late " .. k end
  meta.__newindex = function(_, k) log = "late " .. k end
  set(t, 3, 3)
  if i == 30 then print(before, get(t, 3), get(t, 7), log) end
end

local function same(a, b) return a == b end
local x = ("long string"):rep(200)
for i = 1, 40 do
  local a, b = "ab" .. i, "ab" .. i
  local r = { same(a, b), same(a, b .. "c"), same(x .. i, x .. i), same(x .. i, x), same(a, i), same(a, nil), same(a, a:upper()) }
  if i == 40 then for k = 1, #r do io.write(tostring(r[k]), " ") end print() end
end

-- One site, many shapes: fields stored, removed, stored again.
local function put(o, v) o.link = v end
local objects = {}
for i = 1, 12 do
  local o = { ["f" .. i] = i }
  for k = 1, i do o["g" .. k] = k end
  objects[i] = o
end
for round = 1, 200 do
  for i, o in ipairs(objects) do put(o, round % 2 == 0 and objects[i % 12 + 1] or nil) end
  if round % 50 == 0 then collectgarbage() end
end
n = 0
for i, o in ipairs(objects) do if o.link == objects[i % 12 + 1] then n = n + 1 end end
for i, o in ipairs(objects) do put(o, nil) end
for i, o in ipairs(objects) do if o.link == nil then n = n + 100 end end
print(n)

-- Closures and cells made in loops keep their own variables.
local made = {}
for i = 1, 500 do
  local a, b = i, { i }
  made[i] = function(d) a = a + d b[1] = b[1] * 2 return a, b[1], i end
end
s = 0
for i = 1, 500 do local a, b, c = made[i](1) a, b = made[i](2) s = s + a + b + c end
print(s)
local names = { "k1", "k2" }
local mixed = {}
for i = 1, 20 do mixed[i] = { [names[1]] = i, x = i, y = { i, i + 1, i + 2 }, [i] = names[2] } end
print(mixed[20].k1, mixed[20].y[3], mixed[20][20], #mixed[7].y)
