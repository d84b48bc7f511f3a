-- Dictionaries whose entries come and go are moved together in place; what lay behind the last entry then is nothing
-- that a collection may look at again.
local set, first, last = {}, 1, 0

local function text(n) return string.rep(string.char(97 + n % 26), 64 + n % 2000) .. n end

for round = 1, 60 do
  for _ = 1, round * 7 % 50 + 10 do
    last = last + 1
    set[text(last)] = last
  end
  for _ = 1, round * 11 % 60 do
    if first <= last then
      set[text(first)] = nil
      first = first + 1
    end
  end
  if round % 4 == 0 then collectgarbage() end
  local count, sum = 0, 0
  for key, value in pairs(set) do
    if key ~= text(value) then print("lost", value, #key) end
    count, sum = count + 1, sum + value
  end
  print(round, count, count == last - first + 1, sum)
end
