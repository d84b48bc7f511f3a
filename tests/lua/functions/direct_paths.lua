-- Calls that cross between functions, natives and coroutines, at the edges of their straight paths.
local function show(name, ...)
  local t = table.pack(...)
  for i = 1, t.n do t[i] = tostring(t[i]) end
  print(name, t.n, table.concat(t, " "))
end
local function none() end
local function one(a) return a end
local function two(a, b) return a, b end
local function many(...) return ... end
local function churn() for _ = 1, 40 do local _ = {{}, tostring(_) .. "x"} end collectgarbage("step") end

-- Results: none, one, several, all; wanted: 0, 1, several, all.
for round = 1, 3 do
  none(1, 2) one(1) two(1, 2) many(1, 2, 3)
  local a = none() local b = one(7, 8) local c = two(1) local d = many()
  show("single", a, b, c, d)
  local e, f, g = none() local h, i, j = one(1) local k, l, m = two(1, 2) local n, o, p = many(1, 2, 3, 4)
  show("three", e, f, g, h, i, j, k, l, m, n, o, p)
  show("all", none()) show("all", one(nil)) show("all", two(1, nil)) show("all", many(nil, nil))
  show("all but", (many(1, 2)), two(3, 4)) show("list", #{none()}, #{many(1, 2, 3)}, #{two(1, 2), two(1, 2)})
end
local function missing(a, b, c, d, e) local x, y return a, b, c, d, e, x, y end
show("missing", missing()) show("missing", missing(1, 2)) show("too many", missing(1, 2, 3, 4, 5, 6, 7))
local function tail(n, ...) if n == 0 then return ... end return tail(n - 1, n, ...) end
show("tail", tail(5)) show("tail", select("#", tail(200)))
local function tailNone() return none() end
local function tailNative(x) return math.floor(x) end
local function tailByte(s, i) return string.byte(s, i) end
local function tailInsert(t, v) return table.insert(t, v) end
show("tail natives", tailNone()) show("tail natives", tailNative(2.5)) show("tail natives", tailByte("a", 1))
show("tail natives", tailByte("a", 5)) show("tail natives", tailInsert({}, 1)) show("tail natives", (tailInsert({}, 1)))

-- Natives with a shortcut where none, one, several or all results are wanted.
local t = {}
for i = 1, 5 do table.insert(t, i) end
math.floor(1.5) type(1) tostring("x") string.byte("a") select("#") rawget(t, 1) assert(1)
show("insert", table.insert(t, 6)) show("insert", (table.insert(t, 7)))
show("byte", ("abc"):byte(10)) show("byte", ("abc"):byte(1, -1)) show("byte", (("abc"):byte(10)))
show("remove", table.remove(t)) show("remove", table.remove({})) show("select", select("#", math.max(1, 2), type(1)))
show("select", select(3, 1, 2)) show("select", (select(3, 1, 2))) show("assert", assert(1, 2, 3))
show("nested", math.floor(math.sqrt(tonumber(tostring(16))))) show("sub", ("hello"):sub(2, 3):upper():len())
local x, y, z = math.floor(3.7) show("extra", x, y, z)
show("bad", pcall(math.floor, {})) show("bad", pcall(function() return math.floor({}) end))
show("bad", pcall(function() local _ = ("x"):rep(1, 2, 3, {}) ("x"):byte({}) end))
show("unpack", select("#", table.unpack({}, 1, 250)), (select(250, table.unpack(t, 1, 300))))

-- pcall: other numbers of arguments, other callees, other places.
show("pcall", pcall(none)) show("pcall", pcall(none, 1, 2)) show("pcall", pcall(two, 1)) show("pcall", pcall(two, 1, 2))
show("pcall", pcall(many, 1, nil)) show("pcall", pcall(many)) show("pcall", pcall(type, 1)) show("pcall", pcall(pcall, pcall, one, 5))
show("pcall", pcall(pcall)) show("pcall", pcall(nil)) show("pcall", pcall(setmetatable({}, {__call = function(_, v) return v end}), 3))
pcall(one, 1) local ok = pcall(one, 1) local ok2, v2, v3 = pcall(one, 1) show("pcall wanted", ok, ok2, v2, v3)
local function tailPcall(f, ...) return pcall(f, ...) end
show("tail pcall", tailPcall(two, 1, 2)) show("tail pcall", tailPcall(error, "e", 0))
local function failing(v) churn() local _ = {} error(v, 0) end
for i = 1, 3 do show("error", pcall(failing, i)) end
local function deep(n) if n == 0 then error("deep", 0) end local r, e = pcall(deep, n - 1) error(tostring(e) .. n % 10, 0) end
show("deep", #select(2, pcall(deep, 150)))
local function endless() return 1 + endless() end
show("overflow", (pcall(endless))) show("overflow", (pcall(pcall, endless)))
local function endlessPcall(n) local good, e = pcall(endlessPcall, n + 1) return n end
show("pcalls all the way", pcall(endlessPcall, 1) ~= nil)
show("close in pcall", pcall(function()
  local c <close> = setmetatable({}, {__close = function(_, e) churn() print("closing", e) end})
  error("x", 0)
end))
show("xpcall", xpcall(two, print, 1, 2)) show("xpcall", xpcall(one, print)) show("xpcall", xpcall(many, print, nil, nil))
show("xpcall", xpcall(error, function(e) return e .. "!" end, "m", 0)) show("xpcall", pcall(xpcall, one)) show("xpcall", xpcall(pcall, print, one, 1))
