// Collision detection among aircraft: each frame the straight motions since the last frame are
// drawn onto a grid of voxels, and motions that share a voxel are compared. Positions, voxels
// and found pairs live in red-black trees; vectors are small immutable objects.
// Size: number of frames.
"use strict";
const frames = Number(process.argv[2] || 900);

const AIRCRAFT = 150;
const FIELD = 100.0;
const VOXEL = 8.0;
const RADIUS = 1.5;

class Vector {
  constructor(x, y, z) {
    this.x = x;
    this.y = y;
    this.z = z;
  }

  plus(other) {
    return new Vector(this.x + other.x, this.y + other.y, this.z + other.z);
  }

  minus(other) {
    return new Vector(this.x - other.x, this.y - other.y, this.z - other.z);
  }

  times(factor) {
    return new Vector(this.x * factor, this.y * factor, this.z * factor);
  }

  dot(other) {
    return this.x * other.x + this.y * other.y + this.z * other.z;
  }
}

// Keys: each class of keys has a method compare that returns a negative number, 0 or a positive
// number.
class CallSign {
  constructor(number) {
    this.number = number;
  }

  compare(other) {
    return this.number - other.number;
  }
}

class Voxel {
  constructor(x, y) {
    this.x = x;
    this.y = y;
  }

  compare(other) {
    return this.x !== other.x ? this.x - other.x : this.y - other.y;
  }
}

class Pair {
  constructor(first, second) {
    this.first = first;
    this.second = second;
  }

  compare(other) {
    const difference = this.first.compare(other.first);
    return difference !== 0 ? difference : this.second.compare(other.second);
  }
}

class Node {
  constructor(key, value, red, leaf) {
    this.key = key;
    this.value = value;
    this.red = red;
    this.left = leaf;
    this.right = leaf;
    this.parent = leaf;
  }

  minimum(leaf) {
    let node = this;
    while (node.left !== leaf) node = node.left;
    return node;
  }

  successor(leaf) {
    if (this.right !== leaf) return this.right.minimum(leaf);
    let node = this, parent = this.parent;
    while (parent !== leaf && node === parent.right) {
      node = parent;
      parent = parent.parent;
    }
    return parent;
  }
}

// A red-black tree.
class Tree {
  constructor() {
    // One black node stands for all leaves and for the parent of the root.
    const leaf = new Node(null, null, false, null);
    leaf.left = leaf.right = leaf.parent = leaf;
    this.leaf = leaf;
    this.root = leaf;
    this.size = 0;
  }

  findNode(key) {
    const leaf = this.leaf;
    let node = this.root;
    while (node !== leaf) {
      const order = key.compare(node.key);
      if (order === 0) return node;
      node = order < 0 ? node.left : node.right;
    }
    return null;
  }

  get(key) {
    const node = this.findNode(key);
    return node ? node.value : undefined;
  }

  // Calls visit(key, value) in the order of the keys.
  forEach(visit) {
    const leaf = this.leaf;
    if (this.root === leaf) return;
    for (let node = this.root.minimum(leaf); node !== leaf; node = node.successor(leaf)) {
      visit(node.key, node.value);
    }
  }

  // Puts `replacement` where `old` hangs.
  replaceChild(old, replacement) {
    const parent = old.parent;
    if (parent === this.leaf) {
      this.root = replacement;
    } else if (old === parent.left) {
      parent.left = replacement;
    } else {
      parent.right = replacement;
    }
    replacement.parent = parent;
  }

  rotateLeft(node) {
    const up = node.right;
    node.right = up.left;
    if (up.left !== this.leaf) up.left.parent = node;
    this.replaceChild(node, up);
    up.left = node;
    node.parent = up;
  }

  rotateRight(node) {
    const up = node.left;
    node.left = up.right;
    if (up.right !== this.leaf) up.right.parent = node;
    this.replaceChild(node, up);
    up.right = node;
    node.parent = up;
  }

  // Sets the value of the key; returns the value it had before, if any.
  put(key, value) {
    const leaf = this.leaf;
    let parent = leaf, node = this.root, order = 0;
    while (node !== leaf) {
      parent = node;
      order = key.compare(node.key);
      if (order === 0) {
        const before = node.value;
        node.value = value;
        return before;
      }
      node = order < 0 ? node.left : node.right;
    }
    const added = new Node(key, value, true, leaf);
    added.parent = parent;
    if (parent === leaf) {
      this.root = added;
    } else if (order < 0) {
      parent.left = added;
    } else {
      parent.right = added;
    }
    this.size++;
    this.repairInsertion(added);
    return undefined;
  }

