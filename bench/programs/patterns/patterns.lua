-- Lua's patterns over generated log text: gmatch with captures, gsub with strings, functions
-- and tables, anchored and balanced matches, frontiers, find in a loop.
-- Size: number of passes over 400 lines.
local passes = tonumber(arg[1]) or 180
local LINES = 400

local USERS = {"Alice", "Bob", "Carol", "Dave", "Erin"}
local VERBS = {"opened", "closed", "moved", "deleted"}

local function generate()
  local seed = 11
  local function random(limit)
    seed = (seed * 25173 + 13849) % 65536
    return seed % limit
  end
  local lines = {}
  for i = 1, LINES do
    local user, verb = USERS[random(5) + 1], VERBS[random(4) + 1]
    lines[i] = string.format("  %04d-%02d-%02d %s %s file%d.txt (size=%d (mode=%d)) tag%d=v%d  ",
      2000 + random(25), random(12) + 1, random(28) + 1, user, verb, random(1000),
      random(65536), random(512), random(10), i)
  end
  return lines
end

local VOWELS = {a = "4", e = "3", i = "1", o = "0"}

local function process(line, counts)
  local trimmed = line:match("^%s*(.-)%s*$")
  local year, month, day = trimmed:match("^(%d+)-(%d+)-(%d+)")
  counts.dates = counts.dates + year * 372 + month * 31 + day
  for key, value in trimmed:gmatch("(%w+)=(%w+)") do
    counts.fields = counts.fields + #key * 3 + #value
  end
  local balanced = trimmed:match("%b()")
  counts.balanced = counts.balanced + #balanced
  local doubled = trimmed:gsub("%d+", function(digits)
    return digits + digits
  end)
  local coded, replaced = doubled:gsub("[aeio]", VOWELS)
  counts.replaced = counts.replaced + replaced
  for name in coded:gmatch("%f[%w]%u[%l%d]+") do
    counts.names = counts.names + #name
  end
  local spaces, position = 0, 1
  while true do
    local first, last = coded:find("%s+", position)
    if not first then
      break
    end
    spaces = spaces + first
    position = last + 1
  end
  counts.spaces = (counts.spaces + spaces) % 1000003
  local swapped = coded:gsub("(%w+)%.(%w+)", "%2<%1>")
  for i = 1, #swapped, 7 do
    counts.hash = (counts.hash * 31 + swapped:byte(i)) % 1000003
  end
end

local lines = generate()
local counts = {dates = 0, fields = 0, balanced = 0, replaced = 0, names = 0, spaces = 0, hash = 0}
for _ = 1, passes do
  for _, line in ipairs(lines) do
    process(line, counts)
  end
end
print(string.format("patterns %d: %d %d %d %d %d %d %d", passes, counts.dates, counts.fields,
  counts.balanced, counts.replaced, counts.names, counts.spaces, counts.hash))
