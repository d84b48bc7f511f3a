-- Calls whose arguments are all the results of another call, in code that is hot.
local function text(...)
  local t = table.pack(...)
  for i = 1, t.n do t[i] = tostring(t[i]) end
  return table.concat(t, ",")
end
local function pair(a) return a, a + 1 end
local function same(...) return ... end
local function none() end
local function add(a, b, c) return a + (b or 10) + (c or 100) end
local function first(a) return a end
local function maybe(a) if a % 5 == 0 then return a end return a, 2 * a end
local function branches(a) if a % 3 == 0 then return a, 1 end return -a, 2 end
local function triple(a) return pair(a), 7, pair(a + 1) end
local big = load([[return function(a)
  local s = 0
]] .. string.rep("  s = s + a % 3; if s > 100 then s = s - 1 end\n", 40) .. [[
  return s, a
end]], "=big")()

local function hot(n)
  local s, t, kept = 0, {}, {}
  for i = 1, n do
    s = s + add(pair(i)) + add(i, pair(i)) + add(i, i, first(i)) + add(first(pair(i)))
    s = s + add(big(i)) + add(1, big(i)) + add(branches(i)) + add(maybe(i)) + add(i, none()) + add(same(i, i))
    s = s + math.floor(math.max(pair(i))) + math.max(1, math.floor(i / 2)) + #tostring(tostring(i))
    t[i % 7 + 1] = {pair(i)}
    t[i % 5 + 1] = {i, branches(i)}
    kept[i % 3 + 1] = {same(i, i + 1, nil)}
    s = s + #t[i % 7 + 1] + select("#", pair(i)) + select("#", none()) + select(2, triple(i))
  end
  return s, #kept[1]
end
for _ = 1, 5 do print(hot(300)) end

-- Returned as they come, several levels deep.
local function handOn(a) return pair(a) end
local function handMore(a) return 0, handOn(a) end
local function handBig(a) return 0, big(a) end
local function handList(a) return {handMore(a)} end
local function results(n)
  local s = 0
  for i = 1, n do
    local a, b = handOn(i)
    local c, d, e = handMore(i)
    local f, g, h = handBig(i)
    s = s + a + b + c + d + e + f + g + h + #handList(i)
  end
  return s
end
for _ = 1, 5 do print(results(300)) end

-- What is expected changes in the middle of such an expression.
local function value(t, i) return t[i], i end
local function sum(a, b) return a + b end
local function changing(t, n)
  local s = 0
  for i = 1, n do s = s + sum(value(t, i)) end
  return s
end
local ints, floats, mixed = {}, {}, {}
for i = 1, 200 do
  ints[i] = i
  floats[i] = i + 0.5
  mixed[i] = i % 2 == 0 and i or tostring(i)
end
for _ = 1, 10 do changing(ints, 200) end
print(changing(ints, 200), changing(floats, 200), changing(mixed, 200))
for _ = 1, 10 do changing(mixed, 200) end
print(changing(ints, 200), changing(floats, 200), changing(mixed, 200))
print(pcall(changing, {1, 2, {}}, 3))

-- Callees that change in the middle, and errors and tracebacks through inlined ones.
local give = pair
local function by(n)
  local s = 0
  for i = 1, n do s = s * 3 + add(give(i)) & 0xffffff end
  return s
end
for _, g in ipairs({pair, first, none and pair, big, maybe, same, branches}) do
  give = g
  for _ = 1, 60 do by(30) end
  print(by(100))
end
local function fails(a) if a > 250 then error("too much " .. a, 0) end return a, a end
local function outer(n)
  local s = 0
  for i = 1, n do s = s + add(fails(i)) end
  return s
end
for _ = 1, 10 do outer(200) end
print(outer(250), pcall(outer, 300))
local function where() return debug.traceback("t", 1), 1 end
local function traced(n)
  local s
  for i = 1, n do s = first(where()) end
  return s
end
for _ = 1, 5 do traced(50) end
print(traced(3))
print(text(hot(10)), text(triple(3)))
local co = coroutine.wrap(function()
  local function yields(i) return coroutine.yield(i), i end
  local s = 0
  for i = 1, 300 do s = s + add(yields(i)) end
  coroutine.yield("end")
  return s
end)
local last = co()
while last ~= "end" do last = co(last) end
print(co())

-- Results that come of a tail call, of natives, and of constructors taken in; tail calls of whatever comes.
local Box = {}
Box.__index = Box
function Box.new(v) return setmetatable({v = v}, Box) end
function Box:get() return self.v end
local function take(box, more) return box:get() + (more or 0) end
local function formatted(i) return string.format("%d", i) end
local function compose(f, g) return function(x) return f(g(x)) end end
local list = {compose(first, first), compose(pair, first), compose(first, pair), compose(tostring, first), compose(maybe, first),
  compose(function(...) return select("#", ...) end, pair), compose(Box.get, Box.new), compose(math.abs, first)}
local function constructors(n)
  local s, parts = 0, {}
  for i = 1, n do
    s = s + take(Box.new(i)) + take(Box.new(i), 1) + #formatted(i) + #tostring(string.rep("x", i % 5))
    parts[#parts % 3 + 1] = table.concat({string.format("%d", i), string.upper("a")})
    for k = 1, #list do s = s + (tonumber(list[k](i)) or 0) end
  end
  return s, table.concat(parts)
end
for _ = 1, 4 do print(constructors(200)) end
local plain = setmetatable
setmetatable = function(t, m) return plain(t, m), 1000 end
print(constructors(50))
setmetatable = plain
print(constructors(50))
local called = plain({}, {__call = function(_, x) return x, x end})
list[#list + 1] = compose(called, first)
list[#list + 1] = compose(first, called)
print(constructors(100))
print(pcall(compose(nil, first), 1), pcall(compose(first, nil), 1))
