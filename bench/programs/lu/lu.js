// Solves a dense system of 120 linear equations by LU decomposition with partial pivoting:
// float rows that are exchanged, and triangular loops. Size: number of systems.
"use strict";
const rounds = Number(process.argv[2] || 120);
const tick = process.argv[3] && (() => require("fs").writeSync(1, ".\n"));
const N = 120;

let seed = 42;
function random() {
  seed = (seed * 16807) % 2147483647;
  return seed / 2147483647 - 0.5;
}

// Replaces the rows of `a` by the factors and fills in the order of the rows; returns the
// determinant's sign.
function decompose(a, order, n) {
  let sign = 1;
  for (let i = 0; i < n; i++) order[i] = i;
  for (let k = 0; k < n; k++) {
    let pivot = k;
    for (let i = k + 1; i < n; i++) {
      if (Math.abs(a[i][k]) > Math.abs(a[pivot][k])) pivot = i;
    }
    if (pivot !== k) {
      const row = a[k], place = order[k];
      a[k] = a[pivot];
      a[pivot] = row;
      order[k] = order[pivot];
      order[pivot] = place;
      sign = -sign;
    }
    const top = a[k];
    for (let i = k + 1; i < n; i++) {
      const row = a[i];
      const factor = row[k] / top[k];
      row[k] = factor;
      for (let j = k + 1; j < n; j++) row[j] -= factor * top[j];
    }
  }
  return sign;
}

function solve(a, order, b, n) {
  const x = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const row = a[i];
    let sum = b[order[i]];
    for (let j = 0; j < i; j++) sum -= row[j] * x[j];
    x[i] = sum;
  }
  for (let i = n - 1; i >= 0; i--) {
    const row = a[i];
    let sum = x[i];
    for (let j = i + 1; j < n; j++) sum -= row[j] * x[j];
    x[i] = sum / row[i];
  }
  return x;
}

// The right side is the sum of each row, so that every unknown is 1.
let worst = 0.0, signs = 0;
for (let round = 0; round < rounds; round++) {
  const a = [], b = new Float64Array(N), order = new Int32Array(N);
  for (let i = 0; i < N; i++) {
    const row = new Float64Array(N);
    let sum = 0.0;
    for (let j = 0; j < N; j++) {
      row[j] = random();
      sum += row[j];
    }
    a.push(row);
    b[i] = sum;
  }
  const sign = decompose(a, order, N);
  const x = solve(a, order, b, N);
  for (let i = 0; i < N; i++) {
    const distance = Math.abs(x[i] - 1.0);
    if (distance > worst) worst = distance;
  }
  signs += sign * (order[N - 1] + 1);
  if (tick) tick();
}
console.log(`lu ${rounds}: ${signs} ${(worst * 1e6).toFixed(6)}`);
