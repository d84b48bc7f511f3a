// Largest singular value of an infinite matrix, cut to n by n, by power iteration:
// float arithmetic with integer index expressions and calls in the inner loop. Size: n.
"use strict";
const n = Number(process.argv[2] || 900);

function element(i, j) {
  return 1.0 / ((i + j) * (i + j + 1) / 2 + i + 1);
}

function multiply(v, out) {
  for (let i = 0; i < n; i++) {
    let sum = 0.0;
    for (let j = 0; j < n; j++) sum += element(i, j) * v[j];
    out[i] = sum;
  }
}

function multiplyTransposed(v, out) {
  for (let i = 0; i < n; i++) {
    let sum = 0.0;
    for (let j = 0; j < n; j++) sum += element(j, i) * v[j];
    out[i] = sum;
  }
}

const u = new Float64Array(n).fill(1.0), v = new Float64Array(n), t = new Float64Array(n);
for (let i = 0; i < 10; i++) {
  multiply(u, t);
  multiplyTransposed(t, v);
  multiply(v, t);
  multiplyTransposed(t, u);
}
let uv = 0.0, vv = 0.0;
for (let i = 0; i < n; i++) {
  uv += u[i] * v[i];
  vv += v[i] * v[i];
}
console.log(`spectral_norm ${n}: ${Math.sqrt(uv / vv).toFixed(9)}`);
