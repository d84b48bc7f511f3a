-- Clearing or overwriting existing fields while traversing is safe, in every shape of table.
local function filled(kind, n)
  local t = {}
  for i = 1, n do
    if kind == "array" then t[i] = i
    elseif kind == "names" then t["k" .. i] = i
    elseif kind == "floats" then t[i + 0.5] = i
    elseif kind == "sparse" then t[i * 1000] = i
    elseif kind == "tables" then t[{}] = i
    else
      if i % 3 == 0 then t[i // 3] = i elseif i % 3 == 1 then t["m" .. i] = i else t[-i] = i end
    end
  end
  return t
end

for _, kind in ipairs {"array", "names", "floats", "sparse", "tables", "mixed"} do
  for _, n in ipairs {1, 3, 8, 100, 700} do
    local t = filled(kind, n)
    local seen, sum = 0, 0
    for k, v in pairs(t) do
      seen = seen + 1
      sum = sum + v
      t[k] = nil
    end
    print("clear", kind, n, seen, sum, next(t))
  end
end

for _, kind in ipairs {"array", "names", "tables", "mixed"} do
  local t = filled(kind, 200)
  local seen = 0
  for k, v in pairs(t) do
    seen = seen + 1
    t[k] = v * 2
  end
  local sum = 0
  for _, v in pairs(t) do sum = sum + v end
  print("overwrite", kind, seen, sum)
end

for _, kind in ipairs {"array", "names", "tables", "mixed"} do
  local t = filled(kind, 300)
  local seen = 0
  for k in pairs(t) do
    seen = seen + 1
    t[k] = nil
    if seen % 50 == 0 then collectgarbage() end
  end
  print("clear with collections", kind, seen, next(t))
end

-- Every other element goes; next by hand from a cleared key.
local t = filled("mixed", 200)
local k = next(t)
local removed = 0
while k ~= nil do
  t[k] = nil
  removed = removed + 1
  k = next(t, k)
end
print("by hand", removed, next(t))

-- Clear all but what is met last, then refill: the table is as good as new.
t = filled("names", 50)
for key, v in pairs(t) do if v ~= 25 then t[key] = nil end end
print("one left", t.k25, next(t))
for i = 1, 50 do t["k" .. i] = i end
local n = 0
for _ in pairs(t) do n = n + 1 end
print("refilled", n)

-- A record that had its fields dropped in the middle of a traversal of its array part.
local r = {10, 20, 30, name = "r", size = 3}
for key, v in pairs(r) do
  if v == 20 then r.name = nil; r.size = nil; r[3] = nil end
end
print("record", r[1], r[2], r[3], r.name, r.size)
