-- CRC-32 of a text of 64 KiB, with a table of 256 entries, each round starting from the last
-- result: bytes of a string and bit operators. LuaJIT runs the twin crc32.luajit.lua.
-- Size: number of rounds.
local rounds = tonumber(arg[1]) or 500
local tick = arg[2] and function() io.write(".\n") io.flush() end
local LENGTH = 65536
local byte = string.byte

local seed = 42
local function random(limit)
  seed = (seed * 16807) % 2147483647
  return seed % limit
end

local function makeTable()
  local entries = {}
  for i = 0, 255 do
    local c = i
    for _ = 1, 8 do
      if c & 1 == 1 then
        c = 0xedb88320 ~ (c >> 1)
      else
        c = c >> 1
      end
    end
    entries[i] = c
  end
  return entries
end

local TABLE = makeTable()

-- The checksum of `text`, continued from that of the text before it.
local function crc32(text, crc)
  crc = crc ~ 0xffffffff
  for i = 1, #text do
    crc = TABLE[(crc ~ byte(text, i)) & 0xff] ~ (crc >> 8)
  end
  return crc ~ 0xffffffff
end

local parts = {}
for i = 1, LENGTH do
  parts[i] = string.char(random(256))
end
local text = table.concat(parts)
assert(crc32("123456789", 0) == 0xcbf43926)
local crc = 0
for _ = 1, rounds do
  crc = crc32(text, crc)
  if tick then
    tick()
  end
end
print(string.format("crc32 %d: %08x", rounds, crc))
