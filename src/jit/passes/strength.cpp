// Strength reduction: a product of what a loop counts with what does not change in it becomes a sum. With i = phi a,
// i + c the product i * k is p = phi a * k, p + c * k; so is (i + d) * k. Integers wrap, so that is exact for all
// values, and whoever asks whether the product is a small integer asks the same of the sum.
//
// (Cooper, Simpson & Vick, "Operator strength reduction", TOPLAS 2001, for the loops of an SSA graph; here loops are
// known, so their phis are what it begins with.)
#include <vector>

#include "jit/passes/pass.h"

namespace devvm::jit::passes {

using ir::Block;
using ir::Graph;
using ir::Node;
using ir::Op;
using ir::Type;

namespace {

/// Sums take a register each across the loop.
constexpr int kMostSums = 2;

class Reducer {
 public:
  Reducer(Graph& graph, PassContext& context, Block* header) : graph_(graph), context_(context), header_(header) {}

  void run(const std::vector<Block*>& members) {
    if (header_->isRare || header_->predecessors.size() != 2) return;
    before_ = header_->predecessors[0];
    latch_ = header_->predecessors[1];
    if (before_->last->op != Op::kJump || latch_->last->op != Op::kJump) return;
    for (Block* b : members) {
      if (b->isRare || b->loop != header_ || !b->dominates(latch_)) continue;
      ir::forEach(b, [&](Node* n) {
        if (n->op == Op::kIntMul && sums_ < kMostSums) product(n);
      });
    }
  }

 private:
  bool isOutside(const Node* n) const {
    for (const Block* l = n->block->loop; l != nullptr; l = l->outer) {
      if (l == header_) return false;
    }
    return true;
  }
  bool isCounted(const Node* n) const {
    if (!n->isPhi() || n->block != header_) return false;
    const Node* next = n->input(1);
    return next->op == Op::kIntAdd && next->input(0) == n && isOutside(next->input(1));
  }

  Node* before(Op op, Node* a, Node* b, const Node* origin) {
    Node* n = graph_.newNode(op, {a, b});
    n->origin = origin->origin;
    graph_.insertBefore(before_->last, n);
    return n;
  }

  void product(Node* n) {
    for (uint32_t i = 0; i < 2; i++) {
      Node *index = n->input(i), *by = n->input(1 - i), *more = nullptr;
      if (!isOutside(by)) continue;
      if (index->op == Op::kIntAdd && isCounted(index->input(0)) && isOutside(index->input(1))) {
        more = index->input(1);
        index = index->input(0);
      }
      if (!isCounted(index)) continue;
      Node* start = index->input(0);
      if (more != nullptr) start = before(Op::kIntAdd, start, more, n);
      start = before(Op::kIntMul, start, by, n);
      Node* step = before(Op::kIntMul, index->input(1)->input(1), by, n);
      Node* sum = graph_.newNode(Op::kPhi, {start});
      sum->type = Type::kInt;
      sum->origin = n->origin;
      graph_.insertBefore(header_->first, sum);
      Node* next = graph_.newNode(Op::kIntAdd, {sum, step});
      next->origin = n->origin;
      graph_.insertBefore(latch_->last, next);
      graph_.addInput(sum, next);
      graph_.replace(n, sum);
      sums_++;
      context_.changes++;
      return;
    }
  }

  Graph& graph_;
  PassContext& context_;
  Block* header_;
  Block *before_ = nullptr, *latch_ = nullptr;
  int sums_ = 0;
};

}  // namespace

void reduceStrength(Graph& graph, PassContext& context) {
  std::vector<std::vector<Block*>> members(graph.blocks().size());
  for (Block* b : graph.blocks()) {
    if (b->loop != nullptr) members[b->loop->number].push_back(b);
  }
  for (Block* b : graph.blocks()) {
    if (b->isLoop) Reducer(graph, context, b).run(members[b->number]);
  }
}

}  // namespace devvm::jit::passes
