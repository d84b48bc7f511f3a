// Builds and walks perfect binary trees, many short-lived and one long-lived: allocation and
// collection of small objects. Size: depth of the deepest trees.
"use strict";
const maxDepth = Number(process.argv[2] || 15);
const MIN_DEPTH = 4;

function build(depth) {
  if (depth === 0) return { left: null, right: null };
  return { left: build(depth - 1), right: build(depth - 1) };
}

function count(tree) {
  if (!tree.left) return 1;
  return 1 + count(tree.left) + count(tree.right);
}

let total = count(build(maxDepth + 1));
const longLived = build(maxDepth);
let iterations = 2 ** maxDepth;
for (let depth = MIN_DEPTH; depth <= maxDepth; depth += 2) {
  for (let i = 0; i < iterations; i++) total += count(build(depth));
  iterations /= 4;
}
console.log(`binary_trees ${maxDepth}: ${total} ${count(longLived)}`);
