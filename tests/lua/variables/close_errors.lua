-- Errors and to-be-closed variables: what the methods receive, and who wins.
local function closer(name, raise)
  return setmetatable({}, {__close = function(_, e)
    print("  close " .. name, e)
    if raise then error(raise, 0) end
  end})
end
local function try(name, f)
  local ok, value = pcall(f)
  print(name, ok, type(value) == "table" and value.code or value)
end

try("error in body", function()
  local a <close> = closer "a"
  local b <close> = closer "b"
  error("body", 0)
end)
try("error in close", function() local a <close> = closer("a", "from a"); return 1 end)
try("later closes still run", function()
  local a <close> = closer "a"
  local b <close> = closer("b", "from b")
  local c <close> = closer "c"
end)
try("replaced error", function()
  local a <close> = closer("a", "from a")
  local b <close> = closer("b", "from b")
  local c <close> = closer("c", "from c")
  error("body", 0)
end)
try("table as error", function()
  local a <close> = setmetatable({}, {__close = function(_, e) print("  type", type(e), e.code) end})
  error({code = 7})
end)
try("nil error", function() local a <close> = closer "a"; error() end)
try("error while leaving by break", function()
  while true do local a <close> = closer("a", "in break"); break end
end)
try("error while leaving by goto", function()
  do local a <close> = closer("a", "in goto"); goto out end
  ::out::
  print "never"
end)
try("error in return", function() local a <close> = closer("a", "in return"); return "lost" end)
try("runtime error in close", function()
  local a <close> = setmetatable({}, {__close = function() local x = nil; return x.field end})
end)

-- What is not closable.
try("number", function() local x <close> = 1 end)
try("string", function() local str <close> = "s" end)
try("plain table", function() local tab <close> = {} end)
try("true", function() local flag <close> = true end)
try("function", function() local fn <close> = print end)
try("metatable without close", function() local m <close> = setmetatable({}, {}) end)
try("close is not callable", function() local m <close> = setmetatable({}, {__close = 5}); print "  body" end)
try("close is a callable table", function()
  local m <close> = setmetatable({}, {__close = setmetatable({}, {__call = function() print "  called" end})})
end)
try("close is removed", function()
  local m <close> = setmetatable({}, {__close = print})
  getmetatable(m).__close = nil
end)
try("close removed and error", function()
  local m <close> = setmetatable({}, {__close = print})
  getmetatable(m).__close = nil
  error("body", 0)
end)
try("good before bad", function()
  local good <close> = closer "good"
  local bad <close> = {}
  print "never"
end)
try("results of close are dropped", function()
  local m <close> = setmetatable({}, {__close = function() return 1, 2, 3 end})
  return "kept"
end)
try("number of arguments", function()
  local m <close> = setmetatable({}, {__close = function(...) print("  args", select("#", ...)) end})
end)
try("pcall inside close", function()
  local m <close> = setmetatable({}, {__close = function(_, e) print("  inside", pcall(error, "inner", 0), e) end})
  error("outer", 0)
end)
try("close that closes", function()
  local m <close> = setmetatable({}, {__close = function() local n <close> = closer "inner"; print "  outer" end})
end)
print("xpcall handler before close", xpcall(function()
  local a <close> = closer "a"
  error("body", 0)
end, function(m) print("  handler", m); return m .. " handled" end))
print("handler for error in close", xpcall(function()
  local a <close> = closer("a", "again")
  error("body", 0)
end, function(m) print("  handler", m); return m .. "+" end))
