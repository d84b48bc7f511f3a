// An incremental solver for one-way constraints, after the DeltaBlue algorithm of Freeman-Benson
// and Maloney: a chain of equalities and a set of projections are built, edited and taken
// apart. Many small methods on a deep hierarchy of classes. Size: number of rounds.
"use strict";
const rounds = Number(process.argv[2] || 80);

const CHAIN_LENGTH = 500;
const PROJECTIONS = 500;

// How much a constraint matters; a lower level is stronger.
class Strength {
  constructor(level, name) {
    this.level = level;
    this.name = name;
  }

  isStrongerThan(other) {
    return this.level < other.level;
  }

  isWeakerThan(other) {
    return this.level > other.level;
  }

  weakerOf(other) {
    return this.isWeakerThan(other) ? this : other;
  }

  nextWeaker() {
    return STRENGTHS[this.level + 1];
  }
}

const STRENGTHS = [
  "required", "strong preferred", "preferred", "strong default", "normal", "weak default",
  "weakest",
].map((name, level) => new Strength(level, name));
const [REQUIRED, , PREFERRED, STRONG_DEFAULT, NORMAL, , WEAKEST] = STRENGTHS;

class Variable {
  constructor(name, value) {
    this.name = name;
    this.value = value;
    this.constraints = [];
    this.determinedBy = null; // the constraint that computes the value now
    this.mark = 0;
    this.walkStrength = WEAKEST; // of the weakest constraint that could be overridden
    this.stay = true; // whether the value is fixed while a plan runs
  }

  addConstraint(constraint) {
    this.constraints.push(constraint);
  }

  removeConstraint(constraint) {
    const place = this.constraints.indexOf(constraint);
    if (place >= 0) this.constraints.splice(place, 1);
    if (this.determinedBy === constraint) this.determinedBy = null;
  }
}

// Subclasses define addToGraph, removeFromGraph, chooseMethod, isSatisfied, markUnsatisfied,
// markInputs, inputsKnown, output, execute and recalculate.
class Constraint {
  constructor(strength) {
    this.strength = strength;
  }

  isInput() {
    return false;
  }

  activate(planner) {
    this.addToGraph();
    planner.incrementalAdd(this);
  }

  destroy(planner) {
    if (this.isSatisfied()) {
      planner.incrementalRemove(this);
    } else {
      this.removeFromGraph();
    }
  }

  // Tries to enforce the constraint; returns the constraint that it overrides, if any.
  satisfy(mark, planner) {
    this.chooseMethod(mark);
    if (!this.isSatisfied()) {
      if (this.strength === REQUIRED) throw new Error("cannot satisfy a required constraint");
      return null;
    }
    this.markInputs(mark);
    const out = this.output();
    const overridden = out.determinedBy;
    if (overridden) overridden.markUnsatisfied();
    out.determinedBy = this;
    if (!planner.addPropagate(this, mark)) throw new Error("cycle of constraints");
    out.mark = mark;
    return overridden;
  }
}

// A constraint with one variable.
class UnaryConstraint extends Constraint {
  constructor(variable, strength, planner) {
    super(strength);
    this.variable = variable;
    this.satisfied = false;
    this.activate(planner);
  }

  addToGraph() {
    this.variable.addConstraint(this);
    this.satisfied = false;
  }

  removeFromGraph() {
    this.variable.removeConstraint(this);
    this.satisfied = false;
  }

  chooseMethod(mark) {
    const variable = this.variable;
    this.satisfied = variable.mark !== mark &&
      this.strength.isStrongerThan(variable.walkStrength);
  }

  isSatisfied() {
    return this.satisfied;
  }

  markUnsatisfied() {
    this.satisfied = false;
  }

  markInputs() {}

  inputsKnown() {
    return true;
  }

  output() {
    return this.variable;
  }

  execute() {}

  recalculate() {
    const variable = this.variable;
    variable.walkStrength = this.strength;
    variable.stay = !this.isInput();
    if (variable.stay) this.execute();
  }
}

// Asks that a variable keep its value.
class StayConstraint extends UnaryConstraint {}

// Says that the program changes a variable.
class EditConstraint extends UnaryConstraint {
  isInput() {
    return true;
  }
}

const NONE = 0, FORWARD = 1, BACKWARD = 2;

