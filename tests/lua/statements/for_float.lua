-- The floating for loop: all three are floats if start or step is one.
local function run(name, a, b, c)
  local t = {}
  for x = a, b, c or 1 do
    t[#t + 1] = tostring(x)
    if #t >= 6 then t[#t + 1] = "..." break end
  end
  print(name, #t, table.concat(t, " "))
end
run("1.0 to 3", 1.0, 3)
run("1.0 to 3.5", 1.0, 3.5)
run("0.1 to 0.5 by 0.1", 0.1, 0.5, 0.1)
run("0 to 1 by 0.25", 0, 1, 0.25)
run("1 to 0 by -0.25", 1, 0, -0.25)
run("1 to 3 by 1.0", 1, 3, 1.0)
run("1 to 0 by 0.5", 1, 0, 0.5)
run("0 to 1 by -0.5", 0, 1, -0.5)
run("-0.0", -0.0, 0)
run("to inf", 1.0, math.huge)
run("to -inf", 1.0, -math.huge, -1)
run("from inf", math.huge, math.huge)
run("from inf to 1", math.huge, 1)
run("from inf down", math.huge, 1, -1)
run("from -inf", -math.huge, 0)
run("step inf", 1, 10, math.huge)
run("step -inf", 10, 1, -math.huge)
run("step inf to inf", 0, math.huge, math.huge)
run("nan start", 0 / 0, 10)
run("nan limit", 1.0, 0 / 0)
run("nan step", 1, 10, 0 / 0)
run("2^53", 2.0 ^ 53, 2 ^ 53 + 4)
run("2^53 stuck", 2.0 ^ 53, 2 ^ 53 + 1)
run("2^53 by 2", 2.0 ^ 53, 2 ^ 53 + 8, 2)
run("maxinteger as limit", 9223372036854774784.0, math.maxinteger, 1024)
run("maxinteger as start", math.maxinteger, 2 ^ 63, 2048.0)
run("integer limit rounds", 1.0, 9007199254740993, 4503599627370496)
run("denormal step", 0.0, 2e-323, 5e-324)
run("huge", 1e308, math.huge, 1e308)
run("single", 5.0, 5)
run("single down", 5.0, 5, -1)
run("tiny step", 1, 1 + 2 ^ -51, 2 ^ -52)
for x = 1, 2, 0.5 do local kind = math.type(x); io.write(kind, " ") end
print("kinds")
for x = 1.0, 2 do io.write(math.type(x), " ") end
print("kinds with float start")
local t = {}
for x = 3.0, 1.0, -1.0 do t[x] = x end
print("as keys", #t, t[1], t[3])
local n = 0
for x = 0, 1, 0.1 do n = n + 1 end
print("accumulated error", n)
local last
for x = 0, 0.3, 0.1 do last = x end
print("last", last < 0.3, ("%.17g"):format(last))
local fs = {}
for x = 1.5, 3.5 do fs[#fs + 1] = function() x = x * 2; return x end end
print("fresh", fs[1](), fs[1](), fs[2](), fs[3]())
