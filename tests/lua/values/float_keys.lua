-- Float keys with integer values are the integer keys, in every way of writing the key.
local t = {}
t[1.0] = "one"
t[2 ^ 53] = "big"
t[-0.0] = "zero"
print("1.0 then 1", t[1], t[1.0])
print("2^53", t[9007199254740992], t[2 ^ 53], t[1 << 53])
print("-0.0", t[0], t[0.0], t[-0.0])
for _, k in ipairs {1, 9007199254740992, 0} do
  local found
  for key in pairs(t) do if key == k then found = math.type(key) end end
  print("key kind", k, found)
end

-- Constructor keys.
local c = {[1.0] = "a", [2] = "b", [3.0] = "c", [4.5] = "d", [-1.0] = "m", [1e15] = "e"}
print("constructor", c[1], c[2.0], c[3], c[4.5], c[-1], c[1000000000000000])
print("length", #c)

-- A cached site: one place, many kinds of key.
local function get(tab, k) return tab[k] end
local function set(tab, k, v) tab[k] = v end
local s = {}
for i = 1, 40 do set(s, i, i) end
for i = 1, 40 do set(s, i + 0.0, -i) end
print("array overwritten", get(s, 1), get(s, 20), get(s, 40), #s)
for i = 41, 60 do set(s, i + 0.0, i) end
print("array grown by floats", #s, get(s, 50), math.type(next({[5.0] = 1})))
local sum = 0
for i, v in ipairs(s) do sum = sum + v; assert(math.type(i) == "integer") end
print("sum", sum)

-- Constants, upvalues, expressions, strings that look like numbers.
local one = 1.0
local function constant() return t[1.0], t[one], t[1 + 0.0], t[2 / 2], t[3 // 3.0] end
print("constant", constant())
print("strings are other keys", t["1"], t["1.0"], t["0"])
t["1"] = "string"; print("string key", t["1"], t[1])

-- Keys that stay floats.
t[0.5] = "half"; t[-1.5] = "m"; t[2 ^ 63] = "2^63"; t[-2 ^ 63] = "min"; t[1e300] = "huge"
print("half", t[0.5], t[1 / 2])
print("-1.5", t[-1.5])
print("2^63", t[2 ^ 63], t[math.mininteger], t[math.maxinteger])
print("-2^63 is an integer", t[math.mininteger], t[-2 ^ 63])
print("huge", t[1e300], t[1e301])
t[math.huge] = "inf"; t[-math.huge] = "-inf"
print("infinities", t[math.huge], t[-math.huge], t[1 / 0])
t[2 ^ 53 + 2] = "next"; print("2^53+2", t[9007199254740994], t[9007199254740993])

-- rawset, rawget, table functions and next use the same rule.
rawset(t, 7.0, "seven"); print("rawset", rawget(t, 7), rawget(t, 7.0), t[7])
local n = {10, 20, 30}
print("next", next(n, 1))
print("next from -0.0", next({[0] = "z"}), next({[0] = "z"}, 0))
table.insert(n, 2.0, 15); print("insert", table.concat(n, ","))
print("unpack", table.unpack(n, 1.0, 2.0))
n[#n + 1.0] = 40; print("append", #n, n[5])
n[5.0] = nil; print("remove", #n, n[5])