// A constraint between two variables, either of which may be computed from the other.
class BinaryConstraint extends Constraint {
  constructor(first, second, strength) {
    super(strength);
    this.first = first;
    this.second = second;
    this.direction = NONE;
  }

  addToGraph() {
    this.first.addConstraint(this);
    this.second.addConstraint(this);
    this.direction = NONE;
  }

  removeFromGraph() {
    this.first.removeConstraint(this);
    this.second.removeConstraint(this);
    this.direction = NONE;
  }

  directionIfStronger(variable, direction) {
    return this.strength.isStrongerThan(variable.walkStrength) ? direction : NONE;
  }

  chooseMethod(mark) {
    const { first, second } = this;
    if (first.mark === mark) {
      this.direction = second.mark !== mark ? this.directionIfStronger(second, FORWARD) : NONE;
    } else if (second.mark === mark) {
      this.direction = this.directionIfStronger(first, BACKWARD);
    } else if (first.walkStrength.isWeakerThan(second.walkStrength)) {
      this.direction = this.directionIfStronger(first, BACKWARD);
    } else {
      this.direction = this.directionIfStronger(second, FORWARD);
    }
  }

  isSatisfied() {
    return this.direction !== NONE;
  }

  markUnsatisfied() {
    this.direction = NONE;
  }

  input() {
    return this.direction === FORWARD ? this.first : this.second;
  }

  output() {
    return this.direction === FORWARD ? this.second : this.first;
  }

  markInputs(mark) {
    this.input().mark = mark;
  }

  inputsKnown(mark) {
    const input = this.input();
    return input.mark === mark || input.stay || input.determinedBy === null;
  }

  recalculate() {
    const input = this.input(), output = this.output();
    output.walkStrength = this.strength.weakerOf(input.walkStrength);
    output.stay = input.stay;
    if (output.stay) this.execute();
  }
}

class EqualityConstraint extends BinaryConstraint {
  constructor(first, second, strength, planner) {
    super(first, second, strength);
    this.activate(planner);
  }

  execute() {
    this.output().value = this.input().value;
  }
}

// second = first * scale + offset, where scale and offset are variables that are only read.
class ScaleConstraint extends BinaryConstraint {
  constructor(first, scale, offset, second, strength, planner) {
    super(first, second, strength);
    this.scale = scale;
    this.offset = offset;
    this.activate(planner);
  }

  addToGraph() {
    super.addToGraph();
    this.scale.addConstraint(this);
    this.offset.addConstraint(this);
  }

  removeFromGraph() {
    super.removeFromGraph();
    this.scale.removeConstraint(this);
    this.offset.removeConstraint(this);
  }

  markInputs(mark) {
    super.markInputs(mark);
    this.scale.mark = mark;
    this.offset.mark = mark;
  }

  execute() {
    if (this.direction === FORWARD) {
      this.second.value = this.first.value * this.scale.value + this.offset.value;
    } else {
      this.first.value = (this.second.value - this.offset.value) / this.scale.value;
    }
  }

  recalculate() {
    const input = this.input(), output = this.output();
    output.walkStrength = this.strength.weakerOf(input.walkStrength);
    output.stay = input.stay && this.scale.stay && this.offset.stay;
    if (output.stay) this.execute();
  }
}

// Constraints in an order in which executing them brings all values up to date.
class Plan {
  constructor() {
    this.steps = [];
  }

  add(constraint) {
    this.steps.push(constraint);
  }

  execute() {
    for (const constraint of this.steps) constraint.execute();
  }
}

class Planner {
  constructor() {
    this.currentMark = 0;
  }

  newMark() {
    return ++this.currentMark;
  }

  // Satisfies the constraint if it can be, then those that it overrides, one after the other.
  incrementalAdd(constraint) {
    const mark = this.newMark();
    let overridden = constraint.satisfy(mark, this);
    while (overridden) overridden = overridden.satisfy(mark, this);
  }

  // Removes a satisfied constraint and satisfies what has become possible, strongest first.
  incrementalRemove(constraint) {
    const out = constraint.output();
    constraint.markUnsatisfied();
    constraint.removeFromGraph();
    const unsatisfied = this.removePropagateFrom(out);
    for (let strength = REQUIRED; strength !== WEAKEST; strength = strength.nextWeaker()) {
      for (const candidate of unsatisfied) {
        if (candidate.strength === strength) this.incrementalAdd(candidate);
      }
    }
  }

