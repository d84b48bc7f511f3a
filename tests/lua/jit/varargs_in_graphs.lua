-- Variable arguments in optimized code: of the function itself and of those taken in; numbers that change.

local function count(...) return select('#', ...) end
local function nth(n, ...) return (select(n, ...)) end
local function sum(...)
  local s = 0
  for i = 1, select('#', ...) do s = s + (select(i, ...)) end
  return s
end
local function from(n, ...) return select(n, ...) end
local function list(...) return {...} end
local function first(a, ...)
  local b, c = ...
  return a, b, c
end
local function forward(f, ...) return f(...) end
local function surround(f, ...)
  local n = select('#', ...)
  local a, b = f(...)
  return n, a, b, ...
end

local total = 0
for i = 1, 3000 do
  total = total + count(i, nil, i) + nth(2, 1, i, 3) + sum(1, i, 2) + #list(i, i) + forward(sum, i, 1)
  local a, b, c = first(i, 2)
  total = total + a + b + (c or 0)
  local x, y = from(2, 7, i, 8)
  total = total + x + y
  local n, p, q, r, s = surround(first, i, 5)
  total = total + n + p + q + r + s
end
print(total)

-- Other numbers of arguments than those seen so far.
print(count(), count(nil), count(nil, nil, nil, nil))
print(nth(1), nth(3, 'a', 'b'), nth(-1, 'a', 'b'), nth('2', 'x', 'y'), nth(2.0, 'x', 'y'))
print(sum(), sum(1.5, 2), pcall(sum, 1, {}))
print(#list(), #list(1, 2, 3, 4, 5), list(nil, 2)[2])
print(first(), first(1), first(1, 2, 3, 4))
print(pcall(nth, 0, 1))
print(pcall(nth, {}, 1))
print(surround(first), surround(count, 1, 2, 3))

-- Left in the middle of functions that are taken in: what is behind the exit sees their arguments.
local function inner(limit, ...)
  local s = 0
  for i = 1, select('#', ...) do
    local v = select(i, ...)
    s = s + v
  end
  if s > limit then return s, ... end
  return s
end
local function outer(i, v) return inner(5000, i, v, 1) end
local last
for i = 1, 6000 do
  local a, b, c, d = outer(i, i % 1000 == 0 and 0.5 or 1)
  last = {a, b, c, d}
end
print(last[1], last[2], last[3], last[4])

-- The debug library finds them.
local function look(...)
  local i, found = -1, {}
  while true do
    local name, value = debug.getlocal(2, i)
    if name == nil then break end
    found[#found + 1] = name .. '=' .. tostring(value)
    i = i - 1
  end
  return table.concat(found, ' '), ...
end
local function seen(wanted, a, ...)
  local n = select('#', ...)
  if wanted then return (look(n)), a, ... end
  return n
end
local function around(wanted, i) return seen(wanted, i, i + 1, 'x', nil) end
for i = 1, 3000 do around(false, i) end
print(around(true, 10))

-- Errors and tracebacks through them.
local function failing(i, ...)
  local a, b = ...
  if i == 2500 then error('at ' .. select('#', ...) .. ' ' .. tostring(a + b)) end
  return a + b
end
local function caller(i) return (failing(i, i, 1)) end
local ok, message
for i = 1, 2500 do ok, message = pcall(caller, i) end
print(ok, message)
print(pcall(failing, 1, {}, 1))

-- Collected while they are taken in.
local function kept(...)
  local t = {}
  for i = 1, 3 do t[i] = {i} end
  return ..., #t
end
local n = 0
for i = 1, 20000 do
  local a, b = kept({i}), kept('s' .. i, {i})
  n = n + a[1] + #b
end
print(n)

-- In coroutines.
local co = coroutine.wrap(function(...)
  while true do
    local n = select('#', ...)
    local s = 0
    for i = 1, 200 do s = s + n + count(...) end
    coroutine.yield(s, ...)
  end
end)
print(co(1, nil, 3))
print(co())
