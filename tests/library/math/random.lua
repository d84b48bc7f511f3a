-- math.random and randomseed: the same sequences as the reference for the same seeds.
for _, s in ipairs { { 42 }, { 0 }, { 1, 2 }, { -1 }, { math.maxinteger, math.mininteger }, { 123456789, 987654321 }, { "7" }, { 3.0 } } do
  print(math.randomseed(table.unpack(s)))
  for i = 1, 5 do io.write(string.format("%.17g ", math.random())) end
  for i = 1, 5 do io.write(math.random(100), " ") end
  for i = 1, 5 do io.write(math.random(-50, 50), " ") end
  for i = 1, 3 do io.write(math.random(0), " ") end
  for i = 1, 3 do io.write(math.random(math.mininteger, math.maxinteger), " ") end
  for i = 1, 3 do io.write(math.random(0, math.maxinteger), " ") end
  for i = 1, 3 do io.write(math.random(1 << 40), " ", math.random(1 << 47), " ", math.random(-(1 << 50), 1 << 50), " ") end
  for i = 1, 3 do io.write(math.random(1), " ", math.random(5, 5), " ", math.random(256), " ", math.random(7, 1000000), " ") end
  io.write(math.random("3"), " ", math.random(2.0, 5), "\n")
end
math.randomseed(2024)
local h = 0
for i = 1, 100000 do h = (h * 31 + math.random(1000)) & 0xffffffff end
print(h)
local sum = 0.0
for i = 1, 100000 do sum = sum + math.random() end
print(string.format("%.17g", sum))
print(pcall(math.random, 2, 1))
print(pcall(math.random, -1))
print(pcall(math.random, 1, 2, 3))
print(pcall(math.random, 1.5))
print(pcall(math.random, {}, 1))
print(pcall(math.random, 1, {}))
print(pcall(math.random, "x"))
print(pcall(math.random, nil))
print(pcall(math.random, math.maxinteger, math.mininteger))
print(pcall(math.randomseed, 1.5))
print(pcall(math.randomseed, "x"))
print(pcall(math.randomseed, nil))
print(pcall(math.randomseed, 1, {}))
print(select("#", math.randomseed(5)), select("#", math.randomseed()))
local x, y = math.randomseed()
math.randomseed(x, y)
local r = math.random(0)
math.randomseed(x, y)
print(r == math.random(0), math.type(x), math.type(y))
-- an error has drawn a number all the same
math.randomseed(9) pcall(math.random, 2, 1) print(math.random(1000))
math.randomseed(9) pcall(math.random, {}) print(math.random(1000))
