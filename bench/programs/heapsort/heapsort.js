// Heapsort, in place, of an array of 20000 random floats, a new array each round: comparisons
// of array elements at computed indices. Size: number of rounds.
"use strict";
const rounds = Number(process.argv[2] || 90);
const tick = process.argv[3] && (() => require("fs").writeSync(1, ".\n"));
const N = 20000;

let seed = 42;
function random() {
  seed = (seed * 16807) % 2147483647;
  return seed / 2147483647;
}

// Lets the element at `root` sink until no child below it, before `end`, is greater.
function sink(a, root, end) {
  const value = a[root];
  let child = 2 * root + 1;
  while (child < end) {
    if (child + 1 < end && a[child] < a[child + 1]) child++;
    if (a[child] <= value) break;
    a[root] = a[child];
    root = child;
    child = 2 * root + 1;
  }
  a[root] = value;
}

function heapsort(a) {
  const n = a.length;
  for (let root = (n >> 1) - 1; root >= 0; root--) sink(a, root, n);
  for (let last = n - 1; last > 0; last--) {
    const value = a[0];
    a[0] = a[last];
    a[last] = value;
    sink(a, 0, last);
  }
}

let sum = 0.0, unsorted = 0;
for (let round = 0; round < rounds; round++) {
  const a = new Float64Array(N);
  for (let i = 0; i < N; i++) a[i] = random();
  heapsort(a);
  for (let i = 1; i < N; i++) {
    if (a[i - 1] > a[i]) unsorted++;
  }
  sum = sum + a[0] + a[N / 2 - 1] * 2.0 + a[N - 1];
  if (tick) tick();
}
console.log(`heapsort ${rounds}: ${unsorted} ${sum.toFixed(6)}`);
