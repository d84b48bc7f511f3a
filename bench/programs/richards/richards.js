// A small operating system's scheduler, after Martin Richards: six tasks of four classes pass
// packets to each other and are held, released and made to wait. Method calls on objects of
// different classes, linked lists, no floating point. Size: number of complete runs.
"use strict";
const runs = Number(process.argv[2] || 50);

const IDLE_STEPS = 10000;
const PACKET_SIZE = 4;

// Identities of the tasks; also their places in the scheduler's table.
const IDLE = 0, WORKER = 1, HANDLER_A = 2, HANDLER_B = 3, DEVICE_A = 4, DEVICE_B = 5;

// Kinds of packets.
const DEVICE_PACKET = 0, WORK_PACKET = 1;

class Packet {
  constructor(link, identity, kind) {
    this.link = link;
    this.identity = identity;
    this.kind = kind;
    this.datum = 0;
    this.data = new Array(PACKET_SIZE).fill(0);
  }

  // Puts the packet at the end of the list `queue` and returns the list's head.
  appendTo(queue) {
    this.link = null;
    if (!queue) return this;
    let last = queue;
    while (last.link) last = last.link;
    last.link = this;
    return queue;
  }
}

class Task {
  constructor(scheduler, identity, priority, queue) {
    this.scheduler = scheduler;
    this.identity = identity;
    this.priority = priority;
    this.input = queue;
    this.packetPending = queue !== null;
    this.waiting = false;
    this.held = false;
    this.link = null;
    scheduler.add(this);
  }

  setRunning() {
    this.packetPending = this.waiting = this.held = false;
  }

  setWaiting() {
    this.packetPending = this.held = false;
    this.waiting = true;
  }

  setWaitingWithPacket() {
    this.packetPending = this.waiting = true;
    this.held = false;
  }

  isHeldOrWaiting() {
    return this.held || (!this.packetPending && this.waiting);
  }

  isWaitingWithPacket() {
    return this.packetPending && this.waiting && !this.held;
  }

  // Lets the task work once and returns the task to look at next.
  run() {
    let packet = null;
    if (this.isWaitingWithPacket()) {
      packet = this.input;
      this.input = packet.link;
      this.waiting = false;
      this.packetPending = this.input !== null;
    }
    return this.process(packet);
  }

  // Gives the task a packet; the task that should run next is this one or `current`.
  receive(packet, current) {
    if (!this.input) {
      this.input = packet;
      this.packetPending = true;
      if (this.priority > current.priority) return this;
    } else {
      this.input = packet.appendTo(this.input);
    }
    return current;
  }
}

class Scheduler {
  constructor() {
    this.tasks = null;
    this.table = [null, null, null, null, null, null];
    this.current = null;
    this.queued = 0;
    this.holds = 0;
    this.trace = 0;
  }

  add(task) {
    task.link = this.tasks;
    this.tasks = task;
    this.table[task.identity] = task;
  }

  schedule() {
    let task = this.tasks;
    while (task) {
      if (task.isHeldOrWaiting()) {
        task = task.link;
      } else {
        this.current = task;
        task = task.run();
      }
    }
  }

  findTask(identity) {
    const task = this.table[identity];
    if (!task) throw new Error(`no task ${identity}`);
    return task;
  }

  // Stops the running task until it is released.
  holdCurrent() {
    this.holds++;
    this.current.held = true;
    return this.current.link;
  }

  // Makes a held task ready again.
  release(identity) {
    const task = this.findTask(identity);
    task.held = false;
    return task.priority > this.current.priority ? task : this.current;
  }

  // Stops the running task until a packet comes.
  waitCurrent() {
    this.current.waiting = true;
    return this.current;
  }

  // Sends a packet to the task that it names and signs it with the sender's identity.
  send(packet) {
    const receiver = this.findTask(packet.identity);
    this.queued++;
    packet.link = null;
    packet.identity = this.current.identity;
    return receiver.receive(packet, this.current);
  }

  note(value) {
    this.trace = (this.trace * 31 + value) % 1000003;
  }
}

