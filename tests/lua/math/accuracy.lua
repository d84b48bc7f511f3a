-- Arithmetic functions at many points, printed with all digits where they are exact by the standard.
local function bits(x) return ("%.17g"):format(x) end
for _, x in ipairs {0.1, 0.5, 1.5, 2, 3, 10, 100.25, 1e-10, 1e10, 12345.678} do print("sqrt", x, bits(math.sqrt(x)), bits(x ^ 0.5), bits(x * x), bits(1 / x), bits(x ^ 2), bits(x ^ 3), bits(x ^ -1), bits(x // 0.3), bits(x % 0.3), bits(math.fmod(x, 0.3))) end
for _, x in ipairs {0.1, 0.5, 1, 2, 3.5, 10, 100} do print("elementary", x, ("%.13g %.13g %.13g %.13g %.13g %.13g"):format(math.sin(x), math.cos(x), math.tan(x), math.exp(x), math.log(x), math.atan(x))) end
local s = 0
for i = 1, 1000 do s = s + math.sin(i) * math.cos(i / 2) end
print("sum", ("%.10f"):format(s))
local p = 1.0
for i = 1, 50 do p = p * (1 + 1 / i) end
print("product", bits(p))
local function newton(a) local x = a; for _ = 1, 30 do x = (x + a / x) / 2 end return x end
print("newton", bits(newton(2)), bits(newton(1e10)))
local function simpson(f, a, b, n) local h, t = (b - a) / n, f(a) + f(b); for i = 1, n - 1 do t = t + f(a + i * h) * (i % 2 == 0 and 2 or 4) end return t * h / 3 end
print("integral", ("%.12f"):format(simpson(function(x) return x * x * x end, 0, 2, 100)))
print("pi", ("%.10f"):format((function() local q = 0 for i = 0, 100000 do q = q + (i % 2 == 0 and 4 or -4) / (2 * i + 1) end return q end)()))
print("hypot", bits(math.sqrt(3 ^ 2 + 4 ^ 2)), bits((3e200 ^ 2 + 4e200 ^ 2) ^ 0.5))
print("mandelbrot", (function() local n = 0 for y = -10, 10 do for x = -20, 10 do local cr, ci, zr, zi, k = x / 10, y / 10, 0, 0, 0; while k < 50 and zr * zr + zi * zi <= 4 do zr, zi = zr * zr - zi * zi + cr, 2 * zr * zi + ci; k = k + 1 end n = n + k end end return n end)())
