-- The limits of the compiler that the language documents: locals, upvalues, their messages.
local function names(prefix, n) local t = {} for i = 1, n do t[i] = prefix .. i end return table.concat(t, ",") end
local function try(name, src) local f, e = load(src, "=l"); print(name, f ~= nil, e) end
try("200 locals", "local " .. names("a", 200))
try("201 locals", "local " .. names("a", 201))
try("200 locals in statements", (function() local t = {} for i = 1, 200 do t[i] = "local a" .. i end return table.concat(t, " ") end)())
try("201 locals in statements", (function() local t = {} for i = 1, 201 do t[i] = "local a" .. i end return table.concat(t, "\n") end)())
try("locals end with their block", (function() local t = {} for i = 1, 10 do t[i] = "do local " .. names("b", 150) .. " end" end return table.concat(t, " ") end)())
try("201 in nested blocks", "local " .. names("a", 150) .. " do local " .. names("b", 50) .. " local c end")
try("in a function", "local function f() local " .. names("a", 201) .. " end")
try("named function line", "\n\nfunction f()\n local " .. names("a", 201) .. " end")
try("200 parameters", "local function f(" .. names("p", 200) .. ") end")
try("201 parameters", "local function f(" .. names("p", 201) .. ") end")
try("for needs hidden ones", "local " .. names("a", 197) .. " for i = 1, 2 do end")
try("for just fits", "local " .. names("a", 196) .. " for i = 1, 2 do end")
try("generic for", "local " .. names("a", 196) .. " for k in x do end")
try("generic for fits", "local " .. names("a", 195) .. " for k in x do end")
try("method has self", "local t = {} function t:m(" .. names("p", 200) .. ") end")
try("constants do not count", (function() local t = {} for i = 1, 250 do t[i] = "local c" .. i .. " <const> = " .. i end return table.concat(t, " ") end)())
local function upvalues(n)
  local src, use = {}, {}
  local level = 0
  local made = 0
  while made < n do
    local count = math.min(100, n - made)
    src[#src + 1] = "local " .. names("u" .. level .. "_", count) .. " = 1"
    for i = 1, count do use[#use + 1] = "u" .. level .. "_" .. i end
    src[#src + 1] = "local function f" .. level .. "()"
    made = made + count
    level = level + 1
  end
  src[#src + 1] = "return function() return " .. table.concat(use, " or ") .. " end"
  for i = 1, level do src[#src + 1] = "end" end
  return table.concat(src, "\n")
end
try("255 upvalues", upvalues(255)); try("256 upvalues", upvalues(256)); try("500 upvalues", upvalues(500))
print("200 locals work", load("local " .. names("a", 200) .. " = " .. (function() local t = {} for i = 1, 199 do t[i] = tostring(i) end return table.concat(t, ",") end)() .. " return a1 + a100 + a199, a200")())
print("labels do not count", (load((function() local t = {} for i = 1, 500 do t[i] = "::l" .. i .. ":: x = 1" end return table.concat(t, " ") end)() .. " return 'labels'")()))
print("many functions", load((function() local t = {} for i = 1, 300 do t[i] = "function g" .. i .. "() return " .. i .. " end" end return table.concat(t, " ") end)() .. " return g1() + g150() + g300()", "=m", "t", {})())
