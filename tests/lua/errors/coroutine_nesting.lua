-- Coroutines that resume coroutines without end get an error, not the machine's last memory.
local function text(e) return (tostring(e):match("stack overflow") or tostring(e)) end
local function w() return coroutine.wrap(function() return 1 + w() end)() end
local ok, e = pcall(w)
print("wrap in wrap", ok, text(e))
local function r()
  local ok, v = coroutine.resume(coroutine.create(r))
  if not ok then error(v, 0) end
  return 1 + v
end
ok, e = pcall(r)
print("resume in resume", ok, text(e))
local function p() return select(2, pcall(coroutine.wrap(p))) end
print("caught at the bottom", text(p()))
local function fixed(n) if n == 0 then return "bottom" end return coroutine.wrap(fixed)(n - 1) end
print("150 levels are fine", fixed(150))
print("still working", coroutine.wrap(function() return coroutine.yield("yielded") end)())
