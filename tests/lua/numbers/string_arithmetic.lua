-- Strings take part in arithmetic through the string metatable.
local function fails(name, f) print(name, select(2, pcall(f))) end
local function show(name, v) print(name, v, math.type(v)) end
show("'10' + 1", "10" + 1)
show("1 + '10'", 1 + "10")
show("'10' + '20'", "10" + "20")
show("'1.5' * 2", "1.5" * 2)
show("'10' - '2.0'", "10" - "2.0")
show("'0x10' + 0", "0x10" + 0)
show("' 5 ' + 0", " 5 " + 0)
show("'7' // 2", "7" // 2)
show("'-7' // 2", "-7" // 2)
show("'7' % '4'", "7" % "4")
show("'7.5' % 2", "7.5" % 2)
show("'7' / '2'", "7" / "2")
show("'2' ^ 10", "2" ^ 10)
show("-'5'", -"5")
show("-'5.0'", -"5.0")
show("-'0x10'", -"0x10")
show("-'-3'", - "-3")
show("'1e1' + 0", "1e1" + 0)
show("'9223372036854775807' + 1", "9223372036854775807" + 1)
show("'9223372036854775808' + 1", "9223372036854775808" + 1)
show("10 .. 20 + 1", 10 .. 20 + 1)
show("(10 .. 20) + 1", (10 .. 20) + 1)
fails("'abc' + 1", function() return "abc" + 1 end)
fails("1 + 'abc'", function() return 1 + "abc" end)
fails("'a' + 'b'", function() return "a" + "b" end)
fails("'' + 1", function() return "" + 1 end)
fails("'1x' * 2", function() return "1x" * 2 end)
fails("-'abc'", function() return -"abc" end)
fails("'10' + {}", function() return "10" + {} end)
fails("{} + '10'", function() return {} + "10" end)
fails("'10' + nil", function() return "10" + nil end)
fails("nil .. arithmetic", function() local s = "10"; return s + undefinedname end)
fails("true * '3'", function() return true * "3" end)
fails("'abc' + {}", function() return "abc" + {} end)
fails("'inf' + 1", function() return "inf" + 1 end)
fails("'5' // 0", function() return "5" // 0 end)
fails("'5' % 0", function() return "5" % 0 end)
fails("local s + 1", function() local s = "zz"; return s + 1 end)
fails("field", function() local t = {s = "zz"}; return t.s * 2 end)
fails("upvalue", (function() local u = "zz"; return function() return u ^ 2 end end)())
fails("method value", function() return ("x"):rep(2) - 1 end)
-- An assigned metamethod wins.
local mt = getmetatable("")
local old = mt.__add
mt.__add = function(a, b) return "added " .. tostring(a) .. " " .. tostring(b) end
show("assigned __add", "10" + 1)
show("assigned, reversed", 1 + "10")
show("assigned, both", "a" + "b")
show("others unchanged", "10" - 1)
mt.__add = nil
fails("removed __add", function() return "10" + 1 end)
mt.__add = old
show("restored", "10" + 1)
mt.__concat = function(a, b) return "never" end
show("concat of strings is primitive", "a" .. "b" .. 1)
print("concat with a table calls it", "a" .. {})
mt.__concat = nil
mt.__band = function(a, b) return "band" end
print("bit operation", "6" & 3, 3 & "6")
mt.__band = nil
-- A table with its own metamethod is asked first when it is on the left.
local obj = setmetatable({}, {__add = function(a, b) return "object" end})
print("object first", obj + "10", "10" + obj, obj + "x", pcall(function() return "x" + obj end))
print("unm", pcall(function() return -"x" end))
