// Particles of three classes in a box: each moves, bounces off the walls and loses or gains
// speed in its own way. Method calls on objects with float fields, no allocation in the loop.
// Size: number of rounds of 100 steps.
"use strict";
const rounds = Number(process.argv[2] || 200);
const tick = process.argv[3] && (() => require("fs").writeSync(1, ".\n"));
const COUNT = 300;
const STEPS = 100;

class Random {
  constructor(seed) {
    this.seed = seed;
  }

  next() {
    this.seed = (this.seed * 16807) % 2147483647;
    return this.seed / 2147483647;
  }
}

// The box: walls at 0 and at its width and height.
class Box {
  constructor(width, height) {
    this.width = width;
    this.height = height;
    this.hits = 0;
  }

  count() {
    this.hits++;
  }
}

// A particle moves straight on and is thrown back by walls.
class Particle {
  constructor(random) {
    this.x = random.next() * 100.0;
    this.y = random.next() * 100.0;
    this.vx = random.next() * 2.0 - 1.0;
    this.vy = random.next() * 2.0 - 1.0;
  }

  push() {}

  loss() {
    return 1.0;
  }

  bounce(box) {
    let hit = false;
    if (this.x < 0.0) {
      this.x = 0.0;
      this.vx = -this.vx;
      hit = true;
    } else if (this.x > box.width) {
      this.x = box.width;
      this.vx = -this.vx;
      hit = true;
    }
    if (this.y < 0.0) {
      this.y = 0.0;
      this.vy = -this.vy;
      hit = true;
    } else if (this.y > box.height) {
      this.y = box.height;
      this.vy = -this.vy;
      hit = true;
    }
    if (hit) {
      const loss = this.loss();
      this.vx *= loss;
      this.vy *= loss;
      box.count();
    }
  }

  step(box) {
    this.push();
    this.x += this.vx;
    this.y += this.vy;
    this.bounce(box);
  }

  energy() {
    return this.vx * this.vx + this.vy * this.vy;
  }
}

// Falls, and loses speed when it bounces, except when it is slow.
class Heavy extends Particle {
  push() {
    this.vy -= 0.01;
  }

  loss() {
    return this.energy() < 0.5 ? 1.1 : 0.98;
  }
}

// Is slowed down by the air and carried by a wind.
class Light extends Particle {
  push() {
    this.vx = this.vx * 0.999 + 0.001;
    this.vy = this.vy * 0.999 + 0.002;
  }

  loss() {
    return 0.95;
  }
}

const random = new Random(42);
const box = new Box(100.0, 100.0);
const particles = [];
for (let i = 0; i < COUNT; i += 3) {
  particles.push(new Particle(random), new Heavy(random), new Light(random));
}
for (let round = 0; round < rounds; round++) {
  for (let step = 0; step < STEPS; step++) {
    for (const particle of particles) particle.step(box);
  }
  if (tick) tick();
}
let energy = 0.0;
for (const particle of particles) energy += particle.energy();
console.log(`particles ${rounds}: ${box.hits} ${energy.toFixed(6)}`);
