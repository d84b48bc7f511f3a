-- Choices that look random and are the same every time; results as text.
local choice = {}
local seed = 20240
function choice.rnd(n) seed = (seed * 6364136223846793005 + 1442695040888963407) return ((seed >> 33) % n) + 1 end
function choice.pick(t) return t[choice.rnd(#t)] end
function choice.show(...)
  local t = {}
  for i = 1, select("#", ...) do
    local v = select(i, ...)
    t[i] = type(v) == "string" and string.format("%q", v) or type(v) == "table" and "T" or type(v) == "function" and "F" or tostring(v)
  end
  return select("#", ...) .. ": " .. table.concat(t, " ")
end
return choice
