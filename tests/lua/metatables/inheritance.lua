-- Classes in the usual styles, metamethods and inheritance, mixins, deep hierarchies.
local function class(name, base)
  local c = {}
  c.__index = c
  c.__name = name
  c.__tostring = function(o) return name .. "(" .. tostring(o.v) .. ")" end
  if base then
    for _, ev in ipairs {"__add", "__eq", "__lt", "__len", "__call", "__concat"} do c[ev] = base[ev] end
  end
  return setmetatable(c, {__index = base, __call = function(cls, ...) local o = setmetatable({}, cls); if cls.init then cls.init(o, ...) end return o end})
end
local Animal = class "Animal"
function Animal:init(v) self.v = v end
function Animal:speak() return "..." end
function Animal:intro() return tostring(self) .. " says " .. self:speak() end
Animal.__add = function(a, b) return Animal(a.v .. "+" .. b.v) end
Animal.__eq = function(a, b) return a.v == b.v end
Animal.__lt = function(a, b) return a.v < b.v end
Animal.__len = function(a) return #a.v end
Animal.__concat = function(a, b) return (type(a) == "table" and a.v or a) .. (type(b) == "table" and b.v or b) end
local Dog = class("Dog", Animal)
function Dog:speak() return "woof" end
local Puppy = class("Puppy", Dog)
function Puppy:init(v) Dog.init(self, "little " .. v) end
function Puppy:speak() return Dog.speak(self):upper() end
local a, d, p = Animal "cat", Dog "rex", Puppy "bo"
print(a:intro()); print(d:intro()); print(p:intro())
print("operators", tostring(a + d), a == Animal "cat", a == d, a < d, #p, a .. d, "x" .. p, p .. 1)
print("inherited operators", tostring(d + p), Dog "x" == Dog "x", Dog "x" == Puppy "x", Dog "little x" == Puppy "x")
local list = {p, d, a, Dog "ace"}
table.sort(list)
for i, o in ipairs(list) do list[i] = tostring(o) end
print("sorted", table.concat(list, " "))
local function isa(o, c) local m = getmetatable(o) while m do if m == c then return true end m = getmetatable(m) and getmetatable(m).__index end return false end
print("isa", isa(p, Puppy), isa(p, Dog), isa(p, Animal), isa(a, Dog), isa(d, Puppy))
Animal.legs = 4; print("late class field", p.legs, d.legs); p.legs = 3; print("own field", p.legs, d.legs)
function Animal:speak() return "changed" end; print("late method", a:speak(), d:speak())
Dog.speak = nil; print("removed override", d:speak(), pcall(p.speak, p))
local function mixin(t, ...) for _, m in ipairs {...} do for k, v in pairs(m) do t[k] = t[k] or v end end return t end
local Walk, Swim = {move = function() return "walk" end, legs = 2}, {move = function() return "swim" end, fins = 2}
local Duck = mixin(class "Duck", Walk, Swim)
local k = Duck(); print("mixin", k:move(), k.legs, k.fins)
local cls = class "C0"
cls.level0 = function() return 0 end
for i = 1, 30 do cls = class("C" .. i, cls); local n = i; cls["level" .. i] = function() return n end end
local o = cls()
print("30 levels", o:level0(), o:level15(), o:level30(), o.level31)
local proto = {x = 1, greet = function(self) return "proto " .. self.x end}
local function clone(from, t) return setmetatable(t or {}, {__index = from}) end
local c1 = clone(proto, {x = 2}); local c2 = clone(c1); local c3 = clone(c2, {greet = function(s) return "own " .. s.x end})
print("prototypes", c1:greet(), c2:greet(), c3:greet()); proto.x = 9; c1.x = nil; print("delegation", c2:greet(), c3.x)
local Multi = setmetatable({}, {__index = function(_, key) for _, b in ipairs {Walk, Swim} do if b[key] ~= nil then return b[key] end end end})
print("search in several", Multi.move(), Multi.fins, Multi.none)
local function accessor() local get = {area = function(s) return s.w * s.h end}; return {__index = function(s, key) return get[key] and get[key](s) end} end
local rect = setmetatable({w = 3, h = 4}, accessor())
print("computed", rect.area, rect.w, rect.none)
rect.w = 5
print("recomputed", rect.area)
local singletons = {}
local function single(key) singletons[key] = singletons[key] or setmetatable({}, {__tostring = function() return "<" .. key .. ">" end}); return singletons[key] end
print("singletons", single "a" == single "a", single "a" == single "b", tostring(single "b"))
