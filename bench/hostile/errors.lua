-- Errors are thrown through frames that are hot, from operations that were expected to succeed, every other round.
local rounds = tonumber(arg[1]) or 900

local function inner(t, i)
  local v = t.value
  if i % 5 == 0 then
    return v.missing.field
  end
  return v + i
end

local function outer(t, i)
  local before = i * 2
  local r = inner(t, i)
  return r + before
end

local function run(n)
  local t, sum, failed = {value = 3}, 0, 0
  for i = 1, n do
    local ok, v = pcall(outer, t, i)
    if ok then
      sum = sum + v
    else
      failed = failed + 1
    end
    if i % 7 == 0 then
      ok, v = pcall(error, i)
      sum = sum + v
    end
  end
  return sum + failed
end

local total = 0
for _ = 1, rounds do
  total = (total + run(6000)) % 1000000007
end
print(string.format("errors %d: %d", rounds, total))
