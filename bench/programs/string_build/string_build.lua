-- Builds text in the usual ways: piecewise concatenation, table.concat, string.format, and
-- the small functions of the string library. Size: number of documents of 500 records.
local documents = tonumber(arg[1]) or 1200
local RECORDS = 500

local NAMES = {"alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta"}

-- One line per record, made by string.format and joined by table.concat.
local function csv(document)
  local lines = {}
  for i = 1, RECORDS do
    local name = NAMES[(i + document) % #NAMES + 1]
    lines[#lines + 1] = string.format("%05d,%s,%.2f", i, name, (i * document % 1000) / 4)
  end
  return table.concat(lines, "\n")
end

-- A line grown by repeated concatenation and flushed when it is long enough.
local function paragraph(document)
  local lines, line = {}, ""
  for i = 1, RECORDS do
    local word = NAMES[(i * 3 + document) % #NAMES + 1]
    if #line + #word > 72 then
      lines[#lines + 1] = line
      line = ""
    end
    line = line .. word .. " " .. i % 100 .. " "
  end
  lines[#lines + 1] = line
  return table.concat(lines, "\n")
end

-- Headings out of pieces that sub, upper, rep and reverse give.
local function headings(document)
  local text = {}
  for i = 1, RECORDS do
    local name = NAMES[(i + document * 5) % #NAMES + 1]
    local title = name:sub(1, 1):upper() .. name:sub(2) .. "-" .. i
    text[i] = title .. ":" .. title:reverse() .. " " .. ("="):rep(#title) .. "\n"
  end
  return table.concat(text)
end

local function checksum(text, sum)
  for i = 1, #text, 61 do
    sum = (sum * 31 + text:byte(i)) % 1000003
  end
  return sum
end

local length, sum = 0, 0
for document = 1, documents do
  local text = csv(document) .. "\n\n" .. paragraph(document) .. "\n\n" .. headings(document)
  length = length + #text
  sum = checksum(text, sum)
end
print(string.format("string_build %d: %d %d", documents, length, sum))
