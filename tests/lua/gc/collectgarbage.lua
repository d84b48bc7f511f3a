-- collectgarbage: every option, its results and its argument errors.
local function fails(name, f, ...) print(name, select(2, pcall(f, ...))) end
print("collect", collectgarbage("collect"), collectgarbage())
print("count", math.type(collectgarbage("count")), collectgarbage("count") > 0)
print("step", type(collectgarbage("step")), type(collectgarbage("step", 100)))
print("step until done", (function() collectgarbage("incremental"); for _ = 1, 100000 do if collectgarbage("step", 1000) then return true end end return false end)())
print("isrunning", collectgarbage("isrunning"))
print("stop", collectgarbage("stop"), collectgarbage("isrunning"))
print("restart", collectgarbage("restart"), collectgarbage("isrunning"))
print("mode", collectgarbage("incremental"))
print("to generational", collectgarbage("generational"))
print("to generational again", collectgarbage("generational", 20, 100))
print("to incremental", collectgarbage("incremental", 200, 100, 13))
print("back", collectgarbage("incremental"))
print("setpause", type(collectgarbage("setpause", 200)), collectgarbage("setpause", 160))
print("setstepmul", type(collectgarbage("setstepmul", 200)), collectgarbage("setstepmul", 100))
print("restored", collectgarbage("setpause", 200))
fails("unknown", collectgarbage, "nothing")
fails("table", collectgarbage, {})
fails("number", collectgarbage, 5)
fails("bad step", collectgarbage, "step", "x")
fails("step 1.5", collectgarbage, "step", 1.5)
fails("bad pause", collectgarbage, "setpause", {})
fails("count ignores more", collectgarbage, "isrunning", 1, 2)
print("nil option", collectgarbage(nil))
local before = collectgarbage("count")
local big = {}
for i = 1, 10000 do big[i] = {i} end
local with = collectgarbage("count")
big = nil
collectgarbage()
local after = collectgarbage("count")
print("memory grows and shrinks", with > before + 300, after < with - 300)
print("collect while stopped works", (function()
  collectgarbage("stop")
  local w = setmetatable({{}}, {__mode = "v"})
  collectgarbage()
  collectgarbage("restart")
  return w[1]
end)())
print("in a finalizer", (function() local r; setmetatable({}, {__gc = function() r = {pcall(collectgarbage)} end}); collectgarbage(); collectgarbage(); return r and r[1] end)())
print("in every mode objects survive", (function()
  local t = {}
  for _, mode in ipairs {"generational", "incremental"} do
    collectgarbage(mode)
    for i = 1, 2000 do t[i] = {i, tostring(i)} end
    for i = 1, 2000 do if t[i][1] ~= i or t[i][2] ~= tostring(i) then return "lost" end end
  end
  return "kept"
end)())
