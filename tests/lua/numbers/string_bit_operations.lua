-- Bit operations do not take strings, as in 5.4.4.
local function fails(name, f) print(name, select(2, pcall(f))) end
fails("'10' | 1", function() return "10" | 1 end)
fails("1 | '10'", function() return 1 | "10" end)
fails("'3' & '5'", function() return "3" & "5" end)
fails("'3' ~ 5", function() return "3" ~ 5 end)
fails("'1' << 2", function() return "1" << 2 end)
fails("1 << '2'", function() return 1 << "2" end)
fails("'8' >> 1", function() return "8" >> 1 end)
fails("~'5'", function() return ~"5" end)
fails("'3.0' | 0", function() return "3.0" | 0 end)
fails("'3.5' | 0", function() return "3.5" | 0 end)
fails("'0xff' & 15", function() return "0xff" & 15 end)
fails("'abc' | 1", function() return "abc" | 1 end)
fails("1 | 'abc'", function() return 1 | "abc" end)
fails("'abc' | {}", function() return "abc" | {} end)
fails("{} | 'abc'", function() return {} | "abc" end)
fails("'10' | 1.5", function() return "10" | 1.5 end)
fails("1.5 | '10'", function() return 1.5 | "10" end)
fails("nil | '10'", function() return nil | "10" end)
fails("local", function() local s = "10"; return s | 1 end)
fails("local right", function() local s = "10"; return 1 & s end)
fails("field", function() local t = {name = "10"}; return t.name ~ 1 end)
fails("global", function() text = "7"; return text << 1 end)
fails("upvalue", (function() local u = "7"; return function() return ~u end end)())
fails("big", function() return "9223372036854775808" | 0 end)
-- With a metamethod of its own the other operand decides.
local obj = setmetatable({}, {
  __band = function(a, b) return "band " .. type(a) .. " " .. type(b) end,
  __shl = function(a, b) return "shl " .. type(a) .. " " .. type(b) end,
  __bnot = function(a) return "bnot " .. type(a) end,
})
print("object & '1'", obj & "1")
print("'1' & object", "1" & obj)
print("'x' << object", "x" << obj)
print("~object", ~obj)
fails("object | '1'", function() return obj | "1" end)
