-- Properties of traversal that hold whatever the order is.
local function keys(t)
  local list = {}
  for k in pairs(t) do list[#list + 1] = k end
  table.sort(list, function(a, b) return tostring(a) < tostring(b) end)
  return list
end
local function show(name, t)
  local list = keys(t)
  for i, k in ipairs(list) do list[i] = tostring(k) .. "=" .. tostring(t[k]) end
  print(name, table.concat(list, " "))
end

show("empty", {})
show("array", {"a", "b", "c"})
show("mixed", {"a", x = 1, [2.5] = "f", [true] = "t", [-3] = "neg"})
local t = {x = 1, y = 2, z = 3}
t.y = nil
show("after removal", t)
t.y = 4
show("put back", t)
t.w, t.x = 5, nil
show("one in one out", t)

-- The same table gives the same order twice when nothing changes.
local big = {}
for i = 1, 500 do big["n" .. i] = i; big[i * 7] = i end
local first, same = {}, true
for k in pairs(big) do first[#first + 1] = k end
local i = 0
for k in pairs(big) do i = i + 1; same = same and first[i] == k end
print("stable", same, #first)

-- next agrees with pairs.
local agrees, k = true, nil
for n = 1, #first do
  k = next(big, k)
  agrees = agrees and k == first[n]
end
print("next agrees", agrees, next(big, k))

-- Values seen are current, and values assigned to existing keys during the walk count.
local visited = {}
local u = {a = 1, b = 1, c = 1}
for key in pairs(u) do
  for other in pairs(u) do u[other] = u[other] + 1 end
  visited[#visited + 1] = key
end
print("nested", #visited, u.a, u.b, u.c)

print("pairs returns", (function(f, s, c) return f == next, s, c end)(pairs(t)) == true, select("#", pairs(t)))
local f, s, c = pairs(t)
print("triple", f == next, s == t, c)
local ip, st, ctl = ipairs(t)
print("ipairs triple", type(ip), st == t, ctl)
print("ipairs same function", ipairs({}) == ipairs({}))
print("array order of ipairs", table.concat((function() local o = {} for _, v in ipairs {3, 1, 2} do o[#o + 1] = v end return o end)(), " "))
