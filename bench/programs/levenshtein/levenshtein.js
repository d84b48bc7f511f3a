// Edit distances between pairs of random strings: bytes of strings, two rows of integers.
// Size: number of pairs.
"use strict";
const pairs = Number(process.argv[2] || 120);
const LENGTH = 400;

let seed = 42;
function random(limit) {
  seed = (seed * 25173 + 13849) % 65536;
  return seed % limit;
}

function randomString(length) {
  const chars = [];
  for (let i = 0; i < length; i++) chars.push(String.fromCharCode(97 + random(7)));
  return chars.join("");
}

function distance(a, b) {
  const columns = b.length;
  let previous = new Int32Array(columns + 1), current = new Int32Array(columns + 1);
  for (let j = 0; j <= columns; j++) previous[j] = j;
  for (let i = 1; i <= a.length; i++) {
    const c = a.charCodeAt(i - 1);
    current[0] = i;
    for (let j = 1; j <= columns; j++) {
      let best = previous[j - 1];
      if (c !== b.charCodeAt(j - 1)) best++;
      const removed = previous[j] + 1;
      if (removed < best) best = removed;
      const inserted = current[j - 1] + 1;
      if (inserted < best) best = inserted;
      current[j] = best;
    }
    [previous, current] = [current, previous];
  }
  return previous[columns];
}

let total = 0;
for (let i = 1; i <= pairs; i++) {
  const a = randomString(LENGTH - i % 7);
  const b = randomString(LENGTH + i % 5);
  total += distance(a, b);
}
console.log(`levenshtein ${pairs}: ${total}`);
