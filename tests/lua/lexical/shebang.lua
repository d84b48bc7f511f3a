#!/usr/bin/env lua
-- files: modules/sharp.lua
-- The first line of a file may start with a sharp sign; lines are still counted with it.
print("this file runs")
print("loadfile", pcall(loadfile("modules/sharp.lua")))
print("load does not skip", load("# comment\nreturn 1", "=s"))
local function with(text)
  local f = assert(io.open("t.lua", "wb"))
  f:write(text)
  f:close()
  local chunk, msg = loadfile("t.lua")
  if chunk then return pcall(chunk) end
  return msg
end
print("only a sharp line", with("#"))
print("sharp line no newline", with("# abc"))
print("sharp and code", with("#x\nreturn 7"))
print("line number", with("#x\nerror('e')"))
print("second sharp line", with("#x\n#y\nreturn 7"))
print("byte order mark", with("\xef\xbb\xbfreturn 8"))
print("mark and sharp", with("\xef\xbb\xbf#x\nreturn 9"))
print("partial mark", with("\xef\xbbreturn 8"))
print("cr after sharp", with("#x\rreturn 1"))
print("empty file", with(""))
print("only mark", with("\xef\xbb\xbf"))
