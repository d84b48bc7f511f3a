-- One site, many shapes: reads, writes and calls that meet ever different receivers.
local function get(o) return o.value end
local function set(o, v) o.value = v end
local function call(o) return o:describe() end
local makers = {
  function() return {value = 1, describe = function() return "plain" end} end,
  function() return {other = 0, value = 2, describe = function() return "second slot" end} end,
  function() return setmetatable({}, {__index = {value = 3, describe = function() return "inherited" end}}) end,
  function() return setmetatable({}, {__index = function(_, k) if k == "value" then return 4 end return function() return "computed" end end}) end,
  function() local t = {} for i = 1, 40 do t["f" .. i] = i end t.value = 5; t.describe = function() return "map" end return t end,
  function() return setmetatable({value = 6}, {__index = setmetatable({}, {__index = {describe = function() return "two up" end}})}) end,
  function() local t = {value = 7, describe = function() return "array part" end} for i = 1, 20 do t[i] = i end return t end,
  function() local t = {describe = function() return "removed" end, value = 0}; t.describe = nil; t.describe = function() return "put back" end; t.value = 8; return t end,
}
for round = 1, 3 do
  local out = {}
  for i, m in ipairs(makers) do local o = m(); out[#out + 1] = get(o) .. ":" .. call(o) end
  print("round " .. round, table.concat(out, " "))
end
for i, m in ipairs(makers) do
  local o = m()
  set(o, "new"); local a = get(o)
  set(o, nil); local b = get(o)
  set(o, false); local c = get(o)
  print("set " .. i, a, b, c)
end
-- The same receiver changes under the site.
local o = {value = "start"}
local seen = {}
local steps = {
  function() o.extra = 1 end, function() o.value = nil end, function() setmetatable(o, {__index = {value = "from meta"}}) end,
  function() getmetatable(o).__index.value = "changed" end, function() getmetatable(o).__index = function() return "function" end end,
  function() rawset(o, "value", "raw") end, function() o.value = nil; setmetatable(o, nil) end, function() for i = 1, 100 do o["k" .. i] = i end o.value = "many" end,
  function() for i = 1, 100 do o["k" .. i] = nil end end, function() o.value = o.value .. "!" end, function() for k in pairs(o) do o[k] = nil end end, function() o.value = "again" end,
}
for i, s in ipairs(steps) do s(); seen[i] = tostring(get(o)) end
print("changing", table.concat(seen, " | "))
-- Strings, tables and errors at one index site.
local function len(x) return x.len end
print("mixed kinds", len("abc") == string.len, len({len = 5}), pcall(len, nil) == false, pcall(len, 5) == false, len(setmetatable({}, {__index = function() return "m" end})))
-- Sites in loops over arrays of objects.
local objs = {}
for i = 1, 100 do local x = makers[(i - 1) % #makers + 1](); objs[i] = x end
local total = 0
for _, x in ipairs(objs) do total = total + x.value end
print("total", total)
for _, x in ipairs(objs) do x.value = (x.value or 0) + 1 end
total = 0
for _, x in ipairs(objs) do total = total + x.value end
print("incremented", total)
-- Field order and shape sharing must not matter.
local perms, n = {{"a", "b", "c"}, {"c", "b", "a"}, {"b", "a", "c"}}, 0
for _, p in ipairs(perms) do
  local t = {}
  for _, k in ipairs(p) do t[k] = k:upper() end
  if t.a == "A" and t.b == "B" and t.c == "C" then n = n + 1 end
end
print("orders", n)
