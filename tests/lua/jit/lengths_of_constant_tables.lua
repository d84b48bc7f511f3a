-- The length of a table that is a constant of the code, whose other keys are in a dictionary.
local list = { 1, 2.5, 3 }
list[2 ^ 53] = 1
local function last() return list[#list] end
local function set(v) list[#list] = v end
local sum = 0
for i = 1, 3000 do
  sum = sum + last()
  set(i)
end
print(sum, #list)
-- Elements behind the array part, and a metatable with a length.
list[5] = 5
list[4] = 4
print(last(), #list)
setmetatable(list, { __len = function() return 2 end })
print(last(), #list)
for i = 1, 300 do sum = sum + last() end
print(sum)
