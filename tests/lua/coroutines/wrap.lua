-- coroutine.wrap: results, errors with positions, dead ones.
local gen = coroutine.wrap(function(a) local b = coroutine.yield(a .. "!"); local c = coroutine.yield(b .. "?"); return c, "end" end)
print("first", gen("a")); print("second", gen("b")); print("last", gen("c"))
local function fails(name, f, ...) print(name, select(2, pcall(f, ...))) end
fails("dead", gen)
fails("dead again", gen, 1)
fails("error text", coroutine.wrap(function() error("text") end))
fails("error without position", coroutine.wrap(function() error("text", 0) end))
fails("error level 2", coroutine.wrap(function() error("text", 2) end))
fails("runtime error", coroutine.wrap(function() local x; x.y = 1 end))
print("error table", type(select(2, pcall(coroutine.wrap(function() error({code = 5}) end)))), select(2, pcall(coroutine.wrap(function() error({code = 5}) end))).code)
fails("error nil", coroutine.wrap(function() error() end))
fails("error number", coroutine.wrap(function() error(42) end))
fails("error in library function", coroutine.wrap(function() ("x"):rep({}) end))
fails("nested", coroutine.wrap(function() coroutine.wrap(function() error("deep") end)() end))
fails("nested three", coroutine.wrap(function() coroutine.wrap(function() coroutine.wrap(function() error("deep") end)() end)() end))
local w
w = coroutine.wrap(function() return w() end)
fails("itself", w)
local f = coroutine.wrap(function() coroutine.yield(1); error("second") end)
print("first ok", f()); fails("then error", f); fails("then dead", f)
local function range(n) return coroutine.wrap(function() for i = 1, n do coroutine.yield(i) end end) end
local s = 0
for i in range(10) do s = s + i end
print("in for", s)
local function permutations(a, n) n = n or #a; if n <= 1 then coroutine.yield(table.concat(a)) else for i = 1, n do a[n], a[i] = a[i], a[n]; permutations(a, n - 1); a[n], a[i] = a[i], a[n] end end end
local out = {}
for p in coroutine.wrap(function() permutations {"a", "b", "c"} end) do out[#out + 1] = p end
print("permutations", table.concat(out, " "))
local function tree(n) if n == 0 then return nil end return {left = tree(n - 1), value = n, right = tree(n - 1)} end
local function walk(t) if t then walk(t.left); coroutine.yield(t.value); walk(t.right) end end
out = {}
for v in coroutine.wrap(function() walk(tree(4)) end) do out[#out + 1] = v end
print("tree", table.concat(out, " "))
local function filter(p, g) return coroutine.wrap(function() for x in g do if p(x) then coroutine.yield(x) end end end) end
local function map(h, g) return coroutine.wrap(function() for x in g do coroutine.yield(h(x)) end end) end
local function take(n, g) return coroutine.wrap(function() for x in g do if n == 0 then return end n = n - 1; coroutine.yield(x) end end) end
local function naturals() return coroutine.wrap(function() local i = 0 while true do i = i + 1; coroutine.yield(i) end end) end
out = {}
for x in take(6, map(function(x) return x * x end, filter(function(x) return x % 3 == 0 end, naturals()))) do out[#out + 1] = x end
print("pipeline", table.concat(out, " "))
local function sieve(g) return coroutine.wrap(function() while true do local p = g(); if not p then return end coroutine.yield(p); g = filter(function(x) return x % p ~= 0 end, g) end end) end
out = {}
local n = 1
for p in sieve(coroutine.wrap(function() for i = 2, 80 do coroutine.yield(i) end end)) do out[#out + 1] = p end
print("sieve", table.concat(out, " "))
print("type", type(range(1)), select("#", range(0)()))
