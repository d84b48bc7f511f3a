-- The generic for: explist adjusted to four values, control variable, closures, iterators of all kinds.
local function iter(n)
  local i = 0
  return function() i = i + 1; if i <= n then return i, i * i, i * i * i end end
end
for a, b, c in iter(3) do io.write(a, " ", b, " ", c, ", ") end
print("closure iterator")
for a in iter(3) do io.write(a, " ") end
print("one variable")
for a, b, c, d in iter(1) do print("extra variables", a, b, c, d) end
local function stateless(s, c) if c < s.n then return c + 1, s[c + 1] end end
for i, v in stateless, {n = 2, "x", "y"}, 0 do io.write(i, v, " ") end
print("stateless")
for k, v in next, {10} do print("next", k, v) end
for k, v in next, {10, 20}, 1 do print("next from 1", k, v) end
-- The control value is the first variable as returned, not as assigned.
local seen = {}
for i in function(_, c) seen[#seen + 1] = tostring(c); if #seen < 4 then return #seen end end do i = "changed" end
print("control", table.concat(seen, " "))
-- Ends at nil, not at false.
local values = {false, 0, "", nil, 5}
local at = 0
for v in function() at = at + 1; return values[at] end do io.write(tostring(v), " ") end
print("false goes on")
-- A callable object as iterator.
local counter = setmetatable({n = 0}, {__call = function(self, s, c) self.n = self.n + 1; if self.n <= 3 then return self.n, s, c end end})
for n, s, c in counter, "state", "start" do io.write(n, " ", s, " ", tostring(c), ", ") end
print("callable")
print("state passed", (function() for a, s in function(s, c) if not c then return 1, s end end, "S" do return s end end)())
for i, v in ipairs {"a", "b", nil, "d"} do io.write(i, v, " ") end
print("ipairs stops at nil")
local fs = {}
for i, v in ipairs {"a", "b"} do fs[i] = function() v = v .. i; return v end end
print("fresh variables", fs[1](), fs[1](), fs[2]())
for w in ("one two  three"):gmatch "%a+" do io.write("[", w, "]") end
print("gmatch")
for a, b in coroutine.wrap(function() for i = 1, 3 do coroutine.yield(i, i * 2) end end) do io.write(a, b, " ") end
print("coroutine")
local evaluated = 0
local function once() evaluated = evaluated + 1; return iter(2) end
for _ in once() do end
print("explist evaluated once", evaluated)
-- The function is fixed when the loop begins.
local f = iter(3)
local count = 0
for i in f do f = nil; count = count + 1 end
print("fixed function", count)
local t = {}
for i = 1, 5 do t[i] = i end
for i, v in ipairs(t) do if v == 2 then table.remove(t, i) end end
print("removal in ipairs", table.concat(t, " "))
for i, v in ipairs(t) do if i < 8 and #t < 8 then t[#t + 1] = v end end
print("growth in ipairs", #t)
local function try(name, ...) local a = table.pack(...); print(name, select(2, pcall(function() for _ in table.unpack(a, 1, a.n) do end end))) end
try("nil")
try("number", 5)
try("table", {})
try("string", "abc")
try("pairs result wrong", next, 5)
try("next bad key", next, {}, "k")
print("pairs nil", select(2, pcall(function() for _ in pairs(nil) do end end)))
print("local iterator name", select(2, pcall(function() local it; for _ in it do end end)))
print("break keeps variables local", (function() local i = "outer"; for i in iter(9) do if i == 4 then break end end; return i end)())
for _ in iter(2) do for _ in iter(2) do io.write(".") end end
print("nested")
