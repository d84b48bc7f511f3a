-- Many coroutines, deep nesting, long stacks inside, passing along.
local function nest(n) if n == 0 then return "bottom" end return coroutine.wrap(function() return nest(n - 1) end)() end
print("nested 100", nest(100))
local cos = {}
for i = 1, 5000 do cos[i] = coroutine.create(function(x) local y = coroutine.yield(x + i); return y * 2 end) end
local s = 0
for i = 1, #cos do local _, v = coroutine.resume(cos[i], 1); s = s + v end
for i = #cos, 1, -1 do local _, v = coroutine.resume(cos[i], i); s = s + v end
print("5000", s)
local dead = 0
for i = 1, #cos do if coroutine.status(cos[i]) == "dead" then dead = dead + 1 end end
print("dead", dead)
cos = nil; collectgarbage()
local function deep(n) if n == 0 then coroutine.yield("deep"); return 0 end return 1 + deep(n - 1) end
local co = coroutine.create(deep)
print("deep yield", coroutine.resume(co, 10000)); print("deep return", coroutine.resume(co))
local ring = {}
for i = 1, 50 do ring[i] = coroutine.wrap(function() local n = 0; while true do n = n + (coroutine.yield(n) or 0) end end); ring[i]() end
local v = 1
for round = 1, 4 do for i = 1, 50 do v = ring[i](v) % 1000 end end
print("ring", v)
local log = {}
local function worker(name, n) return coroutine.create(function() for i = 1, n do log[#log + 1] = name .. i; coroutine.yield() end end) end
local queue = {worker("a", 3), worker("b", 1), worker("c", 2)}
while #queue > 0 do local w = table.remove(queue, 1); coroutine.resume(w); if coroutine.status(w) ~= "dead" then queue[#queue + 1] = w end end
print("round robin", table.concat(log, " "))
local ping, pong
local count = 0
ping = coroutine.wrap(function() while true do count = count + 1; coroutine.yield("ping" .. count) end end)
pong = coroutine.wrap(function() while true do local m = ping(); coroutine.yield(m .. "-pong") end end)
print("through two", pong(), pong(), pong())
local created = 0
for i = 1, 20000 do local c = coroutine.wrap(function(a) coroutine.yield(a); return a end); c(i); created = created + 1 end
print("abandoned", created); collectgarbage()
local function collatz(n) return coroutine.wrap(function() while n ~= 1 do coroutine.yield(n); n = n % 2 == 0 and n // 2 or 3 * n + 1 end coroutine.yield(1) end) end
local len = 0
for _ in collatz(27) do len = len + 1 end
print("collatz", len)
local co2 = coroutine.create(function() for i = 1, 100000 do coroutine.yield(i) end end)
local last
for i = 1, 100000 do _, last = coroutine.resume(co2) end
print("100000 switches", last)
local t = setmetatable({}, {__mode = "v"})
do local c = coroutine.create(function() local big = {}; t.big = big; coroutine.yield(); return big end); coroutine.resume(c); t.co = c; collectgarbage(); print("alive", t.big ~= nil) end
collectgarbage(); collectgarbage(); print("collected", t.co, t.big)
