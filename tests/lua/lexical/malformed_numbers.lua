-- What is not a numeral, and the message that names it.
local function try(src)
  local f, msg = load("return " .. src, "=n")
  if f then print(src, "ok", f()) else print(src, msg) end
end
for _, src in ipairs {
  "1a", "1e", "1e+", "1e-", "0x", "0xg", "0x1p", "0x1p+", "1..2", "1.2.3", "3x", "3_000", "0b101", "1e5.5",
  "0x1.2.3", "0xep1", "0xe+1", "0xe-1", "1e1e1", "0x1p1p1", "08", "09.5", "1f", "1L", "1ULL", "0x.p1", "0x.", ".", "..",
  "...", "1 2", ".e1", "0x1pf", "9e99999", "0xp1", "1.e1", "0x1P+5", "12abc", "1.5z", "0X", "1e+x", "2..3", "2...3",
  "1-", "1+", "0xabcdefg", "1\u{e9}", "5do", "0x5do", "1or 2", "0x1or 2", "3and 4",
} do
  try(src)
end
-- Keywords may touch a numeral only if the numeral cannot go on.
print(load("return 1 or 2")(), pcall(load, "return 1or 2"))
