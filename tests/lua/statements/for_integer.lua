-- The integer for loop: the count is computed before, so that it never wraps.
local max, min = math.maxinteger, math.mininteger
local function run(name, a, b, c)
  local n, first, last = 0, nil, nil
  for i = a, b, c or 1 do
    n = n + 1
    first = first or i
    last = i
    if n >= 6 then break end
  end
  print(name, n, first, last, math.type(first))
end
run("1..3", 1, 3)
run("3..1", 3, 1)
run("1..1", 1, 1)
run("3..1 step -1", 3, 1, -1)
run("1..3 step -1", 1, 3, -1)
run("1..10 step 3", 1, 10, 3)
run("1..9 step 3", 1, 9, 3)
run("10..1 step -4", 10, 1, -4)
run("negative", -5, -3)
run("negative down", -3, -5, -1)
run("at maxinteger", max - 2, max)
run("at mininteger", min + 2, min, -1)
run("only maxinteger", max, max)
run("only mininteger", min, min)
run("only mininteger down", min, min, -1)
run("max step max", 1, max, max)
run("max step max-1", 1, max, max - 1)
run("step min", max, min, min)
run("step min from 0", 0, min, min)
run("step min from -1", -1, min, min)
run("step max from min", min, max, max)
run("whole range step 2^62", min, max, 1 << 62)
run("whole range down", max, min, -(1 << 62))
run("min to max", min, max)
run("max to min", max, min, -1)
run("max to min up", max, min)
run("step beyond limit", 1, 5, 100)
run("step max", 5, 5, max)
run("step min again", 5, 5, min)
run("limit below", max, max - 1)
run("near wrap", max - 1, max, 2)
run("near wrap 3", max - 4, max, 3)

-- A float limit of an integer loop is clipped.
run("float limit 3.9", 1, 3.9)
run("float limit 3.0", 1, 3.0)
run("float limit -3.9 down", -1, -3.9, -1)
run("float limit 0.5", 1, 0.5)
run("float limit -0.5 down", 0, -0.5, -1)
run("float limit inf", max - 2, math.huge)
run("float limit -inf", min + 2, -math.huge, -1)
run("float limit inf down", 1, math.huge, -1)
run("float limit -inf up", 1, -math.huge)
run("float limit 1e300", max - 1, 1e300)
run("float limit -1e300", 1, -1e300)
run("float limit 2^63", max - 1, 2 ^ 63)
run("float limit -2^63", min + 1, -2 ^ 63, -1)
run("float limit nan", 1, 0 / 0)
run("float limit nan down", 1, 0 / 0, -1)
run("from max to 2^53", max, 2 ^ 53)
run("from max down to 2^53 first ones", max, 2.0 ^ 53, -1)

-- The variable is a copy: assigning to it changes nothing.
local out = {}
for i = 1, 4 do out[#out + 1] = i; i = i * 100 end
print("assigned variable", table.concat(out, " "))
-- The expressions are evaluated once.
local evaluated = 0
local function e(v) evaluated = evaluated + 1; return v end
for i = e(1), e(3), e(1) do end
print("evaluated", evaluated)
local limit = 3
local n = 0
for i = 1, limit do limit = 10; n = n + 1 end
print("limit changed inside", n, limit)
local fs = {}
for i = 1, 3 do fs[i] = function() i = i + 10; return i end end
print("fresh variables", fs[1](), fs[1](), fs[2](), fs[3]())
for i = 1, 2 do local i = i .. "!"; io.write(i, " ") end
print("shadowed")
for i = 3, 1 do print("never") end
for i = #"abc", 1, -1 do io.write(("abc"):sub(i, i)) end
print(" backwards")
