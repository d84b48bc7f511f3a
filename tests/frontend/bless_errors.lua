-- Writes the expectations of syntax_errors.txt anew, from the reference that runs this script:
--   lua5.4 tests/frontend/bless_errors.lua
-- The differences are to be reviewed before they are committed.
local path = arg[0]:gsub("[^/]*$", "") .. "syntax_errors.txt"
local escapes = {n = "\n", r = "\r", t = "\t", ["\\"] = "\\"}

local function unescape(s)
  return (s:gsub("\\(x?)(.)(%x?)", function(hex, a, b)
    if hex == "x" then return string.char(tonumber(a .. b, 16)) end
    return escapes[a] .. b
  end))
end

local function escape(s)
  return (s:gsub("[%c\127-\255\\]", function(c)
    for letter, char in pairs(escapes) do
      if char == c then return "\\" .. letter end
    end
    return ("\\x%02x"):format(c:byte())
  end))
end

local out, header, source = {}, true, nil
for line in io.lines(path) do
  if line == "" then
    header, source = false, nil
  elseif header then
    out[#out + 1] = line
  elseif not source then
    source = line
    local ok, message = load(unescape(source))
    out[#out + 1] = ""
    out[#out + 1] = source
    out[#out + 1] = ok and "OK" or escape(message)
  end
end
local file = assert(io.open(path, "w"))
file:write(table.concat(out, "\n"), "\n")
file:close()
