-- Method definitions and calls; self; strings and other receivers.
local Account = {}
Account.__index = Account
function Account.new(b) return setmetatable({balance = b}, Account) end
function Account:deposit(v) self.balance = self.balance + v; return self end
function Account:get() return self.balance end
local acc = Account.new(10)
print("chain", acc:deposit(5):deposit(7):get())
print("explicit self", Account.get(acc), acc.get({balance = "other"}))
print("extra arguments", acc:deposit(1, 2, 3):get())
local o = {n = 1}
function o:add(...) local s = self.n for _, v in ipairs {...} do s = s + v end return s end
function o.plain(self, x) return self.n + x end
print("varargs", o:add(), o:add(1, 2, 3))
print("dot definition", o:plain(5), o.plain(o, 6))
o.nested = {deep = {}}
function o.nested.deep:m(x) return self == o.nested.deep, x end
print("nested definition", o.nested.deep:m(3))
print("string receiver", ("abc"):upper(), ("%d"):format(3), #("x"):rep(3), ("a b"):gsub(" ", "-"))
print("literal arguments", o.f == nil, ("x"):rep(2), ("s"):len {} == 1)
function o:str(s) return type(s), s end
function o:tab(t) return type(t), #t end
print("string argument", o:str "lit", o:str [[long]])
print("table argument", o:tab {1, 2})
local calls = 0
local function get() calls = calls + 1; return o end
print("receiver evaluated once", get():plain(1), calls)
local function fails(name, f) print(name, select(2, pcall(f))) end
fails("nil method", function() o:missing() end)
fails("nil receiver", function() local x; x:m() end)
fails("nil field receiver", function() o.x:m() end)
fails("number receiver", function() local n = 5; n:m() end)
fails("string without method", function() ("x"):nope() end)
fails("boolean method", function() o.flag = true; o:flag() end)
fails("method on global nil", function() undefinedname:m() end)
fails("method on call", function() (function() end)():m() end)
fails("method on upvalue", (function() local u; return function() u:m() end end)())
fails("numeric literal", function() (5):m() end)
fails("boolean literal", function() (true):m() end)
local Base = {} Base.__index = Base
function Base:name() return "base" end
function Base:describe() return "I am " .. self:name() end
local Derived = setmetatable({}, {__index = Base}) Derived.__index = Derived
function Derived:name() return "derived" end
local d = setmetatable({}, Derived)
print("inheritance", d:describe(), Base.describe(d), setmetatable({}, Base):describe())
function d:name() return "own" end
print("own method", d:describe())
d.name = nil
print("removed again", d:describe())
function Derived:describe() return Base.describe(self) .. "!" end
print("super", d:describe())
local keyword = {["end"] = function(self) return "end method" end}
print("reserved word as key", keyword["end"](keyword))
local m = o.plain
print("method value", m(o, 1), (o.plain)(o, 2))
local multi = {f = function(self, ...) return select("#", ...), ... end}
print("multiple results", multi:f((function() return 1, 2, 3 end)()))
print("callable field", ({c = setmetatable({}, {__call = function(self, obj, x) return type(obj), x end})}):c(9))
debug.setmetatable(0, {__index = {double = function(n) return n * 2 end}})
print("method of numbers", (21):double(), (2.5):double())
debug.setmetatable(0, nil)
debug.setmetatable(nil, {__index = function(_, k) return "nil's " .. k end})
print("index of nil", (nil).field, undefinedname.x)
debug.setmetatable(nil, nil)
debug.setmetatable(print, {__index = {name = "function"}, __concat = function() return "concat" end})
print("functions", print.name, (function() end).name, print .. 1)
debug.setmetatable(print, nil)
