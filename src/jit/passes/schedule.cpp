// List scheduling within the blocks of loops, in front of instruction selection: of what could come next, that comes on
// whose result the longest way to the end of the region waits. As soon as about as many values live as there are
// registers, that comes which ends most of them.
//
// A region lies between two calls, polls or new objects. In it guards and stores keep their order, loads stay between
// the stores where they are, and behind the checks that make them legal; all else is free.
//
// (Gibbons & Muchnick, "Efficient instruction scheduling for a pipelined architecture", 1986; Muchnick, "Advanced
// Compiler Design and Implementation", 17.1; the bound of registers as Goodman & Hsu, "Code scheduling and register
// allocation in large basic blocks", 1988.)
#include <algorithm>
#include <unordered_map>
#include <vector>

#include "jit/passes/pass.h"

namespace devvm::jit::passes {

using ir::Block;
using ir::FrameState;
using ir::Graph;
using ir::Node;
using ir::Op;

namespace {

constexpr size_t kFewest = 5, kMost = 256;
/// Values that live at once until those that end some go first.
constexpr int kRegisters = 10;

/// Cycles until the result is there, about as current x86-64 processors have it.
int latency(const Node* n) {
  switch (n->op) {
    case Op::kFloatAdd:
    case Op::kFloatSub:
    case Op::kFloatMul: return 4;
    case Op::kFloatDiv: return 14;
    case Op::kFloatSqrt: return 18;
    case Op::kFloatMod:
    case Op::kFloatPow: return 40;
    case Op::kIntMul: return 3;
    case Op::kIntDiv:
    case Op::kIntMod: return 18;
    case Op::kIntToFloat: return 5;
    default: return n->has(ir::kReads) && !n->has(ir::kGuard) ? 5 : 1;
  }
}

/// Nothing moves across these.
bool isBorder(const Node* n) {
  return n->has(ir::kCalls) || n->has(ir::kSafepoint) || n->has(ir::kFresh) || n->has(ir::kTerminator) || n->isPhi() ||
         n->isConstant() || ir::isVirtual(n) || n->op == Op::kCallFast || n->op == Op::kCallLeaf ||
         n->op == Op::kUnit || (n->info().flags == 0);
}
bool isOrdered(const Node* n) { return n->has(ir::kGuard) || n->has(ir::kWrites); }
/// What tells more than that a value is of a kind: an index, a divisor or a place in a prototype may be legal because
/// of it.
bool tellsOfNumbers(const Node* n) {
  switch (n->op) {
    case Op::kCheckTrue:
    case Op::kCheckFalse:
    case Op::kCheckIndex:
    case Op::kCheckNotZero:
    case Op::kCheckSmall:
    case Op::kCheckIs:
    case Op::kCheckVarargs:
    case Op::kCheckEpoch: return true;
    default: return false;
  }
}

struct Item {
  Node* node;
  std::vector<uint32_t> users;   ///< items that have to come later
  uint32_t waitsFor = 0;         ///< items that have to come before and did not yet
  int way = 0;                   ///< cycles from its start to the end of the region
  std::vector<uint32_t> inputs;  ///< items of the region whose values it wants
  uint32_t wanted = 0;           ///< how many items want its value and did not come yet
  bool livesOn = false;          ///< behind the region
};

class Region {
 public:
  Region(Graph& graph, Node* end, const std::vector<uint32_t>& uses) : graph_(graph), end_(end), uses_(uses) {}

  void add(Node* n) {
    at_[n] = static_cast<uint32_t>(items_.size());
    items_.push_back({n, {}, 0, 0, {}, 0, false});
  }

  /// Whether the order has changed.
  bool schedule() {
    if (items_.size() < kFewest || items_.size() > kMost) return false;
    dependencies();
    std::vector<uint32_t> order = choose();
    if (std::is_sorted(order.begin(), order.end())) return false;
    for (const Item& i : items_) graph_.unlink(i.node);
    for (uint32_t i : order) graph_.insertBefore(end_, items_[i].node);
    return true;
  }

 private:
  void edge(uint32_t from, uint32_t to) {
    std::vector<uint32_t>& users = items_[from].users;
    if (std::find(users.begin(), users.end(), to) != users.end()) return;
    users.push_back(to);
    items_[to].waitsFor++;
  }
  void value(const Node* n, uint32_t to) {
    auto at = n != nullptr ? at_.find(n) : at_.end();
    if (at == at_.end()) return;
    edge(at->second, to);
    std::vector<uint32_t>& inputs = items_[to].inputs;
    if (std::find(inputs.begin(), inputs.end(), at->second) != inputs.end()) return;
    inputs.push_back(at->second);
    items_[at->second].wanted++;
  }

