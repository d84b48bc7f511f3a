// Sieve of Eratosthenes up to one million, from scratch each round: an array of booleans.
// Size: number of rounds.
"use strict";
const rounds = Number(process.argv[2] || 40);
const LIMIT = 1000000;

function sieve(limit) {
  const composite = new Uint8Array(limit + 1);
  let count = 0;
  for (let i = 2; i <= limit; i++) {
    if (!composite[i]) {
      count++;
      for (let j = i * i; j <= limit; j += i) composite[j] = 1;
    }
  }
  return count;
}

let total = 0;
for (let round = 1; round <= rounds; round++) total += sieve(LIMIT - round);
console.log(`sieve ${rounds}: ${total}`);
