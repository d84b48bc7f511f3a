-- debug.sethook and gethook: line, call, return, count; per coroutine; errors inside.
local function fails(name, f, ...) print(name, select(2, pcall(f, ...))) end
local log = {}
local function flush(name) print(name, table.concat(log, " ")); log = {} end
print("none set", debug.gethook())
local base = debug.getinfo(1, "l").currentline
local function linehook(event, line) log[#log + 1] = event .. ":" .. line - base end
local function body(n)
  local x = 1
  if n > 1 then
    x = 2
  else
    x = 3
  end
  for i = 1, 2 do
    x = x + i
  end
  while x < 6 do x = x + 1 end
  return x
end
debug.sethook(linehook, "l")
body(1)
debug.sethook()
flush("lines")
debug.sethook(linehook, "l")
body(5)
debug.sethook()
flush("other branch")
print("get", (function() local h = function() end; debug.sethook(h, "crl", 5); local a, m, c = debug.gethook(); debug.sethook(); return a == h, m, c end)())
print("mask kept", (function() local h = function() end; debug.sethook(h, "r"); local _, m, c = debug.gethook(); debug.sethook(); return m, c end)())
print("cleared", debug.gethook())
print("no mask clears", (function() debug.sethook(print, ""); return debug.gethook() end)())
print("nil hook clears", (function() debug.sethook(nil, "l"); return debug.gethook() end)())
local function name() local i = debug.getinfo(3, "nS"); return i.name or i.what end
local function callhook(event) log[#log + 1] = event .. ":" .. tostring(debug.getinfo(2, "n").name or debug.getinfo(2, "S").what) end
local function leaf() return 1 end
local function tail() return leaf() end
local function both() leaf(); local r = tail(); return r end
debug.sethook(callhook, "c"); both(); debug.sethook(); flush("calls")
debug.sethook(callhook, "r"); both(); debug.sethook(); flush("returns")
debug.sethook(callhook, "cr"); leaf(); math.max(1, 2); debug.sethook(); flush("both")
debug.sethook(callhook, "c")
pcall(error, "x")
debug.sethook()
flush("errors")
debug.sethook(callhook, "cr")
;(function() local t = setmetatable({}, {__index = function() return 1 end}); return t.x end)()
debug.sethook()
flush("metamethods")
debug.sethook(callhook, "c")
for _ in pairs {1, 2} do end debug.sethook()
flush("iterators")
debug.sethook(callhook, "c")
local co0 = coroutine.wrap(function() coroutine.yield() end)
co0()
co0()
debug.sethook()
flush("coroutine has its own hook")
local count = 0
debug.sethook(function() count = count + 1 end, "", 100)
for i = 1, 10000 do local y = i * 2 end
debug.sethook()
print("count hook runs", count > 50)
count = 0
debug.sethook(function(e) count = count + 1; log[1] = e end, "", 1)
local z = 1
z = z + 1
debug.sethook()
print("count 1", count > 0, log[1])

-- A coroutine has its own hook.
log = {}
local co = coroutine.create(function()
  local a = 1
  coroutine.yield()
  local b = 2
  return b
end)
debug.sethook(co, function(e, l) log[#log + 1] = e end, "l")
coroutine.resume(co)
print("hook of a coroutine", #log > 0, debug.gethook(), debug.gethook(co) ~= nil)
local n = #log
local outside = 1
print("not called outside", #log == n)
coroutine.resume(co)
print("called again inside", #log > n)
debug.sethook(co)

-- Hooks that raise errors, change variables, or call functions.
print("error in a hook", pcall(function()
  debug.sethook(function() debug.sethook(); error("from hook", 0) end, "l")
  local q = 1
  return q
end))
debug.sethook()
print("stops an endless loop", pcall(function()
  debug.sethook(function() debug.sethook(); error("timeout", 0) end, "", 1000)
  while true do end
end))
print("stops an endless loop in a coroutine", (function()
  local c = coroutine.create(function() while true do end end)
  debug.sethook(c, function() error("timeout", 0) end, "", 1000)
  return coroutine.resume(c)
end)())
print("hook changes a local", (function()
  debug.sethook(function()
    local i = 1
    while true do
      local name, v = debug.getlocal(2, i)
      if not name then break end
      if name == "target" and v == "wait" then
        debug.setlocal(2, i, "go")
        debug.sethook()
        return
      end
      i = i + 1
    end
  end, "l")
  local target = "wait"
  local r = target
  local r2 = target
  debug.sethook()
  return r2
end)())
print("no hook inside a hook", (function()
  local depth, worst = 0, 0
  debug.sethook(function()
    depth = depth + 1
    worst = math.max(worst, depth)
    local function inner() return 1 end
    inner()
    depth = depth - 1
  end, "cl")
  local v = 1
  local w = 2
  debug.sethook()
  return worst
end)())
fails("bad hook", debug.sethook, 5, "l")
fails("bad mask", debug.sethook, print, {})
fails("bad count", debug.sethook, print, "l", "x")
print("unknown letters", pcall(debug.sethook, print, "xyz"))
debug.sethook()

local trace = {}
debug.sethook(function(e)
  local i = debug.getinfo(2, "nt")
  trace[#trace + 1] = e .. (i.istailcall and "!" or "")
end, "cr")
tail()
debug.sethook()
print("tail events", table.concat(trace, " "))
trace = {}
debug.sethook(function(e) trace[#trace + 1] = "x" end, "l"); for i = 1, 3 do local u = i end debug.sethook()
print("a loop in one line", #trace)
trace = {}
debug.sethook(function(e)
  local i = debug.getinfo(2, "r")
  if debug.getinfo(2, "f").func == leaf then trace[#trace + 1] = e .. i.ftransfer .. "," .. i.ntransfer end
end, "cr")
leaf()
debug.sethook()
print("transfer", table.concat(trace, " "))
local counted = {}
debug.sethook(function(e) counted[e] = (counted[e] or 0) + 1 end, "crl", 1000000)
for _ = 1, 3 do leaf() end
debug.sethook()
print("events", counted.call, counted["return"], counted.count, counted.line ~= nil)
