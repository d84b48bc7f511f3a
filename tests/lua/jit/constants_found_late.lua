-- Conditions that are always the same leave constants where values were expected.
local function lengths(p, t)
  local n = #((true and "10" or " 5 ")) + #((false and p or "four"))
  local s = (true and "abc" or p)
  return n + #s + s:byte(2) + #((t or "no table"))
end
for i = 1, 300 do
  local a, b = lengths("x" .. i, nil), lengths("y", "z")
  if i % 100 == 0 then print(a, b) end
end
local function indexed(i)
  local t = (true and {1, 2, 3} or nil)
  local k = (true and 2 or i)
  t[k] = i
  return t[k] + (false and 1 or 5) // (true and 2 or i) + (1 < 2 and 0.5 or i)
end
for i = 1, 300 do
  local v = indexed(i)
  if i % 100 == 0 then print(v) end
end
