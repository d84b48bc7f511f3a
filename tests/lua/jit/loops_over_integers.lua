-- Loops over elements of arrays of integers, of which machine code does several rounds at once: results that fit no
-- immediate integer, elements of other types at any place, negative numbers, shifts, one array for both, two stores.
local function sum(a) local s = 0 for i = 1, #a do s = s * 31 + (a[i] // 1) & 0xFFFFFFFFFF end return s end

local function mix(a, b, k, n) for i = 1, n do a[i] = (b[i] + k ~ a[i] << 3) & 0xFFFFFF | 5 end end
local function add(a, b, k, n) for i = 1, n do a[i] = a[i] + b[i] - k end end
local function neg(a, n) for i = 1, n do a[i] = -a[i] end end
local function inv(a, b, n) for i = 1, n do a[i] = ~b[i] >> 20 end end
local function two(a, b, n) for i = 1, n do local x = a[i] a[i] = b[i] b[i] = x + 1 end end
local function fill(a, x, n) for i = 1, n do a[i] = x end end
local function double(a, n) for i = 1, n do a[i] = a[i] << 1 end end

local function make(n, f) local t = {} for i = 1, n do t[i] = f(i) end return t end
local n = 103
local a, b = make(n, function(i) return i * 12345 - 600000 end), make(n, function(i) return -i * 7 end)
for k = 1, 60 do
  mix(a, b, k, n) add(a, b, k, n) neg(a, n) two(a, b, n) inv(a, b, n) neg(b, n) add(b, a, -k, n)
end
print(sum(a), sum(b), a[1], a[n], b[1], b[50])

-- Growing until they are wide, and beyond 64 bits.
local c = make(n, function(i) return i - 50 end)
for k = 1, 70 do
  double(c, n)
  if k == 40 or k == 46 or k == 47 or k == 48 or k == 62 or k == 63 then print(k, c[1], c[49], c[51], c[52], c[n]) end
end

-- The largest that fit, and one more; another type in the middle.
local big = (1 << 47) - 1
for _, x in ipairs {big, big + 1, -big - 1, -big - 2, 1.5, math.maxinteger} do
  for at = 1, 12 do
    local d, e = make(20, function(i) return i end), make(20, function() return 0 end)
    d[at] = x
    local ok = pcall(add, d, e, 0, 20)
    add(e, d, 1, 20)
    io.write(tostring(ok), " ", tostring(d[at]), " ", tostring(e[at]), " ", math.type(e[at]), " ", e[20], ";")
  end
  print()
end
local f = make(n, function(i) return i end)
for k = 1, 40 do fill(f, k, n) end
fill(f, big + 2, 50)
print(f[1], f[50], f[51], sum(f))
fill(f, 0.5, 10)
print(f[1], f[11])
local g = make(20, function(i) return i end)
g[7] = "x"
print(pcall(add, g, f, 0, 20))
print(g[6], g[7], g[8])
-- The same array for both.
local h = make(n, function(i) return i end)
for k = 1, 30 do add(h, h, k, n) end
print(sum(h), h[n])
