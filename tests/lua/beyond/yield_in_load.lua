-- A reader function of load may yield, as may a module body and a searcher in require.
local pieces = {"return ", "'built' .. ", "' by ' .. ", "...", nil}
local co = coroutine.wrap(function()
  local i = 0
  local f = load(function()
    i = i + 1
    return coroutine.yield(i)
  end, "=pieces")
  return "loaded", f("reader")
end)
local want = co()
while want ~= "loaded" do
  local results = table.pack(co(pieces[want]))
  want = results[1]
  if want == "loaded" then print("reader", results[2]) end
end

co = coroutine.wrap(function() return load(function() coroutine.yield("asked"); return "x = = 1" end, "=bad") end)
print("first", co())
local _, message
local answer
repeat answer = table.pack(co()) until answer[1] ~= "asked"
print("syntax error after yields", answer[1], answer[2])

co = coroutine.wrap(function() return load(function() coroutine.yield("asked"); error("in reader", 0) end) end)
co()
print("error after a yield", co())

local function write(name, text)
  local f = assert(io.open(name, "w"))
  f:write(text)
  f:close()
end
write("mod.lua", "local x = coroutine.yield('module asks for ' .. ...) return {value = x}")
co = coroutine.wrap(function() return require("mod").value end)
print("require", co())
print("module", co(42))
print("loaded", package.loaded.mod.value)
package.preload.pre = function() return coroutine.yield("preload asks") end
co = coroutine.wrap(function() return (require "pre") end)
print("preload", co(), co("answer"), package.loaded.pre)
table.insert(package.searchers, 2, function(name)
  if name == "found" then
    coroutine.yield("searching")
    return function() return coroutine.yield("loading") end
  end
end)
co = coroutine.wrap(function() return (require "found") end)
print("searcher", co(), co(), co("module value"))
write("bad.lua", "coroutine.yield('before the error') error('failed', 0)")
co = coroutine.wrap(function() return pcall(require, "bad") end)
print("error in a module", co())
print("caught", co())
write("f.lua", "return coroutine.yield('from the file'), 'end'")
co = coroutine.wrap(function() return dofile("f.lua") end)
print("dofile", co())
print("results", co("first"))
print("isyieldable in require", (function()
  write("y.lua", "return coroutine.isyieldable()")
  return coroutine.wrap(function() return (require "y") end)()
end)())
