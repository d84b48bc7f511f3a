-- The fourth value of a generic for is closed when the loop ends, however it ends.
local function closing(n, name)
  local value = setmetatable({}, {__close = function(_, e) print("  closed " .. name, e) end})
  return function(_, i) if i < n then return i + 1 end end, nil, 0, value
end
for i in closing(3, "normal") do io.write(i, " ") end
print("normal end")
for i in closing(3, "break") do io.write(i, " ") if i == 2 then break end end
print("break")
local function ret() for i in closing(3, "return") do if i == 2 then return i end end end
print("return", ret())
print("error", pcall(function() for i in closing(3, "error") do error("boom " .. i, 0) end end))
for i in closing(5, "goto") do if i == 4 then goto out end end
::out::
print("goto")
for i in closing(0, "no iteration") do print(i) end
print("no iteration")
for i in closing(2, "outer") do for j in closing(2, "inner" .. i) do io.write(i, ":", j, " ") end end
print("nested")
local co = coroutine.wrap(function() for i in closing(3, "coroutine") do coroutine.yield(i) end return "end" end)
print("coroutine", co(), co(), co(), co())
local thread = coroutine.create(function() for i in closing(3, "abandoned") do coroutine.yield(i) end end)
print("abandoned", coroutine.resume(thread))
print("close", coroutine.close(thread), coroutine.status(thread))

local function tryfor(name, v)
  print(name, pcall(function() for i in function() end, nil, nil, v do end end))
end
tryfor("nil", nil)
tryfor("false", false)
tryfor("true", true)
tryfor("table", {})
tryfor("number", 5)
print("iterator not callable", pcall(function()
  for i in nil, nil, nil, setmetatable({}, {__close = function() print("  closed before error") end}) do end
end))
-- The closing value is separate from the state and the control variable.
local seen = {}
local obj = setmetatable({}, {__close = function(o) seen[#seen + 1] = "close" end})
for k, v in next, {10}, nil, obj do seen[#seen + 1] = k .. "=" .. v end
print("with next", table.concat(seen, " "))
-- Files close through io.lines.
local f = assert(io.open("lines.txt", "w")); f:write("a\nb\nc\n"); f:close()
local it, st, ctl, cl = io.lines("lines.txt")
print("io.lines gives four values", type(it), st, ctl, io.type(cl))
for line in it, st, ctl, cl do if line == "b" then break end end
print("closed by break", io.type(cl))
