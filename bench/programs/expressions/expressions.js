// An interpreter of syntax trees: every kind of node is a class with a method that evaluates it
// in a frame of variables, and the program in the tree counts primes and sums up remainders.
// Size: number of runs.
"use strict";
const runs = Number(process.argv[2] || 130);
const tick = process.argv[3] && (() => require("fs").writeSync(1, ".\n"));
const LIMIT = 600;

class Constant {
  constructor(value) {
    this.value = value;
  }
  evaluate() {
    return this.value;
  }
}

class Variable {
  constructor(slot) {
    this.slot = slot;
  }
  evaluate(frame) {
    return frame[this.slot];
  }
}

class Binary {
  constructor(left, right) {
    this.left = left;
    this.right = right;
  }
}

class Add extends Binary {
  evaluate(frame) {
    return this.left.evaluate(frame) + this.right.evaluate(frame);
  }
}

class Multiply extends Binary {
  evaluate(frame) {
    return this.left.evaluate(frame) * this.right.evaluate(frame);
  }
}

class Remainder extends Binary {
  evaluate(frame) {
    return this.left.evaluate(frame) % this.right.evaluate(frame);
  }
}

// Comparisons give 0 or 1.
class Equal extends Binary {
  evaluate(frame) {
    return this.left.evaluate(frame) === this.right.evaluate(frame) ? 1 : 0;
  }
}

class LessOrEqual extends Binary {
  evaluate(frame) {
    return this.left.evaluate(frame) <= this.right.evaluate(frame) ? 1 : 0;
  }
}

class Assign {
  constructor(slot, value) {
    this.slot = slot;
    this.value = value;
  }
  evaluate(frame) {
    return frame[this.slot] = this.value.evaluate(frame);
  }
}

class If {
  constructor(condition, body) {
    this.condition = condition;
    this.body = body;
  }
  evaluate(frame) {
    return this.condition.evaluate(frame) !== 0 ? this.body.evaluate(frame) : 0;
  }
}

class While {
  constructor(condition, body) {
    this.condition = condition;
    this.body = body;
  }
  evaluate(frame) {
    let value = 0;
    while (this.condition.evaluate(frame) !== 0) value = this.body.evaluate(frame);
    return value;
  }
}

class Block {
  constructor(...statements) {
    this.statements = statements;
  }
  evaluate(frame) {
    let value = 0;
    for (const statement of this.statements) value = statement.evaluate(frame);
    return value;
  }
}

// The variables of the program, by their slots.
const NUMBER = 0, DIVISOR = 1, PRIME = 2, PRIMES = 3, SUM = 4, LAST = 5;

const v = (slot) => new Variable(slot);
const c = (value) => new Constant(value);

function makeProgram() {
  return new Block(
    new Assign(NUMBER, c(2)),
    new Assign(PRIMES, c(0)),
    new Assign(SUM, c(0)),
    new While(new LessOrEqual(v(NUMBER), v(LAST)), new Block(
      new Assign(PRIME, c(1)),
      new Assign(DIVISOR, c(2)),
      new While(new LessOrEqual(new Multiply(v(DIVISOR), v(DIVISOR)), v(NUMBER)), new Block(
        new Assign(SUM, new Remainder(
          new Add(new Multiply(v(SUM), c(31)), new Remainder(v(NUMBER), v(DIVISOR))), c(1000003))),
        new If(new Equal(new Remainder(v(NUMBER), v(DIVISOR)), c(0)), new Assign(PRIME, c(0))),
        new Assign(DIVISOR, new Add(v(DIVISOR), c(1))),
      )),
      new If(v(PRIME), new Assign(PRIMES, new Add(v(PRIMES), c(1)))),
      new Assign(NUMBER, new Add(v(NUMBER), c(1))),
    )),
    new Add(v(SUM), v(PRIMES)),
  );
}

const program = makeProgram();
let total = 0, primes = 0;
for (let run = 1; run <= runs; run++) {
  const frame = [0, 0, 0, 0, 0, LIMIT + run % 10];
  total = (total + program.evaluate(frame)) % 1000003;
  primes += frame[PRIMES];
  if (tick) tick();
}
console.log(`expressions ${runs}: ${primes} ${total}`);
