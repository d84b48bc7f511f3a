-- Programs against speculation on types: what a variable, a parameter or an element holds alternates, or changes when the
-- code around it has long been compiled for something else.

local NAN = 0 / 0
local function same(a, b) return a == b or (a ~= a and b ~= b) end

-- Two kinds that take turns in one loop, at one operation.
local function alternate(n)
  local sum, text = 0, ""
  for i = 1, n do
    local v
    if i % 2 == 0 then v = i else v = i + 0.5 end
    sum = sum + v * 2
    if i % 3 == 0 then v = "3" elseif i % 7 == 0 then v = "0x10" end
    sum = sum - v
    if i % 997 == 0 then text = text .. math.type(sum) .. " " .. sum .. ";" end
  end
  return sum, text
end
print("alternate", alternate(5000))

-- Every pair of kinds at every operation, the pairs in an order that never settles.
local kinds = {1, -7, 2.5, -0.0, 1 << 47, -(1 << 48), math.maxinteger, math.mininteger, 2 ^ 53, math.huge, NAN, "10", "1e1", "x", true, {}}
local operations = {
  function(a, b) return a + b end, function(a, b) return a - b end, function(a, b) return a * b end,
  function(a, b) return a / b end, function(a, b) return a % b end, function(a, b) return a // b end,
  function(a, b) return a & b end, function(a, b) return a | b end, function(a, b) return a ~ b end,
  function(a, b) return a << b end, function(a, b) return a >> b end, function(a, b) return a == b end,
  function(a, b) return a < b end, function(a, b) return a <= b end, function(a, b) return -a end, function(a, b) return ~b end,
  function(a, b) return a .. b end, function(a, b) return not a == b end,
}
local counts, errors, digest = {}, 0, 0
for round = 1, 12 do
  for k, f in ipairs(operations) do
    for i = 1, #kinds do
      local a, b = kinds[(i * 7 + round) % #kinds + 1], kinds[(i * round + k) % #kinds + 1]
      local ok, r = pcall(f, a, b)
      if not ok then
        errors = errors + 1
      else
        local kind = math.type(r) or type(r)
        counts[kind] = (counts[kind] or 0) + 1
        if kind == "integer" then digest = digest * 31 ~ r elseif kind == "float" and r == r then digest = digest ~ #("%.14g"):format(r) end
      end
    end
  end
end
print("operations", errors, counts.integer, counts.float, counts.string, counts.boolean, digest)

-- Integers that leave 48 bits, then 64, only in the last rounds.
local function late(n, start, step)
  local v, signs = start, 0
  for i = 1, n do
    v = v + step
    if v < 0 then signs = signs + 1 end
  end
  return v, signs
end
for _ = 1, 40 do late(100, 0, 1) end
print("late", late(3000, (1 << 47) - 2990, 1))
print("late", late(3000, -(1 << 47) + 2990, -1))
print("late", late(3000, math.maxinteger - 2990, 1))
print("late", late(3000, math.mininteger + 2990, -1))
print("late", late(3000, 0.0, 0.5))
print("late", late(3000, 2 ^ 53 - 10, 1))

-- Products that overflow late, loops whose last step would wrap, counters of both kinds.
local function factorial(n)
  local p = 1
  for i = 2, n do p = p * i end
  return p
end
for n = 1, 30 do for _ = 1, 30 do factorial(10) end print("factorial", n, factorial(n)) end
local function steps(from, to, by)
  local n, last = 0, "none"
  for i = from, to, by do
    n, last = n + 1, i
    if n > 1000 then break end
  end
  return n, last
end
for _ = 1, 200 do steps(1, 9, 2) end
print("steps", steps(math.maxinteger - 1, math.maxinteger, 1))
print("steps", steps(math.maxinteger - 5, math.maxinteger, 4))
print("steps", steps(math.mininteger, math.mininteger + 2, 1))
print("steps", steps(math.mininteger + 3, math.mininteger, -2))
print("steps", steps(1, 0, 1), steps(1, math.huge, 1 << 61))
print("steps", steps(0.1, 0.95, 0.1), steps(3, 1.5, -1))
print("steps", steps(1, 3.5, 1), steps(-1, -math.huge, -(1 << 62)))
print("steps", pcall(steps, 1, 10, 0))
print("steps", pcall(steps, "1", 10, 1))
print("steps", pcall(steps, 1, {}, 1))

-- Minus zero and NaN, which comparisons of bits would get wrong.
local function signs(list)
  local text = {}
  for i, v in ipairs(list) do text[i] = 1 / (v * 0.0) < 0 and "-" or "+" end
  return table.concat(text)
end
for _ = 1, 100 do signs({1.0, 2.0}) end
print("signs", signs({1.0, -1.0, 0.0, -0.0, 5, -5}))
local function nans(a, b)
  local n = 0
  if a == b then n = n + 1 end
  if a ~= b then n = n + 2 end
  if a < b then n = n + 4 end
  if not (a >= b) then n = n + 8 end
  if a <= b then n = n + 16 end
  if not (a > b) then n = n + 32 end
  return n
end
for i = 1, 300 do nans(i, 7.5) nans(i, 150) nans(i / 2, 3) end
print("nans", nans(NAN, 1), nans(1, NAN), nans(NAN, NAN), nans(0.0, -0.0), nans(0, -0.0), nans(1 << 53, 2 ^ 53), nans((1 << 53) + 1, 2 ^ 53))
print("nans", nans(math.maxinteger, 2 ^ 63), nans(math.mininteger, -2 ^ 63), nans(math.maxinteger, math.huge), nans("a", "b"))
print("nans", pcall(nans, 1, "1"), pcall(nans, {}, {}))

-- Division and remainder with all signs, after thousands of harmless ones.
local function divide(a, b) return a // b, a % b end
for i = 1, 1000 do divide(i, 7) end
for _, a in ipairs {7, -7, 7.0, -7.5, 0, -0.0, math.mininteger, math.maxinteger, math.huge} do
  for _, b in ipairs {2, -2, 2.5, -0.5, -1, 1, math.mininteger, math.huge, -math.huge} do
    local q, r = divide(a, b)
    print("divide", a, b, q, same(r, r) and r ~= r and "nan" or r)
  end
end
print("divide", pcall(divide, 1, 0))
print("divide", divide(1.0, 0) == math.huge, pcall(divide, "7", "2"))

-- A local that is integer, float, string, nil and table in turns, carried around the loop.
local function carried(n)
  local v, trail = 0, 0
  for i = 1, n do
    local kind = i > n - 50 and i % 5 or 0
    if kind == 1 then v = v + 0.25
    elseif kind == 2 then v = tostring(v)
    elseif kind == 3 then v = math.tointeger(tonumber(v) // 1)
    elseif kind == 4 then v = {v}; v = v[1] + #v end
    v = v + 1
    trail = (trail * 3 + (math.type(v) == "float" and 1 or 2)) % 1000003
  end
  return v, trail
end
for n = 1000, 1010 do print("carried", carried(n)) end
