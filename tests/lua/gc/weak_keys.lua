-- Tables with weak keys (ephemerons) and with both.
local function full() collectgarbage(); collectgarbage() end
local function count(t) local n = 0 for _ in pairs(t) do n = n + 1 end return n end
local e = setmetatable({}, {__mode = "k"})
e[{}] = "gone"; e["s"] = {}; e[1] = {}; e[1.5] = {}; e[true] = {}; e[print] = {}
local key = {}; e[key] = {"value"}
full(); print("collectable keys", count(e), e.s ~= nil, e[1] ~= nil, e[1.5] ~= nil, e[true] ~= nil, e[key][1])
-- A value that refers to its own key does not keep it.
do local k = {}; e[k] = {back = k} end; full(); print("value refers to key", count(e))
do local k = {}; e[k] = function() return k end end; full(); print("closure over key", count(e))
do local k = {}; e[k] = k end; full(); print("key is its own value", count(e))
-- Chains of ephemerons: key of one is the value of another.
local function chain(n) local t = setmetatable({}, {__mode = "k"}); local first = {}; local k = first; for i = 1, n do local nxt = {i}; t[k] = nxt; k = nxt end return t, first end
local t, first = chain(100)
full()
print("chain alive", count(t))
local k, n = first, 0
while t[k] do k = t[k]; n = n + 1 end
print("chain length", n)
first = nil
k = nil
full()
print("chain dead", count(t))
local a, b = setmetatable({}, {__mode = "k"}), setmetatable({}, {__mode = "k"})
do local k1, k2 = {}, {}; a[k1] = k2; b[k2] = k1 end
full()
print("cycle of two tables", count(a), count(b))
do local k1, k2 = {}, {}; a[k1] = k2; b[k2] = k1; e.hold = k1 end
full()
print("held at one end", count(a), count(b))
e.hold = nil
full()
print("released", count(a), count(b))
local kv = setmetatable({}, {__mode = "kv"})
kv[{}] = {}
kv[{}] = 1
kv[1] = {}
kv.s = "string"
local k1, v1 = {}, {}
kv[k1] = v1
kv[v1] = k1
full()
print("both weak", count(kv), kv[k1] == v1, kv.s)
v1 = nil
full()
print("value gone", kv[k1], count(kv))
k1 = nil
full()
print("only strings left", count(kv))
local props = setmetatable({}, {__mode = "k"})
local function object(v) local o = {}; props[o] = {value = v}; return o end
local o = object(42)
print("private fields", props[o].value)
full()
print("after collection", props[o].value)
o = nil
full()
print("gone with the object", count(props))
local many = setmetatable({}, {__mode = "k"})
local held = {}
for i = 1, 1000 do local x = {}; many[x] = {x}; if i % 10 == 0 then held[#held + 1] = x end end
full()
print("every tenth", count(many))
held = nil
full()
print("none", count(many))
print("in generational mode", (function() local mode = collectgarbage("generational"); local g = setmetatable({}, {__mode = "k"}); local root = {}; local x = root; for i = 1, 50 do local y = {}; g[x] = y; x = y end collectgarbage(); collectgarbage("step"); local c1 = count(g); root = nil; x = nil; collectgarbage(); collectgarbage(); local c2 = count(g); collectgarbage(mode); return c1, c2 end)())
print("strings as keys never go", (function() local s = setmetatable({}, {__mode = "k"}); s["a" .. "b"] = 1; s[tostring(123)] = 2; full(); return s.ab, s["123"] end)())
print("threads and functions as keys", (function() local s = setmetatable({}, {__mode = "k"}); s[coroutine.create(print)] = 1; s[function() return s end] = 2; s[io.tmpfile()] = 3; full(); return count(s) end)())
print("assigned during traversal", (function() local s = setmetatable({}, {__mode = "k"}); local ks = {}; for i = 1, 100 do ks[i] = {}; s[ks[i]] = i end; local sum = 0; for key, v in pairs(s) do s[key] = nil; sum = sum + v; if v % 20 == 0 then collectgarbage() end end return sum, count(s) end)())
