-- Counts lines, words and bytes, and lists the most frequent words.
--
--   devvm run examples/lua/wordcount.lua README.md docs/*.md
--   ls | devvm run examples/lua/wordcount.lua
--
-- Options: -n N   show the N most frequent words (default 10; 0 shows none)

local function usage(message)
  io.stderr:write("wordcount: ", message, "\nusage: wordcount.lua [-n N] [file ...]\n")
  os.exit(2)
end

local names, top = {}, 10
local i = 1
while arg[i] do
  if arg[i] == "-n" then
    top = math.tointeger(tonumber(arg[i + 1]))
    if not top or top < 0 then usage("-n wants a number") end
    i = i + 2
  else
    names[#names + 1] = arg[i]
    i = i + 1
  end
end

local frequency = {}
local total = {lines = 0, words = 0, bytes = 0}

-- Reads a file in large pieces; a word may straddle two of them, so the tail is kept back.
local function count(file)
  local lines, words, bytes = 0, 0, 0
  local rest = ""
  while true do
    local piece = file:read(65536)
    if not piece then break end
    bytes = bytes + #piece
    local text = rest .. piece
    local cut = text:find("%S*$")
    rest = text:sub(cut)
    text = text:sub(1, cut - 1)
    lines = lines + select(2, piece:gsub("\n", ""))
    for word in text:gmatch "%S+" do
      words = words + 1
      local key = word:lower():gsub("^%p+", ""):gsub("%p+$", "")
      if key ~= "" then frequency[key] = (frequency[key] or 0) + 1 end
    end
  end
  if rest ~= "" then
    words = words + 1
    local key = rest:lower():gsub("^%p+", ""):gsub("%p+$", "")
    if key ~= "" then frequency[key] = (frequency[key] or 0) + 1 end
  end
  total.lines, total.words, total.bytes = total.lines + lines, total.words + words, total.bytes + bytes
  return lines, words, bytes
end

local failed = false
local function report(name, lines, words, bytes)
  print(("%9d %9d %9d  %s"):format(lines, words, bytes, name))
end
print(("%9s %9s %9s"):format("lines", "words", "bytes"))
if #names == 0 then
  report("standard input", count(io.stdin))
else
  for _, name in ipairs(names) do
    local file <close>, problem = io.open(name, "rb")
    if file then
      report(name, count(file))
    else
      io.stderr:write("wordcount: ", problem, "\n")
      failed = true
    end
  end
  if #names > 1 then report("total", total.lines, total.words, total.bytes) end
end

-- The most frequent words first; words of the same frequency in alphabetical order.
local ranked = {}
for word, n in pairs(frequency) do ranked[#ranked + 1] = {word = word, n = n} end
table.sort(ranked, function(a, b)
  if a.n ~= b.n then return a.n > b.n end
  return a.word < b.word
end)
if top > 0 and #ranked > 0 then
  print(("\n%d different words, the most frequent:"):format(#ranked))
  local scale = 40 / ranked[1].n
  for k = 1, math.min(top, #ranked) do
    local entry = ranked[k]
    print(("%7d  %-16s %s"):format(entry.n, entry.word, ("#"):rep(math.max(1, math.floor(entry.n * scale)))))
  end
end
os.exit(not failed)
