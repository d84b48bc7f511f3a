-- Random operations on lists, plain and behind metamethods, and sorts by good and bad orders (the same every time).
-- not-modes: gc-stress baseline-stress (too long)
local seed = 20240
local function rnd(n) seed = (seed * 6364136223846793005 + 1442695040888963407) return ((seed >> 33) % n) + 1 end
local function pick(t) return t[rnd(#t)] end
local function list(t, lo, hi) local r = {} for i = lo, hi do r[#r + 1] = tostring(t[i]) end return table.concat(r, ",") end
-- table operations, dense
for round = 1, 120 do
  local t = {}
  local proxied = rnd(4) == 1
  local obj = t
  if proxied then obj = setmetatable({}, { __index = t, __newindex = function(_, k, v) t[k] = v end, __len = function() return #t end }) end
  for step = 1, 60 do
    local k = rnd(8)
    local n = #t
    if k <= 2 then table.insert(obj, step)
    elseif k == 3 then table.insert(obj, rnd(n + 1), step)
    elseif k == 4 then print(table.remove(obj))
    elseif k == 5 and n > 0 then print(table.remove(obj, rnd(n)))
    elseif k == 6 and n > 0 then local a = rnd(n) local b = rnd(n) table.move(obj, a, b, rnd(n)) 
    elseif k == 7 then print(table.concat(obj, ",", rnd(3), math.max(n - rnd(3), 0)))
    elseif k == 8 then print(select("#", table.unpack(obj)), (table.unpack(obj)))
    end
    if #t ~= n and rnd(10) == 1 then print(list(t, 1, #t)) end
  end
  print(list(t, 1, #t))
end
-- sorts with orders good and bad
for round = 1, 400 do
  local n = rnd(95)
  local t = {}
  for i = 1, n do t[i] = rnd(n) end
  local k = rnd(7)
  local f = ({ nil, function(a, b) return a < b end, function(a, b) return a > b end, function(a, b) return a <= b end, function(a, b) return (a * 7) % 5 < (b * 3) % 5 end, function() return rnd(2) == 1 end, function(a, b) return a % 10 < b % 10 end })[k]
  if k == 1 then f = nil for i = 1, n do local m = rnd(6) t[i] = m == 1 and t[i] + 0.5 or m == 2 and t[i] + 0.0 or m == 3 and rnd(20) == 1 and 0/0 or t[i] end end
  local ok, e = pcall(table.sort, t, f)
  print(ok, e, (list(t, 1, n):gsub("%-?nan", "nan")))
end
