-- The replacement function or table of string.gsub may yield.
local function collect(f)
  local co = coroutine.wrap(f)
  local seen = {}
  local function step(...)
    if select("#", ...) == 1 then
      seen[#seen + 1] = tostring((...))
      return step(co((...) .. "!"))
    end
    return table.concat(seen, " "), ...
  end
  return step(co())
end

print("function", collect(function() return ("abc"):gsub("%w", function(c) return coroutine.yield(c) end) end))
print("captures", collect(function()
  return ("k1=v1;k2=v2"):gsub("(%w+)=(%w+)", function(k, v) return coroutine.yield(k) .. v end)
end))
print("some matches", collect(function()
  return ("a1b2c3"):gsub("%w", function(c) if c:match "%d" then return coroutine.yield(c) end end)
end))
print("limit", collect(function() return ("aaaa"):gsub("a", coroutine.yield, 2) end))
print("empty matches", collect(function() return ("ab"):gsub("", function() return coroutine.yield("-") end) end))
print("table with __index", collect(function()
  return ("xy"):gsub("%w", setmetatable({}, {__index = function(_, k) return coroutine.yield(k) end}))
end))
print("nested", collect(function()
  return ("ab cd"):gsub("%w+", function(word)
    return (word:gsub("%w", function(c) return coroutine.yield(c) end))
  end)
end))
print("error after a yield", collect(function()
  return pcall(string.gsub, "ab", "%w", function(c) coroutine.yield(c); error("bad " .. c, 0) end)
end))
print("the subject survives a collection", collect(function()
  local subject = ("word "):rep(3)
  return subject:gsub("%w+", function(w) collectgarbage(); local r = coroutine.yield(w); collectgarbage(); return r end)
end))
