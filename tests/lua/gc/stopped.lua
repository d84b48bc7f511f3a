-- not-modes: gc-stress baseline-stress gc-stress-full (they collect even while the collector is stopped)
-- A stopped collector collects nothing until it is asked or restarted.
print("stopped collector keeps garbage", (function()
  collectgarbage("stop")
  local w = setmetatable({}, {__mode = "k"})
  for i = 1, 100 do w[{}] = true end
  local n = 0
  for _ in pairs(w) do n = n + 1 end
  collectgarbage("restart")
  return n
end)())
print("made while stopped is collected later", (function()
  collectgarbage("stop")
  local w = setmetatable({}, {__mode = "v"})
  for i = 1, 100 do w[i] = {} end
  local before = #w
  collectgarbage("restart")
  collectgarbage()
  collectgarbage()
  return before, next(w)
end)())
