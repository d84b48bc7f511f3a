// Product of two n by n matrices of floats, kept as arrays of rows; the second is transposed
// first. Size: n.
"use strict";
const n = Number(process.argv[2] || 500);

// The entries are multiples of 1/8, so every sum below is exact.
function generate(a, b) {
  const m = [];
  for (let i = 0; i < n; i++) {
    const row = new Float64Array(n);
    for (let j = 0; j < n; j++) row[j] = 1.0 + (i * a + j * b) % 11 / 8;
    m.push(row);
  }
  return m;
}

function transpose(m) {
  const t = [];
  for (let i = 0; i < n; i++) {
    const row = new Float64Array(n);
    for (let j = 0; j < n; j++) row[j] = m[j][i];
    t.push(row);
  }
  return t;
}

function multiply(a, b) {
  const columns = transpose(b);
  const product = [];
  for (let i = 0; i < n; i++) {
    const row = a[i], out = new Float64Array(n);
    for (let j = 0; j < n; j++) {
      const column = columns[j];
      let sum = 0.0;
      for (let k = 0; k < n; k++) sum += row[k] * column[k];
      out[j] = sum;
    }
    product.push(out);
  }
  return product;
}

const product = multiply(generate(7, 3), generate(5, 2));
let trace = 0.0, total = 0.0;
for (let i = 0; i < n; i++) {
  trace += product[i][i];
  for (let j = 0; j < n; j++) total += product[i][j];
}
console.log(`matmul ${n}: ${trace.toFixed(6)} ${total.toFixed(6)}`);
