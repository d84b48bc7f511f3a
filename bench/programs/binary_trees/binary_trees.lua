-- Builds and walks perfect binary trees, many short-lived and one long-lived: allocation and
-- collection of small objects. Size: depth of the deepest trees.
local maxDepth = tonumber(arg[1]) or 15
local MIN_DEPTH = 4

local function build(depth)
  if depth == 0 then
    return {left = false, right = false}
  end
  return {left = build(depth - 1), right = build(depth - 1)}
end

local function count(tree)
  if not tree.left then
    return 1
  end
  return 1 + count(tree.left) + count(tree.right)
end

local total = count(build(maxDepth + 1))
local longLived = build(maxDepth)
local iterations = 1
for _ = 1, maxDepth do
  iterations = iterations * 2
end
for depth = MIN_DEPTH, maxDepth, 2 do
  for _ = 1, iterations do
    total = total + count(build(depth))
  end
  iterations = iterations / 4
end
print(string.format("binary_trees %d: %d %d", maxDepth, total, count(longLived)))
