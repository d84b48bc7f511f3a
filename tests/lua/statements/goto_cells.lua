-- A backward goto leaves the block: each pass has fresh variables and closes what is to be closed.
do
  local fs = {}
  local i = 1
  ::top::
  local x = i * 10
  fs[i] = function() x = x + 1; return x end
  i = i + 1
  if i <= 3 then goto top end
  print("fresh cells", fs[1](), fs[1](), fs[2](), fs[3](), fs[2]())
  print("last is current", x)
  x = 100
  print("shared with last", fs[3]())
end
do
  local fs = {}
  local n = 0
  ::again::
  do
    local a, b = n, n * 2
    fs[#fs + 1] = function() a, b = a + 1, b + 1; return a, b end
    n = n + 1
    if n < 3 then goto again end
  end
  for k = 1, 3 do print("two cells", k, fs[k]()) end
  print("separate", fs[1]())
end
do
  local fs = {}
  for i = 1, 4 do
    local j = i
    ::retry::
    local v = j
    fs[#fs + 1] = function() return i, j, v end
    if j < 3 then j = j + 1; goto retry end
  end
  for k = 1, #fs do print("in loop", k, fs[k]()) end
end
do
  local log = {}
  local function closer(name) return setmetatable({}, {__close = function() log[#log + 1] = name end}) end
  local n = 0
  ::redo::
  n = n + 1
  local c <close> = closer("c" .. n)
  local x = n
  local d <close> = closer("d" .. n)
  log[#log + 1] = "body" .. x
  if n < 3 then goto redo end
  print("closed on the way back", table.concat(log, " "))
end
do
  local log = {}
  local n = 0
  while n < 3 do
    n = n + 1
    local c <close> = setmetatable({}, {__close = function() log[#log + 1] = "w" .. n end})
    if n == 2 then goto continue end
    log[#log + 1] = "body" .. n
    ::continue::
  end
  print("continue closes", table.concat(log, " "))
end
do
  local get, set
  local n = 0
  ::l::
  local shared = n
  local g, s = function() return shared end, function(v) shared = v end
  if n == 0 then get, set = g, s; n = 1; goto l end
  set(50)
  print("old cell", get(), shared, g())
end
do
  local k = 0
  local keep
  ::a::
  local uninitialised
  print("starts as nil", uninitialised)
  uninitialised = k
  keep = keep or function() return uninitialised end
  k = k + 1
  if k < 3 then goto a end
  print("first one", keep())
end
-- Forward goto out of a block that has captured variables.
do
  local f
  do
    local v = 1
    f = function() v = v + 1; return v end
    if f() == 2 then goto out end
    v = 1000
  end
  ::out::
  print("forward", f(), f())
end
