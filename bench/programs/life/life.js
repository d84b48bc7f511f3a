// Conway's game of life on a torus of 128 by 128 cells, eight generations a round: two arrays
// of zeros and ones with a border, nine reads a cell. Size: number of rounds.
"use strict";
const rounds = Number(process.argv[2] || 100);
const tick = process.argv[3] && (() => require("fs").writeSync(1, ".\n"));
const N = 128;
const STRIDE = N + 2;
const GENERATIONS = 8;

let seed = 42;
function random(limit) {
  seed = (seed * 16807) % 2147483647;
  return seed % limit;
}

// Copies the outer rows and columns to the border on the other side.
function wrap(cells) {
  for (let x = 1; x <= N; x++) {
    cells[x] = cells[N * STRIDE + x];
    cells[(N + 1) * STRIDE + x] = cells[STRIDE + x];
  }
  for (let y = 0; y <= N + 1; y++) {
    cells[y * STRIDE] = cells[y * STRIDE + N];
    cells[y * STRIDE + N + 1] = cells[y * STRIDE + 1];
  }
}

// Writes the next generation; returns how many cells live in it.
function generation(cells, following) {
  wrap(cells);
  let living = 0;
  for (let y = 1; y <= N; y++) {
    for (let x = 1; x <= N; x++) {
      const at = y * STRIDE + x;
      const above = at - STRIDE, below = at + STRIDE;
      const neighbours = cells[above - 1] + cells[above] + cells[above + 1] + cells[at - 1] +
        cells[at + 1] + cells[below - 1] + cells[below] + cells[below + 1];
      if (neighbours === 3 || (neighbours === 2 && cells[at] === 1)) {
        following[at] = 1;
        living++;
      } else {
        following[at] = 0;
      }
    }
  }
  return living;
}

let cells = new Uint8Array(STRIDE * STRIDE), following = new Uint8Array(STRIDE * STRIDE);
for (let i = 0; i < cells.length; i++) cells[i] = random(3) === 0 ? 1 : 0;
let total = 0, last = 0;
for (let round = 0; round < rounds; round++) {
  // A few changed cells keep the field from settling.
  for (let i = 0; i < 40; i++) {
    const x = 1 + random(N), y = 1 + random(N);
    cells[y * STRIDE + x] = 1 - cells[y * STRIDE + x];
  }
  for (let i = 0; i < GENERATIONS; i++) {
    last = generation(cells, following);
    total += last;
    [cells, following] = [following, cells];
  }
  if (tick) tick();
}
console.log(`life ${rounds}: ${total} ${last}`);
