-- Events of functions that end in calls of natives and of Lua functions.
local function leaf(x) return x end
local events = {}
local function run(name, f, mask)
  events = {}
  debug.sethook(function(e, l)
    local i = debug.getinfo(2, "Snt")
    events[#events+1] = e .. (i.istailcall and "!" or "") .. ":" .. (i.what) .. ":" .. i.linedefined
  end, mask or "cr")
  f()
  debug.sethook()
  print(name, table.concat(events, " "))
end
run("tail native", function() return type(1) end)
run("tail native slow", function() return string.rep("x", 2) end)
run("tail lua", function() return leaf(1) end)
run("tail lua tail native", function() local function g() return math.abs(-1) end return g() end)
run("tail pcall", function() return pcall(leaf, 1) end)
run("tail error", function() return pcall(error, "x") end)
run("tail callable", function() return setmetatable({}, {__call = function(_, x) return x end})(1) end)
run("tail callable native", function() return setmetatable({}, {__call = type})(1) end)
run("nontail native", function() local x = type(1) return x end)
run("tail select", function(...) return select("#", 1, 2) end)
run("tail var", function() return math.max(table.unpack({1, 2})) end)
run("close", function() local a <close> = setmetatable({}, {__close = function() end}) return leaf(1) end)
run("tail coroutine", function() return coroutine.wrap(function() return leaf(1) end)() end)
run("tail tostring", function() return tostring(setmetatable({}, {__tostring = function() return "x" end})) end)
run("tail sort", function() return table.sort({2, 1}, function(a, b) return a < b end) end)
run("lines", function()
  local function g()
    return type(
      1)
  end
  g()
  g() return g() end, "crl")
local co = coroutine.create(function() return type(1) end)
events = {}
debug.sethook(co, function(e) events[#events+1] = e end, "cr")
coroutine.resume(co)
print("coroutine", table.concat(events, " "))
run("iter", function() for k in function() return nil end do end return next({}) end)
run("gsub", function() return (string.gsub("ab", ".", function(c) return string.upper(c) end)) end)
run("meta", function() local t = setmetatable({}, {__index = function(t, k) return type(k) end}) return t.x end)

-- In the hook the function that returns is whole: its line, its values, its locals.
local told = {}
local function two()
  local l = 5
  return select(2, 1, "x",
    "y", l)
end
debug.sethook(function(e)
  local i = debug.getinfo(2, "flr")
  if i.func == two then
    local name, value
    if e == "return" then name, value = debug.getlocal(2, i.ftransfer) end
    told[#told + 1] = table.concat({e, i.currentline, i.ntransfer, tostring(value), e == "return" and debug.getlocal(2, 1) or ""}, " ")
  end
end, "cr")
print(two())
debug.sethook()
print(table.concat(told, "; "))
-- Hooks that go away, raise, or run while many values wait.
local function gone() return type(nil) end
debug.sethook(function() if debug.getinfo(2, "f").func == gone then debug.sethook() end end, "r")
print("removed", gone(), debug.gethook())
debug.sethook(function(e) if debug.getinfo(2, "f").func == gone then debug.sethook() error("raised", 0) end end, "r")
print(pcall(gone))
local function many() return table.unpack({}, 1, 200) end
local seen
debug.sethook(function() if debug.getinfo(2, "f").func == many then seen = true collectgarbage() string.rep("x", 1000) end end, "r")
local n = select("#", many())
debug.sethook()
print(n, seen)
local wrapped = coroutine.wrap(function() debug.sethook(function(e) seen = e end, "r") return tostring(7) end)
print(wrapped(), seen)
