-- Only nil and false are false; conditions look at nothing else.
local function truth(v) if v then return "true" else return "false" end end

print("nil", truth(nil))
print("false", truth(false))
print("true", truth(true))
print("zero", truth(0))
print("float zero", truth(0.0))
print("negative zero", truth(-0.0))
print("nan", truth(0 / 0))
print("empty string", truth(""))
print("string false", truth("false"))
print("empty table", truth({}))
print("function", truth(print))

print("not nil", not nil)
print("not false", not false)
print("not 0", not 0)
print("not ''", not "")
print("not not nil", not not nil)
print("not not 1", not not 1)
print("not table", not {})

print("and: nil and 1", nil and 1)
print("and: false and nil", false and nil)
print("and: nil and false", nil and false)
print("and: 0 and 1", 0 and 1)
print("and: '' and false", "" and false)
print("or: nil or false", nil or false)
print("or: false or nil", false or nil)
print("or: 0 or 1", 0 or 1)
print("or: nil or {}", type(nil or {}))

local calls = 0
local function called(v) calls = calls + 1; return v end
local _ = false and called(1); print("short and", calls)
_ = true or called(1); print("short or", calls)
_ = true and called(nil) or called("b"); print("both", _, calls)
_ = called(nil) == nil and called(false) == false; print("compare", _, calls)

while nil do print("never") end
repeat local done = 0 until done
print("repeat ends on 0")
print("chain", 1 and nil or false or 3 and 4)
print("chain of false", nil or false or nil)
print("parenthesised", (nil or 1) and (false or "x"))
