// Lengths of the shortest paths between all pairs of 100 places (Floyd and Warshall): one flat
// array of small integers, three nested loops. Size: number of maps.
"use strict";
const rounds = Number(process.argv[2] || 36);
const tick = process.argv[3] && (() => require("fs").writeSync(1, ".\n"));
const N = 100;
const FAR = 1000000;

let seed = 42;
function random(limit) {
  seed = (seed * 16807) % 2147483647;
  return seed % limit;
}

// About one road in twenty exists. The matrix is stored by rows.
function makeMap(n) {
  const distance = new Int32Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      let length = random(2000);
      if (i === j) {
        length = 0;
      } else if (length > 100) {
        length = FAR;
      }
      distance[i * n + j] = length;
    }
  }
  return distance;
}

function shortest(distance, n) {
  for (let k = 0; k < n; k++) {
    for (let i = 0; i < n; i++) {
      const first = distance[i * n + k];
      for (let j = 0; j < n; j++) {
        const length = first + distance[k * n + j];
        if (length < distance[i * n + j]) distance[i * n + j] = length;
      }
    }
  }
}

let total = 0, unreached = 0;
for (let round = 0; round < rounds; round++) {
  const distance = makeMap(N);
  shortest(distance, N);
  for (const length of distance) {
    if (length >= FAR) {
      unreached++;
    } else {
      total += length;
    }
  }
  if (tick) tick();
}
console.log(`floyd_warshall ${rounds}: ${total} ${unreached}`);
