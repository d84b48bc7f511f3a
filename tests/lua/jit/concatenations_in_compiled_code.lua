-- Joining in compiled code: strings and numbers of all kinds, short and long, empty and of one byte, with a full nursery,
-- metamethods in every place, and errors.

local function line(...) print(...) end
local function join(a, b, c, n)
  local s
  for i = 1, n do s = a .. b .. c end
  return s
end
local values = { "", "x", "ab", 0, -7, 1 << 62, 0.5, -0.0, 1e100, 1 / 0, -1 / 0, 3.0, 123456789012345, ("long"):rep(300) }
for i = 1, #values do
  for k = 1, #values do
    local a, b = values[i], values[k]
    local s, t = join(a, b, "", 40), join("", a, b, 40)
    if s ~= t or #s ~= #tostring(a) + #tostring(b) then line("differ", a, b) end
    if #s < 40 then line(s) end
  end
end
local nan = 0 / 0
line((join(nan, 1, 2, 50):gsub("-nan", "nan")))

-- Two numbers, keys made so, and strings that are the same.
local keys = {}
for round = 1, 3 do
  for i = 1, 200 do
    local k = "key" .. i % 50
    keys[k] = (keys[k] or 0) + 1
  end
end
line(keys.key0, keys.key7, keys.key49, 1 .. 2, (1 .. 2) + 1)
local x, y = "", "a"
for i = 1, 100 do x = x .. "" y = "" .. y end
line(#x, y, rawequal(y, "a"))

-- Many operands, more numbers than usual.
local function many(n)
  local s
  for i = 1, n do s = i .. "," .. i + 1 .. "," .. i + 2 .. "," .. i + 3 .. "," .. i + 4 .. "," .. i / 2 .. "," .. -i end
  return s
end
line(many(200))

-- Growing: through the length where fuel is asked for, and through collections.
local function grow(n)
  local s = ""
  for i = 1, n do s = s .. "0123456789" .. i end
  return s
end
local g = grow(2000)
local sum = 0
for i = 1, #g do sum = (sum * 31 + g:byte(i)) % 1000000007 end
line(#g, sum)
local list = {}
for i = 1, 20000 do list[i % 100 + 1] = "entry" .. i .. "/" .. i * 0.5 end
line(list[1], list[100])

-- Metamethods and errors.
local C = setmetatable({}, { __concat = function(a, b)
  return "(" .. (type(a) == "table" and "C" or a) .. "." .. (type(b) == "table" and "C" or b) .. ")"
end })
local function meta(n)
  local s, t, u, v
  for i = 1, n do
    s = C .. i
    t = i .. C
    u = "a" .. C .. "b" .. i
    v = C .. C
  end
  return s, t, u, v
end
line(meta(100))
local function bad(n, with)
  local s
  for i = 1, n do
    local w = i == n and with or "x"
    s = "p" .. w .. i
  end
  return s
end
for _, w in ipairs({ {}, true, print, coroutine.create(print) }) do
  local ok, e = pcall(bad, 60, w)
  line(ok, e)
end
line(pcall(bad, 60), pcall(function() local n for i = 1, 60 do if i == 60 then return n .. i end end end))
