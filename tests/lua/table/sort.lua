-- table.sort: orders, comparators, stability is not promised, errors, odd comparators.
local function fails(name, f, ...) print(name, select(2, pcall(f, ...))) end
local function show(name, t) local o = {} for i, v in ipairs(t) do o[i] = tostring(v) end print(name, table.concat(o, " ")) end
local function sorted(t, f) table.sort(t, f); return t end
show("empty", sorted {})
show("one", sorted {1})
show("two", sorted {2, 1})
show("three", sorted {3, 1, 2})
show("already", sorted {1, 2, 3, 4, 5})
show("reverse", sorted {5, 4, 3, 2, 1})
show("equal", sorted {2, 2, 2, 2})
show("mixed numbers", sorted {3, 1.5, -2, 2 ^ 53, math.mininteger, 0.1, -0.5, math.maxinteger, 1e300, -math.huge})
show("strings", sorted {"pear", "Apple", "apple", "", "10", "9", "z", "aa"})
show("descending", sorted({3, 1, 4, 1, 5, 9, 2, 6}, function(a, b) return a > b end))
show("by length", sorted({"ccc", "a", "bb", "dddd"}, function(a, b) return #a < #b end))
show("library comparator", sorted({3, 1, 2}, math.ult))
print("no results", select("#", table.sort({})))
local function random(seed) return function(n) seed = (seed * 1103515245 + 12345) % 2147483648; return seed // 65536 % n + 1 end end
for _, n in ipairs {5, 10, 50, 100, 101, 200, 1000, 5000} do
  local r, t, sum = random(n), {}, 0
  for i = 1, n do t[i] = r(n * 2); sum = sum + t[i] end
  table.sort(t); local ok, s2 = true, t[1]
  for i = 2, n do ok = ok and t[i - 1] <= t[i]; s2 = s2 + t[i] end
  print("random " .. n, ok, sum == s2, t[1], t[n // 2], t[n])
end
for _, kind in ipairs {"sorted", "reversed", "sawtooth", "organ", "constant"} do
  local t = {}
  for i = 1, 500 do t[i] = kind == "sorted" and i or kind == "reversed" and -i or kind == "sawtooth" and i % 7 or kind == "organ" and (i <= 250 and i or 500 - i) or 7 end
  table.sort(t, function(a, b) return a < b end); local ok = true
  for i = 2, #t do ok = ok and t[i - 1] <= t[i] end
  print(kind, ok, t[1], t[250], t[500])
end
local people = {} ; for i = 1, 60 do people[i] = {name = "n" .. i * 7 % 60, age = i % 10} end
table.sort(people, function(a, b) if a.age ~= b.age then return a.age < b.age end return a.name < b.name end)
print("by two keys", people[1].name, people[30].name .. people[30].age, people[60].name)
print("objects with __lt", (function() local mt = {__lt = function(a, b) return a.v < b.v end}; local t = {} for i = 1, 9 do t[i] = setmetatable({v = i * 4 % 9}, mt) end table.sort(t); local o = {} for i, x in ipairs(t) do o[i] = x.v end return table.concat(o, " ") end)())
fails("mixed types", table.sort, {1, "x"})
fails("nil inside", table.sort, {1, nil, 3, n = 3})
fails("tables", table.sort, {{}, {}})
fails("error in comparator", table.sort, {1, 2, 3}, function() error("in comparator", 0) end)
fails("comparator not a function", table.sort, {1, 2}, 5)
fails("not a table", table.sort, 5)
fails("none", table.sort)
fails("always true", table.sort, {1, 2, 3, 4, 5}, function() return true end)
fails("always true large", table.sort, (function() local t = {} for i = 1, 200 do t[i] = i end return t end)(), function() return true end)
print("always false", (function() local t = {3, 1, 2}; return pcall(table.sort, t, function() return false end), #t end)())
print("nil comparator", pcall(table.sort, {2, 1}, nil))
fails("too big", table.sort, setmetatable({}, {__len = function() return math.maxinteger end}))
print("__len 0", pcall(table.sort, setmetatable({}, {__len = function() return 0 end})))
print("__len negative", pcall(table.sort, setmetatable({}, {__len = function() return -5 end})))
print("through metamethods", (function() local data, gets, sets = {3, 1, 2}, 0, 0; local p = setmetatable({}, {__len = function() return 3 end, __index = function(_, k) gets = gets + 1; return data[k] end, __newindex = function(_, k, v) sets = sets + 1; data[k] = v end}); table.sort(p); return table.concat(data, " "), gets > 0, sets > 0 end)())
print("comparator argument count", (function() local n; table.sort({1, 2}, function(...) n = select("#", ...) return false end); return n end)())
print("truthy results", table.concat(sorted({1, 2, 3}, function(a, b) return a > b and "yes" or nil end), " "))
print("elements survive collections", (function() local t = {} for i = 1, 300 do t[i] = {i * 37 % 300} end local n = 0; table.sort(t, function(a, b) n = n + 1; if n % 200 == 0 then collectgarbage() end return a[1] < b[1] end); return t[1][1], t[150][1], t[300][1] end)())
print("nested sort", (function() local t = {3, 1, 2}; table.sort(t, function(a, b) local u = {2, 1}; table.sort(u); return a < b end); return table.concat(t, " ") end)())
