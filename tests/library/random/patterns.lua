-- Patterns and subjects put together at random (the same every time): find, match, gsub, gmatch and their errors.
-- not-modes: gc-stress baseline-stress (too long)
local choice = require "choice"
local rnd, pick, show = choice.rnd, choice.pick, choice.show
local atoms = { "a", "b", "c", ".", "%a", "%d", "%s", "%w", "%W", "%S", "%%", "[abc]", "[^a]", "[a-c]", "[%d%s]", "[^%w]", "[]]", "[%]a]", "(", ")", "()", "(a)", "(.-)", "%1", "%2", "%b()", "%bab", "%f[a]", "%f[%W]", "^", "$", "-", "*", "[", "]", "%", "\0", "x", "1", " ", "%z", "[a-]", "[-z]", "[z-a]", "%.", "[^]" }
local quants = { "", "", "", "*", "+", "-", "?" }
local chars = { "a", "b", "c", "a", "b", "1", "2", " ", "(", ")", "]", "-", "\0", "x", "z", "%", "\200", "." }
local function subject() local t = {} for i = 1, rnd(14) - 1 do t[i] = pick(chars) end return table.concat(t) end
local function pattern() local t = {} for i = 1, rnd(6) do t[#t + 1] = pick(atoms) .. pick(quants) end return (rnd(5) == 1 and "^" or "") .. table.concat(t) .. (rnd(6) == 1 and "$" or "") end
for i = 1, 6000 do
  local s, p = subject(), pattern()
  print(show(p, s))
  print(show(pcall(string.find, s, p, rnd(6) - 2)))
  print(show(pcall(string.match, s, p)))
  print(show(pcall(string.gsub, s, p, pick { "<%0>", "%1", "x", "%2%1", "", "%%" })))
  if rnd(3) == 1 then print(show(pcall(string.gsub, s, p, function(...) return rnd(3) == 1 and select("#", ...) or nil end))) end
  if rnd(3) == 1 then print(show(pcall(string.gsub, s, p, { a = "A", b = 1, [1] = "one", ab = false }, rnd(4)))) end
  local ok, r = pcall(function() local t = {} for x, y in string.gmatch(s, p, rnd(4) - 2) do t[#t + 1] = show(x, y) end return table.concat(t, ";") end)
  print(ok, r)
end
