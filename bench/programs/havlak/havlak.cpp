// Finds the nest of loops in control-flow graphs, after Paul Havlak's algorithm: depth-first
// numbering, union-find with path compression, sets, reducible and irreducible loops.
// Size: number of graphs.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <unordered_set>
#include <vector>

namespace {

constexpr int kDepth = 6;

// A set that remembers the order of insertion.
template <class Item>
class OrderedSet {
 public:
  void add(const Item& item) {
    if (members_.insert(item).second) items_.push_back(item);
  }
  bool contains(const Item& item) const { return members_.count(item) != 0; }
  size_t size() const { return items_.size(); }
  const std::vector<Item>& items() const { return items_; }

 private:
  std::vector<Item> items_;
  std::unordered_set<Item> members_;
};

struct Block {
  explicit Block(int number) : number(number) {}

  int number;
  std::vector<Block*> predecessors, successors;
};

class Graph {
 public:
  Block* newBlock() { return &blocks_.emplace_back(static_cast<int>(blocks_.size()) + 1); }
  Block* start() { return &blocks_.front(); }
  size_t size() const { return blocks_.size(); }
  long edges() const { return edges_; }

  void connect(Block* from, Block* to) {
    from->successors.push_back(to);
    to->predecessors.push_back(from);
    edges_++;
  }

 private:
  std::deque<Block> blocks_;
  long edges_ = 0;
};

// Appends to a graph the shapes that programs are made of.
class Builder {
 public:
  explicit Builder(Graph& graph) : graph_(graph) {}

  Block* straight(Block* block, int count) {
    for (int i = 0; i < count; i++) block = after(block);
    return block;
  }

  // A loop with three loops inside, down to the given depth. Some innermost loops have a block
  // that jumps to itself, and some loops can be entered past their header.
  Block* nest(Block* entry, int depth) {
    int number = ++loops_;
    Block* header = after(entry);
    Block* tail = diamond(header);
    if (depth > 1) {
      for (int i = 0; i < 3; i++) tail = nest(tail, depth - 1);
    } else {
      tail = straight(tail, 2);
      if (number % 4 == 0) graph_.connect(tail, tail);
    }
    graph_.connect(tail, header);
    if (number % 7 == 0) graph_.connect(entry, tail);
    return after(tail);
  }

 private:
  Block* after(Block* block) {
    Block* next = graph_.newBlock();
    graph_.connect(block, next);
    return next;
  }

  Block* diamond(Block* block) {
    Block* left = after(block);
    Block* right = after(block);
    Block* join = after(left);
    graph_.connect(right, join);
    return join;
  }

  Graph& graph_;
  int loops_ = 0;
};

struct Loop {
  Loop(Block* header, bool reducible) : header(header), reducible(reducible) {
    if (header) blocks.add(header);
  }

  void setParent(Loop* loop) {
    parent = loop;
    loop->children.add(this);
  }

  // Sets the depth below the root and the number of levels inside, here and in inner loops.
  void measure(int level) {
    depth = level;
    nesting = 0;
    for (Loop* child : children.items()) {
      child->measure(level + 1);
      nesting = std::max(nesting, child->nesting + 1);
    }
  }

  Block* header;
  bool reducible;
  Loop* parent = nullptr;
  OrderedSet<Loop*> children;
  OrderedSet<Block*> blocks;
  int depth = 0, nesting = 0;
};

class Forest {
 public:
  Loop* newLoop(Block* header, bool reducible) { return &loops_.emplace_back(header, reducible); }
  size_t size() const { return loops_.size(); }

  void finish() {
    for (Loop& loop : loops_) {
      if (!loop.parent) loop.setParent(&root_);
    }
    root_.measure(0);
  }

  int checksum() const {
    int sum = 0;
    for (const Loop& loop : loops_) {
      int kind = loop.reducible ? 1 : 2;
      sum = (sum * 31 + loop.header->number * kind + loop.depth * 7 + loop.nesting * 3 +
             static_cast<int>(loop.blocks.size())) %
            1000003;
    }
    return sum;
  }

 private:
  Loop root_{nullptr, true};
  std::deque<Loop> loops_;
};

// A member of a union-find structure.
struct Node {
  // The representative of the node's set; shortens the path to it.
  Node* find() {
    Node* root = this;
    while (root->parent != root) root = root->parent;
    for (Node* node = this; node != root;) {
      Node* next = node->parent;
      node->parent = root;
      node = next;
    }
    return root;
  }

