// The 0/1 knapsack problem by dynamic programming: 100 things, room for 5000, one array of
// integers that is walked downwards. Size: number of problems.
"use strict";
const rounds = Number(process.argv[2] || 160);
const tick = process.argv[3] && (() => require("fs").writeSync(1, ".\n"));
const THINGS = 100;
const ROOM = 5000;

let seed = 42;
function random(limit) {
  seed = (seed * 16807) % 2147483647;
  return seed % limit;
}

// The greatest value of things that fit, and the least room that it takes.
function pack(weights, values, room) {
  const best = new Int32Array(room + 1);
  for (let i = 0; i < weights.length; i++) {
    const weight = weights[i], value = values[i];
    for (let r = room; r >= weight; r--) {
      const withIt = best[r - weight] + value;
      if (withIt > best[r]) best[r] = withIt;
    }
  }
  let least = room;
  while (least > 0 && best[least - 1] === best[room]) least--;
  return [best[room], least];
}

let total = 0, taken = 0;
for (let round = 0; round < rounds; round++) {
  const weights = new Int32Array(THINGS), values = new Int32Array(THINGS);
  for (let i = 0; i < THINGS; i++) {
    weights[i] = 20 + random(300);
    values[i] = 1 + random(1000);
  }
  const [value, least] = pack(weights, values, ROOM);
  total += value;
  taken += least;
  if (tick) tick();
}
console.log(`knapsack ${rounds}: ${total} ${taken}`);
