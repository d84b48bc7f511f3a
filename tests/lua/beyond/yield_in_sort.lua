-- A comparator of table.sort may yield; the reference has a C boundary there.
local function drive(f, ...)
  local co = coroutine.create(f)
  local yields = 0
  local r = table.pack(coroutine.resume(co, ...))
  while coroutine.status(co) ~= "dead" do
    yields = yields + 1
    r = table.pack(coroutine.resume(co, r[2]))
  end
  return yields, table.unpack(r, 1, r.n)
end

local function sorted(list, comparator)
  return function()
    table.sort(list, comparator)
    return table.concat(list, " ")
  end
end

local yields, ok, text = drive(sorted({5, 2, 8, 1, 9, 3}, function(a, b) coroutine.yield(); return a < b end))
print("ascending", ok, text, yields > 0)
yields, ok, text = drive(sorted({5, 2, 8, 1, 9, 3}, function(a, b) return coroutine.yield(a > b) end))
print("the answer comes from outside", ok, text, yields > 0)
local list = {}
for i = 1, 200 do list[i] = i * 7919 % 211 end
yields, ok, text = drive(sorted(list, function(a, b) if a % 10 == 0 then coroutine.yield() end return a < b end))
local good = true
for i = 2, #list do good = good and list[i - 1] <= list[i] end
print("long list", ok, good, yields > 0)
local mt = {__lt = function(a, b) coroutine.yield(); return a.v < b.v end}
local objects = {}
for i, v in ipairs {3, 1, 2} do objects[i] = setmetatable({v = v}, mt) end
yields, ok = drive(function() table.sort(objects) end)
print("through __lt", ok, objects[1].v, objects[2].v, objects[3].v, yields > 0)
yields, ok, text = drive(function() table.sort({3, 1, 2}, function() coroutine.yield(); error("later", 0) end) end)
print("error after a yield", ok, text, yields)
yields, ok, text = drive(function()
  return pcall(table.sort, {3, 1, 2}, function() coroutine.yield(); error("caught", 0) end)
end)
print("inside pcall", ok, text, yields)
local proxy, data = {}, {4, 1, 3}
setmetatable(proxy, {
  __len = function() return #data end,
  __index = function(_, k) coroutine.yield(); return data[k] end,
  __newindex = function(_, k, v) coroutine.yield(); data[k] = v end,
})
yields, ok = drive(function() table.sort(proxy) end)
print("through a proxy", ok, table.concat(data, " "), yields > 0)
yields, ok = drive(function()
  local outer = {3, 2, 1}
  table.sort(outer, function(a, b)
    local inner = {b, a}
    table.sort(inner, function(x, y) coroutine.yield(); return x < y end)
    return a < b
  end)
  print("nested", table.concat(outer, " "))
end)
print("nested yields", ok, yields > 0)
