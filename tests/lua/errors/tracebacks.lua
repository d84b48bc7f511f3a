-- debug.traceback: names of functions, levels, messages, elision of long stacks.
local function show(name, s) print(name); print((s:gsub("\n%s*%[C%]: in %?$", ""))) end
local function level1() return debug.traceback("msg") end
local function level2() local s = level1(); return s end
show("locals", level2())
function globalfn() local s = debug.traceback("in global"); return s end
show("global", (function() local s = globalfn(); return s end)())
local t = {field = function() local s = debug.traceback("in field"); return s end}
function t:method() local s = self.field(); return s end
show("field and method", (function() local s = t:method(); return s end)())
show("upvalue", (function() local up = function() local s = debug.traceback("u"); return s end; return (function() local s = up(); return s end)() end)())
show("tail call", (function() local function a() return (debug.traceback("t")) end local function b() return a() end local s = b(); return s end)())
show("pcall", (select(2, pcall(function() local s = debug.traceback("p"); return s end))))
show("xpcall error", (select(2, xpcall(function() local x; x.y = 1 end, debug.traceback))))
show("error call", (select(2, xpcall(function() error("e") end, debug.traceback))))
show("library call", (select(2, xpcall(function() string.rep() end, debug.traceback))))
show("method call", (select(2, xpcall(function() ("x"):rep({}) end, debug.traceback))))
show("sort", (function() local s; table.sort({1, 2}, function() s = debug.traceback("s"); return false end); return s end)())
show("gsub", (function() local s; ("x"):gsub(".", function() s = debug.traceback("g") end); return s end)())
show("metamethod", (function() local s = setmetatable({}, {__add = function() local s = debug.traceback("m"); return s end}) + 1; return s end)())
show("index metamethod", (function() local s = setmetatable({}, {__index = function() local s = debug.traceback("i"); return s end}).x; return s end)())
show("call metamethod", (function() local s = setmetatable({}, {__call = function() local s = debug.traceback("c"); return s end})(); return s end)())
show("close metamethod", (function() local s; do local c <close> = setmetatable({}, {__close = function() s = debug.traceback("cl") end}) end return s end)())
show("iterator", (function() local s; for _ in function(_, c) if not c then s = debug.traceback("f"); return 1 end end do end return s end)())
show("load", load("local s = debug.traceback('chunk'); return s", "=chunk")())
show("load named", load("return (function() local s = debug.traceback('chunk'); return s end)()", "@file.lua")())
show("coroutine inside", coroutine.wrap(function() local s = debug.traceback("co"); return s end)())
show("level 0", debug.traceback("zero", 0))
show("level 1", debug.traceback("one", 1))
show("level 2", debug.traceback("two", 2))
show("level 50", debug.traceback("fifty", 50))
print("no message", (debug.traceback():match("^stack traceback:\n")) ~= nil, debug.traceback(nil) ~= nil, (debug.traceback(nil):match("^stack")))
print("number message", (debug.traceback(12):match("^12\n")) ~= nil)
print("other message", debug.traceback({}) ~= nil, type(debug.traceback({})), debug.traceback(true), type(debug.traceback(print)))
local function deep(n) if n == 0 then return debug.traceback("deep") end local s = deep(n - 1); return s end
local s = deep(60)
local _, lines = s:gsub("\n", "\n")
print("long stack", lines, s:match("\n\t%.%.%.[^\n]*"))
_, lines = deep(15):gsub("\n", "\n"); print("15", lines, deep(15):match("%.%.%.[^\n]*"))
for _, n in ipairs {16, 17, 18, 19, 20, 21, 22, 23} do local d = deep(n); _, lines = d:gsub("\n", "\n"); print(n, lines, d:match("\n\t(%.%.%.[^\n]*)")) end
print("message with newline", (debug.traceback("a\nb"):match("^a\nb\nstack traceback:")) ~= nil)
print("required module", (function() local f = io.open("m.lua", "w"); f:write("local s = debug.traceback('mod') return s"); f:close(); return (require("m"):gsub("/[^\n]*/", "")) end)())
print(#debug.traceback("a zero byte\0 ends it") < 200, (debug.traceback("a zero byte\0 ends it"):match("^[^\n]*")))
