-- stderr: warnings go to standard error
-- print writes through tostring to standard output; warn writes to standard error with its states.
print(); print(""); print(nil); print(1, 2.5, "three", true, nil)
print(setmetatable({}, {__tostring = function() return "object" end}), "after")
print(("long "):rep(20)); print("embedded\nnewline", "and\ttab"); print("zero\0byte")
local original = tostring
tostring = function() return "never used" end
print("global tostring is not used", 5)
tostring = original
print("bytes", "\1\2\127\128\255")
print(pcall(print, setmetatable({}, {__tostring = function() return 5 end})))
print(pcall(print, "printed first", setmetatable({}, {__tostring = function() error("from tostring", 0) end})))
io.stdout:write("mixed "); print("with io.write")
local function fails(name, f, ...) print(name, select(2, pcall(f, ...))) end
fails("warn none", warn); fails("warn nil", warn, nil); fails("warn table", warn, {}); fails("warn second bad", warn, "a", {})
warn("off by default: not shown")
warn("@on")
warn("shown")
warn("in ", "three ", "parts")
warn("number ", 5, " ", 1.5)
warn("")
warn("@unknown control")
warn("@on", " with more pieces is a message")
warn("@off"); warn("hidden"); warn("@on"); warn("shown again"); warn("line\nbreak"); warn("@off")
warn("@on"); setmetatable({}, {__gc = function() error("in finalizer") end}); collectgarbage(); collectgarbage(); warn("@off")
print("results", select("#", warn("x")), select("#", print("x")))
print("end")
