-- Sites whose caches are warm in compiled code, and what may change behind them: metatables given, taken and changed,
-- fields removed and added, prototypes replaced, tables that grow, shrink and get other kinds of keys.

local function rounds(name, f, ...)
  local out = {}
  for i = 1, 300 do out[i] = tostring(f(i, ...)) end
  local h = 7
  for i = 1, #out do for j = 1, #out[i] do h = (h * 31 + out[i]:byte(j)) % 1000000007 end end
  print(name, h, out[1], out[150], out[151], out[299], out[300])
end

-- Every metamethod appears at round 151, changes at 200, goes at 250.
local sites = {
  add = function(a, b) return a + b end, sub = function(a, b) return a - b end, mul = function(a, b) return a * b end,
  div = function(a, b) return a / b end, mod = function(a, b) return a % b end, idiv = function(a, b) return a // b end,
  pow = function(a, b) return a ^ b end, band = function(a, b) return a & b end, bor = function(a, b) return a | b end,
  bxor = function(a, b) return a ~ b end, shl = function(a, b) return a << b end, shr = function(a, b) return a >> b end,
  concat = function(a, b) return a .. b end, lt = function(a, b) return a < b end, le = function(a, b) return a <= b end,
  eq = function(a, b) return a == b end, unm = function(a) return -a end, bnot = function(a) return ~a end,
  len = function(a) return #a end, call = function(a, b) return a(b) end, index = function(a) return a.missing end,
  newindex = function(a) a.missing = 1 local r = rawget(a, "missing") a.missing = nil return r end,
  tostring = function(a) return tostring(a):sub(1, 5) end,
}
local order = {}
for name in pairs(sites) do order[#order + 1] = name end
table.sort(order)
for _, name in ipairs(order) do
  local f = sites[name]
  local branch = load("local f = ... return function(a, b) if f(a, b) then return 'yes' end return 'no' end")(f)
  for _, kind in ipairs { "left", "right", "both", "int" } do
    local mt = {}
    local a, b = setmetatable({}, mt), setmetatable({}, mt)
    if kind == "left" then b = 5 elseif kind == "right" then a = 5 end
    local first = function(x, y) return kind end
    local second = function(x, y) return nil end
    rounds(name .. " " .. kind, function(i)
      if i == 151 then mt["__" .. name] = first end
      if i == 200 then mt["__" .. name] = second end
      if i == 225 then setmetatable(kind == "right" and b or a, nil) end
      if i == 230 then setmetatable(kind == "right" and b or a, mt) end
      if i == 250 then mt["__" .. name] = nil end
      local x, y = a, b
      if kind == "int" and i % 3 == 0 then x, y = i, 3 end
      local ok, r = pcall(i % 2 == 0 and f or branch, x, y)
      if type(r) == "table" then r = "table" end
      return (tostring(r):gsub("0x%x+", ""))
    end)
  end
end

-- Fields: own, missing, by prototypes of any length, by functions.
local function getX(o) return o.x end
local function setX(o, v) o.x = v return rawget(o, "x") end
local A = { x = "A" }
A.__index = A
local B = setmetatable({}, A)
B.__index = B
local function object(i) return setmetatable({ own = i }, B) end
rounds("chain", function(i)
  if i == 100 then B.x = "B" end
  if i == 120 then B.x = nil end
  if i == 140 then A.x = "A2" end
  if i == 160 then A.__index = function(_, k) return "function " .. k end A.x = nil end
  if i == 180 then A.x = "A3" end
  if i == 200 then setmetatable(B, nil) end
  if i == 220 then B.__index = { x = "other" } end
  if i == 240 then B.__index = nil end
  if i == 260 then B.__index = setmetatable({}, { __index = function(t, k) return k end }) end
  return getX(object(i))
end)
rounds("set", function(i)
  local o = { own = i }
  if i > 100 then setmetatable(o, B) end
  if i == 150 then B.__newindex = function(t, k, v) rawset(t, k, v .. "!") end end
  if i == 200 then B.__newindex = { } end
  if i == 250 then B.__newindex = nil end
  return tostring(setX(o, "v" .. i)) .. tostring(setX(o, "w"))
end)
rounds("shapes", function(i)
  local o = {}
  for k = 1, i % 20 do o["f" .. k] = k end
  if i % 3 ~= 0 then o.x = i end
  if i % 7 == 0 then o.x = nil end
  for k = 1, i % 5 do o["g" .. k] = k end
  return tostring(getX(o)) .. tostring(setX(o, i)) .. tostring(getX(o))
end)
rounds("removed", function(i)
  local o = { a = 1, x = 2, b = 3 }
  for k in pairs(o) do if i % 4 == 0 then o[k] = nil end end
  return tostring(getX(o)) .. tostring(setX(o, nil)) .. tostring(getX(o)) .. tostring(setX(o, i))
end)

-- Methods, strings among the objects.
local C = {}
C.__index = C
function C:size() return self.n end
function C:len() return -1 end
local function len(o) return o:len() end
rounds("methods", function(i)
  if i == 200 then C.len = function() return -2 end end
  if i == 250 then string.len = function() return -3 end end
  return len(i % 3 == 0 and setmetatable({ n = i }, C) or ("x"):rep(i % 10))
end)
string.len = function(s) return #s end
rounds("string index", function(i)
  local mt = getmetatable("")
  if i == 150 then mt.__index = function(s, k) return function() return s .. k end end end
  if i == 250 then mt.__index = string end
  return len("abc" .. i)
end)

-- Globals that appear, change and go; environments.
rounds("globals", function(i)
  if i == 50 then aGlobal = 1 end
  if i == 100 then aGlobal = "text" end
  if i == 150 then aGlobal = nil end
  if i == 200 then setmetatable(_G, { __index = function(_, k) return k end, __newindex = function(t, k, v) rawset(t, k, v .. "*") end }) end
  if i == 250 then setmetatable(_G, nil) end
  if i == 225 then newGlobal = "n" end
  return tostring(aGlobal) .. tostring(newGlobal)
end)
for i = 1, 200 do _G["g" .. i] = i end
rounds("many globals", function(i) g100 = i g7 = g100 + g8 return g7 + g200 end)
local function inEnvironment(_ENV) x = (x or 0) + 1 return x end
local environments = { {}, { x = 5 }, setmetatable({}, { __index = { x = 100 } }) }
rounds("environments", function(i) return inEnvironment(environments[i % 3 + 1]) end)

-- Elements: arrays, holes, floats, negative and huge indices, other keys at the same site.
local function get(t, k) return t[k] end
local function set(t, k, v) t[k] = v return t[k] end
local list = {}
local keys = { 1, 2, 3, 0, -1, 1.0, 2.5, 100, 1 << 40, 1 << 50, math.mininteger, math.maxinteger, "a", "1", true, false, print, {} , -0.0, 2.0 ^ 53 }
rounds("elements", function(i)
  local k = keys[i % #keys + 1]
  local before = get(list, k)
  local after = set(list, k, i)
  if i % 5 == 0 then set(list, k, nil) end
  return tostring(before) .. tostring(after) .. tostring(get(list, k)) .. #keys
end)
rounds("append", function(i) local t = {} for k = 1, i do t[k] = k set(t, #t + 1, k) t[#t] = nil end return #t end)
rounds("shrink", function(i) local t = { 1, 2, 3, 4, 5, 6, 7, 8 } for k = 8, 8 - i % 9 + 1, -1 do t[k] = nil end t[#t + 1] = i return #t .. get(t, #t) end)
rounds("proxied", function(i)
  local t = setmetatable({}, { __index = function(_, k) return k * 2 end, __newindex = function(t, k, v) if k ~= 3 then rawset(t, k, v) end end,
    __len = function() return i end })
  return get(t, 4) .. tostring(set(t, 3, 1)) .. tostring(set(t, 1, 1)) .. tostring(set(t, 2, "x")) .. #t
end)
rounds("strings as tables", function(i) return tostring(get("x", i % 2 == 0 and "len" or 1)) :sub(1, 8) end)

-- Iteration: the table changes, the iterator changes, pairs has a metamethod.
rounds("pairs", function(i)
  local t = { 10, 20, 30, a = 1, b = 2 }
  local n = 0
  for k, v in pairs(t) do n = n + v t[k] = nil end
  for k, v in next, { x = i } do n = n + v end
  if i > 150 then t = setmetatable(t, { __pairs = function() return function(_, k) if not k then return i, 5 end end, nil, nil end }) end
  for k, v in pairs(t) do n = n + v + k end
  for k, v, extra in ipairs { 1, 2, nil, 4 } do n = n + v if extra then n = -1 end end
  for k, v in ipairs(setmetatable({}, { __index = function(_, k) if k < 5 then return k end end })) do n = n + v end
  for k in ipairs { 1, 2 } do n = n + k end
  return n
end)
rounds("iterators", function(i)
  local f = i % 3 == 0 and function(s, c) if c < 3 then return c + 1, s end end or i % 3 == 1 and next
    or setmetatable({}, { __call = function(self, s, c) if c < 2 then return c + 1, 7 end end })
  local n = 0
  for k, v in f, f == next and { 5, 6 } or 4, f ~= next and 0 or nil do n = n + k + v end
  return n
end)
