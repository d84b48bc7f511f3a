-- Which events hooks are told, in which order, with which lines.
local out = {}
local function hk(what, line) out[#out+1] = what .. ":" .. tostring(line) .. ":" .. tostring(debug.getinfo(2,"l").currentline) end
local function run(mask, f, ...) out = {} debug.sethook(hk, mask) f(...) debug.sethook() print(mask, table.concat(out, " ")) end
local function id(x)
  return x
end
run("l", function()
  local a = id(1) + id(2)
  local b = id(
     id(3)
  )
  if a then
    b = 1
  end
  for i = 1, 2 do b = b + i end
  for i = 1, 2 do
    b = b + i
  end
  while b > 10 do b = b - 1 end
  repeat
    b = b - 1
  until b < 5
  for k in pairs({1,2}) do
    b = k
  end
  local t = {
    1,
    id(2),
    3
  }
  b = 4
end)
run("l", function() local x = 1; local y = 2
  local z = x + y end)
run("cr", function() id(1) local s = string.rep("x", 2) return id(s) end)
run("cr", function() pcall(error, "x") local c = coroutine.wrap(function() coroutine.yield() end) c() c() end)
run("cr", function() local t = setmetatable({}, {__add = function(a, b) return 1 end}) return t + 1 end)
run("cr", function() for k in next, {1} do end table.sort({2,1}, function(a,b) return a < b end) end)
run("crl", function()
  local function f(n)
    if n == 0 then return 0 end
    return f(n - 1)
  end
  f(2)
end)
local n = 0
debug.sethook(function(e) n = n + 1 end, "", 1)
local x = 1
x = x + 1
debug.sethook()
print(n > 3)
local co = coroutine.create(function() id(1)
 coroutine.yield()
 id(2) end)
out = {} debug.sethook(co, hk, "lcr") coroutine.resume(co) coroutine.resume(co) print(table.concat(out, " "))
-- hook that yields nothing, errors
local r = {pcall(function()
  debug.sethook(function(e, l) if l == 62 then debug.sethook() error("at 62") end end, "l")
  local a = 1
  local b = 2
  local c = 3
end)} print(table.unpack(r))
print(type(select(2, pcall(function() debug.sethook(function() debug.sethook() error({}) end, "c") id() end))))
-- getinfo in hooks
debug.sethook(function(e) local i = debug.getinfo(2, "nSft") if i.func == id then debug.sethook() print(e, i.name, i.namewhat, i.istailcall) print(debug.traceback("in hook")) end end, "c")
id(1)
debug.sethook(function(e, l) debug.sethook() local n, v = debug.getlocal(2, 1) print(e, l, n, type(v)) end, "l")
local last = 1
