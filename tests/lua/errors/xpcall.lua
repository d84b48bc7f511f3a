-- xpcall: handlers, their arguments, errors inside handlers, results.
print("ok", xpcall(function(...) return ... end, print, 1, nil, 3))
print("handler result", xpcall(error, function(m) return "handled: " .. tostring(m) end, "msg"))
print("handler many results", xpcall(error, function(m) return 1, 2, 3 end, "msg"))
print("handler no result", xpcall(error, function() end, "msg"))
print("handler gets object", xpcall(error, function(m) return type(m) end, {}))
print("handler gets nil", xpcall(error, function(...) return select("#", ...) .. type((...)) end))
print("handler sees position", xpcall(function() error("here") end, function(m) return m end))
print("runtime error", xpcall(function() local t; return t.x end, function(m) return "H " .. m end))
print("traceback handler", (select(2, xpcall(function() error("tb") end, debug.traceback)):match("^[^\n]*\nstack traceback:\n")))
local levels = {}
xpcall(function() local function deep() error("x") end deep() end, function(m)
  for l = 1, 10 do local i = debug.getinfo(l, "nSl"); if not i then break end levels[#levels + 1] = (i.name or "?") .. ":" .. i.currentline end
  return m
end)
print("stack in handler", table.concat(levels, " "))
print("error in handler", xpcall(error, function(m) error("again", 0) end, "first"))
print("error in handler once", (function() local n = 0; return xpcall(error, function(m) n = n + 1; if n == 1 then error("from handler", 0) end return "second time " .. tostring(m) .. n end, "first") end)())
print("error object in handler", (function() local n = 0; return xpcall(error, function(m) n = n + 1; if n < 5 then error({n = n}) end return type(m) .. n end, "first") end)())
print("always failing handler", (function() local n = 0; local ok, e = xpcall(error, function(m) n = n + 1; error(m) end, "x"); return ok, type(e), n > 1 end)())
print("nil handler", pcall(xpcall, error, nil, "msg"))
print("number handler", pcall(xpcall, error, 5, "msg"))
print("table handler with __call", pcall(xpcall, error, setmetatable({}, {__call = function(_, m) return "called " .. m end}), "msg"))
print("no handler", pcall(xpcall, print))
print("nothing", pcall(xpcall))
print("bad handler no error", pcall(xpcall, print, nil, "printed"))
print("not callable", xpcall(5, function(m) return "H " .. m end)); print("nil function", xpcall(nil, function(m) return "H " .. m end))
print("nested", xpcall(function() return xpcall(error, function(m) return "inner " .. m end, "e") end, function(m) return "outer" end))
print("nested rethrow", xpcall(function() local _, e = xpcall(error, function(m) return "inner " .. m end, "e"); error(e, 0) end, function(m) return "outer " .. m end))
print("pcall inside shields", xpcall(function() pcall(error, "hidden"); return "fine" end, function() return "never" end))
print("pcall in handler", xpcall(error, function(m) return m .. tostring(pcall(error, "x")) end, "e"))
print("xpcall in handler", xpcall(error, function(m) return (select(2, xpcall(error, function(k) return m .. k end, "2"))) end, "1"))
print("handler in coroutine", coroutine.wrap(function() return xpcall(error, function(m) return m .. "!" end, "co") end)())
print("stack overflow", (function()
  local function f() return 1 + f() end
  local ok, m = xpcall(f, function(m) return "caught " .. (tostring(m):match("stack overflow") or tostring(m)) end)
  return ok, m
end)())
print("handler of stack overflow can work", (function()
  local function f() return 1 + f() end
  local ok, m = xpcall(f, function(m) local t = {} for i = 1, 10 do t[i] = tostring(i) end return table.concat(t, " ") end)
  return ok, m
end)())
print("arguments", xpcall(function(...) return select("#", ...), ... end, print, nil, nil))
print("varargs", xpcall(select, print, 2, "a", "b", "c"))
print("return in protected", (function() local ok, v = xpcall(function() for i = 1, 10 do if i == 5 then return i end end end, print); return v end)())
local count = 0
for i = 1, 100 do xpcall(error, function() count = count + 1 end, i) end
print("count", count)
print("level in handler", xpcall(function() error("lvl", 2) end, function(m) return m end))
print("syntax error", xpcall(load, print, "x ="))
