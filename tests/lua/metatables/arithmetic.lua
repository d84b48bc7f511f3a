-- Every arithmetic and bitwise metamethod, on either side, against every kind of operand.
local mt = {}
local function name(v) if getmetatable(v) == mt then return "obj" end return tostring(v) end
for _, ev in ipairs {"add", "sub", "mul", "div", "mod", "pow", "idiv", "band", "bor", "bxor", "shl", "shr", "concat"} do
  mt["__" .. ev] = function(a, b, ...) return ev .. "(" .. name(a) .. "," .. name(b) .. ")" .. select("#", ...) end
end
mt.__unm = function(a, b, ...) return "unm(" .. name(a) .. "," .. name(b) .. ")" .. select("#", ...) end
mt.__bnot = function(a, b, ...) return "bnot(" .. name(a) .. "," .. name(b) .. ")" .. select("#", ...) end
local o, p = setmetatable({}, mt), setmetatable({}, mt)
print("add", o + 1, 1 + o, o + 1.5, 1.5 + o, o + p, o + "s", "s" + o, o + nil, nil + o)
print("sub", o - 1, 1 - o, o - p, o - 300, 300 - o, o - true)
print("mul", o * 2, 2 * o, o * p, o * 2.5, false * o)
print("div", o / 2, 2 / o, o / p, o / 0)
print("mod", o % 2, 2 % o, o % p, o % 0)
print("pow", o ^ 2, 2 ^ o, o ^ p)
print("idiv", o // 2, 2 // o, o // p)
print("band", o & 1, 1 & o, o & p, o & 1.5, "s" & o, nil & o)
print("bor", o | 1, 1 | o, o | p, 2 ^ 70 | o)
print("bxor", o ~ 1, 1 ~ o, o ~ p)
print("shl", o << 1, 1 << o, o << p, o << 1000)
print("shr", o >> 1, 1 >> o, o >> p)
print("concat", o .. 1, 1 .. o, o .. "s", "s" .. o, o .. p, o .. nil, nil .. o)
print("unm", -o)
print("bnot", ~o)
local k <const> = 7
print("constants", o + k, k + o, o - k, o * k, o & k, k & o, o >> k, k << o, o // k, o % k, o ^ k)
-- One result only, of any type.
mt.__add = function() return 1, 2, 3 end
print("adjusted to one", o + 1, (o + 1))
mt.__add = function() end
print("no result", o + 1, 1 + o)
mt.__add = function() return false end
print("false", o + 1)
mt.__add = function() return o end
print("chained", (o + 1 + 2 + 3) == o)
-- Not a function.
local function fails(n, f) print(n, select(2, pcall(f))) end
mt.__add = 5
fails("not callable", function() return o + 1 end)
mt.__add = setmetatable({}, {__call = function(self, a, b) return "called with " .. name(a) .. " " .. name(b) end})
print("callable table", o + 1, 2 + o)
mt.__add = nil
fails("removed", function() return o + 1 end)
mt.__add = function(a, b) error("inside", 0) end
fails("error", function() return o + 1 end)
mt.__add = rawequal
print("library function", o + o, o + p)
mt.__sub = function(a, b) return b end
print("order kept", 1 - o == o, o - 1)
