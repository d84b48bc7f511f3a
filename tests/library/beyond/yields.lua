-- Yields across the callbacks of library functions, where the reference raises "attempt to yield across a C-call boundary".
do
  print "-- arithmetic"
  local o = setmetatable({}, { __idiv = function(a, b) return coroutine.yield(b) end })
  local co = coroutine.wrap(function() return "1" // o end)
  print(co() == o, co("back"))
end
do
  print "-- format"
  local co = coroutine.wrap(function()
    return string.format("<%s|%5s|%s>", setmetatable({}, { __tostring = function() return coroutine.yield(1) end }), "x",
      setmetatable({}, { __tostring = function() return coroutine.yield(2) end }))
  end)
  print(co()) print(co "first") print(co "second")
  co = coroutine.wrap(function()
    return #string.format("%s%s%s", ("x"):rep(2000), setmetatable({}, { __tostring = function() return coroutine.yield() end }), ("y"):rep(3000))
  end)
  co() print(co "zz")
end
do
  print "-- gsub"
  local co = coroutine.wrap(function()
    return string.gsub("a1b2c3", "%a(%d)", function(d) return coroutine.yield(d) end)
  end)
  print(co())
  print(co "x")
  print(co "yy")
  print(co(false))
  co = coroutine.wrap(function()
    return string.gsub("k1 k2", "%w+", setmetatable({}, { __index = function(_, k) return coroutine.yield(k) end }))
  end)
  print(co())
  print(co "A")
  print(co "B")
  co = coroutine.create(function() return string.gsub(("x"):rep(600), "x", function() coroutine.yield() error("late", 0) end) end)
  coroutine.resume(co)
  print(coroutine.resume(co))
  co = coroutine.wrap(function()
    return pcall(string.gsub, "abc", ".", function(c) coroutine.yield(c) return c == "b" and {} or c end)
  end)
  print(co(), co(), co())
end
do
  print "-- sort"
  local t = { 5, 3, 8, 1, 9, 2, 7 }
  local co = coroutine.wrap(function()
    table.sort(t, function(a, b) coroutine.yield(a, b) return a < b end)
    return "sorted"
  end)
  local steps = 0
  repeat steps = steps + 1 until co() == "sorted"
  print(steps > 5, table.concat(t, " "))
  local mt = { __lt = function(a, b) coroutine.yield() return a.v < b.v end }
  t = {}
  for i = 1, 50 do t[i] = setmetatable({ v = i * 7 % 50 }, mt) end
  co = coroutine.wrap(function() table.sort(t) return "sorted" end)
  repeat until co() == "sorted"
  local values = {}
  for i, e in ipairs(t) do values[i] = e.v end
  print(table.concat(values, " "))
end
do
  print "-- table functions on proxies"
  local function proxy(t)
    return setmetatable({}, {
      __index = function(_, k) return coroutine.yield("get", k) or t[k] end,
      __newindex = function(_, k, v) coroutine.yield("set", k, v) t[k] = v end,
      __len = function() coroutine.yield("len") return #t end,
    })
  end
  local function trace(f, ...)
    local args = table.pack(...)
    local co = coroutine.create(function() return f(table.unpack(args, 1, args.n)) end)
    local log = {}
    while true do
      local r = table.pack(coroutine.resume(co))
      if coroutine.status(co) == "dead" then
        for i = 1, r.n do r[i] = type(r[i]) == "table" and "table" or tostring(r[i]) end
        return print(table.concat(log, ";") .. " => " .. table.concat(r, " "))
      end
      for i = 2, r.n do r[i] = tostring(r[i]) end
      log[#log + 1] = table.concat(r, ",", 2)
    end
  end
  local t = { "a", "b", "c" }
  trace(table.insert, proxy(t), "d")
  trace(table.insert, proxy(t), 2, "x")
  print(table.concat(t, " "))
  trace(table.remove, proxy(t))
  trace(table.remove, proxy(t), 1)
  print(table.concat(t, " "))
  trace(table.concat, proxy(t), "-")
  trace(table.concat, proxy(t), "-", 2, 3)
  trace(table.unpack, proxy(t))
  trace(table.unpack, proxy(t), 2, 3)
  trace(table.move, proxy(t), 1, 3, 2)
  print(table.concat(t, " "))
  trace(table.move, proxy(t), 2, 3, 1, proxy { 1, 2, 3 })
  trace(table.sort, proxy { 3, 1, 2 })
  trace(math.max, 1, setmetatable({}, { __lt = function() coroutine.yield("lt") return true end }), 3)
end