  repairInsertion(node) {
    while (node.parent.red) {
      let parent = node.parent;
      const grandparent = parent.parent;
      if (parent === grandparent.left) {
        const uncle = grandparent.right;
        if (uncle.red) {
          parent.red = uncle.red = false;
          grandparent.red = true;
          node = grandparent;
        } else {
          if (node === parent.right) {
            node = parent;
            this.rotateLeft(node);
            parent = node.parent;
          }
          parent.red = false;
          grandparent.red = true;
          this.rotateRight(grandparent);
        }
      } else {
        const uncle = grandparent.left;
        if (uncle.red) {
          parent.red = uncle.red = false;
          grandparent.red = true;
          node = grandparent;
        } else {
          if (node === parent.left) {
            node = parent;
            this.rotateRight(node);
            parent = node.parent;
          }
          parent.red = false;
          grandparent.red = true;
          this.rotateLeft(grandparent);
        }
      }
    }
    this.root.red = false;
  }

  // Removes the key; returns whether it was there.
  remove(key) {
    const node = this.findNode(key);
    if (!node) return false;
    const leaf = this.leaf;
    let removedRed = node.red;
    let moved;
    if (node.left === leaf) {
      moved = node.right;
      this.replaceChild(node, moved);
    } else if (node.right === leaf) {
      moved = node.left;
      this.replaceChild(node, moved);
    } else {
      const next = node.right.minimum(leaf);
      removedRed = next.red;
      moved = next.right;
      if (next.parent === node) {
        moved.parent = next;
      } else {
        this.replaceChild(next, moved);
        next.right = node.right;
        next.right.parent = next;
      }
      this.replaceChild(node, next);
      next.left = node.left;
      next.left.parent = next;
      next.red = node.red;
    }
    this.size--;
    if (!removedRed) this.repairRemoval(moved);
    return true;
  }

  repairRemoval(node) {
    while (node !== this.root && !node.red) {
      const parent = node.parent;
      if (node === parent.left) {
        let sibling = parent.right;
        if (sibling.red) {
          sibling.red = false;
          parent.red = true;
          this.rotateLeft(parent);
          sibling = parent.right;
        }
        if (!sibling.left.red && !sibling.right.red) {
          sibling.red = true;
          node = parent;
        } else {
          if (!sibling.right.red) {
            sibling.left.red = false;
            sibling.red = true;
            this.rotateRight(sibling);
            sibling = parent.right;
          }
          sibling.red = parent.red;
          parent.red = false;
          sibling.right.red = false;
          this.rotateLeft(parent);
          node = this.root;
        }
      } else {
        let sibling = parent.left;
        if (sibling.red) {
          sibling.red = false;
          parent.red = true;
          this.rotateRight(parent);
          sibling = parent.left;
        }
        if (!sibling.left.red && !sibling.right.red) {
          sibling.red = true;
          node = parent;
        } else {
          if (!sibling.left.red) {
            sibling.right.red = false;
            sibling.red = true;
            this.rotateLeft(sibling);
            sibling = parent.left;
          }
          sibling.red = parent.red;
          parent.red = false;
          sibling.left.red = false;
          this.rotateRight(parent);
          node = this.root;
        }
      }
    }
    node.red = false;
  }
}

// Goes smoothly between -1 and 1 with period 2, in arithmetic that every language rounds alike.
function wave(phase) {
  const p = phase % 2.0;
  if (p < 1.0) return 4.0 * p * (1.0 - p);
  return -4.0 * (p - 1.0) * (2.0 - p);
}

class Aircraft {
  constructor(number) {
    this.callSign = new CallSign(number);
    this.speedX = 0.20 + number * 7 % 11 / 50.0;
    this.speedY = 0.15 + number * 5 % 13 / 60.0;
    this.phaseX = number * 37 % 100 / 50.0;
    this.phaseY = number * 61 % 100 / 50.0;
    this.altitude = 10.0 + number % 6;
  }

  positionAt(time) {
    const half = FIELD / 2.0;
    return new Vector(
      half + half * wave(this.phaseX + time * this.speedX),
      half + half * wave(this.phaseY + time * this.speedY),
      this.altitude + wave(this.phaseX + time));
  }
}

class Simulator {
  constructor(count) {
    this.aircraft = [];
    for (let number = 1; number <= count; number++) this.aircraft.push(new Aircraft(number));
  }

  // The call signs and positions in one frame; now and then an aircraft is out of sight.
  frame(index) {
    const time = index / 20.0;
    const seen = [];
    for (const aircraft of this.aircraft) {
      if ((index + aircraft.callSign.number * 3) % 50 >= 4) {
        seen.push({ callSign: aircraft.callSign, position: aircraft.positionAt(time) });
      }
    }
    return seen;
  }
}

