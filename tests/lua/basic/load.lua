-- load: strings and readers, names, modes, environments.
print("string", load("return 1 + 1")())
print("arguments", load("return select('#', ...), ...")(1, nil, 3))
print("empty", load("")(), select("#", load("")()))
print("syntax error", load("return +"))
print("with name", load("return +", "my chunk"))
print("with @name", load("return +", "@file.lua"))
print("with =name", load("return +", "=exact"))
local function reader(...)
  local parts, i = {...}, 0
  return function() i = i + 1; return parts[i] end
end
print("reader", load(reader("return ", "1", " + 2"))())
print("reader splits tokens", load(reader("ret", "urn 'a", "b", "c' .. 1", "2"))())
print("reader of bytes", load(reader(("return 'byte by byte'"):byte(1, -1)) and reader(table.unpack((function() local t = {} for c in ("return 'byte by byte'"):gmatch "." do t[#t + 1] = c end return t end)())))())
print("reader ends with empty string", load(reader("return 5", "", "garbage"))())
print("reader ends with nil", load(reader("return 6", nil, "garbage"))())
print("empty reader", load(function() end)())
print("reader of a number", load(reader("return ", 42)) ~= nil)
print("reader of a table", pcall(load, reader("return ", {})))
print("reader of true", pcall(load, reader("return ", true)))
print("reader error", pcall(load, function() error("in reader", 0) end))
print("reader error object", type(select(2, select(2, pcall(load, function() error({}) end)))))
print("reader default name", load(reader("x x")))
print("reader named", load(reader("x x"), "@reader"))
local n = 0
print("reader not called after the end", load(function() n = n + 1; if n == 1 then return "return 1" end return nil end)(), n)
-- Modes.
local bin = string.dump(load("return 'binary'"))
print("binary default", load(bin, "b")()); print("binary b", load(bin, "b", "b")()); print("binary bt", load(bin, "b", "bt")())
print("binary as t", load(bin, "=b", "t")); print("text as b", load("return 1", "=t", "b")); print("text as t", load("return 1", "=t", "t")())
print("odd mode", load("return 1", "=m", "x")); print("mode bt", load("return 'bt'", "=m", "bt")())
print("binary by reader", load(function() local b = bin; bin = nil; return b end, "=b", "b")())
-- Environments.
local env = {}
load("x = 1; y = x + 1", "=e", "t", env)(); print("env", env.x, env.y, x)
print("env nil", pcall(load("return x", "=e", "t", nil))); print("env number", pcall(load("return x", "=e", "t", 5)))
print("env absent", load("return _ENV == _G")()); print("no globals used", load("return ...", "=e", "t", nil)(7))
local shared = load("local a = 0; return function() a = a + 1; return a end")
local f1, f2 = shared(), shared(); f1(); f1(); print("fresh locals each run", f1(), f2())
print("vararg main", load("local a, b = ... return b, a")(1, 2)); print("nested load", load("return load('return load(\"return 9\")()')()")())
local function fails(name, f, ...) print(name, select(2, pcall(f, ...))) end
fails("no argument", load); fails("nil", load, nil); fails("number", load, 42) fails("table", load, {}); fails("bad mode type", load, "x=1", "=n", {}); fails("bad name type", load, "x=1", {})
print("zero byte in source", #load("return '\0'")())
print("long source", #load("return '" .. ("x"):rep(100000) .. "'")()); print("many lines", load(("\n"):rep(1000) .. "return debug.getinfo(1, 'l').currentline")())
print("many statements", load(("x = (x or 0) + 1\n"):rep(2000) .. "return x")()); x = nil
print("upvalue of the caller is not visible", load("return type(env)")())
print("comment only", pcall(load("-- nothing"))); print("return only", pcall(load("return"))); print("return semicolon", pcall(load("return;")))
print("shebang is not special", load("#!/bin/lua\nreturn 1", "=s"))
print("bom is not special", load("\xef\xbb\xbfreturn 1", "=s"))
