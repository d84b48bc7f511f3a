-- Table constructors: positional, named, computed, last call expanded, evaluation.
local function f() return "x", "y", "z" end
local function show(name, t)
  local out = {}
  for i = 1, 12 do if t[i] ~= nil then out[#out + 1] = i .. "=" .. tostring(t[i]) end end
  local names = {}
  for k, v in pairs(t) do if type(k) == "string" then names[#names + 1] = k .. "=" .. tostring(v) end end
  table.sort(names)
  print(name, table.concat(out, " "), table.concat(names, " "))
end
show("empty", {})
show("positional", {1, 2, 3})
show("semicolons", {1; 2, 3; })
show("trailing comma", {1, 2,})
show("named", {a = 1, b = 2})
show("computed", {["a"] = 1, [1] = "one", [2 + 1] = "three", ["x" .. "y"] = 5})
show("mixed", {10, a = 1, 20, [5] = 50, 30})
show("call last", {0, f()})
show("call not last", {f(), 0})
show("call parenthesised", {(f())})
show("two calls", {f(), f()})
show("named call", {a = f(), b = f()})
show("call then named", {f(), a = 1})
show("call with index", {[1] = f()})
show("vararg", (function(...) return {...} end)(1, 2, 3))
show("vararg first", (function(...) return {..., "end"} end)(1, 2, 3))
show("vararg with nil", (function(...) return {n = select("#", ...), ...} end)(1, nil, 3))
show("empty vararg", (function(...) return {...} end)())
show("nested", {#{1, 2}, #{{}, {}, {}}})
show("reserved key", {["end"] = 1, ["nil"] = 2})
show("positional wins over index", {[1] = "index", "positional"})
show("duplicate names", {a = 1, a = 2})
show("duplicate indices", {[1] = 1, [1] = 2})
show("nil values", {a = nil, nil, 2})
show("functions", {(function() return 1 end)(), #(function() return {1, 2} end)()})
show("trailing semicolon", {a = 1; b = 2;})
local log = {}
local function ev(v) log[#log + 1] = v; return v end
local t = {ev "1", [ev "k"] = ev "v", ev "2", n = ev "3"}
print("evaluation order", table.concat(log, " "))
local src = {"return {"}
for i = 1, 300 do src[#src + 1] = i .. "," end
src[#src + 1] = "}"
local big = load(table.concat(src))()
print("large", #big, big[1], big[50], big[51], big[300])
src = {"return {"}
for i = 1, 300 do src[#src + 1] = "k" .. i .. "=" .. i .. "," end
src[#src + 1] = "}"
big = load(table.concat(src))()
print("large named", big.k1, big.k150, big.k300)
local many = {}
for i = 1, 200 do many[i] = i end
local u = {0, table.unpack(many)}
print("expanded", #u, u[1], u[2], u[201])
print("anonymous", ({10, 20, 30})[2], ({a = 5}).a, #{1, 2, {3}}, ({f()})[3], ({...})[1])
local self = {v = 1, get = function(s) return s.v end}
print("method of constructor", self:get(), ({v = 9, get = self.get}):get())
local w = {1, 2, 3, [2] = "never", x = 1}
print("overlap", w[2], #w)
print("each is new", {} == {}, (function() local l = {} for i = 1, 2 do l[i] = {} end return l[1] == l[2] end)())
print("nan value", #{0 / 0, 1}, ({0 / 0})[1] ~= ({0 / 0})[1])
