-- Primitive equality: values, not representations; objects by identity.
print("1 == 1.0", 1 == 1.0, 1 ~= 1.0)
print("0 == -0.0", 0 == -0.0, 0.0 == -0.0)
print("'1' == 1", "1" == 1, 1 == "1")
print("nan == nan", 0 / 0 == 0 / 0)
local nan = 0 / 0
print("same nan", nan == nan, nan ~= nan, rawequal(nan, nan))
print("inf", math.huge == math.huge, math.huge == -math.huge, math.huge == 1 / 0)
print("2^53", 2 ^ 53 == 9007199254740992, 2 ^ 53 == 9007199254740993, 2 ^ 53 + 1 == 9007199254740993)
print("maxinteger", math.maxinteger == math.maxinteger + 0.0, math.maxinteger + 0.0 == 2 ^ 63)
print("mininteger", math.mininteger == -2 ^ 63, math.mininteger == -2.0 ^ 63)
print("wide integers", 1 << 62 == 4611686018427387904, (1 << 62) == 2 ^ 62, (1 << 62) + 1 == 2 ^ 62)
print("wide computed", (1 << 40) * (1 << 20) == 1 << 60, 0x7fffffffffffffff == math.maxinteger)
print("nil", nil == nil, nil == false, nil ~= false)
print("boolean", true == true, true == 1, false == 0)

local a, b = {}, {}
print("tables", a == a, a == b, {} == {}, a ~= b)
local f, g = function() end, function() end
print("functions", f == f, f == g)
local co = coroutine.create(f)
print("threads", co == co, co == coroutine.create(f))
print("library functions", print == print, string.len == ("").len, pairs == ipairs)

print("strings", "abc" == "abc", "abc" == "abd", "" == "")
print("strings built", "ab" .. "c" == "abc", ("x"):rep(100) == ("x"):rep(50) .. ("x"):rep(50))
print("zeros", "a\0b" == "a\0b", "a\0b" == "a\0c", "a" == "a\0")
print("long equal", ("long"):rep(1000) == ("long"):rep(1000), ("long"):rep(1000) == ("long"):rep(999) .. "lonG")
print("case", "A" == "a")
print("rawequal", rawequal(1, 1.0), rawequal("a", "a"), rawequal(a, b), rawequal(nil, false))
print("result is boolean", type(1 == 2), type(1 ~= 2))
print("mixed object", a == 1, a == "table", a == nil, "nil" == nil)
