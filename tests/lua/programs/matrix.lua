-- A matrix library with operators, over integers, floats, exact fractions and complex numbers:
-- products, powers, elimination, determinants, inverses, decompositions, least squares.

-- Fractions -------------------------------------------------------------------------------

local Fraction = {}
Fraction.__index = Fraction
Fraction.__name = "Fraction"

local function gcd(a, b) while b ~= 0 do a, b = b, a % b end return a < 0 and -a or a end

local function fraction(n, d)
  d = d or 1
  if getmetatable(n) == Fraction and d == 1 then return n end
  if d == 0 then error("fraction with zero denominator", 2) end
  if d < 0 then n, d = -n, -d end
  local g = gcd(n, d)
  return setmetatable({n = n // g, d = d // g}, Fraction)
end

local function both(a, b)
  if math.type(a) == "integer" then a = fraction(a) end
  if math.type(b) == "integer" then b = fraction(b) end
  if getmetatable(a) ~= Fraction or getmetatable(b) ~= Fraction then error("fractions and integers only", 3) end
  return a, b
end
function Fraction.__add(a, b) a, b = both(a, b); return fraction(a.n * b.d + b.n * a.d, a.d * b.d) end
function Fraction.__sub(a, b) a, b = both(a, b); return fraction(a.n * b.d - b.n * a.d, a.d * b.d) end
function Fraction.__mul(a, b) a, b = both(a, b); return fraction(a.n * b.n, a.d * b.d) end
function Fraction.__div(a, b)
  a, b = both(a, b)
  if b.n == 0 then error("division of a fraction by zero", 2) end
  return fraction(a.n * b.d, a.d * b.n)
end
function Fraction.__pow(a, k)
  if k < 0 then return fraction(a.d ^ -k // 1 | 0, a.n ^ -k // 1 | 0) end
  local r = fraction(1)
  for _ = 1, k do r = r * a end
  return r
end
function Fraction.__unm(a) return fraction(-a.n, a.d) end
function Fraction.__eq(a, b) return a.n == b.n and a.d == b.d end
function Fraction.__lt(a, b) a, b = both(a, b); return a.n * b.d < b.n * a.d end
function Fraction.__le(a, b) a, b = both(a, b); return a.n * b.d <= b.n * a.d end
function Fraction.__tostring(a) return a.d == 1 and tostring(a.n) or a.n .. "/" .. a.d end
function Fraction:float() return self.n / self.d end

-- Complex numbers -------------------------------------------------------------------------

local Complex = {}
Complex.__index = Complex
Complex.__name = "Complex"
local function complex(re, im) return setmetatable({re = re, im = im or 0}, Complex) end
local function lift(z) return getmetatable(z) == Complex and z or complex(z) end
function Complex.__add(a, b) a, b = lift(a), lift(b); return complex(a.re + b.re, a.im + b.im) end
function Complex.__sub(a, b) a, b = lift(a), lift(b); return complex(a.re - b.re, a.im - b.im) end
function Complex.__mul(a, b) a, b = lift(a), lift(b); return complex(a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re) end
function Complex.__div(a, b)
  a, b = lift(a), lift(b)
  local s = b.re * b.re + b.im * b.im
  return complex((a.re * b.re + a.im * b.im) / s, (a.im * b.re - a.re * b.im) / s)
end
function Complex.__unm(a) return complex(-a.re, -a.im) end
function Complex.__eq(a, b) return a.re == b.re and a.im == b.im end
function Complex.__len(a) return math.sqrt(a.re * a.re + a.im * a.im) end
function Complex.__tostring(a)
  local function text(x) return ("%.4g"):format(x == 0 and 0.0 or x) end
  if a.im == 0 then return text(a.re) end
  return text(a.re) .. (a.im < 0 and "-" or "+") .. text(math.abs(a.im)) .. "i"
end

-- Matrices --------------------------------------------------------------------------------

local Matrix = {}
Matrix.__index = Matrix
Matrix.__name = "Matrix"

local function isMatrix(m) return getmetatable(m) == Matrix end
local function new(rows, columns, f)
  local m = setmetatable({rows = rows, columns = columns}, Matrix)
  for i = 1, rows do
    local row = {}
    for j = 1, columns do row[j] = f(i, j) end
    m[i] = row
  end
  return m
end
function Matrix.of(t)
  local columns = #t[1]
  for i, row in ipairs(t) do
    if #row ~= columns then error(("row %d has %d elements, not %d"):format(i, #row, columns), 2) end
  end
  return new(#t, columns, function(i, j) return t[i][j] end)
end
function Matrix.identity(n) return new(n, n, function(i, j) return i == j and 1 or 0 end) end
function Matrix.vector(t) return new(#t, 1, function(i) return t[i] end) end
function Matrix:map(f) return new(self.rows, self.columns, function(i, j) return f(self[i][j], i, j) end) end
function Matrix:transpose() return new(self.columns, self.rows, function(i, j) return self[j][i] end) end

local function sameShape(a, b, what)
  if a.rows ~= b.rows or a.columns ~= b.columns then
    error(("cannot %s %dx%d and %dx%d"):format(what, a.rows, a.columns, b.rows, b.columns), 3)
  end
end
function Matrix.__add(a, b)
  if not isMatrix(a) or not isMatrix(b) then error("a matrix and a number do not add", 2) end
  sameShape(a, b, "add")
  return a:map(function(x, i, j) return x + b[i][j] end)
end
function Matrix.__sub(a, b) sameShape(a, b, "subtract"); return a:map(function(x, i, j) return x - b[i][j] end) end
function Matrix.__unm(a) return a:map(function(x) return -x end) end
function Matrix.__mul(a, b)
  if not isMatrix(a) then return b:map(function(x) return a * x end) end
  if not isMatrix(b) then return a:map(function(x) return x * b end) end
  if a.columns ~= b.rows then
    error(("cannot multiply %dx%d by %dx%d"):format(a.rows, a.columns, b.rows, b.columns), 2)
  end
  return new(a.rows, b.columns, function(i, j)
    local sum, row = a[i][1] * b[1][j], a[i]
    for k = 2, a.columns do sum = sum + row[k] * b[k][j] end
    return sum
  end)
end
function Matrix.__div(a, b) return isMatrix(b) and a * b:inverse() or a:map(function(x) return x / b end) end
function Matrix.__pow(a, k)
  if a.rows ~= a.columns then error("power of a matrix that is not square", 2) end
  if k < 0 then return a:inverse() ^ -k end
  local result, base = Matrix.identity(a.rows), a
  while k > 0 do
    if k & 1 == 1 then result = result * base end
    base = base * base
    k = k >> 1
  end
  return result
end
function Matrix.__mod(a, k) return a:map(function(x) return x % k end) end
function Matrix.__eq(a, b)
  if a.rows ~= b.rows or a.columns ~= b.columns then return false end
  for i = 1, a.rows do for j = 1, a.columns do if a[i][j] ~= b[i][j] then return false end end end
  return true
end
function Matrix.__len(a) return a.rows * a.columns end
function Matrix.__call(a, i, j) return j and a[i][j] or a[i] end
function Matrix.__concat(a, b)
  if a.rows ~= b.rows then error("cannot join matrices of different height", 2) end
  return new(a.rows, a.columns + b.columns, function(i, j)
    if j <= a.columns then return a[i][j] end
    return b[i][j - a.columns]
  end)
end
local function show(x)
  if math.type(x) == "float" then
    local s = ("%.4f"):format(x)
    return (s:gsub("^%-(0%.0+)$", "%1"))
  end
  return tostring(x)
end
function Matrix.__tostring(a)
  local lines = {}
  for i = 1, a.rows do
    local row = {}
    for j = 1, a.columns do row[j] = show(a[i][j]) end
    lines[i] = table.concat(row, " ")
  end
  return "[" .. table.concat(lines, "; ") .. "]"
end

local function isZero(x)
  local mt = getmetatable(x)
  if mt == Fraction then return x.n == 0 end
  if mt == Complex then return #x < 1e-12 end
  if math.type(x) == "integer" then return x == 0 end
  return math.abs(x) < 1e-12
end
local function size(x)
  local mt = getmetatable(x)
  if mt == Fraction then return math.abs(x:float()) end
  if mt == Complex then return #x end
  return math.abs(x)
end

-- Brings a copy to reduced row echelon form; returns it, the rank and the determinant of the pivots.
function Matrix:reduce(limit)
  local m = self:map(function(x) return x end)
  local rank, determinant = 0, 1
  for column = 1, limit or m.columns do
    local best = nil
    for i = rank + 1, m.rows do
      if not isZero(m[i][column]) and (not best or size(m[i][column]) > size(m[best][column])) then best = i end
    end
    if best then
      rank = rank + 1
      if best ~= rank then
        m[best], m[rank] = m[rank], m[best]
        determinant = -determinant
      end
      local pivot = m[rank][column]
      determinant = determinant * pivot
      for j = 1, m.columns do m[rank][j] = m[rank][j] / pivot end
      for i = 1, m.rows do
        local factor = m[i][column]
        if i ~= rank and not isZero(factor) then
          for j = 1, m.columns do m[i][j] = m[i][j] - factor * m[rank][j] end
        end
      end
      if rank == m.rows then break end
    else
      determinant = determinant * 0
    end
  end
  return m, rank, determinant
end
function Matrix:rank() return (select(2, self:reduce())) end
function Matrix:determinant()
  if self.rows ~= self.columns then error("determinant of a matrix that is not square", 2) end
  local _, rank, d = self:reduce()
  return rank == self.rows and d or d * 0
end
function Matrix:slice(from, to) return new(self.rows, to - from + 1, function(i, j) return self[i][from + j - 1] end) end
function Matrix:inverse()
  local n = self.rows
  if n ~= self.columns then error("inverse of a matrix that is not square", 2) end
  local m, rank = (self .. Matrix.identity(n)):reduce(n)
  if rank < n then error("matrix is singular", 2) end
  return m:slice(n + 1, 2 * n)
end
function Matrix:solve(b)
  local m, rank = (self .. b):reduce(self.columns)
  if rank < self.columns then return nil, "no unique solution" end
  return m:slice(self.columns + 1, m.columns)
end
function Matrix:trace()
  local sum = self[1][1]
  for i = 2, self.rows do sum = sum + self[i][i] end
  return sum
end
-- The determinant by expansion, to check the other.
local function expand(m)
  if m.rows == 1 then return m[1][1] end
  local sum = 0
  for j = 1, m.columns do
    local minor = new(m.rows - 1, m.columns - 1, function(a, b) return m[a + 1][b < j and b or b + 1] end)
    local term = m[1][j] * expand(minor)
    sum = j % 2 == 1 and term + sum or sum - term
  end
  return sum
end
-- QR by Gram and Schmidt, and the eigenvalues of symmetric matrices by repeating it.
function Matrix:qr()
  local n = self.columns
  local q, r = self:map(function(x) return x + 0.0 end), new(n, n, function() return 0.0 end)
  for j = 1, n do
    for k = 1, j - 1 do
      local dot = 0.0
      for i = 1, q.rows do dot = dot + q[i][k] * q[i][j] end
      r[k][j] = dot
      for i = 1, q.rows do q[i][j] = q[i][j] - dot * q[i][k] end
    end
    local norm = 0.0
    for i = 1, q.rows do norm = norm + q[i][j] ^ 2 end
    norm = norm ^ 0.5
    r[j][j] = norm
    for i = 1, q.rows do q[i][j] = q[i][j] / norm end
  end
  return q, r
end
function Matrix:eigenvalues(rounds)
  local m = self
  for _ = 1, rounds do
    local q, r = m:qr()
    m = r * q
  end
  local list = {}
  for i = 1, m.rows do list[i] = ("%.6f"):format(m[i][i]) end
  table.sort(list, function(a, b) return tonumber(a) > tonumber(b) end)
  return table.concat(list, " ")
end

-- The program -----------------------------------------------------------------------------

local a, b = Matrix.of {{1, 2}, {3, 4}}, Matrix.of {{0, 1}, {1, 0}}
print("sum", a + b, a - b, -a)
print("product", a * b, b * a, a * 2, 2 * a, a * 0.5)
print("power", a ^ 0, a ^ 1, a ^ 5, (a ^ -1))
print("equal", a == Matrix.of {{1, 2}, {3, 4}}, a == b, a * b == b * a, a == a:transpose():transpose())
print("shape", #a, a(2, 1), a(1)[2], a .. b, a:transpose(), a:trace())
print("fibonacci", (Matrix.of {{1, 1}, {1, 0}} ^ 90)(1, 2))
print("fibonacci modulo", (function()
  local m, r, k = Matrix.of {{1, 1}, {1, 0}}, Matrix.identity(2), 1000000007
  local n = 1000000
  while n > 0 do
    if n & 1 == 1 then r = r * m % k end
    m = m * m % k
    n = n >> 1
  end
  return r(1, 2)
end)())

local function F(t) return Matrix.of(t):map(function(x) return fraction(x) end) end
local h = new(5, 5, function(i, j) return fraction(1, i + j - 1) end)
print("hilbert", h)
print("determinant", h:determinant())
local inverse = h:inverse()
print("inverse", inverse)
print("exact", h * inverse == F {{1, 0, 0, 0, 0}, {0, 1, 0, 0, 0}, {0, 0, 1, 0, 0}, {0, 0, 0, 1, 0}, {0, 0, 0, 0, 1}})
print("solve", F({{2, 1, -1}, {-3, -1, 2}, {-2, 1, 2}}):solve(F {{8}, {-11}, {-3}}))
print("no solution", F({{1, 2}, {2, 4}}):solve(F {{1}, {2}}))
print("rank", F({{1, 2, 3}, {4, 5, 6}, {7, 8, 9}}):rank(), F({{0, 0}, {0, 0}}):rank(), h:rank())
print("fractions", fraction(1, 3) + fraction(1, 6), fraction(3, 4) * 8, 1 / fraction(2, 3), -fraction(2, -4), fraction(2, 3) ^ 3,
  fraction(2, 3) ^ -2, fraction(1, 3) < fraction(1, 2), fraction(2, 4) == fraction(1, 2), fraction(7, 2) > 3)

local c = Matrix.of {{complex(1, 1), complex(2)}, {complex(0, -1), complex(3, 2)}}
print("complex", c * c, c:determinant(), c:inverse())
print("complex identity", (c * c:inverse()):map(function(z) return #(z) < 1e-9 and 0 or ("%.3f"):format(#z) end))

local seed = 17
local function random() seed = (seed * 1103515245 + 12345) & 0x7fffffff; return (seed >> 12) % 19 - 9 end
for n = 1, 6 do
  local m = new(n, n, random)
  local exact = m:map(function(x) return fraction(x) end):determinant()
  print("determinants", n, expand(m), exact, expand(m) == (exact.d == 1 and exact.n), ("%.4f"):format(m:determinant()))
end
local s = new(4, 4, function(i, j) return 1.0 / (i + j) + (i == j and i or 0) end)
local q, r = s:qr()
print("orthogonal", (q:transpose() * q):map(function(x) return math.abs(x) < 1e-12 and 0 or ("%.6f"):format(x) end))
print("qr", q * r - s == new(4, 4, function() return 0.0 end) or "close", (q * r - s):map(function(x) return math.abs(x) < 1e-12 and 0 or 1 end))
print("eigenvalues", s:eigenvalues(60), ("%.6f"):format(s:trace()))
local points = {{1, 2.1}, {2, 3.9}, {3, 6.2}, {4, 7.8}, {5, 10.1}}
local design = new(#points, 2, function(i, j) return j == 1 and 1.0 or points[i][1] end)
local target = new(#points, 1, function(i) return points[i][2] end)
print("least squares", (design:transpose() * design):solve(design:transpose() * target))
local function rotation(t) return Matrix.of {{math.cos(t), -math.sin(t)}, {math.sin(t), math.cos(t)}} end
print("rotation", rotation(math.pi / 6) ^ 3, rotation(0.3) * rotation(-0.3))
local markov, state = Matrix.of {{0.9, 0.075, 0.025}, {0.15, 0.8, 0.05}, {0.25, 0.25, 0.5}}, Matrix.of {{1.0, 0.0, 0.0}}
print("markov", state * markov ^ 3, state * markov ^ 200)
local adjacency = Matrix.of {{0, 1, 1, 0}, {1, 0, 1, 1}, {1, 1, 0, 1}, {0, 1, 1, 0}}
print("paths", adjacency ^ 4, (adjacency ^ 3):trace() // 6)
local function fails(name, f) print(name, (select(2, pcall(f)):gsub("^[^:]*:%d+: ", ""))) end
fails("shape error", function() return a + Matrix.of {{1, 2, 3}} end)
fails("product error", function() return a * Matrix.of {{1, 2, 3}} end)
fails("not square", function() return Matrix.of {{1, 2}} ^ 2 end)
fails("singular", function() return Matrix.of({{1, 2}, {2, 4}}):inverse() end)
fails("ragged", function() return Matrix.of {{1, 2}, {3}} end)
fails("number", function() return a + 1 end)
fails("zero", function() return fraction(1, 0) end)
fails("zero division", function() return fraction(1) / fraction(0) end)
fails("mixed", function() return fraction(1) + 0.5 end)
local big = new(40, 40, function(i, j) return (i * j + i) % 11 - 5.0 end)
local product = big * big
local sum = 0.0
for i = 1, 40 do for j = 1, 40 do sum = sum + product[i][j] end end
print("large", sum, (big * 2):trace(), big:transpose()[3][7], (big ^ 3):trace())
