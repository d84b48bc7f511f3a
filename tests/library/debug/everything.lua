-- Facts about functions and frames, variables, upvalues, metatables of all types, tracebacks.
local function keys(t) local k = {} for n in pairs(t) do k[#k+1]=tostring(n) end table.sort(k) return table.concat(k, ",") end
for _, w in ipairs{"n","S","l","t","u","f","r","L", "nSltufrL"} do print(w, keys(debug.getinfo(1, w)), keys(debug.getinfo(print, w)), keys(debug.getinfo(keys, w))) end
local function lines(f) local k = {} for n in pairs(debug.getinfo(f,"L").activelines) do k[#k+1]=n end table.sort(k) return table.concat(k, ",") end
print(lines(keys))
local function f(a, b)
  local x = 1

  if a then
    x = 2
  else
    x = 3
  end
  for i = 1, 3 do
    x = x
      + 1
  end
  while x < 2 do
  end
  return function() return
    x
  end
end
print(lines(f))
local function va(...)
  local a, b = ...
  return a
end
print(lines(va))
print(lines(load("\n\nlocal x = 1\n\nreturn x\n\n")))
print(debug.getinfo(print, "L").activelines)
-- locals
local function g(a, b, ...)
  local c <const> = 5
  local d <close> = nil
  do local e = 1 end
  for i = 1, 1 do for k, v in pairs({x=1}) do
    local n = 1
    while true do local name, value = debug.getlocal(1, n) if not name then break end print(n, name, type(value) == "number" and value or type(value)) n = n + 1 if n > 20 then break end end
  end end
  print(debug.getlocal(1, -1), debug.getlocal(1, -2), debug.getlocal(1, -3))
  print(debug.setlocal(1, 1, "A"), debug.setlocal(1, -1, "V"), debug.setlocal(1, 100, 1), a, ...)
  return function() return a, c end
end
local h = g(1, 2, 3, 4)
print(debug.getupvalue(h, 1), debug.getupvalue(h, 2))
print(debug.setupvalue(h, 1, "up"), h())
local i1, i2 = 1, 2
local function f1() return i1 end
local function f2() return i2 end
local function f3() return i1, i2 end
print(debug.upvalueid(f1, 1) == debug.upvalueid(f3, 1), debug.upvalueid(f2, 1) == debug.upvalueid(f3, 1), debug.upvalueid(f2, 1) == debug.upvalueid(f3, 2), type(debug.upvalueid(f1,1)))
debug.upvaluejoin(f1, 1, f2, 1) print(f1(), f2(), f3()) i2 = 7 print(f1()) debug.setupvalue(f1, 1, 8) print(i2, f2())
debug.setlocal(1, 8, 99)
local co = coroutine.create(function(x) local y = 10 coroutine.yield(x) return y end)
coroutine.resume(co, 5)
print(debug.getlocal(co, 1, 1)) print(debug.getlocal(co, 1, 2)) print(debug.setlocal(co, 1, 2, 20)) print(coroutine.resume(co))
print(debug.getinfo(co, 0, "n") == nil)
local co = coroutine.create(function(x) local y = 10 coroutine.yield(x) return y end)
coroutine.resume(co, 5)
local i = debug.getinfo(co, 0, "Sn") print(i.what, i.name, i.namewhat) i = debug.getinfo(co, 1, "Sln") print(i.what, i.short_src, i.currentline, i.name)
-- hooks
local function hk(what, line) local i = debug.getinfo(2, "nSl") io.write(what, ":", tostring(line), ":", tostring(i.name), ":", i.what, " ") end
local function test() 
  local x = 1
  for i = 1, 2 do
    x = x + i
  end
  return x
end
debug.sethook(hk, "crl")
test()
debug.sethook()
print()
print(debug.gethook())
debug.sethook(hk, "l") print(debug.gethook() == hk, select(2, debug.gethook())) debug.sethook()
local n = 0 debug.sethook(function() n = n + 1 end, "", 100) for i = 1, 10000 do end debug.sethook() print(n > 50)
print(pcall(function() debug.sethook(function() debug.sethook() error("in hook") end, "l") local x = 1 
end))
local co = coroutine.create(function() local a = 1
 coroutine.yield() local b = 2
end)
debug.sethook(co, hk, "l") coroutine.resume(co) coroutine.resume(co) print() print(debug.gethook(co) == hk, debug.gethook())
local function tr(e) local i = debug.getinfo(2, "r") io.write(e, " ", i.ftransfer, " ", i.ntransfer, "; ") end
local function args(a, b, c) return a, b end
debug.sethook(tr, "cr") args(1, 2, 3) debug.sethook() print()
-- metatables and user values
print(debug.getmetatable("").__index == string) print(debug.setmetatable(10, {__index = function(n, k) return k .. n end})) print((5).foo) debug.setmetatable(10, nil)
print(debug.getmetatable(nil)) debug.setmetatable(nil, {__call = function() return "nilcall" end}) print((nil)()) debug.setmetatable(nil, nil)
debug.setmetatable(print, {__index = {x = 1}}) print(print.x) debug.setmetatable(print, nil)
debug.setmetatable(true, {__tostring = function(b) return "BOOL" end}) print(true, tostring(false)) debug.setmetatable(true, nil)
print(debug.getregistry()[2] == _G, type(debug.getregistry()[1]), debug.getregistry()._LOADED == package.loaded)
local t = setmetatable({}, {__metatable = "locked"}) print(getmetatable(t), type(debug.getmetatable(t))) print(debug.setmetatable(t, nil) == t, getmetatable(t))
-- tracebacks
local function deep(n) if n == 0 then return debug.traceback("deep") end local r = deep(n - 1) return r end
print(deep(3)) print(deep(30))
local function tail(n) if n == 0 then return debug.traceback("tail") end return tail(n - 1) end
print(tail(3))
print(select(2, xpcall(function() local x = nil; x.y = 1 end, debug.traceback)))
print(select(2, xpcall(function() error("E") end, function(m) return debug.traceback(m, 1) end)))
print(select(2, xpcall(function() local x = {} + 1 end, function(m) return debug.traceback(m, 1) end)))
table.sort({3, 2, 1}, function(a, b) if not done then done = true print(debug.traceback("in sort")) end return a < b end)
string.gsub("x", "x", function() print(debug.traceback("in gsub")) end)
setmetatable({}, {__index = function(t, k) print(debug.traceback("in index")) end}).foo = nil
local _ = setmetatable({}, {__index = function(t, k) print(debug.traceback("in index")) end}).foo
for _ in function() print(debug.traceback("in iterator")) end do end
function globalfn() print(debug.traceback("in global")) end globalfn()
local o = {m = function() print(debug.traceback("in method")) end} o:m() o.m()
