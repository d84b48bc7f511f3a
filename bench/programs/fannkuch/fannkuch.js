// For every permutation of 1..n, counts the prefix reversals that bring 1 to the front:
// small integer arrays. Size: n.
"use strict";
const n = Number(process.argv[2] || 10);

// Reversals needed for `work`, which is destroyed.
function countFlips(work) {
  let flips = 0;
  let first;
  while ((first = work[0]) !== 1) {
    for (let i = 0, j = first - 1; i < j; i++, j--) {
      const t = work[i];
      work[i] = work[j];
      work[j] = t;
    }
    flips++;
  }
  return flips;
}

// Moves `perm` to the next permutation in rotation order; false after the last one.
function nextPermutation(perm, count) {
  for (let r = 1; r < n; r++) {
    const head = perm[0];
    for (let i = 0; i < r; i++) perm[i] = perm[i + 1];
    perm[r] = head;
    if (++count[r] <= r) return true;
    count[r] = 0;
  }
  return false;
}

const perm = new Int32Array(n), work = new Int32Array(n), count = new Int32Array(n);
for (let i = 0; i < n; i++) perm[i] = i + 1;

let checksum = 0, most = 0, sign = 1;
do {
  for (let i = 0; i < n; i++) work[i] = perm[i];
  const flips = countFlips(work);
  if (flips > most) most = flips;
  checksum += sign * flips;
  sign = -sign;
} while (nextPermutation(perm, count));
console.log(`fannkuch ${n}: ${checksum} ${most}`);
