// CRC-32 of a text of 64 KiB, with a table of 256 entries, each round starting from the last
// result: bytes and bit operators. Size: number of rounds.
"use strict";
const rounds = Number(process.argv[2] || 500);
const tick = process.argv[3] && (() => require("fs").writeSync(1, ".\n"));
const LENGTH = 65536;

let seed = 42;
function random(limit) {
  seed = (seed * 16807) % 2147483647;
  return seed % limit;
}

function makeTable() {
  const entries = new Int32Array(256);
  for (let i = 0; i < 256; i++) {
    let c = i;
    for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
    entries[i] = c;
  }
  return entries;
}

const TABLE = makeTable();

// The checksum of `bytes`, continued from that of the bytes before them.
function crc32(bytes, crc) {
  crc = ~crc;
  for (let i = 0; i < bytes.length; i++) crc = TABLE[(crc ^ bytes[i]) & 0xff] ^ (crc >>> 8);
  return ~crc;
}

const bytes = new Uint8Array(LENGTH);
for (let i = 0; i < LENGTH; i++) bytes[i] = random(256);
if (crc32(Buffer.from("123456789"), 0) >>> 0 !== 0xcbf43926) throw new Error("wrong table");
let crc = 0;
for (let round = 0; round < rounds; round++) {
  crc = crc32(bytes, crc);
  if (tick) tick();
}
console.log(`crc32 ${rounds}: ${(crc >>> 0).toString(16).padStart(8, "0")}`);
