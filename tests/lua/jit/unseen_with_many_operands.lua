-- Code that is reached for the first time long after its function was compiled, in the middle of expressions whose
-- operands are more than there are registers.

-- What is recorded of a function is a slice of some thousand instructions. Here it ends in the middle of such an
-- expression, whose end is what nobody has seen.
do
local function fold(...)
  for i = 1, select("#", ...) do
    local v = (select(i, ...))
  end
end
local function hot(b, t)
  fold(table.unpack(table.move(t, 1, math.min(#t, 5), 2, {0})))
  for _, q in next, {1, 2, 3} do fold(q, q) end
  for i = 1, 13 do
    if 2^47 <= b then
      xpcall(function(...) return t end, print, i)
    end
  end
  return b
end
for r = 1, 2064 do
  hot(1.5, {1, 2.5, 3})
end
print("end")
end

local function list(...)
  return select("#", ...) .. ":" .. table.concat({...}, ",")
end

local function many(a, b, c, d, e, f, t, late)
  if not late then return a end
  return list(a + 1, b + 2, c + 3, d + 4, e + 5, f + 6, a * 2, b * 2, c * 2, d * 2, e * 2, #t, t[1], late.x)
end

local function nested(a, b, t, late)
  if not late then return a end
  return list(table.unpack(table.move(t, 1, math.min(#t, 5), 2, {a, b})))
end

local function strings(a, b, s, late)
  if not late then return a end
  return list(a .. b, b .. a, string.rep(s, math.max(#s, 2)), string.sub(s, math.min(a, b), #s), tostring(a < b), tostring(a == b), tostring(not s))
end

for i = 1, 400 do
  many(1, 2, 3, 4, 5, 6, {7}, nil)
  nested(1, 2, {3}, nil)
  strings(1, 2, "s", nil)
end
local seen = {}
local function note(s)
  if not seen[s] then
    seen[s] = true
    print(s)
  end
end
for i = 1, 400 do
  note(many(1, 2.5, 3, 4, 5, 6, {7, 8}, {x = "late"}))
  note(nested(1, 2.5, {3, 4, 5}, true))
  note(strings(1, 2, "str", true))
end

