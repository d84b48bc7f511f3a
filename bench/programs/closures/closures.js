// Closures made and called in the usual ways: counters that own a variable, pipelines of
// map, filter and reduce, composed functions, callbacks that share state.
// Size: number of rounds.
"use strict";
const rounds = Number(process.argv[2] || 8000);
const ITEMS = 1000;

function makeCounter(step) {
  let value = 0;
  return () => {
    value += step;
    return value;
  };
}

const compose = (f, g) => (x) => f(g(x));
const adder = (n) => (x) => x + n;

// An object in which all functions see the same two variables.
function makeAccount(balance) {
  let operations = 0;
  return {
    deposit: (amount) => {
      operations++;
      balance += amount;
    },
    withdraw: (amount) => {
      operations++;
      if (amount <= balance) balance -= amount;
    },
    summary: () => balance + operations,
  };
}

function runRound(number, items) {
  const offset = number % 10;
  const sum = items
    .map((x) => x * 3 + offset)
    .filter((x) => x % 2 === 1)
    .reduce((a, b) => (a + b) % 1000003, 0);

  const counters = [];
  for (let i = 1; i <= 20; i++) counters.push(makeCounter(i));
  let counted = 0;
  for (let k = 0; k < 50; k++) {
    for (let i = 0; i < 20; i++) counted += counters[i]();
  }

  let composed = adder(0);
  for (let i = 1; i <= 30; i++) composed = compose(adder(i), composed);
  for (let i = 1; i <= 30; i++) counted += composed(i);

  const account = makeAccount(number);
  for (let i = 1; i <= 200; i++) {
    account.deposit(i % 13);
    account.withdraw(i % 11);
  }
  return (sum + counted + account.summary()) % 1000003;
}

const items = [];
for (let i = 1; i <= ITEMS; i++) items.push(i * 7 % 1009);
let checksum = 0;
for (let number = 1; number <= rounds; number++) {
  checksum = (checksum * 31 + runRound(number, items)) % 1000003;
}
console.log(`closures ${rounds}: ${checksum}`);