// Cuts the interval low..high of a line's parameter to where origin + parameter * direction lies
// between `from` and `to`; an empty result has low > high.
function clip(origin, direction, from, to, low, high) {
  if (direction === 0.0) return origin < from || origin > to ? [1.0, 0.0] : [low, high];
  let t1 = (from - origin) / direction, t2 = (to - origin) / direction;
  if (t1 > t2) [t1, t2] = [t2, t1];
  return [t1 > low ? t1 : low, t2 < high ? t2 : high];
}

class Motion {
  constructor(callSign, from, to) {
    this.callSign = callSign;
    this.from = from;
    this.to = to;
  }

  delta() {
    return this.to.minus(this.from);
  }

  // The point between the two at the first moment when they are too close, or null.
  meet(other) {
    const mine = this.delta(), others = other.delta();
    const distance = this.from.minus(other.from);
    const speed = mine.minus(others);
    const a = speed.dot(speed);
    const b = 2.0 * distance.dot(speed);
    const c = distance.dot(distance) - RADIUS * RADIUS;
    let moment = 0.0;
    if (a === 0.0) {
      if (c > 0.0) return null;
    } else {
      const discriminant = b * b - 4.0 * a * c;
      if (discriminant < 0.0) return null;
      const root = Math.sqrt(discriminant);
      const enter = (-b - root) / (2.0 * a), leave = (-b + root) / (2.0 * a);
      if (leave < 0.0 || enter > 1.0) return null;
      moment = enter > 0.0 ? enter : 0.0;
    }
    const here = this.from.plus(mine.times(moment));
    const there = other.from.plus(others.times(moment));
    return here.plus(there).times(0.5);
  }

  // Whether the motion comes closer to the voxel than the radius, measured along the axes.
  touches(x, y) {
    const from = this.from, delta = this.delta();
    let [low, high] =
      clip(from.x, delta.x, x * VOXEL - RADIUS, (x + 1) * VOXEL + RADIUS, 0.0, 1.0);
    if (low > high) return false;
    [low, high] = clip(from.y, delta.y, y * VOXEL - RADIUS, (y + 1) * VOXEL + RADIUS, low, high);
    return low <= high;
  }

  // Enters the motion into the bucket of every voxel that it touches.
  drawOn(voxels) {
    const { from, to } = this;
    const firstX = Math.floor((Math.min(from.x, to.x) - RADIUS) / VOXEL);
    const lastX = Math.floor((Math.max(from.x, to.x) + RADIUS) / VOXEL);
    const firstY = Math.floor((Math.min(from.y, to.y) - RADIUS) / VOXEL);
    const lastY = Math.floor((Math.max(from.y, to.y) + RADIUS) / VOXEL);
    for (let x = firstX; x <= lastX; x++) {
      for (let y = firstY; y <= lastY; y++) {
        if (!this.touches(x, y)) continue;
        const voxel = new Voxel(x, y);
        let bucket = voxels.get(voxel);
        if (bucket === undefined) {
          bucket = [];
          voxels.put(voxel, bucket);
        }
        bucket.push(this);
      }
    }
  }
}

class Detector {
  constructor() {
    this.tracks = new Tree();
    this.comparisons = 0;
  }

  // Takes the positions of a frame; returns the motions since the last one and forgets aircraft
  // that are out of sight.
  motions(seen, index) {
    const motions = [];
    for (const { callSign, position } of seen) {
      const before = this.tracks.put(callSign, { position, index });
      motions.push(new Motion(callSign, before ? before.position : position, position));
    }
    const lost = [];
    this.tracks.forEach((callSign, track) => {
      if (track.index !== index) lost.push(callSign);
    });
    for (const callSign of lost) this.tracks.remove(callSign);
    return motions;
  }

  // A tree from pairs of call signs to the points where they meet in this frame.
  collisions(seen, index) {
    const voxels = new Tree();
    for (const motion of this.motions(seen, index)) motion.drawOn(voxels);
    const found = new Tree();
    voxels.forEach((_, bucket) => {
      for (let i = 0; i < bucket.length; i++) {
        for (let j = i + 1; j < bucket.length; j++) {
          this.comparisons++;
          const point = bucket[i].meet(bucket[j]);
          if (point) found.put(new Pair(bucket[i].callSign, bucket[j].callSign), point);
        }
      }
    });
    return found;
  }
}

const simulator = new Simulator(AIRCRAFT), detector = new Detector();
let total = 0, checksum = 0;
for (let index = 1; index <= frames; index++) {
  const found = detector.collisions(simulator.frame(index), index);
  total += found.size;
  found.forEach((pair, point) => {
    const place = Math.floor(point.x * 10.0) + Math.floor(point.y * 10.0) * 7 +
      Math.floor(point.z * 10.0);
    checksum = (checksum * 31 + pair.first.number * 3 + pair.second.number + place) % 1000003;
  });
}
console.log(`collision ${frames}: ${total} ${detector.comparisons} ${checksum}`);
