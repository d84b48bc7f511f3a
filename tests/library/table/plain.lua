-- The table library on ordinary tables: results and errors.
local function show(...)
  local t = {}
  for i = 1, select("#", ...) do
    local v = select(i, ...)
    t[i] = type(v) == "string" and string.format("%q", v) or type(v) == "table" and "table" or tostring(v)
  end
  return select("#", ...) .. ": " .. table.concat(t, " ")
end
local function check(...) print(show(pcall(...))) end
local function list(t, n)
  local r = {}
  for i = 1, n or #t do r[i] = tostring(t[i]) end
  return "{" .. table.concat(r, ",") .. "}"
end

print "-- insert"
do
  local t = {}
  for i = 1, 10 do table.insert(t, i) end
  table.insert(t, 1, "first")
  table.insert(t, #t + 1, "last")
  table.insert(t, 6, "middle")
  print(list(t))
  for i = 1, 50 do table.insert(t, 2, i) end
  print(list(t))
  table.insert(t, nil)
  print(#t)
  t = { 1, 2, 3 }
  table.insert(t, 2, nil)
  print(list(t, 4))
  t = {}
  table.insert(t, 1, "a")
  table.insert(t, 1, "b")
  print(list(t))
  t = { n = 1, [10] = 10 }
  table.insert(t, "x")
  print(list(t), t[10], t.n)
end
check(table.insert)
check(table.insert, {})
check(table.insert, {}, 1, 2, 3)
check(table.insert, {}, 0, 2)
check(table.insert, {}, 2, 2)
check(table.insert, { 1, 2 }, 4, 2)
check(table.insert, { 1, 2 }, -1, 2)
check(table.insert, { 1, 2 }, math.mininteger, 2)
check(table.insert, { 1, 2 }, 1.5, 2)
check(table.insert, { 1, 2 }, "x", 2)
check(table.insert, { 1, 2 }, "1", 2)
check(table.insert, nil, 2)
check(table.insert, 5, 2)
check(table.insert, "s", 2)
check(function() table.insert(nil, 1) end)
print "-- remove"
do
  local t = { 1, 2, 3, 4, 5 }
  print(table.remove(t), table.remove(t, 1), table.remove(t, 2), list(t))
  print(table.remove(t, #t + 1), list(t))
  print(table.remove(t), table.remove(t), table.remove(t), #t)
  t = { [0] = "zero" }
  print(table.remove(t), t[0])
  t = { [0] = "zero" }
  print(table.remove(t, 0), t[0])
  t = {}
  print(table.remove(t, 1), table.remove(t, 0), table.remove(t), select("#", table.remove(t)))
  t = {}
  for i = 1, 100 do t[i] = i end
  local sum = 0
  for i = 1, 50 do sum = sum + table.remove(t, 1) end
  print(sum, #t, t[1], t[50], t[51])
  while #t > 0 do table.remove(t) end
  print(#t, next(t))
  t = { 1, nil, 3 }
  print(table.remove(t, 1), t[1], t[2])
end
check(table.remove)
check(table.remove, {}, 2)
check(table.remove, { 1, 2 }, 4)
check(table.remove, { 1, 2 }, 0)
check(table.remove, { 1, 2 }, -1)
check(table.remove, { 1, 2 }, 1.5)
check(table.remove, { 1, 2 }, {})
check(table.remove, "abc")
print "-- concat"
check(table.concat, {})
check(table.concat, {}, ",")
check(table.concat, { "a" }, ",")
check(table.concat, { "a", "b", "c" })
check(table.concat, { "a", "b", "c" }, ", ")
check(table.concat, { 1, 2.5, -3, 1e100, math.maxinteger, math.mininteger }, " ")
check(table.concat, { "a", "b", "c" }, ",", 2)
check(table.concat, { "a", "b", "c" }, ",", 2, 2)
check(table.concat, { "a", "b", "c" }, ",", 3, 2)
check(table.concat, { "a", "b", "c" }, ",", 1, 4)
check(table.concat, { "a", "b", "c" }, ",", 0, 1)
check(table.concat, { "a", "b", "c", [0] = "z" }, ",", 0, 1)
check(table.concat, { "a", "b", "c" }, 5)
check(table.concat, { "a", "b", "c" }, {})
check(table.concat, { "a", "b", "c" }, ",", "x")
check(table.concat, { "a", "b", "c" }, ",", 1.5)
check(table.concat, { "a", {}, "c" })
check(table.concat, { "a", true })
check(table.concat, { print })
check(table.concat, {}, "x", math.maxinteger, math.maxinteger - 1)
check(table.concat, { [math.maxinteger] = "end" }, "x", math.maxinteger, math.maxinteger)
check(table.concat, { [math.maxinteger] = "end", [math.maxinteger - 1] = "pre" }, "-", math.maxinteger - 1, math.maxinteger)
check(table.concat, { [math.mininteger] = "low" }, "-", math.mininteger, math.mininteger)
check(table.concat)
check(table.concat, "x")
check(table.concat, 1)
do
  local t = {}
  for i = 1, 5000 do t[i] = i end
  local s = table.concat(t, ",")
  print(#s, s:sub(1, 20), s:sub(-20))
  t[2500] = 0.5
  s = table.concat(t)
  print(#s, s:find("0.5", 1, true))
end
print "-- pack and unpack"
do
  local t = table.pack()
  print(t.n, #t)
  t = table.pack(nil, nil)
  print(t.n, t[1])
  t = table.pack(1, nil, 3, nil)
  print(t.n, t[1], t[2], t[3], t[4])
  print(show(table.unpack({ 1, 2, 3 })))
  print(show(table.unpack({ 1, 2, 3 }, 2)))
  print(show(table.unpack({ 1, 2, 3 }, 2, 3)))
  print(show(table.unpack({ 1, 2, 3 }, 0, 5)))
  print(show(table.unpack({ 1, 2, 3 }, 3, 2)))
  print(show(table.unpack({}, 1, 3)))
  print(show(table.unpack({ 1, 2 }, -1, 1)))
  print(show(table.unpack({ 1, 2 }, "1", "2")))
  print(show(table.unpack({}, math.maxinteger, math.maxinteger)))
  print(show(table.unpack({ [math.mininteger] = 5 }, math.mininteger, math.mininteger + 1)))
  print(select("#", table.unpack({}, 1, 10000)))
  local big = {}
  for i = 1, 5000 do big[i] = i end
  print(select("#", table.unpack(big)), (select(5000, table.unpack(big))))
  print(#table.pack(table.unpack(big)))
end
check(table.unpack)
check(table.unpack, nil, 1, 2)
check(table.unpack, 5)
check(table.unpack, {}, "x")
check(table.unpack, {}, 1, "x")
check(table.unpack, {}, 1, 1e8)
check(table.unpack, {}, math.mininteger, math.maxinteger)
check(table.unpack, {}, 0, math.maxinteger)
check(table.unpack, {}, 1, 1.5)
check(table.unpack, "abc", 1, 2)
check(table.unpack, "abc")
print "-- move"
do
  print(list(table.move({ 1, 2, 3 }, 1, 3, 2), 4))
  print(list(table.move({ 1, 2, 3 }, 2, 3, 1)))
  print(list(table.move({ 1, 2, 3 }, 1, 3, 5), 7))
  print(list(table.move({ 1, 2, 3 }, 1, 3, 1, {})))
  print(list(table.move({ 1, 2, 3 }, 1, 3, 3, { 9, 9, 9, 9 }), 5))
  print(list(table.move({ 1, 2, 3 }, 1, 0, 3, { 9 })))
  print(list(table.move({ 1, 2, 3 }, 2, 3, 2)))
  print(list(table.move({}, 1, 3, 1, { 1, 2, 3 }), 3))
  local t = { 1, 2, 3 }
  print(table.move(t, 1, 3, 2, t) == t, list(t, 4))
  t = {}
  for i = 1, 3000 do t[i] = i end
  table.move(t, 1, 3000, 101)
  print(#t, t[100], t[101], t[3100])
  table.move(t, 101, 3100, 1)
  print(t[1], t[3000], t[3001])
  t = table.move({ [math.maxinteger - 1] = "a", [math.maxinteger] = "b" }, math.maxinteger - 1, math.maxinteger, 1)
  print(t[1], t[2])
  t = table.move({ [math.mininteger] = "a" }, math.mininteger, math.mininteger, 1, {})
  print(t[1])
  t = table.move({ "x", "y" }, 1, 2, math.maxinteger - 1)
  print(t[math.maxinteger - 1], t[math.maxinteger])
end
check(table.move)
check(table.move, {})
check(table.move, {}, 1)
check(table.move, {}, 1, 2)
check(table.move, {}, 1, 2, "x")
check(table.move, 5, 1, 2, 3)
check(table.move, {}, 1, 2, 3, 5)
check(table.move, {}, 1, 0, 3, 5)
check(table.move, {}, 0, math.maxinteger, 2)
check(table.move, {}, -1, math.maxinteger, 2)
check(table.move, {}, 1, math.maxinteger, 2)
check(table.move, {}, 1, 3, math.maxinteger)
check(table.move, {}, 1, 3, math.maxinteger - 1)
check(table.move, {}, math.mininteger, math.maxinteger, 1)
check(table.move, {}, 1, 2, nil)
