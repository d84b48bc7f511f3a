// Takeuchi's function on lists instead of numbers: which of two lists is shorter is found by
// walking both, and every list is made anew. Recursion, objects that are linked, field reads.
// Size: number of rounds.
"use strict";
const rounds = Number(process.argv[2] || 150);
const tick = process.argv[3] && (() => require("fs").writeSync(1, ".\n"));

class Element {
  constructor(value, following) {
    this.value = value;
    this.following = following;
  }

  length() {
    return this.following ? 1 + this.following.length() : 1;
  }

  sum() {
    let sum = 0;
    for (let element = this; element; element = element.following) sum += element.value;
    return sum;
  }
}

class Lists {
  constructor() {
    this.calls = 0;
  }

  // The list length, length - 1, ..., 1.
  make(length) {
    return length === 0 ? null : new Element(length, this.make(length - 1));
  }

  isShorter(a, b) {
    while (b) {
      if (!a) return true;
      a = a.following;
      b = b.following;
    }
    return false;
  }

  tail(x, y, z) {
    this.calls++;
    if (this.isShorter(y, x)) {
      return this.tail(this.tail(x.following, y, z), this.tail(y.following, z, x),
                       this.tail(z.following, x, y));
    }
    return z;
  }
}

const lists = new Lists();
let length = 0, sum = 0;
for (let round = 1; round <= rounds; round++) {
  const result = lists.tail(lists.make(17 + round % 2), lists.make(12), lists.make(6));
  length += result.length();
  sum += result.sum();
  if (tick) tick();
}
console.log(`list_tail ${rounds}: ${length} ${sum} ${lists.calls}`);
