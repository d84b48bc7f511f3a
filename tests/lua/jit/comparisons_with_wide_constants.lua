-- Wide integers that are constants have no float that equals them: comparisons with floats near them are exact.
local function differs(x) return x ~= 9007199254740993 end
local function equals(x) return -9007199254740993 == x end
local function less(x) return x < 9007199254740993 end
local function most(x) return 9007199254740993 <= x end
local function large(x) return x <= 9223372036854775807 end
local function same(x) return x == 9007199254740992 end
for _, f in ipairs {differs, equals, less, most, large, same} do
  for _, late in ipairs {2 ^ 53, -2 ^ 53, 2 ^ 53 + 2, 9007199254740993, -9007199254740993, 2 ^ 63, math.maxinteger, 0 / 0} do
    local count = 0
    for i = 1, 1200 do
      local v = 3
      if i > 800 then v = late end
      if f(v) then count = count + 1 end
    end
    io.write(count, " ")
  end
  print()
end
