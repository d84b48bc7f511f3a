-- Loops over elements of arrays that may be done several rounds at a time, beside what each round alone gives.
local function map(name, expression)
  local source = "local sqrt = math.sqrt return function(a, b, c, k, m, from, to) for i = from, to do a[i] = "
    .. expression .. " end end"
  return {name = name, source = source, expression = expression}
end

local maps = {
  map("axpy", "a[i] - k * b[i]"), map("sum", "b[i] * k + c[i]"), map("quotients", "(a[i] + b[i]) / (c[i] - k)"),
  map("negated", "-b[i] + m"), map("roots", "sqrt(b[i] * b[i]) + c[i] * m"), map("nested", "(a[i] - b[i]) * (b[i] - c[i]) - k"),
  map("deep", "a[i] + (b[i] + (c[i] + (k - (m - a[i] * b[i]))))"), map("constant", "b[i] * 0.5 - 1.25"), map("copy", "b[i] + 0.0"),
  map("neighbour", "b[i + 1] * k"), map("before", "a[i - 1] * 0.5 + b[i]"),
}

-- The same, in rounds that are functions of their own.
for _, m in ipairs(maps) do
  m.slow = assert(load("local sqrt = math.sqrt local function round(a, b, c, k, m, i) a[i] = " .. m.expression .. [[ end
    return function(...)
      local a, b, c, k, m, from, to = ...
      for i = from, to do coroutine.wrap(round)(a, b, c, k, m, i) end
    end]]))()
end

local N = 37
local function new(seed)
  local t = {}
  for i = 1, N + 1 do t[i] = (i * seed % 17) / 4 - 1.5 end
  return t
end

local function text(t)
  local s = {}
  for i = 1, N + 1 do
    local v = t[i]
    s[i] = math.type(v) == "float" and string.format("%a", v) or type(v) == "table" and "table" or tostring(v)
  end
  return table.concat(s, " ")
end

-- What is put where: all kinds of values between floats, of which some make errors.
local odd = {false, 3, -0.0, 0 / 0, -(0 / 0), math.huge, 1e308, 5e-324, 1 << 50, "7", "x", {}, setmetatable({}, {__mul = function() return 2.5 end})}

local function try(m, which, setup)
  local a, b, c = new(3), new(5), new(7)
  if setup then b, c = setup(a, b, c) end
  local from, to = 2, N - 1
  local ok, message = pcall(m[which], a, b, c, 0.75, -2.5, from, to)
  return tostring(ok) .. " " .. tostring(message):gsub("^.*:%d+: ", "") .. " " .. text(a)
end

-- What comes unexpectedly comes to code that has seen nothing but floats.
local function heat(m)
  m.hot = assert(load(m.source))()
  for _ = 1, 40 do try(m, "hot") end
end

for _, m in ipairs(maps) do
  local differ = 0
  local function both(setup)
    heat(m)
    for _ = 1, 2 do
      if try(m, "hot", setup) ~= try(m, "slow", setup) then differ = differ + 1 end
    end
  end
  both()
  both(function(a) return a, a end)
  both(function(a, b) return b, a end)
  for n, v in ipairs(odd) do
    local at = ({2, 6, 9, 17, N - 1})[n % 5 + 1]
    both(function(a, b, c) b[at] = v or nil return b, c end)
    both(function(a, b, c) a[at] = v or nil return b, c end)
  end
  print(m.name, differ)
end

-- Long loops, through the end of slices and collections.
local function scale(t, k) for i = 1, #t do t[i] = t[i] * k end end
local long = {}
for i = 1, 30000 do long[i] = i + 0.5 end
for r = 1, 20 do
  scale(long, r % 2 == 0 and 2.0 or 0.5)
  local garbage = {}
  for i = 1, 500 do garbage[i] = {i} end
end
local sum = 0
for i = 1, #long do sum = sum + long[i] end
print(sum)
