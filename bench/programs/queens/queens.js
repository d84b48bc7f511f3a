// Counts the ways to place n queens on an n by n board: recursion over arrays of booleans.
// Size: n.
"use strict";
const n = Number(process.argv[2] || 13);

const columns = new Array(n + 1).fill(true);
const rising = new Array(2 * n + 1).fill(true);
const falling = new Array(2 * n + 1).fill(true);

function place(row) {
  if (row > n) return 1;
  let found = 0;
  for (let column = 1; column <= n; column++) {
    const up = row + column - 1, down = row - column + n;
    if (columns[column] && rising[up] && falling[down]) {
      columns[column] = rising[up] = falling[down] = false;
      found += place(row + 1);
      columns[column] = rising[up] = falling[down] = true;
    }
  }
  return found;
}

console.log(`queens ${n}: ${place(1)}`);
