-- Requests that no machine can satisfy end in an error that can be caught; afterwards all is well.
local function try(name, f, ...) local ok, e = pcall(f, ...); print(name, ok, ok and "" or e) end
try("rep", string.rep, "x", 1 << 60)
try("rep with separator", string.rep, "x", 1 << 40, ("y"):rep(1 << 22))
try("concat of huge count", table.concat, setmetatable({}, {__len = function() return 1 << 50 end}))
try("unpack", table.unpack, {}, 1, 1 << 40)
try("format width", string.format, "%99999d", 1)
try("pack size", string.pack, "!16 i17", 1)
try("insert at huge length", table.insert, setmetatable({}, {__len = function() return math.maxinteger end}), 1, "x")
try("select", select, "#", table.unpack({}, 1, 1000))
print("works", ("x"):rep(10), #table.pack(table.unpack({1, 2, 3})))
local t = {}
t[1 << 60] = "far"
t[math.maxinteger] = "last"
t[math.mininteger] = "first"
print("far keys cost nothing", t[1 << 60], t[math.maxinteger], t[math.mininteger], #t)
for i = 0, 62 do t[1 << i] = i end
local n = 0
for i = 0, 62 do n = n + t[1 << i] end
print("powers of two as keys", n)
