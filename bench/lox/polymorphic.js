// One place that calls methods of four classes.
class Shape { twice() { return this.area() * 2; } }
class Square extends Shape { constructor(s) { super(); this.s = s; } area() { return this.s * this.s; } }
class Rect extends Shape { constructor(a, b) { super(); this.a = a; this.b = b; } area() { return this.a * this.b; } }
class Line extends Shape { constructor(l) { super(); this.l = l; } area() { return 0; } }
class Unit extends Shape { area() { return 1; } }
function sum(n, a, b, c, d) {
  let total = 0;
  for (let i = 0; i < n; i = i + 1) {
    total = total + a.twice() + b.twice() + c.twice() + d.twice();
    const swap = a; a = b; b = c; c = d; d = swap;
  }
  return total;
}
console.log(sum(10000000, new Square(2), new Rect(2, 3), new Line(5), new Unit()) === 220000000);
