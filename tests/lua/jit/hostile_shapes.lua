-- Programs against speculation on shapes: objects that come in turns, lose and gain fields, change their metatables and classes
-- in the middle of the loop that reads them; arrays that get holes, floats, strings and names late.

-- Shapes that take turns at one place: two, five, then forty.
local function makers(count)
  local list = {}
  for k = 1, count do
    list[k] = function(v)
      local o = {}
      for i = 1, k % 7 do o["before" .. i] = i end
      o.v = v
      o.w = v * 2
      for i = 1, k // 7 do o["after" .. i] = i end
      return o
    end
  end
  return list
end
local function turns(list, n)
  local sum = 0
  for i = 1, n do
    local o = list[i % #list + 1](i)
    o.v = o.v + 1
    o.extra = o.w
    sum = sum + o.v + o.extra - (o.before1 or 0) + (o.after1 or 0)
  end
  return sum
end
for _, count in ipairs {1, 2, 5, 40, 2, 1} do print("turns", count, turns(makers(count), 2000)) end

-- Fields that are removed and come back, while the loop that reads them runs.
local function blink(n)
  local o, sum = {a = 1, b = 2, c = 3}, 0
  for i = 1, n do
    if i % 10 == 0 then o.b = nil elseif i % 10 == 5 then o.b = i end
    if i == n - 3 then o.c = "9" end
    if i == n - 2 then o = setmetatable({a = 1.5}, {__index = function(_, k) return #k * 100 end}) end
    sum = sum + o.a + (o.b or 1000) + o.c
  end
  return sum
end
print("blink", blink(3000), blink(10), blink(1001))

-- Metatables that are set, changed and taken away in mid-loop.
local A, B = {}, {}
A.__index, B.__index = A, B
function A.f(self) return self.x + 1 end
function B.f(self) return self.x * 2 end
A.__add = function(a, b) return (type(a) == "table" and a.x or a) + (type(b) == "table" and b.x or b) end
B.__add = function() return 5 end
A.__eq = function(a, b) return a.x == b.x end
B.__eq = A.__eq
A.__len = function() return 3 end
B.__len = function(self) return self.x end
A.__call = function(self, v) return self.x - v end
B.__call = function(_, v) return v end
A.__concat = function() return "A" end
B.__concat = function() return "BB" end
A.__lt = function(a, b) return a.x < b.x end
B.__lt = function() return true end
local function switch(n, every)
  local o, p = setmetatable({x = 4}, A), setmetatable({x = 4}, A)
  local sum = 0
  for i = 1, n do
    if i % every == 0 then setmetatable(o, i // every % 2 == 1 and B or A) end
    sum = sum + o:f() + (o + 1) + #o + o(2) + #(o .. "x") + (o == p and 1 or 0) + (o < p and 10 or 0)
  end
  return sum
end
print("switch", switch(2000, 1), switch(2000, 7), switch(2000, 1999), switch(2000, 5000))

-- Methods that are replaced by others, by callable tables, by nothing, and that come from farther away.
local function replaced(n)
  local C = {}
  C.__index = C
  function C.m(_, v) return v end
  local o, log = setmetatable({}, C), {}
  local sum = 0
  for i = 1, n do
    if i == n - 40 then C.m = function(_, v) return v * 0.5 end end
    if i == n - 30 then C.m = setmetatable({}, {__call = function(_, self, v) return self == o and v + 1 or 0 end}) end
    if i == n - 20 then C.m = nil end
    if i == n - 10 then C.__index = setmetatable({}, {__index = function(_, k) return function(_, v) return #k + v end end}) end
    if i == n - 5 then o.m = math.max end
    local ok, r = pcall(function() return o:m(i) end)
    if ok then sum = sum + (tonumber(r) or 1) else log[#log + 1] = r:gsub("^.-:%d+: ", "") end
  end
  return sum, #log, log[1]
end
print("replaced", replaced(500))
print("replaced", replaced(2000))

-- __index and __newindex that turn from tables to functions and back, and rawset between.
local function proxies(n)
  local store, calls = {k = 1}, 0
  local meta = {__index = store, __newindex = store}
  local t = setmetatable({}, meta)
  for i = 1, n do
    t.k = t.k + 1
    if i == n // 2 then
      meta.__index = function(_, key) calls = calls + 1 return store[key] end
      meta.__newindex = function(_, key, v) calls = calls + 1 store[key] = v + 1 end
    elseif i == n - 20 then
      rawset(t, "k", 100)
    elseif i == n - 10 then
      t.k = nil
    elseif i == n - 5 then
      meta.__newindex = nil
    end
  end
  return store.k, rawget(t, "k"), calls
end
print("proxies", proxies(1000))
print("proxies", proxies(3001))

-- Arrays: integers, then floats, strings, tables; holes; names beside elements; growing while they are walked.
local function total(t, n)
  local sum = 0
  for i = 1, n do
    local v = t[i]
    if v then sum = sum + v end
  end
  return sum
end
local array = {}
for i = 1, 200 do array[i] = i end
for _ = 1, 50 do total(array, 200) end
print("array", total(array, 200))
array[100] = 0.5
print("array", total(array, 200))
array[101] = "7"
print("array", total(array, 250))
array[50] = nil
array[51] = nil
print("array", total(array, 250))
array.name = "n"
array[-1], array[0], array[2 ^ 53] = 1, 2, 3
print("array", total(array, 200), array[0], array[-1])
array[300], array[10000] = 5, 6
print("array", total(array, 400))
array[3] = setmetatable({}, {__add = function(_, b) return 0.25 end})
print("array", pcall(total, array, 2), pcall(total, array, 200))
for i = 1, 200 do array[i] = nil end
print("array", total(array, 400), next({}), array.name)

local function push(n)
  local t = {}
  for i = 1, n do
    t[#t + 1] = i
    if i == n - 100 then t[#t + 1] = 0.5 end
    if i % 100 == 0 then for _ = 1, 60 do t[#t] = nil end end
    if i == n - 50 then t.count = #t end
    if i == n - 10 then setmetatable(t, {__len = function() return 20 end}) end
    if i == n - 5 then setmetatable(t, {__newindex = function(u, k, v) rawset(u, k, v + 1000) end}) end
  end
  return rawlen(t), t.count, total(t, rawlen(t))
end
print("push", push(150), push(1000), push(3000))

-- Fields as keys and keys as fields: one place sees names, integers, floats, booleans and objects.
local function keyed(n)
  local object = {}
  local keys = {"a", 1, 2.5, true, object, "b", 2.0, -1, false, "1", 1 << 50}
  local t = {}
  for i = 1, n do
    local k = i < n - 200 and "a" or keys[i % #keys + 1]
    t[k] = (t[k] or 0) + 1
  end
  local out = {}
  for i, k in ipairs(keys) do out[i] = tostring(t[k]) end
  return table.concat(out, " ")
end
print("keyed", keyed(250), keyed(2000))
print("keyed", pcall(function() local t = {} for i = 1, 500 do t[i < 499 and i or nil] = i end end))
print("keyed", pcall(function() local t = {} for i = 1, 500 do t[i < 499 and i or 0 / 0] = i end end))

-- Strings, numbers and nil where objects were read.
local function length(v) return v.n end
for _ = 1, 500 do length({n = 1}) end
print("length", length({n = 2}), length("text"), pcall(length, nil), pcall(length, 5))
getmetatable("").__index = function(s, k) return k == "n" and #s or string[k] end
print("length", length("text"), ("x"):rep(3))
getmetatable("").__index = string
print("length", length("text"), ("x"):rep(3))
