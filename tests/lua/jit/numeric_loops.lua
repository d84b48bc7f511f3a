-- Numeric loops over all kinds of starts, limits and steps, hot before something else comes.
local function walk(a, b, c)
  local n, sum, last = 0, 0, nil
  for i = a, b, c do
    n = n + 1
    sum = sum + i
    last = i
    if n >= 40 then break end
  end
  return n, sum, last
end

local function show(name, ...)
  local r = table.pack(pcall(...))
  for k = 1, r.n do r[k] = tostring(r[k]) end
  print(name, table.concat(r, " "))
end

-- One function for each kind of loop: what it was made for, often, then everything else.
local source = [[return function(a, b, c)
  local n, sum, last = 0, 0, nil
  for i = a, b, c do
    n = n + 1
    sum = sum + i
    last = i
    if n >= 40 then break end
  end
  return n, sum, last
end]]
local big = math.maxinteger
local kinds = {
  {"up", 1, 20, 3}, {"down", 20, 1, -4}, {"floats", 0.5, 9.25, 0.75}, {"floats down", 3.0, -2.0, -0.5},
  {"float limit", 1, 7.9, 2}, {"float limit down", 9, 1.1, -2}, {"float step", 1, 4, 0.5}, {"float start", 1.0, 6, 1},
  {"endless", 1, math.huge, 1}, {"endless by 7", 5, math.huge, 7}, {"endless down", -1, -math.huge, -3},
  {"to the end", big - 5, big, 1}, {"to the end by 4", big - 10, big, 4}, {"to the beginning", math.mininteger + 9, math.mininteger, -4},
  {"whole range", math.mininteger, big, big // 3}, {"nothing", 5, 4, 1}, {"nothing down", 4, 5, -1},
  {"once", 5, 5, 100}, {"largest step", 1, big, big}, {"smallest step", -1, math.mininteger, math.mininteger},
  {"no number", 1.0, 0/0, 1.0}, {"no number's step", 1.0, 5.0, 0/0}, {"from no number", 0/0, 5.0, 1.0}, {"limit is no number", 1, 0/0, 2},
  {"nearly", 1 << 46, (1 << 46) + 20, 7}, {"immediate's end", (1 << 47) - 9, (1 << 47) + 9, 3}, {"zeros", -0.0, 0.0, 1.0},
  {"step 0", 1, 5, 0}, {"step 0.0", 1.0, 5, 0.0}, {"string", 1, "5", 1}, {"nil", nil, 5, 1}, {"table", 1, 5, {}}, {"far", 1, 1e300, 1},
  {"large floats", 0x1p53, 0x1p53 + 8, 1.0},
}
for _, first in ipairs(kinds) do
  local f = load(source, "=loop")()
  for _ = 1, 30 do pcall(f, first[2], first[3], first[4]) end
  for round = 1, 2 do
    show(first[1], f, first[2], first[3], first[4])
    local n, sum = 0, 0.0
    for _, k in ipairs(kinds) do
      local ok, times, s = pcall(f, k[2], k[3], k[4])
      if ok then
        n = n + times
        if s == s and s < 1e15 and s > -1e15 then sum = sum + s end
      else
        n = n + #times
      end
    end
    print(round, n, sum)
  end
end
for _, k in ipairs(kinds) do show(k[1], walk, k[2], k[3], k[4]) end

-- Long loops, entered in their middle.
local function long(a, b, c)
  local n, last = 0, nil
  for i = a, b, c do
    n = n + 1
    last = i
  end
  return n, last
end
print(long(1, 60000, 1))
print(long(60000, 1, -1))
print(long(0.0, 3000.0, 0.125))
print(long(3000, 0, -0.125))
print(long(1, 60000.5, 3))
print(long(1.0, 60000, 3))

-- A step that changes with every loop, as a sieve has it, and elements by it.
local function sieve(n)
  local isComposite, primes = {}, 0
  for i = 1, n do isComposite[i] = false end
  for p = 2, n do
    if not isComposite[p] then
      primes = primes + 1
      for i = p * p, n, p do isComposite[i] = true end
    end
  end
  return primes
end
print(sieve(100), sieve(5000), sieve(3), sieve(1))
local function reversed(t)
  local sum = 0
  for by = -1, -3, -1 do
    for i = #t, 1, by do sum = sum * 3 + t[i] & 0xffffff end
  end
  return sum
end
local t = {}
for i = 1, 100 do t[i] = i * 7 % 13 end
for _ = 1, 50 do reversed(t) end
print(reversed(t))
