-- The math library: all functions with integers, floats, strings, and their errors.
local function show(...)
  local t = {}
  for i = 1, select("#", ...) do
    local v = select(i, ...)
    t[i] = type(v) == "string" and string.format("%q", v) or math.type(v) == "float" and string.format("%.14g", v) .. "f" or type(v) == "table" and "table" or tostring(v)
  end
  return select("#", ...) .. ": " .. table.concat(t, " ")
end
local function check(f, ...)
  local text = show(pcall(f, ...))
  -- the reference knows the function by two names and gives either in messages
  print((text:gsub("math.atan2?'", "math.atan'")))
end
local values = { 0, 1, -1, 3, -3, 0.0, -0.0, 0.5, -0.5, 1.5, -1.5, 2.5, 3.7, -3.7, 1e15, 1e16, 2 ^ 53, 2 ^ 62, 2 ^ 63, -2 ^ 63, 2 ^ 64, 1e100, -1e100,
  1 / 0, -1 / 0, math.maxinteger, math.mininteger, 1 << 47, -(1 << 47), (1 << 47) - 1, (1 << 47) + 0.5, -(1 << 47) - 0.5, "10", "0x10", "1.5", " 7 ", 5e-324 }
for _, name in ipairs { "abs", "ceil", "floor", "sqrt", "sin", "cos", "tan", "asin", "acos", "atan", "exp", "log", "deg", "rad", "modf", "tointeger", "type", "fmod", "max", "min", "ult" } do
  print(name)
  for _, v in ipairs(values) do check(math[name], v) end
  check(math[name])
  check(math[name], nil)
  check(math[name], {})
  check(math[name], "x")
  check(math[name], true)
  check(math[name], 1, {})
  check(math[name], "1", "2")
end
local pairsOf = { 0, 1, -1, 2, -2, 3, 5, -7, 10, 0.5, -0.5, 0.0, -0.0, 7.5, 1 / 0, -1 / 0, math.maxinteger, math.mininteger, 1 << 47, "3" }
for _, name in ipairs { "fmod", "max", "min", "atan", "log", "ult" } do
  print(name)
  for _, a in ipairs(pairsOf) do
    for _, b in ipairs(pairsOf) do
      -- the sign of a NaN that fmod makes is the C library's business
      if name ~= "fmod" or tonumber(b) ~= 0 and tonumber(a) ~= 1 / 0 and tonumber(a) ~= -1 / 0 then check(math[name], a, b) end
    end
  end
end
print "-- NaN"
local nan = 0 / 0
for _, name in ipairs { "abs", "ceil", "floor", "sqrt", "sin", "exp", "modf", "tointeger", "type" } do
  local a, b = math[name](nan)
  print(name, a ~= a, type(a), b == nil or b ~= b)
end
print(math.max(nan, 1) ~= math.max(nan, 1), math.max(1, nan), math.min(nan, 1) ~= math.min(nan, 1), math.min(1, nan))
check(math.max, 1, 2, 3, "4")
check(math.max, "a", "b", "c")
check(math.min, "a", "b", "c")
check(math.max, {}, {})
check(math.max, 1, nil)
check(math.max, 1, 2.0, 2)
check(math.max, 2.0, 2)
check(math.min, 2, 2.0)
check(math.max, table.unpack { 5, 3, 9, 1, 7, 9.0, 8 })
local mt = { __lt = function(a, b) return a.v < b.v end }
local a, b, c = setmetatable({ v = 1 }, mt), setmetatable({ v = 3 }, mt), setmetatable({ v = 2 }, mt)
print(math.max(a, b, c) == b, math.min(c, b, a) == a)
check(math.max, a, 1)
check(math.log, 8, 2)
check(math.log, 100, 10)
check(math.log, 1000, 10.0)
check(math.log, 27, 3)
check(math.log, 2, 0)
check(math.log, "8", "2")
check(math.log, 8, nil)
check(math.log, 8, {})
check(math.ult, 1, -1)
check(math.ult, 1.5, 2)
check(math.ult, "1", "-1")
check(math.ult, 1)
check(math.fmod, 5, 0)
check(math.fmod, math.mininteger, -1)
check(math.fmod, 5.5, 0)
check(math.fmod, {}, {})
check(math.fmod, 1, {})
check(math.fmod, {}, 1)
print(math.pi, math.huge, -math.huge, math.maxinteger, math.mininteger, math.type(math.maxinteger))
local names = {}
for k in pairs(math) do names[#names + 1] = k end
table.sort(names)
print(table.concat(names, " "))
print "-- older functions"
for _, name in ipairs { "cosh", "sinh", "tanh", "log10", "frexp", "pow", "ldexp", "atan2" } do
  for _, v in ipairs { 0, 1, -1, 0.5, "2", 100, 1e300, -1e-300 } do
    check(math[name], v)
    check(math[name], v, 2)
    check(math[name], v, -3.0)
  end
  check(math[name])
  check(math[name], {})
  check(math[name], 1, {})
  check(math[name], 1, 2.5)
end
