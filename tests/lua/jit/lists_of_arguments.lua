-- Variable arguments in compiled code: few and many, passed on to natives and functions that want one value, several, all
-- or none, behind other arguments, with full stacks.

local function line(...) print(select("#", ...), ...) end

local function count(...) return select("#", ...) end
local function last(...) return (select(-1, ...)) end
local function second(...) local a = select(2, ...) return a end
local function rest(...) local a, b, c = select(2, ...) return a, b, c end
local function sum(...) local s = 0 for i = 1, select("#", ...) do s = s + (select(i, ...) or 0) end return s end
local function biggest(...) return math.max(...) end
local function kind(...) return type(...) end
local function pack(...) return { n = select("#", ...), ... } end
local function around(a, ...) return a, ..., a end
local function pass(...) return count(0, ...), (...) end
local function bytes(...) return string.char(...) end
local function nothing(...) select("#", ...) type(...) end
local function copy(n, ...) if n == 0 then return ... end return copy(n - 1, ..., n) end
local function list(t, ...) t[#t + 1] = tostring(...) return table.unpack({ ... }, 1, 3) end

local total = 0
for i = 1, 300 do
  total = total + count() + count(nil) + count(i, nil, nil) + sum(i, nil, i) + sum() + last(1, i) + second(1, i)
  local a, b, c = rest(1, i, nil, 4)
  total = total + a + c + (b == nil and 1 or 1000)
  total = total + biggest(i, 5, 200.5) + #bytes(65, 66, 67) + pack(i, nil, i, nil).n + #kind(i) + pass(1, 2)
  local x, y = around(i, 2, 3)
  total = total + x + y
  nothing(i)
  local t = {}
  local p, q, r = list(t, i, i)
  total = total + p + q + (r == nil and 1 or 1000) + #t[1]
  total = total + copy(5, i, i)
end
print(total)
line(around(1))
line(around(1, 2, 3))
line(rest(1))
line(copy(4, "a", "b"))

-- More than are copied at once, and more than the stack has room for.
local many = {}
for i = 1, 5000 do many[i] = i end
for _, n in ipairs({ 0, 1, 249, 250, 251, 252, 1000, 5000 }) do
  local r
  for _ = 1, 30 do r = count(table.unpack(many, 1, n)) + (n > 0 and last(table.unpack(many, 1, n)) or 0) end
  line(n, r, pack(table.unpack(many, 1, n)).n)
end
local function deep(n, ...) if n == 0 then return count(...) end return (deep(n - 1, n, ...)) end
line(deep(10), deep(200), pcall(deep, 400))
line(coroutine.wrap(function(...) for _ = 1, 100 do local c = count(...) if c ~= 200 then return c end end return deep(150) end)(table.unpack(many, 1, 200)))

-- Errors name the native and the position.
local function wrong(f, ...) return f(...) end
for i = 1, 60 do
  local f = i == 60 and math.max or count
  local ok, e = pcall(wrong, f)
  local ok2, e2 = pcall(wrong, i == 60 and string.char or count, -1)
  local ok3, e3 = pcall(function(...) return (select(...)) end, i == 60 and 0 or 1)
  if i == 60 then line(ok, e, ok2, e2, ok3, e3) end
end
