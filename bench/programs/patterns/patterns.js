// Regular expressions over generated log text, where the Lua twin has patterns.
// Size: number of passes over 400 lines.
"use strict";
const passes = Number(process.argv[2] || 180);
const LINES = 400;

const USERS = ["Alice", "Bob", "Carol", "Dave", "Erin"];
const VERBS = ["opened", "closed", "moved", "deleted"];

function generate() {
  let seed = 11;
  const random = (limit) => {
    seed = (seed * 25173 + 13849) % 65536;
    return seed % limit;
  };
  const pad = (number, width) => String(number).padStart(width, "0");
  const lines = [];
  for (let i = 1; i <= LINES; i++) {
    const user = USERS[random(5)], verb = VERBS[random(4)];
    const year = pad(2000 + random(25), 4), month = pad(random(12) + 1, 2);
    const day = pad(random(28) + 1, 2);
    lines.push(`  ${year}-${month}-${day} ${user} ${verb} file${random(1000)}.txt ` +
      `(size=${random(65536)} (mode=${random(512)})) tag${random(10)}=v${i}  `);
  }
  return lines;
}

const VOWELS = { a: "4", e: "3", i: "1", o: "0" };

// The first balanced pair of parentheses with what is inside; no regular expression does that.
function balancedPart(s) {
  const open = s.indexOf("(");
  let depth = 0;
  for (let i = open; i < s.length; i++) {
    const c = s[i];
    if (c === "(") depth++;
    if (c === ")" && --depth === 0) return s.slice(open, i + 1);
  }
  return "";
}

function processLine(line, counts) {
  const trimmed = line.match(/^\s*(.*?)\s*$/)[1];
  const [, year, month, day] = trimmed.match(/^(\d+)-(\d+)-(\d+)/);
  counts.dates += year * 372 + month * 31 + Number(day);
  for (const [, key, value] of trimmed.matchAll(/([A-Za-z0-9]+)=([A-Za-z0-9]+)/g)) {
    counts.fields += key.length * 3 + value.length;
  }
  counts.balanced += balancedPart(trimmed).length;
  const doubled = trimmed.replace(/\d+/g, (digits) => String(2 * digits));
  const coded = doubled.replace(/[aeio]/g, (vowel) => {
    counts.replaced++;
    return VOWELS[vowel];
  });
  for (const [name] of coded.matchAll(/\b[A-Z][a-z0-9]+/g)) {
    counts.names += name.length;
  }
  let spaces = 0;
  const space = /\s+/g;
  let found;
  while ((found = space.exec(coded)) !== null) spaces += found.index + 1;
  counts.spaces = (counts.spaces + spaces) % 1000003;
  const swapped = coded.replace(/([A-Za-z0-9]+)\.([A-Za-z0-9]+)/g, "$2<$1>");
  for (let i = 0; i < swapped.length; i += 7) {
    counts.hash = (counts.hash * 31 + swapped.charCodeAt(i)) % 1000003;
  }
}

const lines = generate();
const counts = { dates: 0, fields: 0, balanced: 0, replaced: 0, names: 0, spaces: 0, hash: 0 };
for (let pass = 0; pass < passes; pass++) {
  for (const line of lines) processLine(line, counts);
}
console.log(`patterns ${passes}: ${counts.dates} ${counts.fields} ${counts.balanced} ` +
  `${counts.replaced} ${counts.names} ${counts.spaces} ${counts.hash}`);
