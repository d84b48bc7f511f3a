-- Switches of coroutines and metamethods, at the edges of their straight paths.
local function show(name, ...)
  local t = table.pack(...)
  for i = 1, t.n do t[i] = tostring(t[i]) end
  print(name, t.n, table.concat(t, " "))
end
local create, resume, yield, wrap, status = coroutine.create, coroutine.resume, coroutine.yield, coroutine.wrap, coroutine.status
local function churn() for _ = 1, 40 do local _ = {{}, tostring(_) .. "x"} end collectgarbage("step") end

-- Values both ways, more and fewer than wanted.
local co = create(function(...)
  show("start", ...)
  show("got", yield()) show("got", yield(1)) local a = yield(1, 2) local b, c, d = yield(nil, nil, nil) yield(5)
  show("wanted", a, b, c, d)
  return 6, 7
end)
show("resume", resume(co, "a", "b")) show("resume", resume(co)) show("resume", resume(co, 1, 2, 3)) resume(co, 4, 5)
local r = resume(co, 6, 7) show("one", r) local r1, r2, r3, r4 = resume(co, 8) show("four", r1, r2, r3, r4)
show("dead", resume(co)) show("status", status(co))
local w = wrap(function(a, b) for i = 1, 3 do a = yield(a, i) end return "end" end)
w(1) show("wrap", w(2)) local x, y, z = w(3) show("wrap", x, y, z) show("wrap", w()) show("wrap dead", pcall(w))
-- Yield in a tail position, as a statement, as the body, across pcall, with many values.
show("tail", wrap(function(...) return yield(...) end)(1, 2))
local tail = wrap(function() return yield(1) end) tail() show("tail", tail("x", "y"))
local body = wrap(yield) show("body", body(1, 2)) show("body", body(3))
local pbody = wrap(pcall) show("pcall as body", pbody(function(v) return yield(v) end, 9)) show("pcall as body", pbody("back"))
local many = wrap(function(...) local t = {...} while true do t = {yield(table.unpack(t, 1, #t))} end end)
for _, n in ipairs({0, 1, 30, 90, 250, 2000, 3, 0}) do
  local t = {} for i = 1, n do t[i] = i end
  local back = {many(table.unpack(t))} show("many", #back, back[n])
end
local across = create(function()
  local r = table.pack(pcall(function() local v = yield("in") churn() error("after " .. v, 0) end))
  show("caught", table.unpack(r, 1, r.n))
  local ok, v = pcall(yield, "direct") show("direct", ok, v)
  local good, e = pcall(function() local t <close> = setmetatable({}, {__close = function(_, e) yield("closing") show("closed", e) end}) yield("open") error("e", 0) end)
  show("closed", good, e)
  error({})
end)
for i = 1, 6 do show("across", resume(across, i) == true or status(across)) churn() end
-- Collections between switches; chains and nests of coroutines.
local function generator(n) return wrap(function() for i = 1, n do churn() yield({i}) end end) end
local sum = 0 for v in generator(20) do churn() sum = sum + v[1] end show("sum", sum)
local function filter(source, by) return wrap(function() for v in source do if v[1] % by ~= 0 then yield(v) end end end) end
local source = generator(60) for _, by in ipairs({2, 3, 5, 7}) do source = filter(source, by) end
local list = {} for v in source do list[#list + 1] = v[1] end show("chain", table.unpack(list))
local function walk(n) if n > 0 then walk(n - 1) yield(n) walk(n - 1) end end
local count = 0 for _ in wrap(function() walk(9) end) do count = count + 1 end show("walk", count)
local function nest(n) if n == 0 then return yield("deepest") end return (resume(create(nest), n - 1)) end
show("nest", resume(create(nest), 50))
for i = 1, 300 do local c = create(function(a) local b = yield(a) return b end) resume(c, i) if i % 3 == 0 then resume(c, 1) elseif i % 3 == 1 then coroutine.close(c) end end
show("outside", pcall(yield, 1)) show("self", resume(coroutine.running()))
local me me = wrap(function() return pcall(me) end) show("itself", me())
local failing = wrap(function() yield(1) error("lost", 0) end) failing() show("fails", pcall(failing)) show("fails", pcall(failing))

-- Metamethods that are functions, while their sites learn, and afterwards.
local log = {}
local mt = {__index = function(t, k) return k .. "?" end, __newindex = function(t, k, v) rawset(t, k, v * 2) end}
local function object(class) return setmetatable({}, class or mt) end
local function read(o) return o.field end
local function write(o, v) o.field = v end
for i = 1, 4 do local o = object() write(o, i) show("object", read(o), o.other, rawget(o, "field")) o.field = nil show("again", read(o)) write(o, 3) show("again", read(o)) end
mt.__index = function(t, k, ...) return select("#", ...) end show("other function", read(object()))
mt.__index = {field = "from a table"} show("table", read(object())) mt.__index = rawget show("native", read(object()))
mt.__index = nil show("none", read(object())) mt.__index = function() end show("nothing", read(object()))
mt.__newindex = nil do local o = object() write(o, 1) show("plain", rawget(o, "field")) end
mt.__newindex = function() churn() end do local o = object() write(o, 1) show("kept out", rawget(o, "field")) end
mt.__index = function(t, k) return yield(k) end
local reader = wrap(function() return read(object()) end) show("yields", reader()) show("yields", reader("value"))
mt.__index = function(t, k) churn() error("no " .. k, 0) end for _ = 1, 3 do show("raises", pcall(read, object())) end
mt.__index = function(t, k) return t[k] end show("recursion", (pcall(read, object())))
mt.__index = function(t, k) return read(t) end show("recursion", (pcall(read, object())))
local C = {__lt = function(a, b) churn() return a.v < b.v end, __le = function(a, b) return nil end, __eq = function(a, b) return 1 end,
  __add = function(a, b) return "sum" end, __call = function(self, ...) return select("#", ...), ... end, __len = function() return 3 end,
  __unm = function() return "neg" end, __concat = function() return "cat" end}
local function value(v) return setmetatable({v = v}, C) end
local a, b = value(1), value(2)
for _ = 1, 3 do
  show("compare", a < b, b < a, a > b, a <= b, a >= b, a == b, a ~= b, not (a == b), not (a < b))
  local text = "" if a < b then text = text .. "lt " end if a <= b then text = text .. "le " end if a == b then text = text .. "eq " end
  if a ~= b then text = text .. "ne " end if not (a < b) then text = text .. "nlt " end while a > b do text = "?" break end show("branches", text)
  show("others", a + b, a(1, nil), #a, -a, a .. b) show("others", a())
end
local Y = {__lt = function(a, b) return yield("lt") end, __eq = function(a, b) return yield("eq") end}
local yielding = wrap(function() local p, q = setmetatable({}, Y), setmetatable({}, Y) local r = {} r[1] = p < q r[2] = p == q r[3] = p ~= q if p < q then r[4] = "yes" end return table.unpack(r, 1, 4) end)
show("compare yields", yielding()) for _, v in ipairs({1, 0}) do show("compare yields", yielding(v)) end show("compare yields", yielding(false)) show("compare yields", yielding("x"))

-- Methods of strings: found once, then changed.
local function call(s) return s:mine() end
function string.mine(s) return "mine " .. s end for _ = 1, 3 do show("method", call("a")) end
function string.mine(s) return "other " .. s end show("method", call("a")) string.mine = nil show("method", pcall(call, "a"))
local smt = getmetatable("") local old = smt.__index
smt.__index = {mine = function(s) return "table " .. s end} show("method", call("a")) smt.__index = function(s, k) return function() return k end end show("method", call("a"))
smt.__index = old string.mine = string.upper show("method", call("a")) show("method", call(setmetatable({}, {__index = {mine = function() return "object" end}}))) show("method", call("b"))
debug.setmetatable("", {__index = {mine = string.len}}) show("method", call("abc")) debug.setmetatable("", smt) show("method", call("abc")) string.mine = nil
