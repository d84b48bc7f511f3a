-- Coroutines.
local measure = dofile((arg[0]:match("^.*/") or "") .. "timing.lua")

local create, resume, wrap, yield =
  coroutine.create, coroutine.resume, coroutine.wrap, coroutine.yield

local function empty(n)
  for _ = 1, n do
  end
end

local function forever()
  while true do
    yield(1)
  end
end

measure("resume and yield", function(n)
  local thread = create(forever)
  for _ = 1, n do
    resume(thread)
  end
end, empty)

measure("call of a wrapped coroutine and yield", function(n)
  local next = wrap(forever)
  for _ = 1, n do
    next()
  end
end, empty)

measure("coroutine made, run and left", function(n)
  for _ = 1, n do
    resume(create(empty), 1)
  end
end, empty)
