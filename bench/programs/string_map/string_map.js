// Counts generated words in a Map with string keys, then looks words up by keys made anew.
// Size: number of rounds of 60000 words.
"use strict";
const rounds = Number(process.argv[2] || 12);
const WORDS = 60000;

const ONSETS = ["b", "d", "fl", "gr", "k", "m", "n", "pr", "s", "tr", "v", "z"];
const VOWELS = ["a", "e", "i", "o", "u", "ea"];

let first = 1, second = 1;
function random(limit) {
  first = first * 171 % 30269;
  second = second * 172 % 30307;
  return (first + second) % limit;
}

function syllable() {
  return ONSETS[random(12)] + VOWELS[random(6)];
}

function word() {
  let made = syllable() + syllable();
  if (random(3) > 0) made += syllable();
  return made;
}

function runRound(number) {
  first = number;
  second = number + 1;
  const counts = new Map(), distinct = [];
  for (let i = 0; i < WORDS; i++) {
    const w = word();
    let count = counts.get(w);
    if (count === undefined) {
      distinct.push(w);
      count = 0;
    }
    counts.set(w, count + 1);
  }
  let hits = 0;
  for (const w of distinct) hits += counts.get(w + "na") || 0;
  for (let i = 0; i < distinct.length; i += 2) counts.delete(distinct[i]);
  let entries = 0, total = 0;
  for (const [key, count] of counts) {
    entries++;
    total = (total + key.length * count) % 1000003;
  }
  return [distinct.length + hits + entries, total];
}

let entries = 0, checksum = 0;
for (let number = 1; number <= rounds; number++) {
  const [e, c] = runRound(number);
  entries += e;
  checksum = (checksum * 31 + c) % 1000003;
}
console.log(`string_map ${rounds}: ${entries} ${checksum}`);
