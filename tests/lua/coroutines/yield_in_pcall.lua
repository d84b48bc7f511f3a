-- Yields through pcall, xpcall, error handlers' neighbours, nested protection.
local function run(name, f)
  local co = coroutine.create(f)
  local out, ok, v = {}, nil, nil
  local arg = nil
  for i = 1, 20 do
    local r = table.pack(coroutine.resume(co, arg))
    for k = 1, r.n do r[k] = tostring(r[k]) end
    out[#out + 1] = table.concat(r, ",")
    if coroutine.status(co) == "dead" then break end
    arg = "r" .. i
  end
  print(name, table.concat(out, " | "))
end
local yield = coroutine.yield
run("pcall", function() return pcall(function() return yield(1), yield(2) end) end)
run("pcall then error", function() return pcall(function() yield(1); error("e", 0) end) end)
run("pcall of yield", function() return pcall(yield, "direct") end)
run("pcall of pcall of yield", function() return pcall(pcall, pcall, yield, "direct") end)
run("error after pcall", function() pcall(yield, 1); error("e", 0) end)
run("nested", function() return pcall(function() local a = {pcall(function() yield("inner"); error("x", 0) end)}; yield("between", a[2]); error("y", 0) end) end)
run("xpcall", function() return xpcall(function(...) return yield(...) end, print, "a", "b") end)
run("xpcall error", function() return xpcall(function() yield(1); error("e", 0) end, function(m) return "h:" .. m end) end)
run("loop of pcalls", function() for i = 1, 3 do local ok, e = pcall(function() yield(i); if i == 2 then error("two", 0) end return i end); yield(tostring(ok) .. tostring(e)) end return "end" end)
run("varargs through", function(...) return select("#", pcall(yield)), select("#", pcall(yield, nil, nil)) end)
run("locals survive", function() local a, b, c = 1, 2, 3; local ok = pcall(function() local d = 4; yield(a + d); a = a + 10; b = b + d end); return ok, a, b, c end)
run("upvalues survive", function() local t = {}; pcall(function() for i = 1, 3 do local j = i; t[i] = function() j = j + 1; return j end; yield(t[i]()) end end); return t[1](), t[2](), t[3]() end)
run("deep pcalls", function() local function deep(n) if n == 0 then return yield("bottom") end local ok, v = pcall(deep, n - 1); return v end return deep(50) end)
run("error from the bottom", function() local function deep(n) if n == 0 then yield("bottom"); error("up", 0) end local ok, v = pcall(deep, n - 1); if not ok then error(v .. n % 10, 0) end return v end return pcall(deep, 12) end)
run("metamethod in pcall", function() local t = setmetatable({}, {__index = function(_, k) return yield("index " .. k) end, __add = function(a, b) yield("add"); error("in add", 0) end}); return t.x, pcall(function() return t + 1 end) end)
run("coroutine in pcall in coroutine", function() local inner = coroutine.wrap(function() yield("i1"); yield("i2"); error("ie", 0) end); yield(inner()); yield(inner()); return pcall(inner) end)
run("isyieldable", function() return coroutine.isyieldable(), select(2, pcall(coroutine.isyieldable)), (select(2, xpcall(coroutine.isyieldable, print))) end)
run("tostring yields not", function() return pcall(tostring, setmetatable({}, {__tostring = function() return "plain" end})) end)
run("close in pcall", function() return pcall(function() local x <close> = setmetatable({}, {__close = function() yield("closing") end}); yield("body"); return "value" end) end)
run("goto and yield", function() local i = 1 ::top:: local ok, v = pcall(yield, i); i = i + 1; if i < 4 then goto top end return ok, v end)
run("select of pcall", function() return select(2, pcall(yield, 5)) end)
run("assert of pcall", function() return assert(pcall(yield, 5)) end)
run("dofile", function() local f = io.open("y.lua", "w"); f:write("coroutine.yield('from file') return 'file end'"); f:close(); return dofile("y.lua") end)
run("table.unpack after yield", function() return table.unpack({yield(1), yield(2), yield(3)}) end)
run("handler yields", function() return (select("#", xpcall(error, function(m) return m end, "E"))) end)
