-- The longest run of the 3n + 1 problem among blocks of 2000 starting numbers: a loop over
-- numbers beyond 32 bits. Twin of collatz.lua with the division that LuaJIT has.
-- Size: number of blocks.
local blocks = tonumber(arg[1]) or 300
local tick = arg[2] and function() io.write(".\n") io.flush() end
local BLOCK = 2000

local function steps(n)
  local count = 0
  while n ~= 1 do
    if n % 2 == 0 then
      n = n / 2
    else
      n = 3 * n + 1
    end
    count = count + 1
  end
  return count
end

local longest, best, total = 0, 0, 0
for block = 1, blocks do
  local first = (block - 1) * BLOCK
  for n = first + 1, first + BLOCK do
    local count = steps(n)
    total = total + count
    if count > longest then
      longest, best = count, n
    end
  end
  if tick then
    tick()
  end
end
print(string.format("collatz %d: %d %d %d", blocks, best, longest, total))
