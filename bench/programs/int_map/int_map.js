// A Map with scattered integer keys: counting, looking up, removing, walking.
// Size: number of rounds of 50000 keys.
"use strict";
const rounds = Number(process.argv[2] || 100);
const KEYS = 50000;

// Two small generators side by side; their product of states is the key.
let first = 1, second = 1;
function randomKey() {
  first = first * 171 % 30269;
  second = second * 172 % 30307;
  return first * 30307 + second;
}

function runRound(number) {
  const map = new Map(), keys = [];
  first = number;
  second = number + 1;
  for (let i = 1; i <= KEYS; i++) {
    const key = randomKey();
    keys.push(key);
    map.set(key, (map.get(key) || 0) + i % 7);
  }
  let found = 0, sum = 0;
  for (let i = 1; i <= KEYS; i++) {
    sum = (sum + map.get(keys[i - 1]) * i) % 1000003;
    if (map.has(keys[i - 1] + 1)) found++;
  }
  for (let i = 0; i < KEYS; i += 2) map.delete(keys[i]);
  for (let i = 0; i < KEYS; i += 3) {
    const value = map.get(keys[i]);
    map.set(keys[i], (value === undefined ? 100 : value) + 1);
  }
  let entries = 0, total = 0;
  for (const [key, value] of map) {
    entries++;
    total = (total + key % 1000 * value) % 1000003;
  }
  return [found + entries, (sum + total) % 1000003];
}

let entries = 0, checksum = 0;
for (let number = 1; number <= rounds; number++) {
  const [e, c] = runRound(number);
  entries += e;
  checksum = (checksum * 31 + c) % 1000003;
}
console.log(`int_map ${rounds}: ${entries} ${checksum}`);
