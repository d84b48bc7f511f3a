-- A native that changes a local of the compiled function that called it: the function goes on in the interpreter, and the
-- native returns to that.
local function f(n)
  local x = 1
  for i = 1, n do
    debug.setlocal(1, 2, i)
    if x ~= i then error("x is " .. tostring(x) .. " at " .. i) end
  end
  return x
end
for k = 1, 500 do f(5) end
print(f(10000))

-- The same by way of a tail call, several levels up, and from a coroutine.
local function set(level, index, value) return debug.setlocal(level, index, value) end
local function g(n)
  local y = 0
  for i = 1, n do
    local name = set(2, 2, i)
    if y ~= i then error(tostring(name) .. " is " .. tostring(y) .. " at " .. i) end
  end
  return y
end
local function run(n)
  local co = coroutine.wrap(function() return g(n) end)
  return co()
end
for k = 1, 300 do
  local ok, message = pcall(run, 3)
  if k == 300 then print(ok, message) end
end
