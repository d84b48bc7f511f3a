-- Yields inside every metamethod that the language itself calls.
local yield = coroutine.yield
local function make(v)
  return setmetatable({v = v}, {
    __add = function(a, b) yield("add"); return "sum" end, __sub = function() yield("sub"); return "difference" end,
    __mul = function() yield("mul"); return "product" end, __div = function() yield("div"); return "quotient" end,
    __mod = function() yield("mod"); return "modulo" end, __pow = function() yield("pow"); return "power" end,
    __unm = function() yield("unm"); return "negated" end, __idiv = function() yield("idiv"); return "floor" end,
    __band = function() yield("band"); return "and" end, __bor = function() yield("bor"); return "or" end,
    __bxor = function() yield("bxor"); return "xor" end, __shl = function() yield("shl"); return "left" end,
    __shr = function() yield("shr"); return "right" end, __bnot = function() yield("bnot"); return "not" end,
    __concat = function(a, b) yield("concat"); return (type(a) == "table" and "T" or a) .. "+" .. (type(b) == "table" and "T" or b) end,
    __len = function() yield("len"); return 42 end, __eq = function() yield("eq"); return true end,
    __lt = function() yield("lt"); return true end, __le = function() yield("le"); return false end,
    __index = function(_, k) yield("index"); return "field " .. tostring(k) end, __newindex = function(t, k, v) yield("newindex"); rawset(t, k, v) end,
    __call = function(_, ...) yield("call"); return "called", ... end, __close = function() yield("close") end,
  })
end
local function run(name, f)
  local out = {}
  local co = coroutine.create(f)
  while true do
    local r = table.pack(coroutine.resume(co))
    for k = 1, r.n do r[k] = tostring(r[k]) end
    out[#out + 1] = table.concat(r, ",")
    if coroutine.status(co) == "dead" then break end
  end
  print(name, table.concat(out, " | "))
end
local o, p = make(1), make(2)
run("add", function() return o + 1, 1 + o end)
run("arithmetic", function() return o - 1, o * 2, o / 2, o % 2, o ^ 2, o // 2, -o end)
run("bits", function() return o & 1, o | 1, o ~ 1, o << 1, o >> 1, ~o end)
run("constants left", function() return 1 - o, 2 & o, 3 << o, 2.5 * o end)
run("concat", function() return o .. "x", "x" .. o, "a" .. "b" .. o .. "c" .. "d" end)
run("concat of two", function() return "a" .. o .. "b" .. p .. "c" end)
run("len", function() return #o + 1 end)
run("eq", function() return o == p, o ~= p end)
run("order", function() return o < p, o <= p, o > p, o >= p, o < 1, 1 < o, o <= 1, 1 <= o end)
run("condition", function() if o < p and o == p and not (o <= p) then return "taken" end return "not" end)
run("while", function() local n = 0; while o < p do n = n + 1; if n == 3 then break end end return n end)
run("index", function() return o.x, o[1], o[2.5], o["a b"], o.v end)
run("self", function() local f = o.method; return f end)
run("newindex", function() local q = make(3); q.a = 1; q[1] = 2; return rawget(q, "a"), rawget(q, 1) end)
run("call", function() return o(1, 2), (o(3)) end)
run("method call", function() local q = setmetatable({}, {__index = function(_, k) yield("lookup " .. k); return function(self, x) yield("in method"); return x end end}); return q:m(5) end)
run("tail call", function() return o("tail") end)
run("close", function() do local c <close> = o; yield("body") end return "after" end)
run("for iterator", function() local s = 0; for i in function(_, c) yield("iter"); c = (c or 0) + 1; if c < 4 then return c end end do s = s + i end return s end)
run("for with __call", function() local s = ""; local n = 0; for a in setmetatable({}, {__call = function() yield("it"); n = n + 1; if n < 3 then return n end end}) do s = s .. a end return s end)
run("global access", function() local _ENV = setmetatable({}, {__index = function(_, k) yield("global " .. k); return k end, __newindex = function(t, k, v) yield("set " .. k); rawset(t, k, v) end}); x = y; return x end)
run("chain of __index", function() local a = setmetatable({}, {__index = setmetatable({}, {__index = function(_, k) yield("far " .. k); return k end})}); return a.z end)
run("nested", function() return (o + 1) .. (p * 2) .. #o end)
run("in arguments", function() return select("#", o + 1, o.x, o()) end)
run("in constructor", function() local t = {o + 1, x = o.y, o()}; return #t, t.x, t[1] end)
run("in return of pcall", function() return pcall(function() return o + 1, o.x end) end)
run("multiple assignment", function() local a, b, c = o.x, o + 1, #o; return a, b, c end)
run("eq in table", function() return rawequal(o, p), o == o end)
