-- A store of records that stays as large as it is while its records are replaced: pauses.lua RECORDS SECONDS.
-- Writes "live" when the store is full, then replaces for so long, and says how many records it replaced.

local RECORDS, SECONDS = tonumber(arg[1]) or 200000, tonumber(arg[2]) or 3
local BLOCK = 1000

local state = 42
local function random(n)
  state = (state * 1103515245 + 12345) % 2147483648
  return state // 65536 % n
end

local function record(id, next)
  return {id = id, weight = id * 0.5, next = next, tags = {id, id + 1, id + 2, id + 3}}
end

local function block(first)
  local records = {}
  for i = 1, BLOCK do records[i] = record(first + i, records[i - 1]) end
  return records
end

local blocks = {}
for i = 1, RECORDS // BLOCK do blocks[i] = block(i * BLOCK) end
io.write("live\n") io.flush()

-- What is made and dropped at once, as programs do between what they keep.
local function passing(id)
  local sum = 0
  for i = 1, 20 do
    local point = {x = id + i, y = i}
    sum = sum + point.x - point.y
    local list = {point, point}
    sum = sum + #list
  end
  return sum
end

local start, replaced, check = os.time(), 0, 0
while os.time() - start < SECONDS do
  for _ = 1, 200 do
    local records = blocks[random(#blocks) + 1]
    for _ = 1, 10 do
      local at = random(BLOCK) + 1
      local old = records[at]
      records[at] = record(old.id + 1, old.next)
      replaced = replaced + 1
    end
    check = (check + passing(replaced)) % 1000003
  end
end
io.write("replaced ", replaced, " ", check >= 0 and "records" or "", "\n")
