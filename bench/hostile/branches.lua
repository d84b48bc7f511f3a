-- The hot path moves: which branch is taken, which loop runs long and which function is called changes from call to call.
local rounds = tonumber(arg[1]) or 1200

local function a(v)
  return v + 1
end

local function b(v)
  return v * 3 % 1009
end

local function c(v)
  if v > 500 then
    return v - 499
  end
  return v + 0.5
end

local function run(n, mode)
  local v, w = 1, 0
  for i = 1, n do
    local k = (i * mode) % 7
    if k == 0 then
      v = a(v)
    elseif k < 3 then
      v = b(v)
    elseif k < 5 then
      v = c(v)
      for j = 1, mode % 4 do
        w = w + j
      end
    elseif mode % 3 == 0 then
      w = w .. ""
      w = w + 1
    else
      v, w = math.floor(v), w + v
    end
  end
  return (v + w) % 1000003
end

local total = 0
for round = 1, rounds do
  total = (total + run(12000, round)) % 1000003
end
print(string.format("branches %d: %.1f", rounds, total))
