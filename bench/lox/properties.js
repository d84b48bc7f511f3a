// Fields of an object, read and written.
class Many {
  constructor() {
    this.f0 = 0;
    this.f1 = 1;
    this.f2 = 2;
    this.f3 = 3;
    this.f4 = 4;
    this.f5 = 5;
    this.f6 = 6;
    this.f7 = 7;
    this.f8 = 8;
    this.f9 = 9;
    this.f10 = 10;
    this.f11 = 11;
  }
}
function work(n) {
  const o = new Many();
  let sum = 0;
  for (let i = 0; i < n; i = i + 1) {
    sum = sum + o.f0 + o.f1 + o.f2 + o.f3 + o.f4 + o.f5 + o.f6 + o.f7 + o.f8 + o.f9 + o.f10 + o.f11;
    o.f3 = o.f4 + 1;
    o.f4 = o.f3 - 1;
  }
  return sum;
}
console.log(work(30000000) === 1980000000 - 60000000 + 90000000 + 60000000);
console.log(work(10));
