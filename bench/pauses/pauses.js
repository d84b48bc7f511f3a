// The store of pauses.lua: node pauses.js RECORDS SECONDS.
"use strict";

const RECORDS = Number(process.argv[2] || 200000), SECONDS = Number(process.argv[3] || 3);
const BLOCK = 1000;

let state = 42;
function random(n) {
  state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
  return Math.floor(state / 65536) % n;
}

function record(id, next) {
  return {id, weight: id * 0.5, next, tags: [id, id + 1, id + 2, id + 3]};
}

function block(first) {
  const records = [];
  for (let i = 0; i < BLOCK; i++) records.push(record(first + i, records[i - 1]));
  return records;
}

const blocks = [];
for (let i = 0; i < Math.floor(RECORDS / BLOCK); i++) blocks.push(block(i * BLOCK));
require("fs").writeSync(1, "live\n");

function passing(id) {
  let sum = 0;
  for (let i = 1; i <= 20; i++) {
    const point = {x: id + i, y: i};
    sum += point.x - point.y;
    const list = [point, point];
    sum += list.length;
  }
  return sum;
}

const start = Date.now();
let replaced = 0, check = 0;
while (Date.now() - start < SECONDS * 1000) {
  for (let r = 0; r < 200; r++) {
    const records = blocks[random(blocks.length)];
    for (let k = 0; k < 10; k++) {
      const at = random(BLOCK);
      const old = records[at];
      records[at] = record(old.id + 1, old.next);
      replaced++;
    }
    check = (check + passing(replaced)) % 1000003;
  }
}
require("fs").writeSync(1, `replaced ${replaced} ${check >= 0 ? "records" : ""}\n`);
