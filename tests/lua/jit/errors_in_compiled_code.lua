-- Errors raised in compiled code: messages with positions and names of variables, tracebacks, debug's view of the
-- frames, error handlers, closed variables.

local function hot(f, ...)
  for _ = 1, 300 do pcall(f, ...) end
  print(pcall(f, ...))
end

local up, t = nil, { field = { deep = 1 }, [1] = 5 }
hot(function(a) return a + 1 end, {})
hot(function(a) return 1 + a end, "x")
hot(function(a) return a.b.c end, {})
hot(function(a) return a.b end)
hot(function(a) a.b = 1 end)
hot(function(a) a[1] = 1 end)
hot(function(a) a[nil] = 1 end, {})
hot(function(a) a[0 / 0] = 1 end, {})
hot(function() return up.x end)
hot(function() up.x = 1 end)
hot(function() return t.field.deep.er.er end)
hot(function() return t.nothing.x end)
hot(function() return t[1][2] end)
hot(function() return undefinedGlobal.x end)
hot(function() undefinedFunction(1) end)
hot(function() t.nothing() end)
hot(function() t:nothing() end)
hot(function() ("x"):nothing() end)
hot(function(a) return a:method() end, 5)
hot(function(a) return #a end, 5)
hot(function(a) return -a end, {})
hot(function(a) return ~a end, 1.5)
hot(function(a) return a & 1 end, 1.5)
hot(function(a) return a | "x" end, 1)
hot(function(a) return a << 1 end, 2.0 ^ 80)
hot(function(a) return a // 0 end, 1)
hot(function(a) return a % 0 end, 1)
hot(function(a, b) return a // b end, 1, 0)
hot(function(a, b) return a % b end, 1, 0)
hot(function(a, b) return a < b end, 1, "1")
hot(function(a, b) return a <= b end, {}, {})
hot(function(a, b) if a < b then return 1 end end, nil, 1)
hot(function(a, b) return a .. b end, "x", {})
hot(function(a) return a .. 1 .. up end, "x")
hot(function(a) for i = 1, a do end end, "x")
hot(function(a) for i = a, 1 do end end, {})
hot(function(a) for i = 1, 2, a do end end, 0)
hot(function(a) for k in a do end end, 5)
hot(function(a) for k in pairs(a) do end end)
hot(function(a) local c <close> = a end, 5)
hot(function(a) return a() end, {})
hot(function(a) return math.floor(a) end, {})
hot(function(a) return ("x"):rep(a) end, {})
hot(function() error() end)
hot(function() error("message", 0) end)
hot(function() error("message", 1) end)
hot(function() error("message", 2) end)
hot(function() error(setmetatable({}, { __tostring = function() return "object" end }), 2) end)
hot(function() assert(false, "asserted") end)
hot(function() assert(nil) end)
hot(function() string.format("%d", 1.5) end)

-- The line of each operation of an expression over several lines.
local function lines(a, b, c)
  local x = a +
    b
    * c
  local y = x
    .. a
  return y .. "|" ..
    #c
end
hot(lines, 1, 2, 3)
hot(lines, {}, 2, 3)
hot(lines, 1, {}, 3)
hot(lines, 1, 2, "3")

-- Tracebacks through compiled frames of several kinds.
local function inner(n)
  if n == 0 then return debug.traceback("here", 1) end
  return (inner(n - 1))
end
local function middle(n) local s = inner(n) return s end
local object = setmetatable({}, { __index = function(_, k) return middle(k) end, __add = function(a, n) return (middle(n)) end })
local trace
for i = 1, 300 do trace = middle(3) end
print(trace)
for i = 1, 300 do trace = object[2] end
print(trace)
for i = 1, 300 do trace = object + 1 end
print(trace)
for i = 1, 300 do local _, r = pcall(middle, 1) trace = r end
print(trace)
for i = 1, 300 do trace = coroutine.wrap(middle)(1) end
print(trace)
for i = 1, 300 do local _, r = xpcall(function() local x = nil; return x.y end, debug.traceback) trace = r end
print(trace)
local function tailing(n) return middle(n) end
for i = 1, 300 do trace = tailing(1) end
print(trace)

-- What debug sees of compiled frames, and changes in them.
local function look(level)
  local out = {}
  local i = 1
  while true do
    local name, value = debug.getlocal(level, i)
    if not name then break end
    if name:sub(1, 1) ~= "(" then out[#out + 1] = name .. "=" .. tostring(value) end
    i = i + 1
  end
  local info = debug.getinfo(level, "nSlut")
  return table.concat(out, " ") .. " " .. tostring(info.name) .. " " .. info.namewhat .. " " .. info.currentline .. " " .. info.linedefined
    .. " " .. info.nups .. " " .. info.nparams .. " " .. tostring(info.isvararg) .. " " .. tostring(info.istailcall)
end
local function seen(a, b, ...)
  local c = a + b
  local r = look(2)
  do
    local d = c * 2
    r = r .. " / " .. look(2) .. " " .. tostring(d)
  end
  for i = 1, 2 do
    local e = i
    if i == 2 then r = r .. " / " .. look(2) end
  end
  return r
end
local r
for i = 1, 300 do r = seen(i, 2, 3) end
print(r)
local function change(name, to)
  for i = 1, 100 do
    local n = debug.getlocal(2, i)
    if not n then return end
    if n == name then debug.setlocal(2, i, to) end
  end
end
local function changed(a)
  local b, c = a, a
  change("b", "new")
  local d = b .. c
  change("a", {})
  local total = 0
  for i = 1, 4 do
    total = total + i
    if i == 2 then change("total", 100.5) end
  end
  return d, type(a), total
end
for i = 1, 300 do if i == 300 then print(changed(i)) else changed(i) end end
local counter = 0
local function captured() counter = counter + 1 return counter end
for i = 1, 300 do
  captured()
  if i == 250 then debug.setupvalue(captured, 1, 1000) end
end
print(counter)

-- Varargs through debug.
local function varargs(...)
  local n1, v1 = debug.getlocal(1, -1)
  local n2, v2 = debug.getlocal(1, -2)
  return n1, v1, n2, v2
end
for i = 1, 300 do if i == 300 then print(varargs(i, "two")) else varargs(i, 2) end end

-- Variables that are closed when a compiled function ends, in every way it may.
local log
local function closer(name) return setmetatable({}, { __close = function(_, e) log[#log + 1] = name .. ":" .. tostring(e) end }) end
local function closes(how)
  local a <close> = closer("a")
  for i = 1, 3 do
    local b <close> = closer("b" .. i)
    if how == "break" and i == 2 then break end
    if how == "return" and i == 2 then return "returned", i end
    if how == "error" and i == 2 then error("failed") end
    if how == "goto" and i == 2 then goto continue end
    if how == "yield" then coroutine.yield(i) end
    log[#log + 1] = "body" .. i
    ::continue::
  end
  if how == "tail" then return tostring(5) end
  return "end"
end
for round = 1, 100 do
  for _, how in ipairs { "break", "return", "error", "goto", "none", "tail", "yield" } do
    log = {}
    local r
    if how == "yield" then
      local co = coroutine.create(closes)
      coroutine.resume(co, how)
      if round % 2 == 0 then coroutine.resume(co) end
      r = { coroutine.close(co) }
    else
      r = { pcall(closes, how) }
    end
    if round >= 99 then print(how, table.concat(log, " "), tostring(r[1]), tostring(r[2]), tostring(r[3])) end
  end
end
