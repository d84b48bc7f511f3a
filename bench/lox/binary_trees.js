// Short-lived objects in trees.
class Tree {
  constructor(item, depth) {
    this.item = item;
    this.depth = depth;
    if (depth > 0) {
      const double = item + item;
      depth = depth - 1;
      this.left = new Tree(double - 1, depth);
      this.right = new Tree(double, depth);
    } else {
      this.left = null;
      this.right = null;
    }
  }
  check() {
    if (this.left == null) return this.item;
    return this.item + this.left.check() - this.right.check();
  }
}
let sum = 0;
for (let i = 0; i < 400; i = i + 1) sum = sum + new Tree(i, 14).check();
console.log(sum);
