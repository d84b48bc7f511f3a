# What an uncaught error prints on standard error.
run() { cat > t.lua; $LUA t.lua; echo "status $?"; }
run <<'END'
local function level3() error("message") end
local function level2() level3() end
function level1() level2() end
level1()
END
run <<'END'
local t = setmetatable({}, {__index = function(t, k) error("no field " .. k, 2) end})
print(t.missing)
END
run <<'END'
local function f(n) if n == 0 then error("bottom") end f(n - 1) end
f(40)
END
run <<'END'
local co = coroutine.wrap(function() local x = nil; return x.field end)
co()
END
run <<'END'
error("multi\nline\nmessage", 0)
END
run <<'END'
local function tail() return error("from tail") end
local function caller() return tail() end
caller()
END
run <<'END'
table.sort({3, 2, 1}, function(a, b) return a.x < b.x end)
END
run <<'END'
string.gsub("abc", "%w", function(c) error("in callback") end)
END
run <<'END'
local obj = {}
function obj:method() return self.value + 1 end
obj:method()
END
run <<'END'
for i in pairs(nil) do end
END
run <<'END'
load("error('in loaded chunk')", "=(my chunk)")()
END
run <<'END'
local a <close> = setmetatable({}, {__close = function() error("in close") end})
END
run <<'END'
print((select(2, pcall(require, "no.such.module"))):match("^[^\n]*"))
END