// Runs when nothing else can and releases one of the two devices.
class IdleTask extends Task {
  constructor(scheduler, identity, priority, steps) {
    super(scheduler, identity, priority, null);
    this.control = 1;
    this.steps = steps;
  }

  process() {
    if (--this.steps === 0) return this.scheduler.holdCurrent();
    this.control = (this.control * 25173 + 13849) % 65536;
    return this.scheduler.release(this.control < 32768 ? DEVICE_A : DEVICE_B);
  }
}

// Fills work packets with letters and sends them to the two handlers in turn.
class WorkerTask extends Task {
  constructor(scheduler, identity, priority, queue) {
    super(scheduler, identity, priority, queue);
    this.destination = HANDLER_A;
    this.letter = 0;
  }

  process(packet) {
    if (!packet) return this.scheduler.waitCurrent();
    this.destination = this.destination === HANDLER_A ? HANDLER_B : HANDLER_A;
    packet.identity = this.destination;
    packet.datum = 0;
    for (let i = 0; i < PACKET_SIZE; i++) {
      if (++this.letter > 26) this.letter = 1;
      packet.data[i] = 64 + this.letter;
    }
    return this.scheduler.send(packet);
  }
}

// Takes work packets apart: each letter goes to a device in a device packet.
class HandlerTask extends Task {
  constructor(scheduler, identity, priority, queue) {
    super(scheduler, identity, priority, queue);
    this.work = null;
    this.devices = null;
  }

  process(packet) {
    if (packet) {
      if (packet.kind === WORK_PACKET) {
        this.work = packet.appendTo(this.work);
      } else {
        this.devices = packet.appendTo(this.devices);
      }
    }
    const work = this.work;
    if (work) {
      const place = work.datum;
      if (place >= PACKET_SIZE) {
        this.work = work.link;
        return this.scheduler.send(work);
      }
      const device = this.devices;
      if (device) {
        this.devices = device.link;
        device.datum = work.data[place];
        work.datum = place + 1;
        return this.scheduler.send(device);
      }
    }
    return this.scheduler.waitCurrent();
  }
}

// Keeps a packet until it is released, then sends it back.
class DeviceTask extends Task {
  constructor(scheduler, identity, priority) {
    super(scheduler, identity, priority, null);
    this.pending = null;
  }

  process(packet) {
    if (packet) {
      this.pending = packet;
      this.scheduler.note(packet.datum);
      return this.scheduler.holdCurrent();
    }
    const pending = this.pending;
    if (!pending) return this.scheduler.waitCurrent();
    this.pending = null;
    return this.scheduler.send(pending);
  }
}

function run() {
  const scheduler = new Scheduler();

  new IdleTask(scheduler, IDLE, 0, IDLE_STEPS).setRunning();

  let queue = new Packet(null, WORKER, WORK_PACKET);
  queue = new Packet(queue, WORKER, WORK_PACKET);
  new WorkerTask(scheduler, WORKER, 1000, queue).setWaitingWithPacket();

  queue = new Packet(null, DEVICE_A, DEVICE_PACKET);
  queue = new Packet(queue, DEVICE_A, DEVICE_PACKET);
  queue = new Packet(queue, DEVICE_A, DEVICE_PACKET);
  new HandlerTask(scheduler, HANDLER_A, 2000, queue).setWaitingWithPacket();

  queue = new Packet(null, DEVICE_B, DEVICE_PACKET);
  queue = new Packet(queue, DEVICE_B, DEVICE_PACKET);
  queue = new Packet(queue, DEVICE_B, DEVICE_PACKET);
  new HandlerTask(scheduler, HANDLER_B, 3000, queue).setWaitingWithPacket();

  new DeviceTask(scheduler, DEVICE_A, 4000).setWaiting();
  new DeviceTask(scheduler, DEVICE_B, 5000).setWaiting();

  scheduler.schedule();
  return scheduler;
}

let queued = 0, holds = 0, trace = 0;
for (let i = 0; i < runs; i++) {
  const scheduler = run();
  queued += scheduler.queued;
  holds += scheduler.holds;
  trace = (trace + scheduler.trace) % 1000003;
}
console.log(`richards ${runs}: ${queued} ${holds} ${trace}`);
