-- Tables with weak values: what is cleared and what stays.
local function full() collectgarbage(); collectgarbage() end
local function count(t) local n = 0 for _ in pairs(t) do n = n + 1 end return n end
local w = setmetatable({}, {__mode = "v"})
w[1] = {}
w.x = {}
w[2] = "string"
w[3] = 42
w[4] = true
w[5] = 1.5
w[6] = print
w.fn = function() end
w.co = coroutine.create(print)
local keep = {}; w.keep = keep; w[7] = function() return keep end
full()
print("tables cleared", w[1], w.x)
print("values stay", w[2], w[3], w[4], w[5], w[6] == print)
print("functions cleared", w.fn, w.co, w[7] == nil)
print("reachable stays", w.keep == keep)
keep = nil; full(); print("then cleared", w.keep)
print("what is left", count(w))
local s = setmetatable({}, {__mode = "v"})
s[1] = "a" .. tostring(1)
s[2] = ("long"):rep(100)
s[3] = (1 << 60) + 1
full()
print("strings and wide integers are values", s[1], #s[2], s[3])
local cache = setmetatable({}, {__mode = "v"})
local function get(k) local v = cache[k]; if not v then v = {k}; cache[k] = v end return v end
local a = get("a"); print("cache hit", get("a") == a); get("b"); full(); print("kept in use", cache.a == a, cache.b)
local arr = setmetatable({}, {__mode = "v"})
local all = {}
for i = 1, 100 do all[i] = {i}; arr[i] = all[i] end
local held = {arr[10], arr[50]}
all = nil
full()
full()
print("array part", count(arr), arr[10] == held[1], arr[50] == held[2], arr[11])
local chain = setmetatable({}, {__mode = "v"})
do local x = {}; local y = {x = x}; chain.x, chain.y = x, y; chain.hold = nil; keep = y end
full()
print("reachable through another", chain.x == keep.x, chain.y == keep)
keep = nil
full()
print("chain gone", chain.x, chain.y)
local selfref = setmetatable({}, {__mode = "v"}); do local c = {}; c.me = c; selfref[1] = c end full(); print("cycle", selfref[1])
local nested = setmetatable({}, {__mode = "v"})
nested.inner = setmetatable({}, {__mode = "v"})
full()
print("weak table as weak value", nested.inner)
local keys = setmetatable({}, {__mode = "v"})
local k = {}
keys[k] = {}
keys[{}] = 1
full()
print("keys are strong", count(keys), keys[k])
local strongkey = {}
for key, v in pairs(keys) do strongkey[#strongkey + 1] = type(key) .. tostring(v) end print("left", table.concat(strongkey, " "))
print("iterate while clearing", (function() local t = setmetatable({}, {__mode = "v"}); for i = 1, 200 do t[i] = {} ; t["k" .. i] = i end local n = 0; for key, v in pairs(t) do if type(v) == "number" then n = n + 1 end if n % 50 == 0 then collectgarbage() end end return n end)())
print("weak in closure", (function() local t = setmetatable({}, {__mode = "v"}); local function f() local o = {}; t.o = o; return function() return o end end local g = f(); full(); local alive = t.o ~= nil; g = nil; full(); return alive, t.o end)())
