-- require with every kind of searcher, and what the tables of package may hold.
local function write(name, text) local f = assert(io.open(name, "w")); f:write(text); f:close() end
package.path, package.cpath = "./?.lua;./?/init.lua", "./?.none"
write("mod_value.lua", "return {name = ..., file = select(2, ...)}")
write("mod_nil.lua", "loads = (loads or 0) + 1")
write("mod_false.lua", "falses = (falses or 0) + 1; return false")
write("mod_sets.lua", "package.loaded[...] = 'set by itself'")
write("mod_bad.lua", "x = = 1")
write("mod_fails.lua", "error('at load')")
local m, file = require("mod_value")
print(m.name, m.file, file, require("mod_value") == m, select("#", require("mod_value")))
print(require("mod_nil"), (select(2, require("mod_nil"))), loads)
print(require("mod_false"))
print(require("mod_false"), falses)
print(require("mod_sets"))
print(pcall(require, "mod_bad"))
print(pcall(require, "mod_fails"))
print(pcall(require, "mod.missing"))
print(pcall(require))
print(pcall(require, {}))
package.preload.pre = function(...) print("preloading", ...); return "from preload" end
print(require("pre"))
print(require("pre"))
package.searchers[#package.searchers + 1] = function(name) print("own searcher", name); return "\n\tnot by own searcher" end
print(pcall(require, "nothing"))
package.searchers[#package.searchers] = function(name) return function(...) print("own loader", ...) return nil end, "data" end
print(require("own"))
package.searchers[#package.searchers] = function(name) return 42 end
print(pcall(require, "number"))
package.searchers[#package.searchers] = function(name) error("searcher fails", 0) end
print(pcall(require, "fails"))
package.searchers[#package.searchers] = nil
local searchers = package.searchers
package.searchers = nil
print(pcall(require, "x"))
package.searchers = searchers
local path = package.path
package.path = nil
print(pcall(require, "x"))
package.path = {}
print(pcall(require, "x"))
package.path = path
package.cpath = nil
print(pcall(require, "x"))
package.cpath = "./?.none"
print(package.searchpath("mod_value", package.path))
print(package.searchpath("a.b", "?.x;?.y"))
print(package.searchpath("a.b", "?.x", "", "-"))
print(package.searchpath("a-b", "?.x", "-", "+"))
print(package.searchpath("a.b", "none"))
print(package.searchpath("a", ""))
print(package.searchpath("a", ";;"))
print(pcall(package.searchpath, "a"))
print(package.loaded._G == _G, package.loaded.string == string, package.loaded.package == package)
print(package.config)
for _, name in ipairs{"value", "nil", "false", "sets", "bad", "fails"} do os.remove("mod_" .. name .. ".lua") end
