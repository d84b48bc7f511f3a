-- The border of the two constructors with holes that programs rely on, and of plain sequences.
print("{1,2,nil,4}", #{1, 2, nil, 4})
print("{nil,nil,3}", #{nil, nil, 3})
print("{}", #{})
print("{nil}", #{nil})
print("{nil,nil}", #{nil, nil})
print("{1}", #{1})
print("{1,nil}", #{1, nil})
print("{1,nil,nil}", #{1, nil, nil})
print("{false}", #{false})
print("named only", #{x = 1, y = 2})
print("named and positional", #{1, x = 5, 2, y = 6, 3})
print("zero and negative", #{[0] = 1, [-1] = 2})
print("explicit indices", #{[1] = 1, [2] = 2, [3] = 3})

local function three() return 1, 2, 3 end
local function none() end
print("last call", #{three()}, #{three(), three()}, #{0, three()})
print("last call of none", #{none()}, #{1, none()})
print("parenthesised call", #{(three())}, #{(none())})
local function va(...) return #{...} end
print("varargs", va(), va(1), va(1, 2, 3))
print("pack", table.pack().n, table.pack(nil).n, table.pack(nil, nil).n, #table.pack(1, 2))

-- Growing and shrinking a sequence.
local t = {}
for i = 1, 1000 do t[i] = i end
print("grown", #t)
for i = 1000, 501, -1 do t[i] = nil end
print("shrunk", #t)
t[#t + 1] = "x"; print("appended", #t)
for i = #t, 1, -1 do t[i] = nil end
print("emptied", #t)
t[1] = 1; print("again", #t)
local back = {}
for i = 100, 1, -1 do back[i] = i end
print("filled backwards", #back)
local big = {}
for i = 1, 70000 do big[i] = false end
print("large", #big); big[#big] = nil; print("large less one", #big)
print("string lengths", #"", #"abc", #"a\0b", #("x"):rep(1000), #"\u{20AC}")
