// Numbers in loops: points of the Mandelbrot set.
function inside(n) {
  let count = 0;
  for (let y = 0; y < n; y = y + 1) {
    for (let x = 0; x < n; x = x + 1) {
      let a = 0; let b = 0; let steps = 0;
      const p = 3 * x / n - 2; const q = 2 * y / n - 1;
      while (steps < 100 && a * a + b * b < 4) {
        const t = a * a - b * b + p;
        b = 2 * a * b + q;
        a = t;
        steps = steps + 1;
      }
      if (steps === 100) count = count + 1;
    }
  }
  return count;
}
console.log(inside(1000) > 200000);
