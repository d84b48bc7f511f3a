-- The older math functions that the reference is built with.
local function fails(name, f, ...) print(name, select(2, pcall(f, ...))) end
print("pow", math.pow(2, 10), math.pow(2, 0.5), math.pow("2", 3))
print("cosh", ("%.12f"):format(math.cosh(1)))
print("sinh", ("%.12f"):format(math.sinh(1)))
print("tanh", ("%.12f"):format(math.tanh(1)))
print("log10", math.log10(1000), math.log10(0))
print("ldexp", math.ldexp(1, 10), math.ldexp(0.5, 1), math.ldexp(1, -1074), math.ldexp(1, 2000))
print("frexp", math.frexp(8), math.frexp(0))
print("frexp results", math.frexp(10))
print("frexp small", math.frexp(5e-324))
print("frexp negative", math.frexp(-0.75))
print("frexp inf", (math.frexp(math.huge)))
print("atan2", math.atan2 == nil and "absent" or math.atan2(1, 2))
fails("pow none", math.pow)
fails("ldexp bad", math.ldexp, 1, 1.5)
fails("frexp none", math.frexp)
local names = {}
for k in pairs(math) do names[#names + 1] = k end
table.sort(names); print("everything in math", table.concat(names, " "))
for _, lib in ipairs {"string", "table", "coroutine", "io", "os", "debug", "utf8", "package"} do local t = {} for k in pairs(_G[lib]) do t[#t + 1] = k end table.sort(t); print("everything in " .. lib, table.concat(t, " ")) end
names = {}
for k in pairs(_G) do names[#names + 1] = k end
table.sort(names)
print("every global", table.concat(names, " "))
names = {}
for k in pairs(getmetatable("")) do names[#names + 1] = k end
table.sort(names)
print("string metatable", table.concat(names, " "))
names = {}
for k in pairs(getmetatable(io.stdout)) do names[#names + 1] = k end
table.sort(names)
print("file metatable", table.concat(names, " "))
names = {}
for k in pairs(getmetatable(io.stdout).__index) do names[#names + 1] = k end
table.sort(names)
print("file methods", table.concat(names, " "))
