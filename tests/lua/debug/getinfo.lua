-- debug.getinfo: every option, levels, functions, names, activation lines.
local function fails(name, f, ...) print(name, select(2, pcall(f, ...))) end
local function keys(t) local k = {} for n in pairs(t) do k[#k + 1] = n end table.sort(k); return table.concat(k, " ") end
local function lines(f) local t = {} for l in pairs(debug.getinfo(f, "L").activelines) do t[#t + 1] = l end table.sort(t); return table.concat(t, " ") end
local function sample(a, b, ...)
  local c = a

  return c, ...
end
local i = debug.getinfo(sample)
print("default keys", keys(i))
print("S", i.source, i.short_src, i.what, i.linedefined, i.lastlinedefined)
print("l", i.currentline)
print("u", i.nups, i.nparams, i.isvararg)
print("n", i.name, i.namewhat)
print("t", i.istailcall)
print("f", i.func == sample)
print("r", i.ftransfer, i.ntransfer)
for _, opt in ipairs {"S", "l", "u", "n", "t", "f", "L", "r", "", "Sl", "nSlutfLr"} do print("keys of '" .. opt .. "'", keys(debug.getinfo(sample, opt))) end
i = debug.getinfo(print)
print("library function", i.what, i.short_src, i.source, i.currentline, i.linedefined, i.lastlinedefined, i.nups, i.nparams, i.isvararg, keys(debug.getinfo(print, "L")))
i = debug.getinfo(1)
print("main chunk", i.what, i.currentline, i.name, i.namewhat, i.nparams, i.isvararg, i.func == debug.getinfo(1, "f").func, i.linedefined, i.lastlinedefined)
print("level 0", debug.getinfo(0, "n").name, debug.getinfo(0, "S").what)
print("too high", debug.getinfo(100))
print("negative", pcall(debug.getinfo, -1))
print("float level", debug.getinfo(1.0, "l").currentline)
fails("fraction", debug.getinfo, 1.5)
fails("bad option", debug.getinfo, 1, "X")
fails("bad option >", debug.getinfo, 1, ">")
fails("bad option >S", debug.getinfo, print, ">S")
fails("bad first", debug.getinfo, "x")
fails("none", debug.getinfo)
fails("nil", debug.getinfo, nil)
fails("bad options type", debug.getinfo, 1, {})
local function name() local n = debug.getinfo(2, "n"); return tostring(n.name) .. "/" .. n.namewhat end
local function locfn() local r = name(); return r end
function globfn() local r = name(); return r end
local t = {field = function() local r = name(); return r end}; function t:meth() local r = name(); return r end
print("names", locfn(), globfn(), t.field(), t:meth()); print("upvalue name", (function() local r = locfn(); return r end)()); t[1] = t.field; print("index name", t[1]()); local key = "field"; print("variable index", t[key]()); print("metamethods", (function() local mt = {}; for _, e in ipairs {"add", "index", "call", "eq", "lt", "le", "concat", "len", "unm", "newindex", "close", "bnot", "idiv", "shl"} do mt["__" .. e] = function() local r = name(); t.last = r; return r end end local o, p = setmetatable({}, mt), setmetatable({}, mt); local out = {o + 1, o.x, o(), (o == p) and t.last, (o < p) and t.last, (o <= p) and t.last, o .. "x", #o, -o, ~o, o // 1, 1 << o}; o.y = 1; out[#out + 1] = t.last; do local c <close> = o end out[#out + 1] = t.last; return table.concat(out, " ") end)()); print("iterator name", (function() for r in function(_, c) if not c then local r = name(); return r end end do return r end end)()); print("hook name", (function() local r; debug.sethook(function() r = r or debug.getinfo(1, "n").namewhat end, "l")
  local x = 1
  debug.sethook(); return r end)()); print("finalizer name", (function() local r; setmetatable({}, {__gc = function() r = debug.getinfo(1, "n").name end}); collectgarbage(); collectgarbage(); return r end)())
print("tail called", (function() local function f() return debug.getinfo(1, "t").istailcall end local function g() return f() end return g(), (f()) end)())
print("active lines", lines(sample))
print("active lines of vararg main", lines(load("local a = 1\n\nlocal b = 2\nreturn a + b\n")))
print("active lines one line", lines(load("return 1")))
print("active lines of loop", lines(load("for i = 1, 3 do\n\n  print(i)\n\nend\nwhile x do\n  y()\nend")))
print("current line", debug.getinfo(1, "l").currentline, (function() return debug.getinfo(1, "l").currentline end)())
print("line of caller", (function() return debug.getinfo(2, "l").currentline end)())
print("nups", debug.getinfo(function() return t, key, i end, "u").nups, debug.getinfo(function() end, "u").nups, debug.getinfo(function() return print end, "u").nups)
print("params", debug.getinfo(function(a, b, c) end, "u").nparams, debug.getinfo(function(...) end, "u").isvararg, debug.getinfo(function(a, ...) end, "u").nparams)
local co = coroutine.create(function(x) local y = x; coroutine.yield(); return y end)
coroutine.resume(co, 5)
print("coroutine", debug.getinfo(co, 1, "l").currentline, debug.getinfo(co, 0, "n").name, debug.getinfo(co, 1, "S").what, debug.getinfo(co, 5))
print("coroutine with function", debug.getinfo(co, print, "S").what)
coroutine.resume(co)
print("dead coroutine", debug.getinfo(co, 0), debug.getinfo(co, 1))
print("not started", debug.getinfo(coroutine.create(print), 0))
print("source of load", debug.getinfo(load("return 1", "text of chunk"), "S").source, debug.getinfo(load("return 1", "@f"), "S").short_src, debug.getinfo(load("return 1", "=e"), "S").short_src, debug.getinfo(load("x = 1\ny = 2"), "S").short_src)
print("pcall level", pcall(function() return debug.getinfo(2, "n").name, debug.getinfo(2, "S").what end))
print("function value", pcall(function() return debug.getinfo(1, "f").func ~= nil end))
