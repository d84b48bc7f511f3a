-- More values live across a call than the function has locals: the callee lies lower than the interpreter would have
-- it, and frames that are taken apart while it runs must go on as if nothing had been.

local mode
local steps = 0
local function visit(x, n)
  steps = steps + 1
  if steps % 997 == 0 then
    if mode == "error" then error({n}) end
    if mode == "yield" then coroutine.yield(n) end
    if mode == "traceback" then assert(debug.traceback():find("walk")) end
    if mode == "locals" then
      local name, value = debug.getlocal(2, 1)
      assert(name == "t" and type(value) == "table")
      assert(debug.setlocal(2, 2, n + 1) == "n")
    end
    if mode == "hook" then
      debug.sethook(function() end, "l")
      debug.sethook()
    end
    if mode == "collect" then collectgarbage() end
    if mode == "type" then return x .. "" end
  end
  return x
end

local function walk(t, n)
  local a, b, c, d = t.a, t.b, t.c, t.d
  for i = 1, n do
    if n % 2 == 0 then
      t[i] = t[i] + visit(i, n) + (n - 1) * (a + 1) + (b - a) * (c + d) - (c - b)
    else
      t[1] = t[1] + (visit(i, n) + visit(n, i)) * (d - c) - (a + b) * (n + 1)
    end
  end
  return t[1] + t[n] + a + b + c + d
end

local function round(n)
  local t = {a = 1, b = 2, c = 3, d = 4}
  for i = 1, 50 do t[i] = i end
  return walk(t, n)
end

local function run(m)
  mode, steps = m, 0
  local sum, caught = 0, 0
  for i = 1, 3000 do
    local ok, value = pcall(round, 20 + i % 3)
    if ok then sum = sum + value else caught = caught + (type(value) == "table" and value[1] or #value) end
  end
  print(m, sum, caught, steps)
end

for _, m in ipairs {"none", "error", "traceback", "locals", "hook", "collect", "type"} do run(m) end

local co = coroutine.wrap(function() run("yield") return "done" end)
local yields, got = 0, nil
repeat
  got = co()
  yields = yields + 1
until got == "done"
print(yields)

-- Operands below the call, a loop behind it, and recursion.
local function deep(t, n, f)
  if n == 0 then return 1 end
  local s = 0
  for i = 1, 3 do
    if n % 2 == 0 then
      s = s + t[i] * (f(n - 1) + t[i % 3 + 1]) + (n - 1) * i
    else
      s = s + (n + 1) * f(n - 1) - t[1] * t[2] * t[3] + i * (n - 1)
    end
  end
  for i = 1, n do s = s + i % 3 end
  return s % 1000003
end
local t = {1, 2, 3}
local calls = 0
local function f(n)
  calls = calls + 1
  if calls % 5003 == 0 then collectgarbage("step") debug.traceback() end
  return deep(t, n, f)
end
for i = 1, 20 do io.write(deep(t, 7, f), " ") end
print(calls)
