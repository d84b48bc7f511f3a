-- Metamethods that library functions call may yield too.
local yield = coroutine.yield
local function run(name, f)
  local co = coroutine.create(f)
  local yields = 0
  local r = table.pack(coroutine.resume(co))
  while coroutine.status(co) ~= "dead" do
    yields = yields + 1
    r = table.pack(coroutine.resume(co, r[2]))
  end
  for i = 1, r.n do r[i] = tostring(r[i]) end
  print(name, yields, table.concat(r, " ", 1, r.n))
end
local function lazy(data)
  return setmetatable({}, {
    __len = function() yield(); return #data end,
    __index = function(_, k) yield(); return data[k] end,
    __newindex = function(_, k, v) yield(); data[k] = v end,
  })
end
run("tostring", function() return tostring(setmetatable({}, {__tostring = function() return yield("text") end})) end)
run("format", function() return ("<%s>"):format(setmetatable({}, {__tostring = function() return yield("text") end})) end)
run("concat", function() return table.concat(lazy {"a", "b", "c"}, "-") end)
run("unpack", function() return table.unpack(lazy {1, 2, 3}) end)
run("insert", function() local d = {1, 2}; table.insert(lazy(d), 1, 0); return table.concat(d, " ") end)
run("remove", function() local d = {1, 2, 3}; local v = table.remove(lazy(d), 1); return v, table.concat(d, " ", 1, 2) end)
run("move", function() local d = {1, 2, 3}; table.move(lazy(d), 1, 3, 1, lazy {}); return "moved" end)
run("ipairs", function() local s = 0; for _, v in ipairs(lazy {1, 2, 3}) do s = s + v end return s end)
run("string arithmetic", function()
  local o = setmetatable({}, {__add = function(a, b) return yield(type(a) .. type(b)) end})
  return "10" + o, o + "10"
end)
run("math.max", function()
  local mt = {__lt = function(a, b) yield(); return a.v < b.v end}
  return math.max(setmetatable({v = 1}, mt), setmetatable({v = 5}, mt), setmetatable({v = 3}, mt)).v
end)
run("gmatch in a coroutine", function() local s = ""; for w in ("a b c"):gmatch "%a" do s = s .. yield(w) end return s end)
run("select of a lazy call", function() return select(2, yield("x"), yield("y")) end)
