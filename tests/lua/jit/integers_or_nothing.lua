-- A value that is an integer or nil is compared with integers; bytes are read behind the end of a string. Then come floats that
-- equal integers, integers in boxes, places in front of the string, and lists of results.
local SPACE, LINE, WIDE = 32, 10, 1 << 60
local Reader = {}
Reader.__index = Reader
function Reader.new(text) return setmetatable({text = text, place = 1, current = text:byte(1)}, Reader) end
function Reader:advance()
  self.place = self.place + 1
  self.current = string.byte(self.text, self.place)
end
function Reader:skip()
  local current, count = self.current, 0
  while current == SPACE or current == LINE do
    self:advance()
    count = count + 1
    current = self.current
  end
  return count
end
function Reader:accept(wanted)
  if self.current ~= wanted then return false end
  self:advance()
  return true
end
local function spaces(text)
  local r, sum = Reader.new(text), 0
  repeat
    sum = sum + r:skip()
    if not r:accept(97) and not r:accept(98) and r.current then r:advance() end
  until r.current == nil
  return sum, r.place
end
local sum = 0
for i = 1, 3000 do
  local n, place = spaces(" a b\n  c" .. (i % 3 == 0 and " " or "") .. (i % 5 == 0 and "ab" or ""))
  sum = (sum * 31 + n * 7 + place) % 1000003
end
print(sum)

local function kind(x)
  if x == 1 then return "one" elseif x ~= 2 then return "other" end
  return "two"
end
local function same(a, b) return a == b end
local function differ(a, b) return a ~= b end
local usual = {1, 2, 3, false, "1", {}, print}
usual[8], usual[9] = nil, 2
local counts = {one = 0, two = 0, other = 0}
local equal = 0
for i = 1, 9000 do
  local x = usual[i % 9 + 1]
  local k = kind(x)
  counts[k] = counts[k] + 1
  if same(x, 3) then equal = equal + 1 end
  if differ(2, x) then equal = equal + 10 end
end
print(counts.one, counts.two, counts.other, equal)
for _, x in ipairs {1.0, 2.0, 2.5, -0.0, 0 / 0, WIDE, -WIDE, 2, 1, "1", math.mininteger} do
  print(kind(x), same(x, 3), differ(2, x), same(x, 2), same(x, WIDE), same(x, -(-WIDE)), differ(x, 2.0))
end

local function at(s, i) return (s:byte(i)) end
local function all(s, i) return s:byte(i) end
local function listed(s, i) return select("#", s:byte(i)) end
local function boxed(s, i) return {s:byte(i), s:byte(i)} end
local nils, bytes = 0, 0
for i = 1, 6000 do
  local b = at("abc", i % 5 + 1)
  if b == nil then nils = nils + 1 else bytes = bytes + b end
  local c = all("abc", i % 4 + 1)
  if c then bytes = bytes + c end
  bytes = bytes + listed("abc", i % 4 + 1) + #boxed("abc", i % 3 + 1)
end
print(nils, bytes)
for _, i in ipairs {-4, -3, -1, 0, 1, 3, 4, math.maxinteger, math.mininteger} do
  print(i, at("abc", i), listed("abc", i), #boxed("abc", i), select("#", all("abc", i)))
end
print(pcall(at, "abc", 1.5), at("abc", 2.0), pcall(at, 123, "2"))
