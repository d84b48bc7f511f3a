-- Calls with several results, wanted and given in all numbers, in code that is hot; tail calls of all kinds.
local function none() end
local function one(a) return a end
local function two(a, b) return b, a end
local function three(a, b, c) return c, a + b, b end
local function many(a, b) return a, b, a + 1, b + 1, a + 2, b + 2, a + 3, b + 3 end
local function rest(...) return ... end
local function late(a) if a % 7 == 0 then return a end return a, -a end

local function text(...)
  local t = table.pack(...)
  for i = 1, t.n do t[i] = tostring(t[i]) end
  return table.concat(t, ",")
end

-- Large enough to be called, not taken in.
local big = load([[return function(a, b)
  local s = 0
]] .. string.rep("  s = s + a % 3; if s > 100 then s = s - b end\n", 40) .. [[
  return s, a, b
end]], "=big")()

local function hot(n)
  local s = 0
  for i = 1, n do
    local a, b = two(i, i + 1)
    local c, d, e = three(a, b, i)
    local f, g = one(i)
    local h, k = none()
    local l, m, o = late(i)
    local p, q, r = big(i, 2)
    local t, u = rest(i, b, c)
    local v1, v2, v3, v4, v5, v6, v7, v8 = many(i, b)
    local fl, fr = math.modf(i + 0.5)
    local x, y = math.floor(i / 2)
    s = s + a + b + c + d + e + f + (g or 1) + (h or 2) + (k or 3) + l + (m or 4) + (o or 5) + p + q + r + t + u
    s = s + v1 + v2 + v3 + v4 + v5 + v6 + v7 + v8 + fl + fr + x + (y or 6)
  end
  return s
end
for _ = 1, 5 do print(hot(300)) end

-- Several functions at one place, of different numbers of results.
local functions = {two, late, one, rest}
local function poly(n)
  local s = 0
  for i = 1, n do
    local a, b = functions[i % 4 + 1](i, i + 1)
    s = s * 3 + a + (b or 7) & 0xffffff
  end
  return s
end
for _ = 1, 5 do print(poly(400)) end

-- The callee's frame is looked at, or ends it all, while several results are awaited.
local function depth(level)
  local names = {}
  for l = 2, level do
    local i = debug.getinfo(l, "l")
    names[#names + 1] = i and i.currentline or 0
  end
  return table.concat(names, " "), level
end
local function awaits(n)
  local last
  for i = 1, n do
    local a, b = depth(i == n and 3 or 2)
    local ok, e = pcall(function() if i == n then error("out") end return i end)
    last = text(a, b, ok, e)
  end
  return last
end
for _ = 1, 3 do print(awaits(300)) end
local co = coroutine.wrap(function()
  local function both(i) return coroutine.yield(i, i * 2) end
  local s = 0
  for i = 1, 400 do
    local a, b = both(i)
    s = s + a + b
  end
  return s
end)
local a, b = co()
while b do a, b = co(a, b) end
print(a)

-- Tail calls: of the function itself, of others, with too many or too few arguments, of natives, of what is no function.
local function down(n, acc)
  if n == 0 then return acc end
  return down(n - 1, acc + n)
end
print(down(10, 0), down(100000, 0))
local even, odd
function even(n) if n == 0 then return true end return odd(n - 1) end
function odd(n) if n == 0 then return false end return even(n - 1) end
print(even(50001), even(50002))
local function fewer(n, a, b, c)
  if n == 0 then return text(a, b, c) end
  return fewer(n - 1, c)
end
print(fewer(1000, 1, 2, 3))
local function more(n, a)
  if n == 0 then return a end
  return more(n - 1, n, 5, 6, 7, 8, 9)
end
print(more(1000, 1))
local function vary(n, ...)
  if n == 0 then return ... end
  return vary(n - 1, n, ...)
end
print(text(vary(20)))
local function toNative(i, s) return string.rep(s, i % 3) end
local function toBig(i) return big(i, 1) end
local function toAny(f, ...) return f(...) end
local function wide(a, b, c, d, e, f, g, h) return a + h, b, c, d, e, f, g end
local function narrow(a) return wide(a, 1.5, "x", nil, {}, false, a, 2 * a) end
local out = {}
for i = 1, 600 do
  out[i % 10] = text(toNative(i, "ab"), toBig(i), toAny(two, i, i), (narrow(i)))
end
print(text(table.unpack(out, 0, 9)))
print(select("#", narrow(3)), text(narrow(1)) == nil)
local function wrong(i, f)
  return f(i)
end
for i = 1, 400 do wrong(i, two) end
print(pcall(wrong, 1, nil))
print(pcall(wrong, 1, setmetatable({}, {__call = function(_, i) return i, "called" end})))
local function traced(n) if n == 0 then return debug.traceback("trace", 1) end return traced(n - 1) end
for i = 1, 300 do traced(1) end
print((traced(3):gsub("%(%.%.%.tail calls%.%.%.%)", "<tail>")))
