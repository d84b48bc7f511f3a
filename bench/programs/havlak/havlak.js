// Finds the nest of loops in control-flow graphs, after Paul Havlak's algorithm: depth-first
// numbering, union-find with path compression, sets, reducible and irreducible loops.
// Size: number of graphs.
"use strict";
const graphs = Number(process.argv[2] || 45);

const DEPTH = 6;

class Block {
  constructor(number) {
    this.number = number;
    this.predecessors = [];
    this.successors = [];
  }
}

class Graph {
  constructor() {
    this.blocks = [];
    this.edges = 0;
  }

  newBlock() {
    const block = new Block(this.blocks.length + 1);
    this.blocks.push(block);
    return block;
  }

  start() {
    return this.blocks[0];
  }

  connect(from, to) {
    from.successors.push(to);
    to.predecessors.push(from);
    this.edges++;
  }
}

// Appends to a graph the shapes that programs are made of.
class Builder {
  constructor(graph) {
    this.graph = graph;
    this.loops = 0;
  }

  after(block) {
    const next = this.graph.newBlock();
    this.graph.connect(block, next);
    return next;
  }

  straight(block, count) {
    for (let i = 0; i < count; i++) block = this.after(block);
    return block;
  }

  diamond(block) {
    const left = this.after(block), right = this.after(block);
    const join = this.after(left);
    this.graph.connect(right, join);
    return join;
  }

  // A loop with three loops inside, down to the given depth. Some innermost loops have a block
  // that jumps to itself, and some loops can be entered past their header.
  nest(entry, depth) {
    const number = ++this.loops;
    const header = this.after(entry);
    let tail = this.diamond(header);
    if (depth > 1) {
      for (let i = 0; i < 3; i++) tail = this.nest(tail, depth - 1);
    } else {
      tail = this.straight(tail, 2);
      if (number % 4 === 0) this.graph.connect(tail, tail);
    }
    this.graph.connect(tail, header);
    if (number % 7 === 0) this.graph.connect(entry, tail);
    return this.after(tail);
  }
}

class Loop {
  constructor(header, reducible) {
    this.header = header;
    this.reducible = reducible;
    this.parent = null;
    this.children = new Set();
    this.blocks = new Set();
    this.depth = 0;
    this.nesting = 0;
    if (header) this.blocks.add(header);
  }

  setParent(parent) {
    this.parent = parent;
    parent.children.add(this);
  }

  // Sets the depth below the root and the number of levels inside, here and in inner loops.
  measure(depth) {
    this.depth = depth;
    this.nesting = 0;
    for (const child of this.children) {
      child.measure(depth + 1);
      this.nesting = Math.max(this.nesting, child.nesting + 1);
    }
  }
}

class Forest {
  constructor() {
    this.root = new Loop(null, true);
    this.loops = [];
  }

  newLoop(header, reducible) {
    const loop = new Loop(header, reducible);
    this.loops.push(loop);
    return loop;
  }

  finish() {
    for (const loop of this.loops) {
      if (!loop.parent) loop.setParent(this.root);
    }
    this.root.measure(0);
  }

  checksum() {
    let sum = 0;
    for (const loop of this.loops) {
      const kind = loop.reducible ? 1 : 2;
      sum = (sum * 31 + loop.header.number * kind + loop.depth * 7 + loop.nesting * 3 +
        loop.blocks.size) % 1000003;
    }
    return sum;
  }
}

// A member of a union-find structure.
class Node {
  constructor(block, number) {
    this.block = block;
    this.number = number;
    this.loop = null;
    this.parent = this;
  }

  // The representative of the node's set; shortens the path to it.
  find() {
    let root = this;
    while (root.parent !== root) root = root.parent;
    let node = this;
    while (node !== root) {
      const parent = node.parent;
      node.parent = root;
      node = parent;
    }
    return root;
  }

  union(root) {
    this.parent = root;
  }
}

const NO_HEADER = 0, REDUCIBLE = 1, IRREDUCIBLE = 2, SELF = 3;

class Finder {
  constructor(graph, forest) {
    this.graph = graph;
    this.forest = forest;
    const size = graph.blocks.length + 1;
    this.nodes = [null]; // by depth-first number
    this.numbers = new Array(size).fill(0); // block number to depth-first number
    this.last = new Array(size).fill(0); // depth-first number to that of the last descendant
    this.kinds = new Array(size).fill(NO_HEADER);
    this.backward = [null]; // lists of predecessors that are descendants
    this.forward = [null]; // sets of the other predecessors
  }

  numberBlocks(block, current) {
    this.nodes.push(new Node(block, current));
    this.numbers[block.number] = current;
    let last = current;
    for (const successor of block.successors) {
      if (!this.numbers[successor.number]) last = this.numberBlocks(successor, last + 1);
    }
    this.last[current] = last;
    return last;
  }

  isAncestor(w, v) {
    return w <= v && v <= this.last[w];
  }

  classifyEdges() {
    for (let w = 1; w < this.nodes.length; w++) {
      const backward = [], forward = new Set();
      for (const predecessor of this.nodes[w].block.predecessors) {
        const v = this.numbers[predecessor.number];
        if (!v) continue;
        if (this.isAncestor(w, v)) {
          backward.push(v);
        } else {
          forward.add(v);
        }
      }
      this.backward.push(backward);
      this.forward.push(forward);
    }
  }

  // The representatives of the nodes from which back edges come.
  backNodes(w) {
    const pool = new Set();
    for (const v of this.backward[w]) {
      if (v === w) {
        this.kinds[w] = SELF;
      } else {
        pool.add(this.nodes[v].find());
      }
    }
    return pool;
  }

  // Adds to the pool all nodes from which the ones in it are reached without passing the header.
  // A walk over a set also visits what is added meanwhile.
  collectBody(w, pool) {
    for (const node of pool) {
      for (const y of this.forward[node.number]) {
        const source = this.nodes[y].find();
        if (!this.isAncestor(w, source.number)) {
          this.kinds[w] = IRREDUCIBLE;
          this.forward[w].add(source.number);
        } else if (source.number !== w && !pool.has(source)) {
          pool.add(source);
        }
      }
    }
  }

  makeLoop(w, pool) {
    const header = this.nodes[w];
    const loop = this.forest.newLoop(header.block, this.kinds[w] !== IRREDUCIBLE);
    header.loop = loop;
    for (const node of pool) {
      node.union(header);
      if (node.loop) {
        node.loop.setParent(loop);
      } else {
        loop.blocks.add(node.block);
      }
    }
  }

  run() {
    this.numberBlocks(this.graph.start(), 1);
    this.classifyEdges();
    for (let w = this.nodes.length - 1; w >= 1; w--) {
      const pool = this.backNodes(w);
      if (pool.size > 0) this.kinds[w] = REDUCIBLE;
      this.collectBody(w, pool);
      if (pool.size > 0 || this.kinds[w] === SELF) this.makeLoop(w, pool);
    }
  }
}

let loops = 0, edges = 0, checksum = 0;
for (let index = 1; index <= graphs; index++) {
  const graph = new Graph();
  const builder = new Builder(graph);
  const tail = builder.straight(graph.newBlock(), index % 5);
  builder.straight(builder.nest(tail, DEPTH), 1);
  for (let i = 0; i < 3; i++) {
    const forest = new Forest();
    new Finder(graph, forest).run();
    forest.finish();
    loops += forest.loops.length;
    checksum = (checksum * 31 + forest.checksum()) % 1000003;
  }
  edges += graph.edges;
}
console.log(`havlak ${graphs}: ${loops} ${edges} ${checksum}`);
