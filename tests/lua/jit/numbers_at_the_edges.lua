-- Arithmetic in compiled loops at the edges of its fast paths: the 48 bits of immediate integers, wrap-around, shifts
-- by any count, zero and negative divisors, -0.0, NaN and mixed kinds. Each operation is compiled at one site and meets
-- all kinds of operands there, and at sites of its own where one operand is a constant.

local values = {
  0, 1, -1, 2, -2, 3, 7, -7, 16, 63, 64, 65, -63, -64, -65, 127, 128, -128, -129, 255, 32767, -32768, 65535, 65536,
  (1 << 31) - 1, 1 << 31, -(1 << 31), (1 << 32) - 1, 1 << 32, (1 << 46), (1 << 47) - 1, 1 << 47, -(1 << 47),
  -(1 << 47) - 1, -(1 << 47) + 1, (1 << 48) - 1, 1 << 48, 1 << 53, (1 << 53) + 1, math.maxinteger, math.mininteger,
  math.maxinteger - 1, math.mininteger + 1,
  0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 2.5, 1e15, 2.0 ^ 47, -2.0 ^ 47, 2.0 ^ 53, 2.0 ^ 63, -2.0 ^ 63, 1e308, -1e308, 5e-324,
  math.huge, -math.huge, 0.0 / 0.0, "10", "0x10", "1e1", "abc", "", true, false,
}
values[#values + 1] = setmetatable({}, { __name = "thing" })

local function show(v)
  if v ~= v then return "nan" end
  if math.type(v) == "float" then return string.format("%a", v) end
  if type(v) == "table" then return "table" end
  return tostring(v)
end

local operations = { "+", "-", "*", "/", "%", "//", "&", "|", "~", "<<", ">>", "^", "<", "<=", ">", ">=", "==", "~=", ".." }
local constants = { "0", "1", "-1", "2", "7", "-7", "8", "64", "63", "-64", "127", "300", "0x7fffffffffff", "0.0", "-0.0", "0.5",
  "2^53", "math.mininteger", "1e300", "0.0/0.0", "'10'" }

-- A sum over all results, so that a wrong bit anywhere changes a line.
local function hash(h, s)
  for i = 1, #s do h = (h * 31 + s:byte(i)) % 1000000007 end
  return h
end

for _, op in ipairs(operations) do
  local f = load("local a, b = ... return a " .. op .. " b")
  local branch = load("local a, b = ... if a " .. op .. " b then return 'yes' else return 'no' end")
  local h, errors = 7, 0
  for _ = 1, 3 do
    for i = 1, #values do
      for j = 1, #values do
        local ok, r = pcall(f, values[i], values[j])
        if not ok then errors = errors + 1 end
        h = hash(h, show(r))
        ok, r = pcall(branch, values[i], values[j])
        h = hash(h, show(r))
      end
    end
  end
  print(op, h, errors)
  local line = {}
  for _, c in ipairs(constants) do
    local right, left = load("local a = ... return a " .. op .. " " .. c), load("local a = ... return " .. c .. " " .. op .. " a")
    local set = load("local a = ... local b = 1 b = a " .. op .. " " .. c .. " return b")
    local if_ = load("local a = ... if a " .. op .. " " .. c .. " then return 1 end return 2")
    h = 7
    for _ = 1, 3 do
      for i = 1, #values do
        local _, r = pcall(right, values[i])
        h = hash(h, show(r))
        _, r = pcall(left, values[i])
        h = hash(h, show(r))
        _, r = pcall(set, values[i])
        h = hash(h, show(r))
        _, r = pcall(if_, values[i])
        h = hash(h, show(r))
      end
    end
    line[#line + 1] = h
  end
  print(op, table.concat(line, " "))
end

local function unary(v)
  local function try(f) local ok, r = pcall(f, v) return show(r) end
  return try(function(a) return -a end) .. " " .. try(function(a) return ~a end) .. " " .. try(function(a) return not a end)
    .. " " .. try(function(a) return type(a) == "table" or #a end)
end
for _ = 1, 3 do
  for i = 1, #values do print("unary", i, unary(values[i])) end
end

-- Signs of zeros and of NaN that arithmetic makes, in one loop.
local function signs(a, b)
  local out = {}
  for i = 1, 4 do
    out[i] = string.format("%a %a %a %a %a", a - 0, a + 0, a * b, 0 - a, a - b)
  end
  return table.concat(out, ",")
end
print(signs(-0.0, 0.0))
print(signs(0.0, -0.0))
print(signs(-0.0, -0.0))
print(signs(-0.0, 0))

-- Sums that leave the immediate integers and come back.
local function climb(from, step, n)
  local x, low, high = from, from, from
  for _ = 1, n do
    x = x + step
    if x < low then low = x end
    if x > high then high = x end
  end
  for _ = 1, n do x = x - step end
  return x, low, high
end
print(climb((1 << 47) - 500, 1, 1000))
print(climb(-(1 << 47) + 500, -1, 1000))
print(climb(math.maxinteger - 500, 1, 1000))
print(climb(math.mininteger + 500, -1, 1000))
print(climb((1 << 47) - 500, 0.5, 1000))

-- Loops whose index leaves the immediate integers, and loops over floats.
local function count(from, to, step)
  local n, last = 0, nil
  for i = from, to, step do n, last = n + 1, i end
  return n, show(last)
end
for _, case in ipairs {
  { (1 << 47) - 300, (1 << 47) + 300, 1 }, { -(1 << 47) + 300, -(1 << 47) - 300, -1 }, { (1 << 47) - 3, (1 << 48), 1 << 40 },
  { math.maxinteger - 300, math.maxinteger, 1 }, { math.mininteger + 300, math.mininteger, -1 },
  { math.mininteger, math.maxinteger, 1 << 54 }, { math.maxinteger, math.mininteger, -(1 << 54) },
  { math.mininteger, math.maxinteger, math.maxinteger }, { 1, 1000.5, 1 }, { 1.0, 300, 0.5 }, { 1, 0, 1 }, { 0.0, -100, -0.25 },
  { 1, math.huge, 1 << 53 }, { -1, -math.huge, math.mininteger }, { 1, 3, math.maxinteger }, { 3, 1, math.mininteger },
  { 2.0 ^ 53, 2.0 ^ 53 + 300, 2 }, { 0.1, 100, 0.1 }, { 1, 300, 1 },
} do
  print("loop", pcall(count, case[1], case[2], case[3]))
end
print(pcall(count, 1, 10, 0))
print(pcall(count, 1, 10, 0.0))
print(pcall(count, "a", 10, 1))
print(pcall(count, 1, {}, 1))
print(pcall(count, 1, 2, {}))

-- A literal zero that is subtracted, and one that a variable holds.
do
  local function literal(a) return a - 0 end
  local function field(t) return t.x - 0 end
  local function variable(a) local z = 0 return a - z end
  local function twice(a) return a - 0 - 0 end
  for i = 1, 300 do literal(0.5) field { x = 0.5 } variable(0.5) twice(0.5) end
  print(literal(-0.0), field { x = -0.0 }, variable(-0.0), twice(-0.0), literal(7), twice("7"))
end
