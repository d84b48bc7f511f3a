-- Heapsort, in place, of an array of 20000 random floats, a new array each round: comparisons
-- of array elements at computed indices. Size: number of rounds.
local rounds = tonumber(arg[1]) or 90
local tick = arg[2] and function() io.write(".\n") io.flush() end
local N = 20000
local MIDDLE = 10000

local seed = 42
local function random()
  seed = (seed * 16807) % 2147483647
  return seed / 2147483647
end

-- Lets the element at `root` sink until no child below it, up to `last`, is greater.
local function sink(a, root, last)
  local value = a[root]
  local child = 2 * root
  while child <= last do
    if child < last and a[child] < a[child + 1] then
      child = child + 1
    end
    if a[child] <= value then
      break
    end
    a[root] = a[child]
    root = child
    child = 2 * root
  end
  a[root] = value
end

local function heapsort(a, n)
  for root = math.floor(n / 2), 1, -1 do
    sink(a, root, n)
  end
  for last = n, 2, -1 do
    a[1], a[last] = a[last], a[1]
    sink(a, 1, last - 1)
  end
end

local sum = 0.0
local unsorted = 0
for _ = 1, rounds do
  local a = {}
  for i = 1, N do
    a[i] = random()
  end
  heapsort(a, N)
  for i = 2, N do
    if a[i - 1] > a[i] then
      unsorted = unsorted + 1
    end
  end
  sum = sum + a[1] + a[MIDDLE] * 2.0 + a[N]
  if tick then
    tick()
  end
end
print(string.format("heapsort %d: %d %.6f", rounds, unsorted, sum))
