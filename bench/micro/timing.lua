-- Measures single operations. The programs beside this file load it with dofile.
--
-- measure(name, body, empty [, operations]) calls body(n) and empty(n), functions that run a loop
-- of n steps, the one with the operation and the other without, and prints the difference in
-- nanoseconds for each of the `operations` (1 if not given) in a step. Each time is the least of
-- several.
local MINIMUM_SECONDS = 0.05
local REPEATS = 5

local function seconds(f, n)
  collectgarbage()
  local start = os.clock()
  f(n)
  return os.clock() - start
end

local function least(f, n)
  local best = math.huge
  for _ = 1, REPEATS do
    best = math.min(best, seconds(f, n))
  end
  return best
end

local function measure(name, body, empty, operations)
  local n = 1000
  while seconds(body, n) < MINIMUM_SECONDS do
    n = n * 2
  end
  local difference = least(body, n) - least(empty, n)
  print(string.format("%s: %.2f ns", name, math.max(difference, 0) * 1e9 / n / (operations or 1)))
end

return measure
