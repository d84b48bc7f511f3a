// The order of the code: of two ways, the one that is taken more often comes next, and what is rare comes behind
// everything.
//
// Branches know how often they were taken in a profiled slice (docs/feedback.md); what is not known is guessed: exits
// are rare, loops go on. Blocks become chains, beginning with the edges that are taken most often (Pettis & Hansen,
// "Profile guided code positioning", PLDI 1990), and the chains come in the order of the blocks, so that a loop's
// blocks stay together.
#include <algorithm>
#include <utility>

#include "jit/passes/pass.h"

namespace devvm::jit::passes {

using ir::Block;
using ir::Graph;
using ir::Op;

namespace {

class Layout {
 public:
  Layout(Graph& graph, PassContext& context)
      : graph_(graph), context_(context), count_(static_cast<uint32_t>(graph.blocks().size())) {}

  void run() {
    findHeat();
    baseOrder();
    chain();
    std::vector<uint8_t> placed(count_, 0);
    for (Block* b : order_) {
      if (placed[b->number] != 0) continue;
      // The whole chain: its first block is here, or comes later and is not to be separated from this one.
      for (uint32_t i = firstOf_[b->number]; i != kNone; i = next_[i]) {
        placed[i] = 1;
        graph_.layout.push_back(graph_.blocks()[i]);
      }
    }
    for (uint32_t i = 0; i < count_; i++) context_.changes += graph_.layout[i]->number != i ? 1 : 0;
  }

 private:
  static constexpr uint32_t kNone = UINT32_MAX;
  /// Less often than that in a round of its loop (or in a call): such a block is rare.
  static constexpr float kRare = 1.0f / 64;

  /// Whether a block behind a branch calls: where nobody knows more, that is the slow way of doing something.
  static bool isSlow(const Block* b) {
    if (b->first->op == Op::kJump && b->successors[0]->number > b->number) b = b->successors[0];
    for (const ir::Node* n = b->first; n != nullptr; n = n->next) {
      if (n->op == Op::kCall || n->op == Op::kCallLeaf) return true;
    }
    return false;
  }

  /// How likely a block goes on with its i-th successor.
  static float share(const Block* b, size_t i) {
    if (b->successors.size() < 2) return 1;
    const Block *to = b->successors[i], *other = b->successors[1 - i];
    if (to->isRare != other->isRare) return to->isRare ? 0 : 1;
    if (b->last->aux == 0) {
      bool slow = isSlow(to);
      return slow == isSlow(other) ? 0.5f : slow ? 0.25f : 0.75f;
    }
    float first = static_cast<float>(b->last->aux) / 100;
    // One of a hundred may be one of a million.
    if (b->last->aux == 1) first = kRare / 2;
    if (b->last->aux == 99) first = 1 - kRare / 2;
    return i == 0 ? first : 1 - first;
  }
  static bool leavesLoop(const Block* from, const Block* to) {
    for (const Block* l = to->loop; l != nullptr; l = l->outer) {
      if (l == from->loop) return false;
    }
    return from->loop != nullptr;
  }

  /// How often each block runs where the way into its loop (or the function) is taken once, and rounds count as one.
  /// What is not known is no reason to think that a block runs seldom.
  void findHeat() {
    heat_.assign(count_, 0);
    flow_.assign(count_, 0);
    for (Block* b : graph_.blocks()) {
      float &heat = heat_[b->number], &flow = flow_[b->number];
      if (b->number == 0) heat = flow = 1;
      for (const Block* p : b->predecessors) {
        if (p->number >= b->number) continue;
        size_t i = p->successors[0] == b ? 0 : 1;
        bool known =
            p->last->op != Op::kBranch || p->last->aux != 0 || p->successors[0]->isRare != p->successors[1]->isRare;
        // A loop is left once, by whichever way.
        bool leaves = leavesLoop(p, b) && !b->isRare;
        heat += heat_[p->number] * (!known || leaves ? 1 : share(p, i));
        flow += flow_[p->number] * (leaves ? 1 : share(p, i));
      }
      if (b->number != 0) heat = std::min(heat, heat_[b->dominator->number]);
      if (b->number != 0) flow = std::min(flow, flow_[b->dominator->number]);
      const Block* around = b->loop == b ? b->outer : b->loop;
      float whole = around != nullptr ? heat_[around->number] : 1;
      if (b->number != 0 && (heat < kRare * whole || b->dominator->isRare)) b->isRare = true;
    }
  }

  /// As the blocks come, but those of a loop next to each other, and the rare ones last.
  void baseOrder() {
    std::vector<std::vector<Block*>> inside(count_);
    std::vector<Block*> stack, all;
    for (Block* b : graph_.blocks()) {
      const Block* around = b->loop == b ? b->outer : b->loop;
      (around != nullptr ? inside[around->number] : stack).push_back(b);
    }
    std::reverse(stack.begin(), stack.end());
    while (!stack.empty()) {
      Block* b = stack.back();
      stack.pop_back();
      all.push_back(b);
      const auto& nested = inside[b->number];
      stack.insert(stack.end(), nested.rbegin(), nested.rend());
    }
    for (bool rare : {false, true}) {
      for (Block* b : all) {
        if (b->isRare == rare) order_.push_back(b);
      }
    }
  }

  struct Edge {
    float weight;
    uint32_t from, to;
  };

  void chain() {
    std::vector<Edge> edges;
    for (const Block* b : order_) {
      for (size_t i = 0; i < b->successors.size(); i++) {
        const Block* to = b->successors[i];
        if (to->number == 0 || to->isRare != b->isRare) continue;
        if (to->number <= b->number) continue;  // back-edges are jumps
        float weight = flow_[b->number] * share(b, i);
        for (uint32_t d = 0; d < std::min(b->loopDepth, 8u); d++) weight *= 8;
        if (leavesLoop(b, to)) weight /= 8;
        edges.push_back({weight, b->number, to->number});
      }
    }
    std::sort(edges.begin(), edges.end(), [](const Edge& x, const Edge& y) {
      return x.weight != y.weight ? x.weight > y.weight : std::pair(x.from, x.to) < std::pair(y.from, y.to);
    });
    next_.assign(count_, kNone);
    // Of chains: the first block by the last one, and the other way round; of others nobody asks.
    std::vector<uint32_t> first(count_), last(count_);
    std::vector<uint8_t> isFirst(count_, 1);
    for (uint32_t i = 0; i < count_; i++) first[i] = last[i] = i;
    for (const Edge& e : edges) {
      if (next_[e.from] != kNone || isFirst[e.to] == 0 || first[e.from] == e.to) continue;
      next_[e.from] = e.to;
      isFirst[e.to] = 0;
      last[first[e.from]] = last[e.to];
      first[last[e.to]] = first[e.from];
    }
    firstOf_.resize(count_);
    for (uint32_t f = 0; f < count_; f++) {
      for (uint32_t i = f; isFirst[f] != 0 && i != kNone; i = next_[i]) firstOf_[i] = f;
    }
  }

  Graph& graph_;
  PassContext& context_;
  uint32_t count_;
  std::vector<float> heat_;  ///< by block number, as all below
  std::vector<float> flow_;  ///< the same, with guesses where nothing is known
  std::vector<Block*> order_;
  std::vector<uint32_t> next_, firstOf_;  ///< of the chain that a block is in: the block behind it, and the first one
};

}  // namespace

void orderCode(Graph& graph, PassContext& context) {
  graph.splitCriticalEdges();
  Layout(graph, context).run();
}

}  // namespace devvm::jit::passes
