-- The table library on tables and other values with __index, __newindex, __len, __lt, __eq.
local log
local function proxy(t, absent)
  local mt = {
    __index = function(_, k) log[#log + 1] = "get " .. tostring(k) return t[k] end,
    __newindex = function(_, k, v) log[#log + 1] = "set " .. tostring(k) .. "=" .. tostring(v) t[k] = v end,
    __len = function() log[#log + 1] = "len" return #t end,
  }
  if absent then mt[absent] = nil end
  return setmetatable({}, mt)
end
local function check(f, ...)
  log = {}
  local r = table.pack(pcall(f, ...))
  for i = 1, r.n do r[i] = type(r[i]) == "table" and "table" or tostring(r[i]) end
  print(table.concat(log, "; "), "=>", table.concat(r, " "))
end
local t = { "a", "b", "c" }
check(table.insert, proxy(t), "d")
check(table.insert, proxy(t), 2, "x")
check(table.insert, proxy(t), 9, "x")
check(table.insert, proxy(t))
print(table.concat(t, " "))
check(table.remove, proxy(t))
check(table.remove, proxy(t), 1)
check(table.remove, proxy(t), 7)
check(table.remove, proxy {})
print(table.concat(t, " "))
check(table.concat, proxy(t), "-")
check(table.concat, proxy(t), "-", 2, 3)
check(table.concat, proxy(t), "-", 2, 5)
check(table.concat, proxy { "a", {}, "b" }, "-")
check(table.unpack, proxy(t))
check(table.unpack, proxy(t), 2, 3)
check(table.move, proxy(t), 1, 3, 2)
print(table.concat(t, " "))
check(table.move, proxy(t), 2, 3, 1)
check(table.move, proxy(t), 1, 2, 1, {})
check(table.move, { 1, 2 }, 1, 2, 1, proxy {})
check(table.move, proxy { 1, 2, 3 }, 1, 3, 2, proxy { 1, 2, 3 })
check(table.sort, proxy { 3, 1, 2 })
check(table.sort, proxy { 3, 1, 2, 5, 4 }, function(a, b) log[#log + 1] = a .. "?" .. b return a > b end)
for _, absent in ipairs { "__index", "__newindex", "__len" } do
  check(table.insert, proxy({ 1, 2 }, absent), 1, 5)
  check(table.remove, proxy({ 1, 2 }, absent))
  check(table.concat, proxy({ 1, 2 }, absent))
  check(table.unpack, proxy({ 1, 2 }, absent))
end
print "-- chains and odd metamethods"
check(table.concat, setmetatable({}, { __index = { "x", "y" }, __len = function() return 2 end }), ",")
check(table.concat, setmetatable({}, { __index = setmetatable({}, { __index = function(_, k) return k end }), __len = function() return 3 end }), ",")
check(table.concat, setmetatable({}, { __index = 5, __len = function() return 2 end }))
check(table.concat, setmetatable({}, { __index = "str", __len = function() return 1 end }))
check(table.concat, setmetatable({}, { __len = function() return "2" end, __index = function() return "v" end }))
check(table.concat, setmetatable({}, { __len = function() return 2.0 end, __index = function() return "v" end }))
check(table.concat, setmetatable({}, { __len = function() return 2.5 end }))
check(table.concat, setmetatable({}, { __len = function() return {} end }))
check(table.concat, setmetatable({}, { __len = function() return nil end }))
check(table.concat, setmetatable({}, { __len = function() error("len!", 0) end }))
check(table.concat, setmetatable({}, { __len = 7 }))
check(table.insert, setmetatable({}, { __len = function() return math.maxinteger end }), 1)
check(table.insert, setmetatable({}, { __len = function() return math.maxinteger end }), 5, 1)
check(table.insert, setmetatable({}, { __len = function() return -5 end }), 1)
check(table.remove, setmetatable({}, { __len = function() return -5 end }))
check(table.unpack, setmetatable({}, { __len = function() return -5 end }))
check(table.unpack, setmetatable({}, { __len = function() return 1e9 // 1 end }))
check(table.sort, setmetatable({}, { __len = function() return math.maxinteger end }))
check(table.sort, setmetatable({}, { __len = function() return -1 end }))
check(table.sort, setmetatable({}, { __len = function() return 3 end }))
check(table.insert, setmetatable({}, { __newindex = function(_, k, v) log[#log + 1] = k .. "=" .. v end }), "v")
do
  local store = {}
  local p = setmetatable({}, { __newindex = store })
  check(table.insert, p, "v")
  check(table.insert, p, "w")
  print(rawlen(p), store[1], store[2])
  p = setmetatable({}, { __newindex = 5 })
  check(table.insert, p, "v")
  local deep = {}
  p = setmetatable({}, { __newindex = setmetatable({}, { __newindex = deep }) })
  check(table.insert, p, "v")
  print(deep[1])
end
do
  local loop = {}
  setmetatable(loop, { __index = loop, __newindex = loop })
  check(table.unpack, loop, 1, 1)
  check(table.insert, loop, 1)
  local a, b = {}, {}
  setmetatable(a, { __index = b, __newindex = b })
  setmetatable(b, { __index = a, __newindex = a })
  check(table.unpack, a, 1, 1)
  check(table.insert, a, 1)
end
print "-- values that act as tables"
debug.setmetatable(5, { __index = function(n, k) return "n" .. k end, __len = function(n) return n end, __newindex = function(n, k, v) log[#log + 1] = k .. "=" .. v end })
check(table.concat, 3, ",")
check(table.unpack, 3)
check(table.insert, 3, "v")
check(table.remove, 3)
check(table.move, 3, 1, 2, 1, {})
check(table.move, { "a" }, 1, 1, 7, 3)
debug.setmetatable(5, { __index = function() end, __len = function() return 1 end })
check(table.insert, 3, "v")
check(table.concat, 3)
debug.setmetatable(5, nil)
check(table.insert, 3, "v")
print "-- eq in move"
local eq = { __eq = function() log[#log + 1] = "eq" return true end, __index = function(_, k) return k * 10 end,
  __newindex = function(t, k, v) log[#log + 1] = k .. "=" .. v rawset(t, k, v) end }
check(table.move, setmetatable({}, eq), 1, 3, 2, setmetatable({}, eq))
eq.__eq = function() log[#log + 1] = "ne" return false end
check(table.move, setmetatable({}, eq), 1, 3, 2, setmetatable({}, eq))
check(table.move, setmetatable({}, eq), 1, 3, 4, setmetatable({}, eq))
check(table.move, {}, 1, 3, 2, setmetatable({}, eq))