  // Recomputes what depends on the constraint's output; false if that leads back to a variable
  // with the mark, after removing the constraint.
  addPropagate(constraint, mark) {
    const todo = [constraint];
    while (todo.length > 0) {
      const next = todo.pop();
      const out = next.output();
      if (out.mark === mark) {
        this.incrementalRemove(constraint);
        return false;
      }
      next.recalculate();
      this.addConsumers(out, todo);
    }
    return true;
  }

  // Forgets the strengths downstream of `out`; returns the unsatisfied constraints found there.
  removePropagateFrom(out) {
    out.determinedBy = null;
    out.walkStrength = WEAKEST;
    out.stay = true;
    const unsatisfied = [], todo = [out];
    while (todo.length > 0) {
      const variable = todo.pop();
      for (const constraint of variable.constraints) {
        if (!constraint.isSatisfied()) unsatisfied.push(constraint);
      }
      const determining = variable.determinedBy;
      for (const constraint of variable.constraints) {
        if (constraint !== determining && constraint.isSatisfied()) {
          constraint.recalculate();
          todo.push(constraint.output());
        }
      }
    }
    return unsatisfied;
  }

  // Adds to `list` the satisfied constraints that read the variable.
  addConsumers(variable, list) {
    const determining = variable.determinedBy;
    for (const constraint of variable.constraints) {
      if (constraint !== determining && constraint.isSatisfied()) list.push(constraint);
    }
  }

  makePlan(todo) {
    const mark = this.newMark();
    const plan = new Plan();
    while (todo.length > 0) {
      const constraint = todo.pop();
      const out = constraint.output();
      if (out.mark !== mark && constraint.inputsKnown(mark)) {
        plan.add(constraint);
        out.mark = mark;
        this.addConsumers(out, todo);
      }
    }
    return plan;
  }

  // A plan for when the given constraints change their variables.
  planFrom(constraints) {
    return this.makePlan(constraints.filter((c) => c.isInput() && c.isSatisfied()));
  }
}

function check(condition, message) {
  if (!condition) throw new Error(message);
}

function chainModel(length) {
  const planner = new Planner();
  const variables = [new Variable("v0", 0)];
  for (let i = 1; i <= length; i++) {
    variables.push(new Variable("v" + i, 0));
    new EqualityConstraint(variables[i - 1], variables[i], REQUIRED, planner);
  }
  const first = variables[0], last = variables[length];
  new StayConstraint(last, STRONG_DEFAULT, planner);
  const edit = new EditConstraint(first, PREFERRED, planner);
  const plan = planner.planFrom([edit]);
  for (let i = 1; i <= 100; i++) {
    first.value = i;
    plan.execute();
    check(last.value === i, "the chain is broken");
  }
  edit.destroy(planner);
  return variables;
}

function change(variable, value, planner) {
  const edit = new EditConstraint(variable, PREFERRED, planner);
  const plan = planner.planFrom([edit]);
  for (let i = 0; i < 10; i++) {
    variable.value = value;
    plan.execute();
  }
  edit.destroy(planner);
}

function projectionModel(count) {
  const planner = new Planner();
  const scale = new Variable("scale", 10), offset = new Variable("offset", 1000);
  let source, target;
  const targets = [];
  for (let i = 1; i <= count; i++) {
    source = new Variable("source", i);
    target = new Variable("target", i);
    targets.push(target);
    new StayConstraint(source, NORMAL, planner);
    new ScaleConstraint(source, scale, offset, target, REQUIRED, planner);
  }
  change(source, 17, planner);
  check(target.value === 1170, "projection forwards");
  change(target, 1050, planner);
  check(source.value === 5, "projection backwards");
  change(scale, 5, planner);
  for (let i = 1; i < count; i++) {
    check(targets[i - 1].value === i * 5 + 1000, "projection with another scale");
  }
  change(offset, 2000, planner);
  for (let i = 1; i < count; i++) {
    check(targets[i - 1].value === i * 5 + 2000, "projection with another offset");
  }
  return targets;
}

function sumOf(variables) {
  let sum = 0;
  for (const variable of variables) sum += variable.value;
  return sum;
}

let total = 0;
for (let round = 1; round <= rounds; round++) {
  total += sumOf(chainModel(CHAIN_LENGTH + round % 10));
  total += sumOf(projectionModel(PROJECTIONS + round % 10));
}
console.log(`deltablue ${rounds}: ${total.toFixed(1)}`);
