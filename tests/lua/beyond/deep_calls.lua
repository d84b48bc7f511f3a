-- Calls nest as deep as memory allows: Lua calls, protected calls, metamethods, library callbacks.
local function depth(n) if n == 0 then return 0 end return 1 + depth(n - 1) end
print("plain calls", depth(190000))
local function protected(n)
  if n == 0 then return 0 end
  local ok, v = pcall(protected, n - 1)
  return v + 1
end
print("pcall", protected(20000))
local function handled(n)
  if n == 0 then error("bottom", 0) end
  local ok, v = xpcall(handled, function(m) return m end, n - 1)
  error(v, 0)
end
print("xpcall", pcall(handled, 5000))
local t = setmetatable({}, {__index = function(self, k) if k == 0 then return "end of the chain" end return (self[k - 1]) end})
print("__index", t[20000])
local a
a = setmetatable({}, {__add = function(x, n) if n == 0 then return 0 end return 1 + (a + (n - 1)) end})
print("__add", a + 20000)
local function replace(n)
  return (("x"):gsub("x", function() if n == 0 then return "bottom" end return replace(n - 1) end))
end
print("gsub", replace(5000))
local function sorting(n)
  local list = {2, 1}
  local below = 0
  table.sort(list, function(x, y)
    if n > 0 and below == 0 then below = sorting(n - 1) end
    return x < y
  end)
  return below + 1
end
print("sort", sorting(3000))
local function loading(n)
  if n == 0 then return "loaded" end
  local done = false
  local f = load(function() if done then return nil end done = true; return "return '" .. loading(n - 1) .. "'" end)
  return f()
end
print("load", loading(1000))
local s = setmetatable({}, {__tostring = function(self) self.n = self.n - 1; if self.n == 0 then return "text" end return tostring(self) end, n = 0})
s.n = 5000
print("tostring", tostring(s))
local chain = {last = "found"}
for _ = 1, 1900 do chain = setmetatable({}, {__index = chain}) end
print("chain of tables", chain.last)
local co = coroutine.wrap(function() local function f(n) if n == 0 then coroutine.yield("deep inside") return 0 end return 1 + f(n - 1) end return f(150000) end)
print("in a coroutine", co(), co())
