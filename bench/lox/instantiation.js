// Objects without fields, and with an initializer.
class Empty {}
class Point { constructor(x, y) { this.x = x; this.y = y; } }
let kept = null;
let sum = 0;
for (let i = 0; i < 60000000; i = i + 1) {
  kept = new Empty();
  const p = new Point(i, 1);
  sum = sum + p.y;
  if (i === 40000000) console.log("4e+07");
}
console.log("6e+07");
