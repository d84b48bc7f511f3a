-- __gc: order, resurrection, errors, what is seen inside.
-- Groups are held until they are complete, so that no early collection can come between.
local log = {}
local function flush(name) print(name, table.concat(log, " ")); log = {} end
local function full() collectgarbage(); collectgarbage() end
local function obj(name, f)
  return setmetatable({name = name}, {__gc = function(o) log[#log + 1] = o.name; if f then f(o) end end})
end

obj "single"
full(); flush("single")
do
  local group = {}
  for i = 1, 5 do group[i] = obj("o" .. i) end
end
full(); flush("reverse order of marking")
do
  local a, b, c = obj "a", obj "b", obj "c"
  a.ref, b.ref, c.ref = b, c, a
end
full(); flush("cycle keeps the order")
do
  local late = {name = "created first, marked last"}
  local x, y = obj "x", obj "y"
  setmetatable(late, {__gc = function() log[#log + 1] = "late" end})
end
full(); flush("order of setmetatable")
do
  local inner = obj "inner"
  local outer = obj("outer", function(o) log[#log + 1] = "sees " .. o.inner.name end)
  outer.inner = inner
end
full(); flush("inner is still whole")

-- Resurrection.
local saved
do local o = obj("phoenix", function(o) saved = o end) end
full(); flush("resurrected")
print("alive", saved.name)
saved = nil
full(); flush("not again")
do
  local o = obj("again", function(o)
    if not saved then
      saved = o
      setmetatable(o, getmetatable(o))
    end
  end)
end
full(); flush("marked again")
saved = true
full(); flush("second time")
local count = 0
local function forever()
  setmetatable({}, {__gc = function() count = count + 1; if count < 5 then forever() end end})
end
forever()
for _ = 1, 12 do full() end
print("finalizer creates another", count)

-- Weak tables.
do
  local o = obj "weak"
  local w = setmetatable({o, [o] = "key"}, {__mode = "kv"})
  local reader = obj("reader", function() log[#log + 1] = "value " .. tostring(w[1] ~= nil) end)
  o, reader = nil, nil
  full(); flush("weak values are cleared before")
  print("afterwards", w[1])
end
do
  local e = setmetatable({}, {__mode = "k"})
  local o = obj("keyed", function(x) log[#log + 1] = "data " .. tostring(e[x]) end)
  e[o] = "extra"
  o = nil
  full(); flush("weak keys are cleared after")
  full()
  print("then gone", next(e))
end

-- Errors and values that are not functions.
do
  local first = obj("error", function() error("in finalizer") end)
  local second = obj "after error"
end
full(); flush("errors do not stop the others")
do local o = obj("error object", function() error({}) end) end
full(); flush("error object")
setmetatable({}, {__gc = 42})
setmetatable({}, {__gc = "text"})
full()
print("not callable", "ignored")
do local o = setmetatable({}, {__gc = setmetatable({}, {__call = function() log[#log + 1] = "called" end})}) end
full(); flush("callable table")
local marked = setmetatable({}, {__gc = true})
getmetatable(marked).__gc = function() log[#log + 1] = "set later" end
marked = nil
full(); flush("marked with true")
do
  local p = setmetatable({}, {__index = {__gc = function() log[#log + 1] = "inherited" end}})
  local c = setmetatable({}, p)
end
full(); flush("not through __index")

-- What keeps an object alive.
print("in a coroutine", coroutine.wrap(function() obj "co"; full(); return table.concat(log, " ") end)())
log = {}
local co = coroutine.create(function() local o = obj "inside suspended"; coroutine.yield(); return o end)
coroutine.resume(co)
full(); flush("suspended coroutine keeps it")
co = nil
full(); flush("collected with the coroutine")
do
  local o = obj "local"
  full(); flush("locals keep")
  print("type", type(o))
  o = nil
  full(); flush("released")
end
do
  local o <const> = obj "const"
  full(); flush("const keeps")
  print("type", type(o))
end
full(); flush("after the block")
local f = (function() local o = obj "upvalue"; return function() return o end end)()
full(); flush("upvalue keeps")
f = nil
full(); flush("closure gone")
local t = {}
for i = 1, 3 do t[i] = obj("t" .. i) end
t[2] = nil
full(); flush("one element")
t = nil
full(); flush("the rest")

-- What a finalizer may do.
print("collect inside", (function()
  local r
  do local o = setmetatable({}, {__gc = function() r = pcall(collectgarbage) end}) end
  full()
  return r
end)())
print("yield inside", (function()
  local r
  do local o = setmetatable({}, {__gc = function() r = {pcall(coroutine.yield, 1)} end}) end
  full()
  return r[1]
end)())
count = 0
for i = 1, 3000 do setmetatable({}, {__gc = function() count = count + 1 end}) end
full()
print("many", count)
print("between allocations", (function()
  local ran = 0
  for i = 1, 200 do setmetatable({}, {__gc = function() ran = ran + 1 end}) end
  local junk
  for i = 1, 100000 do junk = {i} end
  full()
  return ran
end)())
