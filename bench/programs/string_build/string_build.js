// Builds text in the usual ways: piecewise concatenation, join, formatted numbers, and small
// string methods. Size: number of documents of 500 records.
"use strict";
const documents = Number(process.argv[2] || 1200);
const RECORDS = 500;

const NAMES = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta"];

// One line per record, made from a template and joined.
function csv(document) {
  const lines = [];
  for (let i = 1; i <= RECORDS; i++) {
    const name = NAMES[(i + document) % NAMES.length];
    lines.push(`${String(i).padStart(5, "0")},${name},${((i * document % 1000) / 4).toFixed(2)}`);
  }
  return lines.join("\n");
}

// A line grown by repeated concatenation and flushed when it is long enough.
function paragraph(document) {
  const lines = [];
  let line = "";
  for (let i = 1; i <= RECORDS; i++) {
    const word = NAMES[(i * 3 + document) % NAMES.length];
    if (line.length + word.length > 72) {
      lines.push(line);
      line = "";
    }
    line = line + word + " " + i % 100 + " ";
  }
  lines.push(line);
  return lines.join("\n");
}

// Headings out of capitalised, reversed and repeated pieces.
function headings(document) {
  const text = [];
  for (let i = 1; i <= RECORDS; i++) {
    const name = NAMES[(i + document * 5) % NAMES.length];
    const title = name.slice(0, 1).toUpperCase() + name.slice(1) + "-" + i;
    const reversed = title.split("").reverse().join("");
    text.push(title + ":" + reversed + " " + "=".repeat(title.length) + "\n");
  }
  return text.join("");
}

function checksum(text, sum) {
  for (let i = 0; i < text.length; i += 61) sum = (sum * 31 + text.charCodeAt(i)) % 1000003;
  return sum;
}

let length = 0, sum = 0;
for (let document = 1; document <= documents; document++) {
  const text = csv(document) + "\n\n" + paragraph(document) + "\n\n" + headings(document);
  length += text.length;
  sum = checksum(text, sum);
}
console.log(`string_build ${documents}: ${length} ${sum}`);
