-- The generator: seeded sequences are the reference's, value for value.
local function fails(name, f, ...) print(name, select(2, pcall(f, ...))) end
for _, seed in ipairs {0, 1, 42, -1, 12345678901234, math.maxinteger, math.mininteger} do
  math.randomseed(seed)
  local t = {}
  for i = 1, 5 do t[i] = ("%.17g"):format(math.random()) end
  print("float", seed, table.concat(t, " "))
  for i = 1, 5 do t[i] = math.random(100) end
  print("to 100", seed, table.concat(t, " "))
  for i = 1, 5 do t[i] = math.random(-5, 5) end
  print("range", seed, table.concat(t, " "))
  for i = 1, 3 do t[i] = math.random(0) end
  print("all bits", seed, table.concat(t, " ", 1, 3))
end
math.randomseed(42, 7)
print("two seeds", math.random(1000000), math.random(1000000))
math.randomseed(42, 0)
local a = math.random(0)
math.randomseed(42)
print("second defaults to 0", a == math.random(0))
math.randomseed(3.0)
a = math.random(0)
math.randomseed(3)
print("float seed with integer value", a == math.random(0))
fails("float seed", math.randomseed, 3.7)
math.randomseed("5")
print("string seed", math.random(0))
fails("fraction", math.randomseed, 0.1)
fails("huge", math.randomseed, 2 ^ 70)
fails("inf", math.randomseed, math.huge)
math.randomseed(1, -1)
print("negative second", math.random(0))
fails("seed x", math.randomseed, "x")
fails("seed nil", math.randomseed, nil)
fails("second 1.5", math.randomseed, 1, 1.5)
math.randomseed(99)
local seq = {}
for i = 1, 20 do seq[i] = math.random(6) end
print("dice", table.concat(seq, " "))
math.randomseed(99)
local same = true
for i = 1, 20 do same = same and seq[i] == math.random(6) end
print("repeats", same)
math.randomseed(7)
print("m", math.random(1), math.random(10), math.random(1 << 40), math.random(math.maxinteger))
print("m n", math.random(5, 5), math.random(-10, -5), math.random(math.mininteger, math.maxinteger), math.random(math.mininteger, 0), math.random(0, math.maxinteger), math.random(math.maxinteger - 1, math.maxinteger), math.random(3, 1 << 33))
print("powers", math.random(2), math.random(4), math.random(1 << 16), math.random(1 << 31), math.random(1 << 32), math.random(1 << 62))
print("not powers", math.random(3), math.random(1000), math.random((1 << 16) + 1), math.random((1 << 32) + 1), math.random((1 << 62) + 12345))
print("float arguments", math.random(3.0), math.random(1.0, 2.0), math.random("3"))
fails("empty", math.random, 2, 1)
fails("m < 1", math.random, -5)
fails("three", math.random, 1, 2, 3)
fails("1.5", math.random, 1.5)
fails("x", math.random, "x")
fails("huge float", math.random, 1e300)
fails("nil", math.random, nil)
fails("max to min", math.random, math.maxinteger, math.mininteger)
math.randomseed(2024)
local counts, sum = {0, 0, 0, 0, 0, 0}, 0
for _ = 1, 6000 do local d = math.random(6); counts[d] = counts[d] + 1 end
print("distribution", table.concat(counts, " "))
for _ = 1, 10000 do local x = math.random(); assert(x >= 0 and x < 1); sum = sum + x end
print("mean", ("%.12f"):format(sum / 10000))
print("long sequence", (function() math.randomseed(1); local h = 0; for _ = 1, 100000 do h = (h * 31 + math.random(0)) & 0xffffffff end return h end)())
print("seed results", select("#", math.randomseed(5)))
print("no seed gives some sequence", (function() math.randomseed(); local x = math.random(); return x >= 0 and x < 1 end)())
local function shuffle(t) for i = #t, 2, -1 do local j = math.random(i); t[i], t[j] = t[j], t[i] end return t end
math.randomseed(11)
print("shuffle", table.concat(shuffle({1, 2, 3, 4, 5, 6, 7, 8, 9, 10}), " "))
math.randomseed(5)
local co = coroutine.wrap(function() coroutine.yield(math.random(1000)); return math.random(1000) end)
local x, y, z = co(), math.random(1000), co()
math.randomseed(5)
print("one state for all coroutines", x == math.random(1000), y == math.random(1000), z == math.random(1000))
