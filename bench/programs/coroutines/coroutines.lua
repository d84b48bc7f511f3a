-- Coroutines as generators: two trees compared leaf by leaf, a pipeline of producer, filter
-- and consumer, and many short-lived generators. Size: number of rounds.
local rounds = tonumber(arg[1]) or 2500
local yield, wrap = coroutine.yield, coroutine.wrap

local function build(low, high)
  if low == high then
    return {value = low}
  end
  local middle = math.floor((low + high) / 2)
  return {left = build(low, middle), right = build(middle + 1, high)}
end

-- The same leaves in a tree of another shape.
local function buildSkewed(low, high)
  if low == high then
    return {value = low}
  end
  local cut = low + math.floor((high - low) / 4)
  return {left = buildSkewed(low, cut), right = buildSkewed(cut + 1, high)}
end

local function walk(tree)
  if tree.value then
    yield(tree.value)
  else
    walk(tree.left)
    walk(tree.right)
  end
end

local function leaves(tree)
  return wrap(function() walk(tree) end)
end

local function sameFringe(a, b)
  local nextA, nextB = leaves(a), leaves(b)
  local sum = 0
  while true do
    local x, y = nextA(), nextB()
    if x ~= y then
      return -1
    end
    if not x then
      return sum
    end
    sum = sum + x
  end
end

local function numbers(limit)
  return wrap(function()
    for i = 1, limit do
      yield(i)
    end
  end)
end

local function notDivisible(source, by)
  return wrap(function()
    for x in source do
      if x % by ~= 0 then
        yield(x)
      end
    end
  end)
end

local function pipeline(limit)
  local source = numbers(limit)
  for _, by in ipairs({2, 3, 5, 7}) do
    source = notDivisible(source, by)
  end
  local sum = 0
  for x in source do
    sum = sum + x
  end
  return sum
end

local function digits(n)
  return wrap(function()
    while n > 0 do
      yield(n % 10)
      n = math.floor(n / 10)
    end
  end)
end

local function digitSums(from, to)
  local sum = 0
  for n = from, to do
    for digit in digits(n) do
      sum = sum + digit
    end
  end
  return sum
end

local balanced, skewed = build(1, 500), buildSkewed(1, 500)
local checksum = 0
for number = 1, rounds do
  local sum = sameFringe(balanced, skewed) + pipeline(700 + number % 10)
    + digitSums(1000 + number, 1200 + number)
  checksum = (checksum * 31 + sum) % 1000003
end
print(string.format("coroutines %d: %d", rounds, checksum))
