// Closures that are made, called, and assign what they captured.
function counter() {
  let n = 0;
  function step(k) { n = n + k; return n; }
  return step;
}
function run(rounds) {
  let sum = 0;
  for (let i = 0; i < rounds; i = i + 1) {
    const step = counter();
    for (let j = 0; j < 100; j = j + 1) step(j);
    sum = sum + step(1);
  }
  return sum;
}
console.log(run(400000) === 1980400000);
