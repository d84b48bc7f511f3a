-- table.sort: orders, stability of results with the reference's algorithm, errors, inconsistent orders.
local function check(t, f, n)
  local ok, e = pcall(table.sort, t, f)
  local r = {}
  for i = 1, n or #t do r[i] = type(t[i]) == "function" and "F" or type(t[i]) == "table" and "T" .. tostring(t[i].k) .. tostring(t[i].v or "") or tostring(t[i]) end
  print(ok, ok and "" or e, table.concat(r, " "))
end
local seed = 7
local function random(n)
  seed = (seed * 1103515245 + 12345) & 0x7fffffff
  return (seed >> 8) % n + 1
end
check {}
check { 1 }
check { 2, 1 }
check { 1, 2 }
check { 3, 1, 2 }
check { 3, 2, 1 }
check { "banana", "apple", "cherry", "", "a", "B", "\0", "a\0b", "a\0" }
check { 1, 1.0, 2, 2.0, 0.5, -0.0, 0, 1, 1.0 }
check { 1e308, -1e308, 1 / 0, -1 / 0, 0, math.maxinteger, math.mininteger, 2 ^ 53, 2 ^ 63, -2 ^ 63 }
check { math.maxinteger, math.maxinteger + 0.0, math.maxinteger - 1, 2 ^ 53, (1 << 53) + 1 }
for _, n in ipairs { 5, 10, 50, 99, 100, 101, 102, 150, 500, 1000 } do
  local t = {}
  for i = 1, n do t[i] = random(1000) end
  check(t)
  for i = 1, n do t[i] = random(10) + 0.5 end
  check(t)
  for i = 1, n do t[i] = "s" .. random(100) end
  check(t)
  for i = 1, n do t[i] = random(2) == 1 and random(20) or random(20) + 0.0 end
  check(t)
  for i = 1, n do t[i] = { k = random(10), v = i } end
  check(t, function(a, b) return a.k < b.k end)
  for i = 1, n do t[i] = random(100) end
  check(t, function(a, b) return a > b end)
  for i = 1, n do t[i] = i end
  check(t)
  check(t, function(a, b) return a > b end)
  for i = 1, n do t[i] = n - i end
  check(t)
  for i = 1, n do t[i] = 5 end
  check(t)
  for i = 1, n do t[i] = i % 3 end
  check(t, function(a, b) return a < b end)
end
do
  local t = {}
  for i = 1, 20000 do t[i] = random(1 << 20) end
  table.sort(t)
  local ok = true
  for i = 2, #t do ok = ok and t[i - 1] <= t[i] end
  print(ok)
  table.sort(t, function(a, b) return a > b end)
  for i = 2, #t do ok = ok and t[i - 1] >= t[i] end
  print(ok)
  -- an organ pipe is hard for medians of three
  for i = 1, 10000 do t[i] = i t[20001 - i] = i end
  table.sort(t)
  for i = 2, #t do ok = ok and t[i - 1] <= t[i] end
  print(ok)
end
print "-- comparisons made"
for _, n in ipairs { 2, 3, 4, 10, 50, 90 } do
  local t, count = {}, 0
  for i = 1, n do t[i] = random(100) end
  table.sort(t, function(a, b) count = count + 1 return a < b end)
  print(n, count)
end
do
  local t, seen = { 5, 2, 4, 1, 3 }, {}
  table.sort(t, function(a, b) seen[#seen + 1] = a .. "<" .. b return a < b end)
  print(table.concat(seen, " "))
end
print "-- metamethods"
local mt = { __lt = function(a, b) return a.k < b.k end }
local function obj(k) return setmetatable({ k = k }, mt) end
check { obj(3), obj(1), obj(2), obj(5), obj(4) }
mt.__lt = function() error("in lt", 0) end
check { obj(3), obj(1) }
print "-- results of comparison functions"
check({ 3, 1, 2 }, function(a, b) return a < b and 1 or nil end)
check({ 3, 1, 2 }, function(a, b) if a < b then return "yes" end end)
check({ 3, 1, 2 }, function(a, b) return a < b, "more" end)
check({ 3, 1, 2 }, math.ult)
check({ "b", "A", "c" }, function(a, b) return a:lower() < b:lower() end)
print "-- errors"
check { 1, "x" }
check { 1, 2, {}, 4 }
check { {}, {} }
check { true, false }
check { print, print }
check({ 1, 2, 3 }, function() error("cmp", 0) end)
check({ 1, 2, 3 }, function() error {} end and function() error("x", 0) end)
check({ 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 }, function() return true end)
check({ 1, 2, 3, 4 }, function() return true end)
check({ 1, 2, 3 }, function() return true end)
check({ 4, 3, 2, 1 }, function(a, b) return a <= b end)
check({ 1, 1, 1, 1, 1, 1 }, function(a, b) return a <= b end)
for n = 3, 20 do
  local t = {}
  for i = 1, n do t[i] = 1 end
  check(t, function(a, b) return a <= b end)
  for i = 1, n do t[i] = i * 7 % n end
  check(t, function(a, b) return a >= b end)
  for i = 1, n do t[i] = i * 5 % n end
  local flip = false
  check(t, function(a, b) flip = not flip return flip end)
end
check({ 3, 0 / 0, 1, 0 / 0, 2, 5, 0 / 0, 4 })
check({ 0 / 0, 0 / 0, 0 / 0, 0 / 0 })
for n = 4, 12 do
  local t = {}
  for i = 1, n do t[i] = i % 3 == 0 and 0 / 0 or (i * 5 % n) + 0.5 end
  local ok, e = pcall(table.sort, t)
  print(n, ok, e)
end
check({ 1, 2, 3 }, 5)
check({ 1, 2, 3 }, "x")
check({ 1 }, 5)
check({}, 5)
check({ 3, 1, 2 }, nil)
print(pcall(table.sort))
print(pcall(table.sort, 5))
print(pcall(table.sort, "abc"))
print(pcall(table.sort, { 2, 1 }, setmetatable({}, { __call = function(_, a, b) return a < b end })))
do
  local t = { 5, 4, 3, nil, 1 }
  print(pcall(table.sort, { 5, 4, 3, nil, 1, nil }))
  -- the comparison function changes the table
  t = { 5, 3, 1, 4, 2 }
  print(pcall(table.sort, t, function(a, b) t[1] = nil return a < b end))
end
