-- Programs that interrupt hot loops: hooks that are set and removed inside of them, collections, finalizers, coroutines that
-- leave from their middle, errors that unwind many hot frames, variables that close on every way out.

-- Hooks that start and stop in mid-loop; what they see of the lines.
local function hooked(n, event, count)
  local events, sum = 0, 0
  for i = 1, n do
    if i == n - 40 then debug.sethook(function() events = events + 1 end, event, count) end
    sum = sum + i
    if i == n - 10 then debug.sethook() end
  end
  return sum, events > 0
end
print("hooked", hooked(1000, "", 7), hooked(1000, "l"), hooked(500, "cr"))
local function lines(n)
  local seen = {}
  local start = debug.getinfo(1, "l").currentline
  for i = 1, n do
    if i == n - 2 then debug.sethook(function(_, line) seen[#seen + 1] = line - start end, "l") end
    local x = i * 2
    x = x + 1
  end
  debug.sethook()
  return table.concat(seen, " ")
end
print("lines", lines(600))
local function stopped(n)
  local reached = 0
  local ok, e = pcall(function()
    for i = 1, n do
      reached = i
      if i == n - 5 then debug.sethook(function() debug.sethook() error("stopped", 0) end, "l") end
    end
  end)
  debug.sethook()
  return ok, e, n - reached
end
print("stopped", stopped(2000))
local function changed(n)
  local step, sum = 1, 0
  for i = 1, n do
    sum = sum + step
    if i == n - 100 then
      debug.sethook(function()
        for k = 1, 20 do
          local name = debug.getlocal(2, k)
          if name == "step" then debug.setlocal(2, k, 0.5) end
        end
      end, "l")
    end
    if i == n - 50 then debug.sethook() end
  end
  return sum, step
end
print("changed", changed(1000))

-- Collections in every round, while the loop holds values of all kinds; weak tables and finalizers.
local function collected(n)
  local keep, weak, died = {}, setmetatable({}, {__mode = "v"}), 0
  local f, s, b = 0.5, "text", 1 << 60
  for i = 1, n do
    local object = {i, i + 0.5, tostring(i), {i}}
    local name = "n" .. i % 10
    keep[i % 10 + 1] = object
    weak[i % 10 + 1] = object
    f = f + object[2]
    s = s:sub(1, 4) .. name
    b = b + 1
    if i % 100 == 0 then collectgarbage() end
    if i % 33 == 0 then collectgarbage("step") end
    if i % 250 == 0 then setmetatable({}, {__gc = function() died = died + 1 f = f + 0.25 end}) end
  end
  collectgarbage()
  collectgarbage()
  local sum = 0
  for i = 1, 10 do sum = sum + keep[i][1] + keep[i][4][1] + weak[i][2] end
  return f, s, b, sum, died
end
print("collected", collected(1000))
collectgarbage("generational")
print("collected", collected(500))
collectgarbage("incremental")

-- Finalizers that run inside the loop and change what it relies on.
local Class = {}
Class.__index = Class
function Class.value() return 1 end
local function finalized(n)
  local o, sum = setmetatable({}, Class), 0
  for i = 1, n do
    sum = sum + o.value()
    if i == n // 2 then
      setmetatable({}, {__gc = function() Class.value = function() return 10 end end})
      collectgarbage()
      collectgarbage()
    end
  end
  return sum
end
print("finalized", finalized(1000))

-- Coroutines that yield in the middle of hot loops, of metamethods, of iterators, of pcall and of sort's way back.
local function producer(n)
  return coroutine.wrap(function()
    local sum = 0
    for i = 1, n do
      sum = sum + i
      if i % 2 == 0 then
        local got = coroutine.yield(sum, i)
        sum = sum + got
      end
    end
    return "end", sum
  end)
end
local next_, got, rounds = producer(2000), 1, 0
repeat
  local a, b = next_(got)
  rounds = rounds + 1
  if rounds > 900 then got = 0.5 end
  if rounds > 950 then got = "2" end
until a == "end" or rounds > 5000 and error("endless")
print("producer", rounds, select(2, pcall(next_)))
local Y = setmetatable({}, {
  __add = function(a, b) return coroutine.yield("add") + 1 end, __index = function(_, k) return coroutine.yield("index " .. k) end,
  __lt = function() return coroutine.yield("lt") end, __call = function(_, v) return coroutine.yield("call") + v end,
  __concat = function() return coroutine.yield("concat") end, __close = function() coroutine.yield("close") end,
})
local co = coroutine.wrap(function()
  local sum = 0
  for i = 1, 600 do
    local y = i > 590 and Y or i
    sum = sum + (y == Y and y + 1 or y + 1)
    if y == Y then
      sum = sum + y.field + y(i)
      if y < Y then sum = sum + 1000 end
      local text = y .. "x"
      sum = sum + #text
      do local c <close> = Y end
      local ok, v = pcall(function() if coroutine.yield("pcall") % 2 == 0 then error(i) end return 1 end)
      sum = sum + v
    end
  end
  return "end", sum
end)
local answers, trace = {add = 1, ["index field"] = 2, call = 3, lt = true, concat = "abc", close = 0, pcall = 5}, {}
local what, result = co()
local yields = 0
while what ~= "end" do
  yields = yields + 1
  if yields <= 8 then trace[#trace + 1] = what end
  answers.pcall = yields
  what, result = co(answers[what])
end
print("yields", yields, result, table.concat(trace, ","))
local many, total = {}, 0
for i = 1, 50 do many[i] = coroutine.wrap(function() local k = i while true do k = k + (coroutine.yield(k) or 1) end end) end
for round = 1, 100 do for i, f in ipairs(many) do total = total + f(round > 90 and i % 2 + 0.5 or 2) end end
print("many", total)
local function inside(n)
  local sum = 0
  for i = 1, n do
    local c = coroutine.create(function(v) if v == n - 1 then error({v}) end return v + coroutine.yield(v) end)
    local ok, v = coroutine.resume(c, i)
    if not ok then sum = sum - v[1] else sum = sum + v end
    if i % 3 == 0 then sum = sum + (coroutine.close(c) and 1 or 2) end
  end
  return sum
end
print("inside", inside(300))

-- Errors that unwind hot frames: from any depth, through loops, closed variables, handlers; the frames above go on.
local function deep(n, at)
  local before = n * 2
  if n == at then error({depth = n}) end
  if n == 0 then return 0 end
  local r = deep(n - 1, at)
  return r + before
end
for _ = 1, 100 do deep(20, -1) end
local unwound = 0
for i = 1, 500 do
  local ok, e = pcall(deep, 30, i % 40)
  unwound = unwound + (ok and e or e.depth)
end
print("deep", unwound, deep(30, -1))
local function risky(i, limit)
  local t = {i}
  if i > limit then return t.missing.field end
  return t[1]
end
local function survivor(n)
  local fine, failed, message = 0, 0, nil
  for i = 1, n do
    local a, b, c = i, i * 0.5, "s" .. i % 3
    local ok, v = pcall(risky, i, n - 20)
    if ok then fine = fine + v + a else failed = failed + b + #c message = v end
  end
  return fine, failed, message
end
print("survivor", survivor(1000))
local function closing(n)
  local log, sum = {}, 0
  for i = 1, n do
    local ok, e = pcall(function()
      local outer <close> = setmetatable({}, {__close = function(_, err) sum = sum + (err and 100 or 1) end})
      for j = 1, 5 do
        local inner <close> = setmetatable({}, {__close = function(_, err) sum = sum + j if i == n and j == 4 then error("in close", 0) end end})
        if j == 3 and i % 7 == 0 then break end
        if j == 2 and i % 11 == 0 then return "returned" end
        if j == 4 and i % 5 == 0 then error("thrown " .. i % 3, 0) end
      end
      return "through"
    end)
    log[e] = (log[e] or 0) + 1
  end
  return sum, log.through, log.returned, log["thrown 0"], log["thrown 1"], log["thrown 2"], log["in close"]
end
print("closing", closing(1000))
local handled = 0
for i = 1, 300 do
  local ok, e = xpcall(function() return i % 3 == 0 and nil + 1 or i end, function(m) handled = handled + 1 return debug.traceback(m, 1):match(":%d+: (.-)\n") end)
  if i > 297 then print("handled", ok, e) end
end
print("handled", handled)
print("overflow", select(2, pcall(function() local function f(n) return 1 + f(n + 1) end return f(1) end)):match("stack overflow") ~= nil)
for i = 1, 3 do
  local ok, e = pcall(string.rep, "x", -1)
  print("library", ok, e, pcall(string.rep), pcall(setmetatable, 1, {}))
end

-- goto, breaks and nested loops whose hot path moves late.
local function paths(n)
  local a, b, c = 0, 0, 0
  for i = 1, n do
    for j = 1, 10 do
      if i > n - 30 then goto rare end
      if j == 5 then goto continue end
      a = a + j
      if j == 8 then break end
      goto continue
      ::rare::
      b = b + j * 0.5
      if j == 2 then c = c .. "" c = c + 1 end
      ::continue::
    end
  end
  return a, b, c
end
print("paths", paths(100), paths(1000))
local function restart(n)
  local i, laps = 0, 0
  ::top::
  local captured = i
  local f = function() captured = captured + 1 return captured end
  i = i + 1
  if i < n then
    if i % 100 == 0 then laps = laps + f() end
    goto top
  end
  return laps, f(), i
end
print("restart", restart(2000))
