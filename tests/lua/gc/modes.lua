-- collectgarbage("incremental"/"generational") and their parameters: what they return, and what they keep.
print("starts", collectgarbage("generational"))
print("stays", collectgarbage("generational", 10, 50))
print("to incremental", collectgarbage("incremental", 150, 400, 10))
print("pause", collectgarbage("setpause", 300))
print("multiplier", collectgarbage("setstepmul", 200))
print("no change", collectgarbage("incremental", 0, 0, 0))
print("pause kept", collectgarbage("setpause", 300))
print("multiplier kept", collectgarbage("setstepmul", 200))
print("to generational", collectgarbage("generational", 0, 0))
print("pause kept there", collectgarbage("setpause", 1000))
print("rounded", collectgarbage("setpause", 3), collectgarbage("setpause", 7), collectgarbage("setpause", 200))
print("negative", collectgarbage("setpause", -100), collectgarbage("setpause", 200))
print("back", collectgarbage("incremental"))
for _, bad in ipairs {"x", {}, 1.5} do
  print(pcall(collectgarbage, "incremental", bad))
  print(pcall(collectgarbage, "incremental", 100, bad))
  print(pcall(collectgarbage, "incremental", 100, 100, bad))
  print(pcall(collectgarbage, "generational", bad))
  print(pcall(collectgarbage, "generational", 10, bad))
end
print("stopped", collectgarbage("stop"), collectgarbage("isrunning"))
print("mode while stopped", collectgarbage("generational"), collectgarbage("isrunning"))
print("step while stopped", type(collectgarbage("step")), collectgarbage("isrunning"))
print("restart", collectgarbage("restart"), collectgarbage("isrunning"))

-- Nothing is lost under any of them.
local function churn()
  local kept, sum = {}, 0
  for i = 1, 20000 do
    kept[i % 500 + 1] = {i, "text " .. i, function() return i end}
    if i % 1000 == 0 then collectgarbage("step", i % 7) end
  end
  for _, k in ipairs(kept) do
    if k[2] ~= "text " .. k[1] or k[3]() ~= k[1] then return "lost" end
    sum = sum + k[1]
  end
  return sum
end
for _, set in ipairs {{"incremental", 100, 1000, 5}, {"incremental", 1000, 40, 20}, {"generational", 5, 10}, {"generational", 100, 500},
                      {"incremental", 4, 4, 1}} do
  print(set[1], collectgarbage(table.unpack(set)), churn())
end
