-- Metamethods: each operation in a loop of its own.
local measure = dofile((arg[0]:match("^.*/") or "") .. "timing.lua")

local V = {}
V.__index = V
local function vec(x) return setmetatable({ x = x }, V) end
local out = vec(0)
V.__add = function(a, b) out.x = a.x + b.x return out end
V.__sub = function(a, b) return a end
V.__div = function(a, b) return a end
V.__pow = function(a, b) return a end
V.__unm = function(a) return a end
V.__len = function(a) return 7 end
V.__concat = function(a, b) return a end
V.__eq = function(a, b) return a.x == b.x end
V.__lt = function(a, b) return a.x < b.x end
V.__le = function(a, b) return a.x <= b.x end
V.__call = function(self, a) return a end
local I = { __index = function(t, k) return 1 end, __newindex = function(t, k, v) end }
local a, b, t = vec(1), vec(2), setmetatable({}, I)

local function empty(n)
  local r
  for i = 1, n do
    r = i
  end
  return r
end

measure("__add, with fields", function(n) local r for i = 1, n do r = a + b end return r end, empty)
measure("__sub of a number", function(n) local r for i = 1, n do r = a - 1 end return r end, empty)
measure("__div", function(n) local r for i = 1, n do r = a / b end return r end, empty)
measure("__pow", function(n) local r for i = 1, n do r = a ^ b end return r end, empty)
measure("__unm", function(n) local r for i = 1, n do r = -a end return r end, empty)
measure("__len", function(n) local r for i = 1, n do r = #a end return r end, empty)
measure("__concat", function(n) local r for i = 1, n do r = a .. b end return r end, empty)
measure("__eq in a branch", function(n) local r = 0 for i = 1, n do if a == b then r = r + 1 end end return r end, empty)
measure("__lt in a branch", function(n) local r = 0 for i = 1, n do if a < b then r = r + 1 end end return r end, empty)
measure("__le in a branch", function(n) local r = 0 for i = 1, n do if a <= b then r = r + 1 end end return r end, empty)
measure("__lt as a value", function(n) local r for i = 1, n do r = a > b end return r end, empty)
measure("__eq, not equal", function(n) local r for i = 1, n do r = a ~= b end return r end, empty)
measure("__call", function(n) local r for i = 1, n do r = a(i) end return r end, empty)
measure("__index, field", function(n) local r for i = 1, n do r = t.foo end return r end, empty)
measure("__index, element", function(n) local r for i = 1, n do r = t[i] end return r end, empty)
measure("__newindex, field", function(n) for i = 1, n do t.foo = i end end, empty)
measure("__newindex, element", function(n) for i = 1, n do t[i] = i end end, empty)
