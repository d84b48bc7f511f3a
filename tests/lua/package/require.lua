-- require: loading once, results, searchers, errors, preload.
local function fails(name, f, ...) print(name, (tostring(select(2, pcall(f, ...))):gsub("\n%s*no f[^\n]*", " <path>"):gsub("[%s<path>]*<path>", " <paths>"))) end
local function write(name, text) local f = assert(io.open(name, "w")); f:write(text); f:close() end
package.path = "./?.lua;./?/init.lua"
package.cpath = ""
write("m1.lua", "loads = (loads or 0) + 1; return {name = ..., file = select(2, ...), count = select('#', ...)}")
local m = require "m1"
print("arguments", m.name, m.file, m.count)
print("once", require "m1" == m, loads)
print("second result", select(2, require "m1"), (select("#", require "m1")))
print("loaded", package.loaded.m1 == m)
package.loaded.m1 = nil
print("again after clearing", require "m1" ~= m, loads)
write("m2.lua", "x = 1"); print("no value gives true", require "m2", package.loaded.m2)
write("m3.lua", "return false"); print("false", require "m3", package.loaded.m3); print("false is loaded again", require "m3")
write("m4.lua", "package.loaded[...] = 'set inside'"); print("sets package.loaded", require "m4")
write("m5.lua", "package.loaded[...] = 'set inside'; return 'returned'"); print("returned wins", require "m5")
write("m6.lua", "return nil"); print("nil gives true", require "m6")
write("m7.lua", "return 1, 2, 3"); print("one value", require "m7")
os.execute("mkdir -p pkg/sub")
write("pkg/sub/a.lua", "return 'dotted ' .. ...")
print("dots are folders", require "pkg.sub.a")
write("pkg/init.lua", "return 'init of ' .. ...")
print("init", require "pkg")
write("bad.lua", "x = = 1")
fails("syntax error", require, "bad")
write("err.lua", "error('runtime')")
fails("runtime error", require, "err")
write("errt.lua", "error({code = 5})")
print("error object", select(2, pcall(require, "errt")).code)
print("failed module is not loaded", package.loaded.err)
fails("missing", require, "missing_module")
fails("missing dotted", require, "a.b.c")
fails("no argument", require)
fails("table", require, {})
print("number name", (pcall(require, 5)))
write("c1.lua", "local c2 = require 'c2'; return {other = c2}")
write("c2.lua", "return {partial = package.loaded.c1}")
print("circular is seen as not loaded", require("c1").other.partial)
package.preload.pre = function(...) return "preloaded " .. select("#", ...) .. " " .. tostring((...)) .. " " .. tostring((select(2, ...))) end
print("preload", require "pre")
print("second result of preload", select(2, require "pre"))
package.preload.pre2 = function() end
print("preload without value", require "pre2")
package.preload.pre3 = function() error("in preload", 0) end
fails("preload error", require, "pre3")
table.insert(package.searchers, 2, function(name) if name:match "^virtual%." then return function(n, extra) return n .. " via " .. tostring(extra) end, "extra value" end return "\n\tno virtual module" end)
print("own searcher", require "virtual.x")
fails("its message", require, "nothing_here")
table.remove(package.searchers, 2)
table.insert(package.searchers, function() return nil end)
fails("searcher with nil", require, "nothing_here")
table.remove(package.searchers)
local old = package.searchers
package.searchers = {}
fails("no searchers", require, "nothing_here")
package.searchers = 5
fails("searchers not a table", require, "nothing_here")
package.searchers = old
print("package.loaded wins over everything", (function() package.loaded.virtual2 = "here"; return require "virtual2" end)())
package.path = 5
fails("path is a number", require, "zzz")
package.path = {}
fails("path is a table", require, "zzz")
package.path = nil
fails("path is nil", require, "zzz")
package.path = ""
fails("empty path", require, "zzz")
package.path = "./?.lua"
print("package.loaded._G", package.loaded._G == _G, package.loaded.string == string, package.loaded.package == package, package.loaded.coroutine == coroutine)
print("registry", debug.getregistry()._LOADED == package.loaded, debug.getregistry()._PRELOAD == package.preload)
print("require string", require "string" == string, require "_G" == _G, require "io" == io)
package.loaded.fake = 42
print("any value", require "fake")
