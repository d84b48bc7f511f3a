// Comparisons of values of all types.
class A {}
const a = new A();
const b = new A();
function count(n) {
  let equal = 0;
  for (let i = 0; i < n; i = i + 1) {
    if (i === i) equal = equal + 1;
    if (i === 1.5) equal = equal + 1;
    if (null === null) equal = equal + 1;
    if (true === false) equal = equal + 1;
    if (a === a) equal = equal + 1;
    if (a === b) equal = equal + 1;
    if (count === count) equal = equal + 1;
    if (count !== a) equal = equal + 1;
  }
  return equal;
}
console.log(count(30000000) === 150000000);
