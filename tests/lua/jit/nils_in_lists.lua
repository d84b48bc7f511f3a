-- Lists with nils among their values have the same length and contents in every tier.
local function pair(x, y) return {x, y} end
local function three(x) return {x, 7, 8} end
local function around(...) return {1, ...} end
local function last(x) return {7, x} end

local function count(...) return select("#", ...) end
local function second(_, b) return b end

local digest = {}
for round = 1, 400 do
  local nothing = round % 3 == 0
  local v = not nothing and round or nil
  local a, b, c, d = pair(v, round), three(v), around(v, 5), last(v)
  digest[#digest + 1] = ("%d%d%d%d"):format(#a, #b, #c, #d)
  digest[#digest + 1] = tostring(a[1]) .. tostring(a[2]) .. tostring(b[1]) .. tostring(b[3])
  digest[#digest + 1] = count(table.unpack(b)) .. tostring(second(table.unpack(three(v))))
  b[#b + 1] = "end"
  digest[#digest + 1] = tostring(b[1]) .. tostring(b[4])
end
print(table.concat(digest, " "))

-- Always a nil in front.
local sum = 0
for round = 1, 400 do
  local t = {nil, round, nil, 4}
  sum = sum + #t + second(table.unpack(t))
end
print(sum)
