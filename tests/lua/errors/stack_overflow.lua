-- not-modes: gc-stress baseline-stress gc-stress-full (every collection scans stacks of megabytes)
-- Stack overflow is an ordinary error; afterwards everything works as before.
local function text(e) return (tostring(e):match("stack overflow") or tostring(e)) end
local function try(name, f, ...) local ok, e = pcall(f, ...); print(name, ok, text(e)) end
local function f() return 1 + f() end
try("simple", f)
try("again", f)
local function g(...) local a, b, c = 1, 2, 3; return g(a, b, c, ...) + 1 end
try("growing arguments", g)
local even, odd
function even() return 1 + odd() end
function odd() return 1 + even() end
try("mutual", even)
local t = setmetatable({}, {}); getmetatable(t).__index = function(o, k) return o[k .. "x"] end
try("index metamethod", function() return t.a end)
local a = setmetatable({}, {}); getmetatable(a).__add = function(x, y) return x + y end
try("add metamethod", function() return 1 + (a + 1) end)
local c = setmetatable({}, {}); getmetatable(c).__call = function(self) return 1 + self() end
try("call metamethod", function() return c() end)
local s = setmetatable({}, {}); getmetatable(s).__tostring = function(o) return tostring(o) .. "" end
try("tostring", function() return (tostring(s)) end)
local e = setmetatable({}, {})
local e2 = setmetatable({}, getmetatable(e))
getmetatable(e).__eq = function(x, y) return x == y and true end
try("eq metamethod", function() return e == e2 end)
local l = setmetatable({}, {}); getmetatable(l).__lt = function(x, y) return not (x < y) end
try("lt metamethod", function() return l < l end)
local k = setmetatable({}, {}); getmetatable(k).__concat = function(x, y) return x .. y end
try("concat metamethod", function() return (k .. "x") .. "" end)
local n = setmetatable({}, {}); getmetatable(n).__newindex = function(o, key, v) o[key] = v; return end
try("newindex metamethod", function() n.x = 1 end)
try("sort", function() local function cmp() table.sort({1, 2, 3}, cmp); return false end cmp() end)
try("gsub", function() local function r() return (("x"):gsub(".", r)) end return r() end)
try("pcall recursion", function() local function p() local ok, m = pcall(p); if not ok then error(m, 0) end return 1 end return p() end)
try("load recursion", function() local src = "local f = ... ; return 1 + load(f)(f)"; return load(src)(src) end)
try("require-like", function() local function d() return (select(2, d())) end return d() end)
try("unpack recursion", function() local function u(...) return u(table.unpack({...})) + 1 end return u(1, 2) end)
try("coroutine", function() local co = coroutine.wrap(f); return co() end)
local depth = 0
local function count() depth = depth + 1; count(); depth = depth + 0 end
pcall(count); print("deep enough", depth > 10000)
local first = depth; depth = 0; pcall(count); print("same depth again", depth > 10000)
print("still working", (function() local x = 0 for i = 1, 1000 do x = x + i end return x end)(), pcall(error, "e", 0))
local ok, msg = pcall(f); print("message has position", (msg:match("^stack_overflow.lua:%d+: stack overflow")) ~= nil)
local closed = 0
local function h() local x <close> = setmetatable({}, {__close = function() closed = closed + 1 end}); return 1 + h() end
local okh = pcall(h); print("closed on the way", okh, closed > 100)
