-- __pairs, and that __index does not matter for next; ipairs with __index.
local function fails(name, f, ...) print(name, select(2, pcall(f, ...))) end
local p = setmetatable({}, {__pairs = function(t, ...) return function(_, k) k = (k or 0) + 1; if k <= 3 then return k, k * k end end, t, nil end})
for k, v in pairs(p) do io.write(k, "=", v, " ") end
print("custom")
print("three results", select("#", pairs(setmetatable({}, {__pairs = function() return 1, 2, 3, 4, 5 end}))))
print("fewer results", select("#", pairs(setmetatable({}, {__pairs = function() return 1 end}))), (select(3, pairs(setmetatable({}, {__pairs = function() return 1 end})))))
print("arguments", (pairs(setmetatable({}, {__pairs = function(...) return select("#", ...) end}))))
local ordered = setmetatable({z = 1, a = 2, m = 3}, {__pairs = function(t)
  local keys = {}
  for k in next, t do keys[#keys + 1] = k end
  table.sort(keys)
  local i = 0
  return function() i = i + 1; if keys[i] then return keys[i], t[keys[i]] end end
end})
for k, v in pairs(ordered) do io.write(k, "=", v, " ") end
print("ordered")
for k, v in next, setmetatable({5}, {__pairs = error}) do print("next ignores __pairs", k, v) end
fails("not callable", pairs, setmetatable({}, {__pairs = 5}))
fails("error inside", pairs, setmetatable({}, {__pairs = function() error("in pairs", 0) end}))
print("nil", select(2, pairs(nil)))
fails("nil in a loop", function() for _ in pairs(nil) do end end)
fails("none", pairs)
print("number", select(2, pairs(5)))
fails("string", function() for k in pairs("abc") do print(k) end end)
fails("false __pairs", pairs, setmetatable({}, {__pairs = false}))
print("on strings", (function() getmetatable("").__pairs = function(s) local i = 0; return function() i = i + 1; if i <= #s then return i, s:sub(i, i) end end end
  local out = {}
  for i, c in pairs "abc" do out[#out + 1] = i .. c end
  getmetatable("").__pairs = nil
  return table.concat(out, " ")
end)())
-- ipairs respects __index, has no metamethod of its own, and stops at the first nil.
local ip = setmetatable({1, 2}, {__index = function(_, i) if i <= 5 then return -i end end, __ipairs = error})
for i, v in ipairs(ip) do io.write(i, "=", v, " ") end
print("ipairs")
fails("ipairs of nil", function() for _ in ipairs(nil) do end end)
fails("ipairs of none", ipairs)
fails("ipairs of number", function() for _ in ipairs(5) do end end)
print("ipairs of string", (function() local n = 0 for _ in ipairs("abc") do n = n + 1 end return n end)())
fails("ipairs error in index", function() for _ in ipairs(setmetatable({}, {__index = function(_, i) error("at " .. i, 0) end})) do end end)
print("inherited sequence", (function() local s = "" for _, v in ipairs(setmetatable({"a"}, {__index = {"x", "b", "c"}})) do s = s .. v end return s end)())
local co = coroutine.wrap(function() for k in pairs(setmetatable({}, {__pairs = function() coroutine.yield("in pairs"); return next, {7}, nil end})) do return k end end)
print("yield inside", co(), co())
