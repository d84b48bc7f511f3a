-- string.dump and load give back a function that does the same.
local function fails(name, f, ...) print(name, select(2, pcall(f, ...))) end
local function again(f, ...) return load(string.dump(f, ...), "=dumped", "b") end
print("constant", again(function() return 1, 2.5, "s", nil, true, -0.0, 1 << 60, math.huge == 1 / 0 end)())
print("arguments", again(function(a, b, ...) return b, a, select("#", ...), ... end)(1, 2, 3, nil))
print("loops", again(function(n) local s = 0 for i = 1, n do s = s + i end for i, v in ipairs {1, 2, 3} do s = s + v end while s % 7 ~= 0 do s = s + 1 end return s end)(10))
local f = load(string.dump(function(x) local function inner(y) return x + y end; return inner(10) end), "d", "b")
print("nested functions", f(5))
print("closures made by it", again(function() local n = 0; return function() n = n + 1; return n end end)()())
print("first upvalue of a chunk is the environment", again(load("return type(print), x"))())
print("environment given", load(string.dump(load("return x, print")), "=e", "b", {x = "mine"})())
-- Upvalues of a dumped function are fresh and nil, except the first.
local up1, up2 = "u1", "u2"
local g = again(function() return up1, up2 end)
print("upvalue names", debug.getupvalue(g, 1) ~= nil, (select(2, debug.getupvalue(g, 2))))
debug.setupvalue(g, 1, "set1"); debug.setupvalue(g, 2, "set2"); print("set upvalues", g())
local h = again(function(v) up2 = v; return up2 end)
print("assign upvalue", h(5), up2)
print("two loads are independent", (function() local code = string.dump(function() up2 = (up2 or 0) + 1; return up2 end); local a, b = load(code), load(code); debug.setupvalue(a, 1, 0); debug.setupvalue(b, 1, 10); a(); return a(), b() end)())
-- Errors keep lines; stripping removes them and the names.
local function bad()
  local thing
  return thing.field
end
print("lines kept", pcall(again(bad)))
print("stripped", pcall(again(bad, true)))
print("strip values", #string.dump(bad, true) < #string.dump(bad), string.dump(bad, false) == string.dump(bad))
print("stripped works", again(function(a, b) local c = a * b; return c + 1 end, true)(6, 7))
print("stripped error", pcall(again(function() error("msg") end, true)))
print("stripped info", (function() local i = debug.getinfo(again(bad, true), "Sl"); return i.short_src, i.currentline, i.linedefined end)())
print("unstripped info", (function() local i = debug.getinfo(again(bad), "S"); return i.short_src, i.linedefined, i.lastlinedefined end)())
print("close and const", again(function() local log = {} do local x <close> = setmetatable({}, {__close = function() log[1] = "closed" end}); local c <const> = 5; log[2] = c end return log[1], log[2] end)())
print("goto", again(function() local i = 0 ::t:: i = i + 1; if i < 5 then goto t end return i end)())
print("strings of all kinds", again(function() return "", "a\0b", ("x"):rep(3), [[long
string]], "\u{20AC}", "\255" end)())
print("long string", #again(load("return '" .. ("y"):rep(5000) .. "'"))())
print("many constants", (function() local t = {"return 0"} for i = 1, 1000 do t[#t + 1] = "+" .. i .. ".5" end return again(load(table.concat(t)))() end)())
print("deep nesting", (function() local src = "return 'deep'" for _ = 1, 50 do src = "return (function() " .. src .. " end)()" end return again(load(src))() end)())
print("dump of a dump", string.dump(again(bad)) == string.dump(bad) or "differs", pcall(again(again(bad))))
fails("library function", string.dump, print)
fails("not a function", string.dump, 5)
fails("nothing", string.dump)
print("binary starts with escape", string.dump(bad):sub(1, 1) == "\27")
print("text mode refuses", load(string.dump(bad), "=x", "t"))
-- Damaged binaries give an error, never a crash.
local code = string.dump(function(a) local t = {a, x = "y"}; for i = 1, 3 do t[i] = i end return t end)
local okay, refused = 0, 0
for cut = 0, #code - 1 do
  local r = load(code:sub(1, cut), "=cut", "b")
  if r then okay = okay + 1 else refused = refused + 1 end
end
print("every truncation is refused", okay <= 1)
print("wrong signature", (load("\27Lux" .. code:sub(5), "=sig", "b")))
