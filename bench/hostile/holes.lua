-- Arrays of integers that get floats, names, holes and elements far away, shrink and grow again.
local rounds = tonumber(arg[1]) or 8000

local function total(t, n)
  local sum = 0
  for i = 1, n do
    local v = t[i]
    if v then
      sum = sum + v
    end
  end
  return sum
end

local sum = 0
for round = 1, rounds do
  local t = {}
  for i = 1, 400 do
    t[i] = i
  end
  for pass = 1, 30 do
    sum = sum + total(t, 420)
    local kind = (pass + round) % 6
    if kind == 0 then
      t[pass * 7] = 0.5
    elseif kind == 1 then
      t[pass * 5] = nil
    elseif kind == 2 then
      t[1000 + pass] = pass
    elseif kind == 3 then
      t["name" .. pass] = pass
    elseif kind == 4 then
      for i = 400, 380, -1 do
        t[i] = nil
      end
    else
      for i = 380, 410 do
        t[i] = i
      end
    end
  end
end
print(string.format("holes %d: %.1f", rounds, sum))
