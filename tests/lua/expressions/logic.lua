-- and/or as values, in assignments, arguments, conditions, with calls and comparisons.
local calls = 0
local function T(v) calls = calls + 1; return v == nil and true or v end
local function F(v) calls = calls + 1; return v and false or nil end
local function count(name, ...) print(name, calls, ...); calls = 0 end
count("T and T", T(1) and T(2))
count("T and F", T(1) and F())
count("F and T", F() and T(1))
count("F or T", F() or T(1))
count("T or F", T(1) or F())
count("F or F", F(true) or F())
count("T and F or T", T(1) and F() or T(3))
count("F and T or T", F() and T(2) or T(3))
count("mixed", (T(1) or F()) and (F() or T(4)))
count("not", not T(1), not F())
local x = T(1) and 5 or 6; count("assigned", x)
local y = F() and 5 or 6; count("assigned", y)
local z = not F() and 5; count("assigned", z)
local n = 0
if T() and (F() or T()) then n = 1 end; count("condition", n)
if F() or F() then n = 2 elseif T() and T() then n = 3 end; count("condition", n)
while F() and T() do end; count("while")
repeat until T() or F(); count("repeat")
-- Values of every combination of three.
local vals = {true, false, 1}
local out = {}
for i = 1, 3 do
  for j = 1, 3 do
    for k = 1, 3 do
      local a, b, c = vals[i], vals[j], vals[k]
      if b == 1 then b = nil end
      out[#out + 1] = tostring(a and b) .. tostring(a or b) .. tostring(a and b or c) .. tostring((a or b) and c)
        .. tostring(not a and b) .. tostring(not (a and b)) .. tostring(a == b and c) .. tostring(a and b and c)
    end
  end
end
for i = 1, #out do print(i, out[i]) end
local function ret(a, b) return a and b end
local function ret2(a, b) return a or b end
local function ret3(a, b) return not a == b end
print("returned", ret(nil, 1), ret(1, nil), ret2(nil, nil), ret2(false, 2), ret3(nil, true))
local t = {a = nil or 1, b = false and 2, [1] = nil and 1, 2 and 3}
print("in constructor", t.a, t.b, t[1])
print("comparison values", 1 < 2 or 5, 1 > 2 or 5, 1 < 2 and 5, (1 > 2) == false, 1 == 1.0 and "eq")
print("call truncated", (function() return 1, 2 end)() and 3, nil or (function() return 1, 2 end)())
local v = nil
v = v or {}; v.list = v.list or {}
v.list[#v.list + 1] = v.count or 0
print("defaults", #v.list, v.list[1])
local a1, a2 = (nil or 1), (false or nil)
print("pair", a1, a2)
print("deep", 1 and 2 and 3 and nil or 4 and 5 or 6, nil or nil or nil or "last", 1 and false or nil)
local function tern(c) return c and "yes" or "no" end
print("ternary", tern(true), tern(false), tern(nil), tern(0))
local r = {}
for i = 1, 6 do r[i] = i % 2 == 0 and "even" or i % 3 == 0 and "three" or i end
print("loop", table.concat(r, " "))
