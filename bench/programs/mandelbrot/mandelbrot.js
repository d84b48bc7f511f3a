// Mandelbrot set on an n by n grid, at most 50 iterations a point: float arithmetic in
// locals. Size: n.
"use strict";
const n = Number(process.argv[2] || 1400);
const LIMIT = 50;

function mandelbrot() {
  let inside = 0, checksum = 0;
  for (let row = 0; row < n; row++) {
    const ci = 2.0 * row / n - 1.0;
    for (let column = 0; column < n; column++) {
      const cr = 2.0 * column / n - 1.5;
      let zr = 0.0, zi = 0.0, zr2 = 0.0, zi2 = 0.0;
      let count = 0;
      while (count < LIMIT && zr2 + zi2 <= 4.0) {
        zi = 2.0 * zr * zi + ci;
        zr = zr2 - zi2 + cr;
        zr2 = zr * zr;
        zi2 = zi * zi;
        count++;
      }
      if (count === LIMIT) inside++;
      checksum = (checksum * 31 + count) % 1000003;
    }
  }
  return `${inside} ${checksum}`;
}

console.log(`mandelbrot ${n}: ${mandelbrot()}`);
