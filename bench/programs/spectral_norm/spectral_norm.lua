-- Largest singular value of an infinite matrix, cut to n by n, by power iteration:
-- float arithmetic with integer index expressions and calls in the inner loop. Size: n.
local n = tonumber(arg[1]) or 900

-- Element of the matrix; row and column count from 0.
local function element(i, j)
  return 1.0 / ((i + j) * (i + j + 1) / 2 + i + 1)
end

local function multiply(v, out)
  for i = 1, n do
    local sum = 0.0
    for j = 1, n do
      sum = sum + element(i - 1, j - 1) * v[j]
    end
    out[i] = sum
  end
end

local function multiplyTransposed(v, out)
  for i = 1, n do
    local sum = 0.0
    for j = 1, n do
      sum = sum + element(j - 1, i - 1) * v[j]
    end
    out[i] = sum
  end
end

local u, v, t = {}, {}, {}
for i = 1, n do
  u[i] = 1.0
end
for _ = 1, 10 do
  multiply(u, t)
  multiplyTransposed(t, v)
  multiply(v, t)
  multiplyTransposed(t, u)
end

local uv, vv = 0.0, 0.0
for i = 1, n do
  uv = uv + u[i] * v[i]
  vv = vv + v[i] * v[i]
end
print(string.format("spectral_norm %d: %.9f", n, math.sqrt(uv / vv)))
