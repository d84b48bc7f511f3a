-- Coroutines and compiled frames: made, resumed, closed and failed in hot loops; yields from every depth and through
-- what the library calls; protected calls around them.

local function line(...)
  local t = table.pack(...)
  for i = 1, t.n do t[i] = tostring(t[i]) end
  print(table.concat(t, " ", 1, t.n))
end

local function generator(n) return coroutine.wrap(function() for i = 1, n do coroutine.yield(i, -i) end return "end" end) end
local sum = 0
for i = 1, 400 do
  local g = generator(i % 4)
  local a, b = g()
  while a ~= "end" do sum = sum + a - b a, b = g() end
end
line(sum)

-- Yields below recursion, with values of any number both ways.
local function walk(n)
  if n == 0 then return coroutine.yield("bottom") end
  local a, b = coroutine.yield(n)
  local r = walk(n - 1)
  return r + (a or 0) + (b or 0)
end
local totals = {}
for i = 1, 300 do
  local co = coroutine.create(walk)
  local ok, v = coroutine.resume(co, 5)
  local steps = 0
  while v ~= "bottom" do ok, v = coroutine.resume(co, i, steps) steps = steps + 1 end
  totals[i] = select(2, coroutine.resume(co, 1000))
end
line(totals[1], totals[150], totals[300])
local echo = coroutine.wrap(function(...)
  local function pass(...) return coroutine.yield(select("#", ...), ...) end
  local function loop(...) return loop(pass(...)) end
  return loop(...)
end)
for i = 1, 300 do
  local t = { echo(table.unpack({ 1, 2, 3, 4, 5 }, 1, i % 6)) }
  if i % 60 < 6 then line(#t, table.unpack(t)) end
end

-- Yields through pcall, metamethods, iterators, close handlers, protected calls.
local yielder = setmetatable({}, {
  __add = function(a, b) return coroutine.yield("add") + b end,
  __index = function(_, k) return coroutine.yield("index " .. k) end,
  __newindex = function(_, k, v) coroutine.yield("newindex " .. k .. v) end,
  __lt = function() return coroutine.yield("lt") end,
  __eq = function() return coroutine.yield("eq") end,
  __concat = function(a, b) return "<" .. coroutine.yield("concat") .. ">" end,
  __call = function(_, x) return coroutine.yield("call " .. x) end,
  __len = function() return coroutine.yield("len") end,
  __unm = function() return coroutine.yield("unm") end,
  __close = function() coroutine.yield("close") end,
})
local other = setmetatable({}, getmetatable(yielder))
local function everything(i)
  local out = {}
  out[1] = yielder + i
  out[2] = yielder.field
  out[3] = yielder[i]
  yielder.field = i
  if yielder < other then out[4] = "less" else out[4] = "not less" end
  if yielder == other then out[5] = "equal" else out[5] = "not equal" end
  out[6] = yielder .. "x"
  out[7] = yielder(i)
  out[8] = #yielder + 1
  out[9] = -yielder
  for k in (function(_, c) local v = coroutine.yield("iterate") if c < 2 then return c + v end end), nil, 0 do out[#out + 1] = k end
  do local c <close> = yielder out[#out + 1] = "scope" end
  out[#out + 1] = select(2, pcall(function() coroutine.yield("in pcall") error("e" .. i, 0) end))
  return table.concat(out, ",")
end
for i = 1, 250 do
  local co = coroutine.create(everything)
  local seen = {}
  local ok, v = coroutine.resume(co, i)
  while coroutine.status(co) ~= "dead" do
    seen[#seen + 1] = v
    ok, v = coroutine.resume(co, 1)
  end
  if i == 1 or i == 250 then line(table.concat(seen, ","), v) end
end

-- Errors out of coroutines, closing them, wrapping them, at every step of a hot loop.
local function failing(n)
  local resource <close> = setmetatable({}, { __close = function(_, e) coroutine.isyieldable() totals.closed = (totals.closed or 0) + 1 end })
  for i = 1, n do coroutine.yield(i) end
  error("failed after " .. n)
end
local results = {}
for i = 1, 300 do
  local co = coroutine.create(failing)
  for k = 1, i % 5 do coroutine.resume(co, 2) end
  if i % 2 == 0 then
    results[i] = tostring(coroutine.close(co)) .. coroutine.status(co)
  else
    local ok, e = coroutine.resume(co, 2)
    results[i] = tostring(ok) .. tostring(e) .. coroutine.status(co)
  end
end
for i = 290, 300 do line(i, results[i]) end
line(totals.closed)
for i = 1, 300 do
  local w = coroutine.wrap(function(n) for k = 1, n do coroutine.yield(k) end local x = nil; return x.y end)
  local ok, e
  repeat ok, e = pcall(w, i % 3) until not ok
  if i > 297 then line(ok, e, pcall(w)) end
end

-- Coroutines in coroutines in coroutines, all of the same functions.
local function nest(depth, n)
  if depth == 0 then coroutine.yield(n) return n end
  local w = coroutine.wrap(nest)
  local r = w(depth - 1, n + 1)
  coroutine.yield(r)
  return (w() or r) + depth
end
local last
for i = 1, 100 do
  local co = coroutine.create(nest)
  local ok, v = coroutine.resume(co, 10, i)
  while coroutine.status(co) == "suspended" do ok, v = coroutine.resume(co) end
  last = v
end
line(last)

-- Stacks that grow while compiled frames are on them, in coroutines.
local function deep(n, co) if n == 0 then if co then coroutine.yield("deep") end return 0 end return 1 + deep(n - 1, co) end
for i = 1, 20 do
  local co = coroutine.create(deep)
  local _, a = coroutine.resume(co, 1000 * i, true)
  local _, b = coroutine.resume(co)
  if i % 5 == 0 then line(a, b, deep(500)) end
end
line(coroutine.resume(coroutine.create(function() local function f() return 1 + f() end return (pcall(f)) end)))
line(coroutine.wrap(function() return coroutine.running() ~= nil, coroutine.isyieldable() end)())
