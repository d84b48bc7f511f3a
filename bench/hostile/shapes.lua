-- Objects of as many shapes as there are rounds come to the same few places, and lose and gain fields there.
local rounds = tonumber(arg[1]) or 1000

local function make(k, i)
  local o = {}
  for j = 1, k % 9 do
    o["f" .. (j + k) % 30] = j
  end
  o.value = i
  o.weight = k
  return o
end

local function visit(o)
  o.seen = (o.seen or 0) + 1
  if o.seen % 3 == 0 then
    o.weight = nil
    o.extra = 1
  elseif o.extra then
    o.extra = nil
    o.weight = 2
  end
  return o.value + (o.weight or 0) + (o.extra or 0)
end

local sum = 0
for round = 1, rounds do
  local objects = {}
  for i = 1, 100 do
    objects[i] = make(round * 7 + i % (round % 12 + 1), i)
  end
  for _ = 1, 100 do
    for i = 1, #objects do
      sum = sum + visit(objects[i])
    end
  end
end
print(string.format("shapes %d: %d", rounds, sum))
