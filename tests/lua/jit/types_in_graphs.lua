-- Tests of types, assertions, raw reads and comparisons with interned strings, at the edges of what optimized code does itself.
local function kind(x)
  if type(x) == "number" then return 1
  elseif type(x) == "string" then return 2
  elseif type(x) == "table" then return 3
  elseif type(x) == "boolean" then return 4
  elseif type(x) == "nil" then return 5
  elseif type(x) == "function" then return 6
  else return 7 end
end
local vals = {1, 2.5, "a", {}, true, false, kind, print, coroutine.create(kind), 1 << 60, io.stdout, -0.0, 0 / 0}
vals.n = 14
local n = 1000
local sum = 0
for r = 1, n do
  for i = 1, vals.n do sum = sum * 3 % 1000003 + kind(vals[i]) end
end
print(sum)
local ops = {"add", "sub", "mul", "jump"}
local function step(op, a)
  if op == "add" then return a + 1 elseif op == "sub" then return a - 2 elseif op == "mul" then return a * 3 % 1001 else return a end
end
local a = 0
for i = 1, n * 10 do a = step(ops[i % 4 + 1], a) end
print(a)
local b = 0
for i = 1, n do b = b + step("a" .. (i % 2 == 0 and "dd" or "x"), i) end
print(b)
local function get(t, i) return rawget(t, i) end
local m = setmetatable({1,2,3,nil,5}, {__index = function() return 100 end})
local s = 0
for i = 1, n do s = s + (get(m, i % 5 + 1) or 7) end
print(s, pcall(function() for i = 1, n do s = s + (assert(i < n - 5 and i, "late")) end end))
print(type(next), (type(nil)))
for i = 1, n do local t = type(vals[i % 14 + 1]); if t == "table" then s = s + #t end end
print(s)
-- Objects that do not exist have types, too.
local function made(i)
  local t = {x = i}
  local f = function() return i end
  if type(t) == "table" and type(f) == "function" and type(f) ~= "table" and type(t.x) == "number" and type(i == 3) == "boolean" then return t.x end
  return "never"
end
for i = 1, n do s = s + made(i) end
print(s)
-- The names themselves.
local seen = {}
local function name(x) local t = type(x); seen[t] = (seen[t] or 0) + 1; return t end
for i = 1, n do name(vals[i % 14 + 1]); name(i); name(i + 0.5); name(i > 3) end
for _, k in ipairs {"boolean", "function", "nil", "number", "string", "table", "thread", "userdata"} do io.write(k, " ", seen[k] or 0, " ") end
print()
print(pcall(type))
print(pcall(assert, nil, "message"))
local function check(x) return (assert(x)) end
for i = 1, n do check(i) end
print(pcall(check, false), pcall(check, nil))
-- Strings that are equal but not the same; now and then something else.
local function is(x) return x == "abc", "abc" == x, x ~= "abc" end
local ab = "ab"
for i = 1, n do
  local a, b, c = is(i % 2 == 0 and "abc" or i % 3 == 0 and ab .. "c" or i % 5 == 0 and nil or i)
  s = s + (a and 1 or 0) + (b and 2 or 0) + (c and 4 or 0)
end
print(s, is("abc"), is(ab .. "c"), is(), is(12), is({}), is(1 << 60))
local equal = setmetatable({}, {__eq = function() return true end})
print(is(equal))
-- Raw reads of what is no table, outside the array part, of holes.
print(pcall(get, 12, 1), pcall(get, nil, 1), get(m, 99), get(m, 4), get({[1.0] = "one"}, 1), get({a = 1}, "a"))
