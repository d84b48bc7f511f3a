-- Product of two n by n matrices of floats, kept as tables of rows; the second is transposed
-- first. Size: n.
local n = tonumber(arg[1]) or 500

-- The entries are multiples of 1/8, so every sum below is exact.
local function generate(a, b)
  local m = {}
  for i = 1, n do
    local row = {}
    for j = 1, n do
      row[j] = 1.0 + ((i - 1) * a + (j - 1) * b) % 11 / 8
    end
    m[i] = row
  end
  return m
end

local function transpose(m)
  local t = {}
  for i = 1, n do
    local row = {}
    for j = 1, n do
      row[j] = m[j][i]
    end
    t[i] = row
  end
  return t
end

local function multiply(a, b)
  local columns = transpose(b)
  local product = {}
  for i = 1, n do
    local row, out = a[i], {}
    for j = 1, n do
      local column, sum = columns[j], 0.0
      for k = 1, n do
        sum = sum + row[k] * column[k]
      end
      out[j] = sum
    end
    product[i] = out
  end
  return product
end

local product = multiply(generate(7, 3), generate(5, 2))
local trace, total = 0.0, 0.0
for i = 1, n do
  trace = trace + product[i][i]
  for j = 1, n do
    total = total + product[i][j]
  end
end
print(string.format("matmul %d: %.6f %.6f", n, trace, total))
