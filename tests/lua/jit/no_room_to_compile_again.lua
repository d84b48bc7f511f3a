-- options: --memory-limit=4M
-- A function is to be compiled again while frames still run its old code, and machine code has no room left.
local function deep(n, v, bottom)
  if n == 0 then return bottom() end
  return deep(n - 1, v, bottom) + v * n
end
local function nothing() return 0 end
for _ = 1, 300 do deep(10, 2, nothing) end

-- Functions whose code takes what room there is.
local function fill(seed)
  local sum = 0
  for i = 1, 400 do
    local text = "local a, b = ... local s = 0 "
    for k = 1, 12 do text = text .. ("s = s + (a - %d) * (b + %d) // 3 "):format(seed + i, k) end
    local f = load(text .. "return s")
    keep[#keep + 1] = f
    for k = 1, 260 do sum = sum + f(k, 2) end
  end
  return sum
end
keep = {}
local values = {0.5, 3, "4", 2.5, 1 << 62}
for round, v in ipairs(values) do
  local filled = 0
  local result = deep(100, 2, function()
    if #keep < 400 then filled = fill(round) end
    local sum = 0
    for _ = 1, 40 do sum = sum + deep(20, v, nothing) end
    return sum
  end)
  print(round, filled, result)
end
