-- Loops that hot code does several rounds of at a time: with few rounds and many, up, down and by steps that are not
-- known, and with something unusual (another type, nil, an error, an integer too wide) in each of the rounds.
local function sum(t, first, last, step)
  local s, n = 0, 0
  for i = first, last, step do
    s = s + t[i]
    n = n + 1
  end
  return s, n
end
local function scale(t, n, by)
  for i = 1, n do
    t[i] = t[i] * by
  end
end
local function largest(t, n)
  local m, at = t[1], 1
  for i = 2, n do
    if t[i] > m then
      m, at = t[i], i
    end
  end
  return m, at
end

local t = {}
for i = 1, 40 do
  t[i] = i * i % 23
end
for _ = 1, 400 do
  sum(t, 1, 40, 1)
  sum(t, 40, 1, -1)
  sum(t, 1, 40, 3)
  largest(t, 40)
  scale(t, 40, 1)
end
for n = 0, 17 do
  print(n, sum(t, 1, n, 1))
  print(n, sum(t, n, 1, -1))
  print(n, sum(t, 1, n, 3))
  if n > 0 then print(n, largest(t, n)) end
end
for k = 1, 12 do
  local was = t[k]
  t[k] = 0.5
  print(k, sum(t, 1, 12, 1))
  print(k, largest(t, 12))
  t[k] = "10"
  print(k, sum(t, 1, 12, 1))
  t[k] = nil
  print(k, pcall(sum, t, 1, 12, 1))
  t[k] = math.maxinteger
  print(k, sum(t, 1, 12, 1))
  print(k, largest(t, 12))
  t[k] = 1 << 46
  scale(t, 12, 2)
  print(k, t[k], sum(t, 1, 12, 1))
  for i = 1, 12 do
    t[i] = i * i % 23
  end
  t[k] = was
end
