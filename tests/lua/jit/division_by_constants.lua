-- Quotients and remainders of constants in hot code: small and wide numbers, below 0, at the edges of what the machine
-- code tells apart.
local function check(n)
  local q = n // 3 + n // 7 + n // 10 + n // 641 + n // 1000003 + n // 2147483647 + n // -3 + n // -1
  local r = n % 3 + n % 7 + n % 10 + n % 641 + n % 1000003 + n % 2147483647 + n % -3 + n % 4294967297
  return q, r
end
local function exact(n, d, q, r)
  return q * d + r == n and r >= 0 and r < d
end
local function all(n)
  return exact(n, 3, n // 3, n % 3) and exact(n, 5, n // 5, n % 5) and exact(n, 7, n // 7, n % 7)
    and exact(n, 9, n // 9, n % 9) and exact(n, 641, n // 641, n % 641) and exact(n, 65537, n // 65537, n % 65537)
    and exact(n, 1000003, n // 1000003, n % 1000003) and exact(n, 1073741825, n // 1073741825, n % 1073741825)
    and exact(n, 2147483645, n // 2147483645, n % 2147483645)
    and exact(n, 2147483647, n // 2147483647, n % 2147483647)
end
local seed = 1
for i = 1, 5000 do
  seed = (seed * 16807) % 2147483647
  if not all(seed) or not all(seed // 3) or not all(seed * 77) or not all(-seed) then print("wrong", seed) end
end
for _, edge in ipairs {0, 3, 7, 1 << 31, 1 << 32, 1 << 46, 1 << 62, math.maxinteger - 4, math.mininteger + 4} do
  for d = -4, 4 do
    if not all(edge + d) then print("wrong", edge + d) end
    print(edge + d, check(edge + d))
  end
end
for d = 0, 20000 do
  local n = 2147483647 - d
  if not all(n) then print("wrong", n) end
end