  void dependencies() {
    constexpr uint32_t kNone = UINT32_MAX;
    uint32_t ordered = kNone, write = kNone, check = kNone;
    std::vector<uint32_t> loads;  // since the last write
    for (uint32_t i = 0; i < items_.size(); i++) {
      Node* n = items_[i].node;
      for (uint32_t k = 0; k < n->inputCount(); k++) value(n->input(k), i);
      for (FrameState* s = n->state; s != nullptr; s = s->caller) {
        for (uint32_t k = 0; k < s->count; k++) value(s->value(k), i);
        if (s->callee != nullptr) value(s->callee->resolve(), i);
      }
      if (isOrdered(n)) {
        if (ordered != kNone) edge(ordered, i);
        ordered = i;
        if (tellsOfNumbers(n)) check = i;
        if (n->has(ir::kWrites)) {
          for (uint32_t l : loads) edge(l, i);
          loads.clear();
          write = i;
        }
        continue;
      }
      bool divides = n->op == Op::kIntDiv || n->op == Op::kIntMod;
      if ((n->has(ir::kReads) || divides || n->op == Op::kStringByte) && check != kNone) edge(check, i);
      if (!n->has(ir::kReads)) continue;
      if (write != kNone) edge(write, i);
      loads.push_back(i);
    }
    for (size_t i = items_.size(); i-- > 0;) {
      Item& item = items_[i];
      for (uint32_t u : item.users) item.way = std::max(item.way, items_[u].way);
      item.way += latency(item.node);
      item.livesOn = uses_[item.node->id] > item.wanted;
    }
  }

  /// How many values fewer there are afterwards.
  int ends(const Item& item) const {
    int fewer = item.node->type == ir::Type::kNone || (item.wanted == 0 && !item.livesOn) ? 0 : -1;
    for (uint32_t i : item.inputs) fewer += items_[i].wanted == 1 && !items_[i].livesOn;
    return fewer;
  }

  std::vector<uint32_t> choose() {
    std::vector<uint32_t> order, ready;
    for (uint32_t i = 0; i < items_.size(); i++) {
      if (items_[i].waitsFor == 0) ready.push_back(i);
    }
    int alive = 0;
    while (!ready.empty()) {
      bool isFull = alive >= kRegisters;
      auto better = [&](uint32_t a, uint32_t b) {
        const Item &x = items_[a], &y = items_[b];
        if (isFull && ends(x) != ends(y)) return ends(x) > ends(y);
        if (!isFull && x.way != y.way) return x.way > y.way;
        return a < b;
      };
      auto next = std::min_element(ready.begin(), ready.end(), better);
      uint32_t n = *next;
      ready.erase(next);
      order.push_back(n);
      alive -= ends(items_[n]);
      for (uint32_t i : items_[n].inputs) items_[i].wanted--;
      for (uint32_t u : items_[n].users) {
        if (--items_[u].waitsFor == 0) ready.push_back(u);
      }
    }
    return order;
  }

  Graph& graph_;
  Node* end_;
  const std::vector<uint32_t>& uses_;
  std::vector<Item> items_;
  std::unordered_map<const Node*, uint32_t> at_;
};

/// By node: how many nodes have it as an input or in their states (each node counts once).
std::vector<uint32_t> countUses(const Graph& graph) {
  std::vector<uint32_t> uses(graph.nodeCount());
  std::vector<uint32_t> last(graph.nodeCount(), UINT32_MAX);
  for (const Block* b : graph.blocks()) {
    for (const Node* n = b->first; n != nullptr; n = n->next) {
      auto use = [&](const Node* v) {
        if (v == nullptr || last[v->id] == n->id) return;
        last[v->id] = n->id;
        uses[v->id]++;
      };
      for (uint32_t i = 0; i < n->inputCount(); i++) use(n->input(i));
      for (const FrameState* s = n->state; s != nullptr; s = s->caller) {
        for (uint32_t i = 0; i < s->count; i++) use(s->value(i));
        if (s->callee != nullptr) use(s->callee->resolve());
      }
    }
  }
  return uses;
}

}  // namespace

void schedule(Graph& graph, PassContext& context) {
  std::vector<uint32_t> uses;
  for (Block* b : graph.blocks()) {
    if (b->loop == nullptr || b->isRare) continue;
    if (uses.empty()) uses = countUses(graph);
    for (Node* n = b->first; n != nullptr;) {
      if (isBorder(n)) {
        n = n->next;
        continue;
      }
      Node* end = n;
      while (!isBorder(end)) end = end->next;
      Region region(graph, end, uses);
      for (; n != end; n = n->next) region.add(n);
      context.changes += region.schedule();
    }
  }
}

}  // namespace devvm::jit::passes
