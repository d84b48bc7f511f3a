// All permutations of eight elements by Heap's method, each handed to a visitor: recursion,
// swaps in a small array, calls of a function value. Size: number of rounds.
"use strict";
const rounds = Number(process.argv[2] || 280);
const N = 8;

function swap(items, i, j) {
  const t = items[i];
  items[i] = items[j];
  items[j] = t;
}

function permute(items, k, visit) {
  if (k === 1) {
    visit(items);
    return;
  }
  permute(items, k - 1, visit);
  for (let i = 0; i < k - 1; i++) {
    if (k % 2 === 0) {
      swap(items, i, k - 1);
    } else {
      swap(items, 0, k - 1);
    }
    permute(items, k - 1, visit);
  }
}

let visited = 0, checksum = 0;
function visit(items) {
  visited++;
  checksum = (checksum * 7 + items[0] * 3 + items[3] * 2 + items[N - 1]) % 1000003;
}

for (let round = 1; round <= rounds; round++) {
  const items = [];
  for (let i = 0; i < N; i++) items.push(i + 1 + round);
  permute(items, N, visit);
}
console.log(`permutations ${rounds}: ${visited} ${checksum}`);
