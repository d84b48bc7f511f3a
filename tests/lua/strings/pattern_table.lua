-- A table of subjects and patterns: each line is what find returns.
local subjects = {"", "a", "aa", "ab", "ba", "aab", "abab", "a.b", "x=1", "  x ", "f(x(y))", "[a]", "a-b", "'q'", "A1_", "\n", "%", "^a$", "12.5e3", "\0a"}
local patterns = {".", "a", "a*", "a+", "a-", "a?", "^a", "a$", "^a*$", "(a)(.?)", "[ab]+", "[^ab]", "%a%w*", "%s+", "%S", "%p", "%d+%.?%d*", "b?a", "(a-)b", "%b()", "%f[%w]%w", "()", "(.)%1", ".-$", "^(%s*)(.-)%s*$", "[%a_][%w_]*", "[]]", "[^]]", "[a-]", "%-", "%%", "=()", "(%w)=(%w)", "%c", "[%z]", ".*b", "a.b", "%g+", "x?$", "[+-]?%d+"}
for _, p in ipairs(patterns) do
  local out = {}
  for i, s in ipairs(subjects) do
    local r = table.pack(string.find(s, p))
    if r[1] then for k = 1, r.n do r[k] = (tostring(r[k]):gsub("[%c]", "~")) end; out[#out + 1] = i .. ":" .. table.concat(r, ",", 1, r.n) end
  end
  print(p, table.concat(out, " "))
end
for _, p in ipairs(patterns) do
  local n, total = 0, 0
  for _, s in ipairs(subjects) do local r, c = s:gsub(p, "<%0>"); n = n + c; for i = 1, #r do total = (total * 31 + r:byte(i)) % 1000000007 end end
  print("gsub", p, n, total)
end
