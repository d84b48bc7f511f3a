// A simulated workshop: customers arrive, wait for one of three machines and leave, and all
// that happens is an object in a priority heap. Objects that are made and dropped, comparisons
// by a method, a method of the event's class when its time has come. Size: number of days.
"use strict";
const days = Number(process.argv[2] || 250);
const tick = process.argv[3] && (() => require("fs").writeSync(1, ".\n"));
const CUSTOMERS = 1000;

class Random {
  constructor(seed) {
    this.seed = seed;
  }

  next(limit) {
    this.seed = (this.seed * 16807) % 2147483647;
    return this.seed % limit;
  }
}

// The heap: the event that comes first is on top.
class Queue {
  constructor() {
    this.events = [];
  }

  get size() {
    return this.events.length;
  }

  push(event) {
    const events = this.events;
    let place = events.length;
    events.push(event);
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!event.isBefore(events[parent])) break;
      events[place] = events[parent];
      place = parent;
    }
    events[place] = event;
  }

  pop() {
    const events = this.events;
    const top = events[0], event = events.pop();
    const size = events.length;
    if (size > 0) {
      let place = 0, child = 1;
      while (child < size) {
        if (child + 1 < size && events[child + 1].isBefore(events[child])) child++;
        if (!events[child].isBefore(event)) break;
        events[place] = events[child];
        place = child;
        child = 2 * place + 1;
      }
      events[place] = event;
    }
    return top;
  }
}

// Events: of two at the same time, the one that was made earlier comes first.
class Event {
  constructor(time, number) {
    this.time = time;
    this.number = number;
  }

  isBefore(other) {
    return this.time < other.time || (this.time === other.time && this.number < other.number);
  }
}

class Arrival extends Event {
  constructor(time, number, customer) {
    super(time, number);
    this.customer = customer;
  }

  happen(workshop) {
    const machine = workshop.shortestLine();
    machine.join(this.customer);
    if (!machine.busy) workshop.start(machine);
  }
}

class Departure extends Event {
  constructor(time, number, customer, machine) {
    super(time, number);
    this.customer = customer;
    this.machine = machine;
  }

  happen(workshop) {
    const machine = this.machine;
    machine.served++;
    if (workshop.random.next(16) === 0) {
      workshop.queue.push(new Repair(workshop.now + 100, workshop.number(), machine));
      return;
    }
    machine.busy = false;
    workshop.start(machine);
  }
}

class Repair extends Event {
  constructor(time, number, machine) {
    super(time, number);
    this.machine = machine;
  }

  happen(workshop) {
    this.machine.busy = false;
    workshop.start(this.machine);
  }
}

class Customer {
  constructor(arrived, work) {
    this.arrived = arrived;
    this.work = work;
    this.behind = null;
  }
}

class Machine {
  constructor(speed) {
    this.speed = speed;
    this.busy = false;
    this.served = 0;
    this.first = null;
    this.last = null;
    this.waiting = 0;
  }

  join(customer) {
    if (this.last) {
      this.last.behind = customer;
    } else {
      this.first = customer;
    }
    this.last = customer;
    this.waiting++;
  }

  nextCustomer() {
    const customer = this.first;
    if (customer) {
      this.first = customer.behind;
      if (!this.first) this.last = null;
      this.waiting--;
    }
    return customer;
  }
}

class Workshop {
  constructor(random) {
    this.random = random;
    this.queue = new Queue();
    this.machines = [new Machine(1), new Machine(2), new Machine(3)];
    this.now = 0;
    this.made = 0;
    this.waited = 0;
    this.happened = 0;
  }

  number() {
    return ++this.made;
  }

  // Starts to work for the customer who is first in the machine's line.
  start(machine) {
    const customer = machine.nextCustomer();
    if (customer) {
      machine.busy = true;
      this.waited += this.now - customer.arrived;
      const time = this.now + machine.speed * customer.work;
      this.queue.push(new Departure(time, this.number(), customer, machine));
    }
  }

  shortestLine() {
    let best = this.machines[0];
    for (let i = 1; i < this.machines.length; i++) {
      if (this.machines[i].waiting < best.waiting) best = this.machines[i];
    }
    return best;
  }

  run(customers) {
    for (let i = 0; i < customers; i++) {
      const time = this.random.next(customers * 12);
      const customer = new Customer(time, 5 + this.random.next(30));
      this.queue.push(new Arrival(time, this.number(), customer));
    }
    while (this.queue.size > 0) {
      const event = this.queue.pop();
      this.now = event.time;
      this.happened++;
      event.happen(this);
    }
  }
}

const random = new Random(42);
let waited = 0, happened = 0, ended = 0;
for (let day = 0; day < days; day++) {
  const workshop = new Workshop(random);
  workshop.run(CUSTOMERS);
  waited += workshop.waited;
  happened += workshop.happened;
  ended += workshop.now;
  if (tick) tick();
}
console.log(`events ${days}: ${happened} ${ended} ${waited}`);
