// Fibonacci numbers by the naive recursion: calls and integer arithmetic. Size: n.
"use strict";
const n = Number(process.argv[2] || 37);

function fib(k) {
  if (k < 2) return k;
  return fib(k - 1) + fib(k - 2);
}

console.log(`fib ${n}: ${fib(n)}`);
