-- How the chunk's name is shown in messages.
local function try(name, chunkname) print(name, select(2, load("x x", chunkname))) end
try("default")
try("equals", "=name")
try("equals empty", "=")
try("at", "@file.lua")
try("at empty", "@")
try("plain", "plain text")
try("empty", "")
try("two lines", "first line\nsecond line")
try("newline first", "\nsecond line")
try("carriage return", "first\rsecond")
for _, n in ipairs {10, 40, 44, 45, 46, 47, 48, 55, 58, 59, 60, 61, 62, 100} do
  try("equals " .. n, "=" .. ("e"):rep(n))
  try("at " .. n, "@" .. ("a"):rep(n - 1) .. "z")
  try("text " .. n, ("t"):rep(n))
end
try("text with newline and long", ("t"):rep(30) .. "\n" .. ("u"):rep(100))
-- The source itself is the name when none is given.
print("short source", select(2, load("x =")))
print("long source", select(2, load("local aaaaaaaaaaaaaaaaaa, bbbbbbbbbbbbbbbbbbbbbbbbbb, cccccccccccccccccc = = 1")))
print("two line source", select(2, load("local a\nlocal = 1")))
print("reader", select(2, load(function() return nil end)))
local parts = {"x ", "x"}
print("reader name", select(2, load(function() return table.remove(parts, 1) end)))
parts = {"x ", "x"}
print("reader given name", select(2, load(function() return table.remove(parts, 1) end, "=given")))
-- The name of a running chunk.
for _, n in ipairs {"=run", "@run.lua", "return error('here')", "a\nb"} do
  print("runtime", select(2, pcall(load("error('here')", n))))
end
print("info", debug.getinfo(load("", "=abc"), "S").short_src, debug.getinfo(load("", "=abc"), "S").source)
print("info at", debug.getinfo(load("", "@abc"), "S").short_src, debug.getinfo(load("", "@abc"), "S").source)
print("info text", debug.getinfo(load("x = 1"), "S").short_src, debug.getinfo(load("x = 1"), "S").source)