  void unite(Node* root) { parent = root; }

  Block* block = nullptr;
  int number = 0;
  Loop* loop = nullptr;
  Node* parent = nullptr;
};

class Finder {
 public:
  Finder(Graph& graph, Forest& forest)
      : graph_(graph),
        forest_(forest),
        nodes_(graph.size() + 1),
        numbers_(graph.size() + 1),
        last_(graph.size() + 1),
        kinds_(graph.size() + 1, Kind::kNoHeader),
        backward_(graph.size() + 1),
        forward_(graph.size() + 1) {}

  void run() {
    count_ = numberBlocks(graph_.start(), 1);
    classifyEdges();
    for (int w = count_; w >= 1; w--) {
      OrderedSet<Node*> pool = backNodes(w);
      if (pool.size() > 0) kinds_[w] = Kind::kReducible;
      collectBody(w, pool);
      if (pool.size() > 0 || kinds_[w] == Kind::kSelf) makeLoop(w, pool);
    }
  }

 private:
  enum class Kind { kNoHeader, kReducible, kIrreducible, kSelf };

  int numberBlocks(Block* block, int current) {
    Node* node = &nodes_[current];
    node->block = block;
    node->number = current;
    node->parent = node;
    numbers_[block->number] = current;
    int last = current;
    for (Block* successor : block->successors) {
      if (!numbers_[successor->number]) last = numberBlocks(successor, last + 1);
    }
    last_[current] = last;
    return last;
  }

  bool isAncestor(int w, int v) const { return w <= v && v <= last_[w]; }

  void classifyEdges() {
    for (int w = 1; w <= count_; w++) {
      for (Block* predecessor : nodes_[w].block->predecessors) {
        int v = numbers_[predecessor->number];
        if (!v) continue;
        if (isAncestor(w, v)) {
          backward_[w].push_back(v);
        } else {
          forward_[w].add(v);
        }
      }
    }
  }

  // The representatives of the nodes from which back edges come.
  OrderedSet<Node*> backNodes(int w) {
    OrderedSet<Node*> pool;
    for (int v : backward_[w]) {
      if (v == w) {
        kinds_[w] = Kind::kSelf;
      } else {
        pool.add(nodes_[v].find());
      }
    }
    return pool;
  }

  // Adds to the pool all nodes from which the ones in it are reached without passing the header.
  void collectBody(int w, OrderedSet<Node*>& pool) {
    for (size_t place = 0; place < pool.size(); place++) {
      const Node* node = pool.items()[place];
      for (int y : forward_[node->number].items()) {
        Node* source = nodes_[y].find();
        if (!isAncestor(w, source->number)) {
          kinds_[w] = Kind::kIrreducible;
          forward_[w].add(source->number);
        } else if (source->number != w && !pool.contains(source)) {
          pool.add(source);
        }
      }
    }
  }

  void makeLoop(int w, const OrderedSet<Node*>& pool) {
    Node* header = &nodes_[w];
    Loop* loop = forest_.newLoop(header->block, kinds_[w] != Kind::kIrreducible);
    header->loop = loop;
    for (Node* node : pool.items()) {
      node->unite(header);
      if (node->loop) {
        node->loop->setParent(loop);
      } else {
        loop->blocks.add(node->block);
      }
    }
  }

  Graph& graph_;
  Forest& forest_;
  std::vector<Node> nodes_;                // by depth-first number
  std::vector<int> numbers_;               // block number to depth-first number
  std::vector<int> last_;                  // depth-first number to that of the last descendant
  std::vector<Kind> kinds_;
  std::vector<std::vector<int>> backward_; // predecessors that are descendants
  std::vector<OrderedSet<int>> forward_;   // the other predecessors
  int count_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  int graphs = argc > 1 ? std::atoi(argv[1]) : 45;
  long loops = 0, edges = 0;
  int checksum = 0;
  for (int index = 1; index <= graphs; index++) {
    Graph graph;
    Builder builder(graph);
    Block* tail = builder.straight(graph.newBlock(), index % 5);
    builder.straight(builder.nest(tail, kDepth), 1);
    for (int i = 0; i < 3; i++) {
      Forest forest;
      Finder(graph, forest).run();
      forest.finish();
      loops += static_cast<long>(forest.size());
      checksum = (checksum * 31 + forest.checksum()) % 1000003;
    }
    edges += graph.edges();
  }
  std::printf("havlak %d: %ld %ld %d\n", graphs, loops, edges, checksum);
  return 0;
}
