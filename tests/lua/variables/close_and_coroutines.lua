-- To-be-closed variables across yields, coroutine.close and coroutine.wrap.
local function closer(name, f)
  return setmetatable({}, {__close = function(_, e) print("  close " .. name, e); if f then f(e) end end})
end
local co = coroutine.create(function()
  local a <close> = closer "a"
  local b <close> = closer "b"
  coroutine.yield(1)
  return 2
end)
print("first", coroutine.resume(co))
print("second", coroutine.resume(co))
print("status", coroutine.status(co))

co = coroutine.create(function()
  local a <close> = closer "a"
  local b <close> = closer "b"
  coroutine.yield(1)
end)
coroutine.resume(co)
print("closed", coroutine.close(co), coroutine.status(co))
print("closed twice", coroutine.close(co))
print("resume after close", coroutine.resume(co))

co = coroutine.create(function()
  local a <close> = closer("a", function() error("second", 0) end)
  local b <close> = closer("b", function() error("first", 0) end)
  coroutine.yield(1)
end)
coroutine.resume(co)
print("errors in close", coroutine.close(co))
print("status", coroutine.status(co))

co = coroutine.create(function() local a <close> = closer "a"; error("body", 0) end)
print("error", coroutine.resume(co))
print("close of failed", coroutine.close(co))

-- Yield inside a closing method.
co = coroutine.wrap(function()
  local a <close> = closer("a", function() print("  yielded", coroutine.yield("in a")) end)
  local b <close> = closer("b", function() print("  yielded", coroutine.yield("in b")) end)
  return "end", "two"
end)
print("step 1", co())
print("step 2", co("to b"))
print("step 3", co("to a"))

co = coroutine.wrap(function()
  print("  pcall", pcall(function()
    local a <close> = closer("a", function() coroutine.yield("closing a") end)
    local b <close> = closer("b", function() coroutine.yield("closing b") end)
    error("err", 0)
  end))
  return "after"
end)
print("error step 1", co())
print("error step 2", co())
print("error step 3", co())

co = coroutine.wrap(function()
  for i = 1, 3 do
    local a <close> = closer("i" .. i, function() coroutine.yield("y" .. i) end)
    if i == 2 then break end
  end
  return "done"
end)
print("break", co(), co(), co())

-- An error in a wrapped coroutine closes its variables and is passed on.
local w = coroutine.wrap(function() local a <close> = closer "wrapped"; error("from wrap", 0) end)
print("wrap", pcall(w))
print("dead wrap", pcall(w))
-- Never started, finished, running.
print("never started", coroutine.close(coroutine.create(print)))
co = coroutine.create(function() end); coroutine.resume(co)
print("finished", coroutine.close(co))
print("running", pcall(coroutine.close, coroutine.running()))
print("not a coroutine", pcall(coroutine.close, 1))
local outer
outer = coroutine.create(function()
  local inner = coroutine.create(function() print("  normal", pcall(coroutine.close, outer)) end)
  coroutine.resume(inner)
end)
coroutine.resume(outer)
