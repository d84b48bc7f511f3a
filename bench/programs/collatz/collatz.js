// The longest run of the 3n + 1 problem among blocks of 2000 starting numbers: a loop over
// integers beyond 32 bits. Size: number of blocks.
"use strict";
const blocks = Number(process.argv[2] || 300);
const tick = process.argv[3] && (() => require("fs").writeSync(1, ".\n"));
const BLOCK = 2000;

function steps(n) {
  let count = 0;
  while (n !== 1) {
    if (n % 2 === 0) {
      n = n / 2;
    } else {
      n = 3 * n + 1;
    }
    count++;
  }
  return count;
}

let longest = 0, best = 0, total = 0;
for (let block = 0; block < blocks; block++) {
  const first = block * BLOCK;
  for (let n = first + 1; n <= first + BLOCK; n++) {
    const count = steps(n);
    total += count;
    if (count > longest) {
      longest = count;
      best = n;
    }
  }
  if (tick) tick();
}
console.log(`collatz ${blocks}: ${best} ${longest} ${total}`);
