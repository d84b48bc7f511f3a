-- CRC-32 of a text of 64 KiB, with a table of 256 entries, each round starting from the last
-- result: bytes of a string and LuaJIT's bit library. Twin of crc32.lua. Size: number of rounds.
local bit = require("bit")
local band, bxor, bnot, rshift = bit.band, bit.bxor, bit.bnot, bit.rshift

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
      if band(c, 1) == 1 then
        c = bxor(0xedb88320, rshift(c, 1))
      else
        c = rshift(c, 1)
      end
    end
    entries[i] = c
  end
  return entries
end

local TABLE = makeTable()

-- The checksum of `text`, continued from that of the text before it.
local function crc32(text, crc)
  crc = bnot(crc)
  for i = 1, #text do
    crc = bxor(TABLE[band(bxor(crc, byte(text, i)), 0xff)], rshift(crc, 8))
  end
  return bnot(crc)
end

local parts = {}
for i = 1, LENGTH do
  parts[i] = string.char(random(256))
end
local text = table.concat(parts)
assert(bit.tohex(crc32("123456789", 0)) == "cbf43926")
local crc = 0
for _ = 1, rounds do
  crc = crc32(text, crc)
  if tick then
    tick()
  end
end
print(string.format("crc32 %d: %s", rounds, bit.tohex(crc)))
