-- Long brackets: levels, first newline, line endings, no escapes.
local function show(name, s) print(name, #s, (s:gsub("[%c]", function(c) return "<" .. c:byte() .. ">" end))) end
show("simple", [[abc]])
show("empty", [[]])
show("level 1", [=[a]]b]=])
show("level 3", [===[a]==]b]===])
show("first newline skipped", [[
abc]])
show("second newline kept", [[

abc]])
show("trailing newline kept", [[abc
]])
show("no escapes", [[\n\x41\]])
show("quotes", [["']])
show("brackets", [=[[[nested]]]=])
show("almost closed", [==[]=]]==])
show("double brackets at end", [=[a]]=])
show("comment inside", [[--[x]])
show("index of string", ({["k"] = 1, [ [[l]] ] = 2})[ [[l]] ] .. "")
show("level zero with bracket", [[a]b]])

local function src(name, text) show(name, load("return " .. text)()) end
src("cr", "[[a\rb]]")
src("crlf", "[[a\r\nb]]")
src("lfcr", "[[a\n\rb]]")
src("lflf", "[[a\n\nb]]")
src("crcr", "[[a\r\rb]]")
src("first cr", "[[\ra]]")
src("first crlf", "[[\r\na]]")
src("first lfcr", "[[\n\ra]]")
src("first crcr", "[[\r\ra]]")
src("zero", "[[a\0b]]")
src("deep level", "[" .. ("="):rep(200) .. "[x]" .. ("="):rep(199) .. "]y]" .. ("="):rep(200) .. "]")
src("long", "[[" .. ("line\n"):rep(3) .. "]]")

print("call without parentheses", #[[abc]], ("x"):rep(3), string.len[[four]])
print("method", ([[%d]]):format(5))
