// Vectors of two components that are never changed, with methods for their arithmetic and
// comparison: walkers follow their targets, and every step makes a few new vectors.
// Size: number of rounds of 50 steps.
"use strict";
const rounds = Number(process.argv[2] || 150);
const tick = process.argv[3] && (() => require("fs").writeSync(1, ".\n"));
const WALKERS = 100;
const STEPS = 50;

let seed = 42;
function random(limit) {
  seed = (seed * 16807) % 2147483647;
  return seed % limit;
}

class Vector {
  constructor(x, y) {
    this.x = x;
    this.y = y;
  }

  plus(other) {
    return new Vector(this.x + other.x, this.y + other.y);
  }

  minus(other) {
    return new Vector(this.x - other.x, this.y - other.y);
  }

  times(factor) {
    return new Vector(this.x * factor, this.y * factor);
  }

  negated() {
    return new Vector(-this.x, -this.y);
  }

  equals(other) {
    return this.x === other.x && this.y === other.y;
  }

  dot(other) {
    return this.x * other.x + this.y * other.y;
  }
}

const DIRECTIONS = [new Vector(1.0, 0.0), new Vector(0.0, 1.0), new Vector(-1.0, 0.0), new Vector(0.0, -1.0)];

// A walker is drawn to its target, which jumps from one grid point to the next.
class Walker {
  constructor() {
    this.position = new Vector(random(10), random(10));
    this.velocity = new Vector(0.0, 0.0);
    this.target = this.position;
    this.home = this.position;
    this.visits = 0;
    this.turns = 0;
  }

  step() {
    this.target = this.target.plus(DIRECTIONS[random(4)]);
    if (this.target.equals(this.home)) this.visits++;
    const pull = this.target.minus(this.position).times(0.125);
    this.velocity = this.velocity.plus(pull).times(0.75);
    if (this.velocity.dot(pull) < 0.0) {
      this.velocity = this.velocity.negated().times(0.5);
      this.turns++;
    }
    this.position = this.position.plus(this.velocity);
  }
}

const walkers = [];
for (let i = 0; i < WALKERS; i++) walkers.push(new Walker());
for (let round = 0; round < rounds; round++) {
  for (let step = 0; step < STEPS; step++) {
    for (const walker of walkers) walker.step();
  }
  if (tick) tick();
}
let visits = 0, turns = 0, sum = new Vector(0.0, 0.0);
for (const walker of walkers) {
  visits += walker.visits;
  turns += walker.turns;
  sum = sum.plus(walker.position);
}
console.log(`vectors ${rounds}: ${visits} ${turns} ${sum.x.toFixed(6)} ${sum.y.toFixed(6)}`);
