-- Which operand's metamethod is used, and when none is asked at all.
local log = {}
local function make(tag, events)
  local mt = {tag = tag}
  for _, e in ipairs(events) do
    mt["__" .. e] = function(a, b) log[#log + 1] = tag .. "." .. e; return tag end
  end
  return setmetatable({}, mt)
end
local function show(name, ...) print(name, table.concat(log, " "), ...); log = {} end
local all = {"add", "concat", "eq", "lt", "le", "unm", "len", "call", "index", "band"}
local A, B, none = make("A", all), make("B", all), setmetatable({}, {})
show("left first", A + B, B + A)
show("only left has it", A + none, A + 1, A + "x")
show("only right has it", none + A, 1 + A, nil + A)
show("neither", pcall(function() return none + none end) == false)
show("numbers never ask", 1 + 2, 1.5 + 2)
show("concat left first", A .. B, B .. A, "x" .. A, A .. "x", none .. A)
show("lt left first", A < B, B < A, A < none, none < A)
show("lt with numbers", A < 1, 1 < A, "s" < A)
show("gt swaps operands", A > B, 1 > A)
show("le left first", A <= B, none <= B, A >= B)
show("eq left first", A == B, B == A, A ~= B)
show("eq same object", A == A, A ~= A)
show("eq only right has it", none == A, A == none)
show("eq different types", A == 1, 1 == A, A == "A", A == nil, A == print)
show("rawequal", rawequal(A, B), rawequal(A, A))
show("band", A & B, 1 & A, none & B)
show("unary", -A, #A)
show("call", A(1))
-- A nil or false first metamethod passes to the second operand.
local C = setmetatable({}, {__add = false})
show("false metamethod is a value that cannot be called", pcall(function() return C + A end))
local D = setmetatable({}, {__add = nil})
show("nil metamethod passes", D + A)
-- Metamethods are looked up raw in the metatable: its own __index is ignored.
local E = setmetatable({}, setmetatable({}, {__index = {__add = function() return "inherited" end, __index = {x = 1}}}))
show("not inherited by the metatable", pcall(function() return E + 1 end) == false, E.x)
-- The reference is built with the compatibility option by which __le falls back on a negated __lt.
local F = setmetatable({v = 1}, {__lt = function(a, b) log[#log + 1] = "lt"; return a.v < b.v end})
local F2 = setmetatable({v = 2}, getmetatable(F))
show("__le from __lt", F <= F, F <= F2, F2 <= F, F >= F2, F2 >= F)
show("no __lt from __le", pcall(function() return setmetatable({}, {__le = print}) < 1 end))
show("__lt alone", F < F, F > F)
-- Changing metatables while running.
local G = setmetatable({}, {})
local function add() return G + 1 end
show("before", (pcall(add)))
getmetatable(G).__add = function() return "now" end
show("after", pcall(add))
getmetatable(G).__add = function() return "replaced" end
show("replaced", pcall(add))
setmetatable(G, {__add = function() return "other table" end})
show("other metatable", pcall(add))
setmetatable(G, nil)
show("none", (pcall(add)))
local H = setmetatable({}, {__add = function(a, b) return "H" end, __sub = function(a, b) return a end})
for i = 1, 3 do log[i] = i + H end
show("same site, many receivers", (function() local r = {} for _, v in ipairs {A, B, H, A} do r[#r + 1] = v + 1 end return table.concat(r, " ") end)())
