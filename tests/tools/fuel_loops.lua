-- Loops of all kinds that print a counter at every step, so that the point where fuel ends can be seen (test_jit.py).
local write = io.write
io.stdout:setvbuf("no")
local n = 0
local function tick(x) n = n + 1 write(n, x or "", " ") end
local P = {
  while_ = function() local i = 0 while i < 1000 do i = i + 1 tick() end end,
  repeat_ = function() local i = 0 repeat i = i + 1 write(i, " ") until i > 1000 end,
  int = function() for i = 1, 1000 do write(i, " ") end end,
  down = function() for i = 10000, 1, -3 do write(i, " ") end end,
  float = function() for i = 1.0, 3000, 0.5 do write(i, " ") end end,
  big = function() for i = math.maxinteger - 600, math.maxinteger do write(i, " ") end end,
  edge = function() for i = (1 << 47) - 100, (1 << 47) + 600 do write(i, " ") end end,
  ipairs = function() local t = {} for i = 1, 100 do t[i] = i end while true do for i, v in ipairs(t) do write(v, " ") end end end,
  pairs = function() local t = {} for i = 1, 100 do t[i] = i end while true do for k, v in pairs(t) do write(v, " ") end end end,
  next = function() local t = {} for i = 1, 100 do t[i] = i end while true do for k, v in next, t do write(v, " ") end end end,
  closure = function() local i = 0 for v in function() i = i + 1 return i end do write(v, " ") end end,
  gmatch = function() while true do for v in ("abcdefgh"):gmatch(".") do write(v, " ") end end end,
  goto_ = function() local i = 0 ::top:: i = i + 1 write(i, " ") if i < 10000 then goto top end end,
  recursion = function() local function f(i) write(i, " ") if i < 10000 then return 1 + f(i + 1) end return 0 end f(1) end,
  tail = function() local function f(i) write(i, " ") if i < 10000 then return f(i + 1) end return 0 end f(1) end,
  mutual = function() local g local function f(i, j) write(i, " ") return g(i + 1) end function g(i, ...) write(-i, " ") return f(i, 2, 3) end f(1) end,
  pcall = function() local i = 0 while true do i = i + 1 write(i, " ") pcall(function() tick("p") error("x") end) end end,
  pcall2 = function() local function f(i) write(i, " ") local ok, e = pcall(error, i) return f(e + 1) end f(1) end,
  meta = function() local m = setmetatable({}, {__add = function(a, b) tick("m") return a end, __index = function(t, k) tick("i") return k end,
    __lt = function() tick("<") return true end, __eq = function() tick("=") return true end, __call = function(self, x) tick("c") return x end})
    local q = setmetatable({}, getmetatable(m))
    while m < q do m = m + 1; local x = m.foo; local y = m[7]; if m == q then m(3) end; write("w") end end,
  coroutine = function() local w = coroutine.wrap(function() local i = 0 while true do i = i + 1 coroutine.yield(i) end end) while true do write(w(), " ") end end,
  work = function() local function inner(k) local s = 0 for j = 1, k do s = s + j end return s end for i = 1, 1000 do write(inner(i % 5), " ") end end,
  varargs = function() local function f(...) return select("#", ...), ... end for i = 1, 1000 do write((f(i, i)), " ") end end,
  sort = function() local t = {} for i = 1, 50 do t[i] = (i * 7919) % 101 end while true do table.sort(t, function(a, b) tick() return a < b end) for i = 1, 50 do t[i] = (t[i] * 31 + i) % 101 end end end,
  gsub = function() while true do local _ = (("abcdef"):gsub(".", function(c) tick(c) end)) end end,
  closes = function() while true do local c <close> = setmetatable({}, {__close = function() tick("c") end}) tick("b") end end,
  load = function() local i = 0 while true do i = i + 1 write(load("local x = ... for i = 1, 3 do x = x + i end return x")(i), " ") end end,
}
local name = arg[1]
if name == "list" then for k in pairs(P) do print(k) end return end
P[name]()
