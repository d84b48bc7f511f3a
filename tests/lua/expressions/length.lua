-- The length operator on strings, tables and with __len.
local function fails(name, f) print(name, select(2, pcall(f))) end
print("strings", #"", #"a", #"\0\0", #"\u{1F600}", #("x"):rep(70000))
print("tables", #{}, #{1, 2, 3}, #{n = 1}, #{{}, {}})
print("precedence", -#"ab", #"ab" + 1, #"a" .. "b", (#"ab") ^ 2, not #"")
local t = setmetatable({1, 2, 3}, {__len = function(x) return 42 end})
print("__len", #t, rawlen(t))
print("__len string", #setmetatable({}, {__len = function() return "text" end}))
print("__len nil", #setmetatable({}, {__len = function() end}))
print("__len many", #setmetatable({}, {__len = function() return 1, 2, 3 end}))
print("__len arguments", #setmetatable({}, {__len = function(...) return select("#", ...) end}))
print("__len float", #setmetatable({}, {__len = function() return 3.5 end}))
print("__len callable", #setmetatable({}, {__len = setmetatable({}, {__call = function() return "called" end})}))
fails("__len not callable", function() return #setmetatable({}, {__len = 5}) end)
fails("__len error", function() return #setmetatable({}, {__len = function() error("from len", 0) end}) end)
fails("nil", function() return #nil end)
fails("number", function() return #5 end)
fails("local", function() local v = true; return #v end)
fails("userdata", function() return #io.stdout end)
fails("rawlen number", function() return rawlen(5) end)
fails("rawlen none", function() return rawlen() end)
print("rawlen", rawlen({1, 2}), rawlen("abc"))
-- Library functions use __len.
local proxy = setmetatable({}, {__len = function() return 3 end, __index = function(_, i) return "v" .. i end})
print("concat", table.concat(proxy, ","))
print("unpack", table.unpack(proxy))
print("insert", pcall(table.insert, setmetatable({}, {__len = function() return 4 end, __newindex = function(x, k, v) rawset(x, k * 10, v) end}), "v"))
fails("concat with bad length", function() return table.concat(setmetatable({}, {__len = function() return "x" end})) end)
fails("concat with float length", function() return table.concat(setmetatable({}, {__len = function() return 1.5 end})) end)
print("string length as integer", table.concat(setmetatable({"a", "b"}, {__len = function() return 2.0 end})))
print("assigned in loop", (function() local l = {} for i = 1, 10 do l[#l + 1] = i end return #l end)())
local q = {}
q[#q + 1], q[#q + 2] = "a", "b"
print("double append", #q, q[1], q[2])
local inherited = setmetatable({}, {__index = {1, 2, 3}})
print("__index does not count", #inherited, inherited[2])
string.mine = function(s) return #s * 2 end
print("method on length", ("abc"):mine(), #("abc"):upper())
string.mine = nil
