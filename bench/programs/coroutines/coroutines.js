// Generators: two trees compared leaf by leaf, a pipeline of producer, filter and consumer,
// and many short-lived generators. Size: number of rounds.
"use strict";
const rounds = Number(process.argv[2] || 2500);

function build(low, high) {
  if (low === high) return { value: low, left: null, right: null };
  const middle = (low + high) >> 1;
  return { value: 0, left: build(low, middle), right: build(middle + 1, high) };
}

// The same leaves in a tree of another shape.
function buildSkewed(low, high) {
  if (low === high) return { value: low, left: null, right: null };
  const cut = low + ((high - low) >> 2);
  return { value: 0, left: buildSkewed(low, cut), right: buildSkewed(cut + 1, high) };
}

function* leaves(tree) {
  if (tree.value) {
    yield tree.value;
  } else {
    yield* leaves(tree.left);
    yield* leaves(tree.right);
  }
}

function sameFringe(a, b) {
  const leavesA = leaves(a), leavesB = leaves(b);
  let sum = 0;
  while (true) {
    const x = leavesA.next().value, y = leavesB.next().value;
    if (x !== y) return -1;
    if (x === undefined) return sum;
    sum += x;
  }
}

function* numbers(limit) {
  for (let i = 1; i <= limit; i++) yield i;
}

function* notDivisible(source, by) {
  for (const x of source) {
    if (x % by !== 0) yield x;
  }
}

function pipeline(limit) {
  let source = numbers(limit);
  for (const by of [2, 3, 5, 7]) source = notDivisible(source, by);
  let sum = 0;
  for (const x of source) sum += x;
  return sum;
}

function* digits(n) {
  while (n > 0) {
    yield n % 10;
    n = Math.floor(n / 10);
  }
}

function digitSums(from, to) {
  let sum = 0;
  for (let n = from; n <= to; n++) {
    for (const digit of digits(n)) sum += digit;
  }
  return sum;
}

const balanced = build(1, 500), skewed = buildSkewed(1, 500);
let checksum = 0;
for (let number = 1; number <= rounds; number++) {
  const sum = sameFringe(balanced, skewed) + pipeline(700 + number % 10) +
    digitSums(1000 + number, 1200 + number);
  checksum = (checksum * 31 + sum) % 1000003;
}
console.log(`coroutines ${rounds}: ${checksum}`);
