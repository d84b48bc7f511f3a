-- The eight basic types and what type() answers for each.
local function fails(name, f, ...) print(name, select(2, pcall(f, ...))) end

print("nil", type(nil))
print("boolean", type(true), type(false))
print("integer", type(1))
print("float", type(1.5))
print("string", type(""))
print("long string", type([[x]]))
print("table", type({}))
print("lua function", type(function() end))
print("library function", type(print))
print("thread", type(coroutine.create(print)))
print("userdata", type(io.stdout))
print("vararg none", pcall(type, nil))
print("type is a string", type(type(1)))
fails("type()", type)
print("extra arguments", type(1, 2, 3))

-- Types are values of their own: no two types are ever equal.
local samples = {false, 0, 0.5, "0", {}, print, coroutine.create(print), io.stdout}
for i = 1, #samples do
  local equal = 0
  for j = 1, #samples do
    if samples[i] == samples[j] then equal = equal + 1 end
  end
  print("sample " .. i, type(samples[i]), equal)
end

print("math.type", math.type(1), math.type(1.0), math.type("1"), math.type({}))
fails("math.type()", math.type)

-- nil differs from every other value, but a missing one reads as nil.
local t = {}
print("missing field", t.x, t[1], t[nil], rawequal(t.x, nil))
print("missing argument", (function(a) return a end)())
print("missing global", undefined_name, _G.undefined_name)
