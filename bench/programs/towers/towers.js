// The towers of Hanoi with 13 disks that are objects: three piles are linked lists, and every
// move takes a disk off one and checks that it is smaller than the one it is laid on.
// Size: number of rounds.
"use strict";
const rounds = Number(process.argv[2] || 650);
const tick = process.argv[3] && (() => require("fs").writeSync(1, ".\n"));
const DISKS = 13;

class Disk {
  constructor(size) {
    this.size = size;
    this.below = null;
    this.moves = 0;
  }
}

class Pile {
  constructor() {
    this.top = null;
    this.height = 0;
  }

  push(disk) {
    const top = this.top;
    if (top && top.size <= disk.size) throw new Error("a big disk on a small one");
    disk.below = top;
    this.top = disk;
    this.height++;
  }

  pop() {
    const disk = this.top;
    if (!disk) throw new Error("no disk on the pile");
    this.top = disk.below;
    disk.below = null;
    this.height--;
    return disk;
  }
}

class Towers {
  constructor(count) {
    this.piles = [new Pile(), new Pile(), new Pile()];
    this.moves = 0;
    for (let size = count; size > 0; size--) this.piles[0].push(new Disk(size));
  }

  moveTop(from, to) {
    const disk = this.piles[from].pop();
    disk.moves++;
    this.piles[to].push(disk);
    this.moves++;
  }

  moveAll(count, from, to) {
    if (count === 1) {
      this.moveTop(from, to);
      return;
    }
    const other = 3 - from - to;
    this.moveAll(count - 1, from, other);
    this.moveTop(from, to);
    this.moveAll(count - 1, other, to);
  }
}

let moves = 0, last = 0;
for (let round = 1; round <= rounds; round++) {
  const towers = new Towers(DISKS);
  towers.moveAll(DISKS, 0, 1 + round % 2);
  moves += towers.moves;
  for (let disk = towers.piles[1 + round % 2].top; disk; disk = disk.below) {
    last = (last * 31 + disk.moves + disk.size) % 1000003;
  }
  if (tick) tick();
}
console.log(`towers ${rounds}: ${moves} ${last}`);
