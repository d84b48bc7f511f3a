// Comparison of strings, made at run time or not.
function repeat(s, n) { let r = ""; for (let i = 0; i < n; i = i + 1) r = r + s; return r; }
const a = repeat("abcdefghij", 10);
const b = repeat("abcdefghij", 10);
const c = repeat("abcdefghij", 9) + "abcdefghix";
function count(n) {
  let equal = 0;
  for (let i = 0; i < n; i = i + 1) {
    if (a === b) equal = equal + 1;
    if (a === c) equal = equal + 1;
    if ("literal" === "literal") equal = equal + 1;
    if (a !== null) equal = equal + 1;
    if (a === 1) equal = equal + 1;
  }
  return equal;
}
console.log("3e+07", count(10000000) === 30000000 ? "" : "wrong");
