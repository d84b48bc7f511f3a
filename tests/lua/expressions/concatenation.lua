-- The .. operator: operands, associativity, long chains, errors.
local function fails(name, f) print(name, select(2, pcall(f))) end
print("strings", "a" .. "b", "" .. "", "a" .. "", "" .. "b")
print("numbers", 1 .. 2, 1.5 .. 2, 1 .. "", -1 .. "x", 2 ^ 63 .. "", 1e15 .. "", 10 // 1 .. "")
print("float text", 1.0 .. "|" .. -0.0 .. "|" .. 1e100 .. "|" .. 0.1)
print("zeros", #("a\0" .. "\0b"), ("a\0" .. "b") == "a\0b")
local s = ""
for i = 1, 300 do s = s .. i .. "," end
print("accumulated", #s, s:sub(1, 20), s:sub(-12))
local a, b, c, d, e = "a", "b", "c", "d", "e"
print("chain", a .. b .. c .. d .. e .. 1 .. 2.5 .. a)
print("grouped", (a .. b) .. (c .. (d .. e)))
local long = ("x"):rep(5000)
print("long", #(long .. long), #(long .. 1 .. long .. 2))
print("empty operands", #(long .. ""), ("" .. long) == long, #("" .. "" .. ""))
local parts = {}
for i = 1, 120 do parts[i] = "'" .. string.char(97 + i % 26) .. "'" end
print("120 operands", #load("return " .. table.concat(parts, ".."))())
local function src(n) return "local a = 'q' return " .. ("a .. "):rep(n) .. "a" end
print("variables", #load(src(50))(), #load(src(150))())
fails("nil", function() return "a" .. nil end)
fails("nil left", function() return nil .. "a" end)
fails("table", function() return "a" .. {} end)
fails("boolean", function() return true .. "a" end)
fails("function", function() return print .. "a" end)
fails("local", function() local x; return "a" .. x end)
fails("local left", function() local x; return x .. "a" end)
fails("middle", function() local x; return "a" .. x .. "b" end)
fails("two bad", function() local x, y; return x .. y end)
fails("number and table", function() local t = {}; return 1 .. t end)
fails("field", function() local t = {}; return "a" .. t.name end)
fails("global", function() return "a" .. undefinedname end)
fails("upvalue", (function() local up; return function() return up .. "a" end end)())
fails("call", function() return "a" .. (function() end)() end)
fails("last is blamed first", function() local x, y = {}, nil; return "a" .. x .. "b" .. y end)
-- Metamethods and the order of evaluation: right to left.
local log = {}
local mt = {}
mt.__concat = function(x, y)
  local function name(v) return type(v) == "table" and v.name or tostring(v) end
  log[#log + 1] = name(x) .. "+" .. name(y)
  return setmetatable({name = "(" .. name(x) .. name(y) .. ")"}, mt)
end
local function obj(n) return setmetatable({name = n}, mt) end
local r = obj "A" .. "b" .. obj "C" .. 1 .. "x"
print("order", table.concat(log, " "), r.name)
log = {}
r = "p" .. "q" .. obj "R"
print("order", table.concat(log, " "), r.name)
log = {}
r = obj "R" .. "p" .. "q"
print("order", table.concat(log, " "), r.name)
print("result of any type", setmetatable({}, {__concat = function() return 42 end}) .. 1 + 1)
print("metamethod result goes on", "a" .. (setmetatable({}, {__concat = function(x, y) return "M" .. tostring(type(x)) end}) .. "z"))
