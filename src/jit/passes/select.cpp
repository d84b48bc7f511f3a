// Branches whose sides do next to nothing but choose an integer are selections: both sides are computed, and no jump
// can be foreseen wrongly. (Allen, Kennedy, Porterfield & Warren, "Conversion of control dependence to data
// dependence", POPL 1983.)
#include "jit/passes/edges.h"
#include "jit/passes/pass.h"

namespace devvm::jit::passes {

using ir::Block;
using ir::Graph;
using ir::Node;
using ir::Op;
using ir::Type;

namespace {

/// Operations of a side that are computed in any case from then on.
constexpr int kMostOperations = 2;

class Selections {
 public:
  Selections(Graph& graph, PassContext& context) : graph_(graph), context_(context) {}

  void run() {
    bool changed = false;
    // From the end on: what was joined may be a side of something above.
    const auto& blocks = graph_.blocks();
    for (size_t i = blocks.size(); i-- > 0;) changed |= join(blocks[i]);
    if (changed) graph_.order();
  }

 private:
  static bool isCheap(Op op) {
    switch (op) {
      case Op::kIntAdd:
      case Op::kIntSub:
      case Op::kIntAnd:
      case Op::kIntOr:
      case Op::kIntXor:
      case Op::kIntNeg:
      case Op::kIntNot:
      case Op::kIntShlBy:
      case Op::kIntShrBy:
      case Op::kIntSarBy: return true;
      default: return false;
    }
  }

  /// One instruction decides, without a jump of its own.
  static bool isSimple(const Node* condition) {
    while (condition->op == Op::kNot) condition = condition->input(0);
    switch (condition->op) {
      case Op::kIntEq:
      case Op::kIntLt:
      case Op::kIntLe:
      case Op::kIntLtU:
      case Op::kFloatLt:
      case Op::kFloatLe:
      case Op::kSame:
      case Op::kIsNil:
      case Op::kIsFalsy: return true;
      default: return false;
    }
  }

  /// Where control goes on behind a side that could be computed in any case: the successor itself if it is no such
  /// block. `isSide`: it is one.
  static Block* behind(Block* b, uint32_t n, bool& isSide) {
    Block* side = b->successors[n];
    isSide = side->predecessors.size() == 1 && side->last->op == Op::kJump && !side->isRare;
    int operations = 0;
    for (const Node* node = side->first; isSide && node != side->last; node = node->next) {
      isSide = isCheap(node->op) && ++operations <= kMostOperations;
    }
    return isSide ? side->successors[0] : side;
  }

  bool join(Block* b) {
    if (b->last->op != Op::kBranch || !isSimple(b->last->input(0))) return false;
    bool isSide[2];
    Block* to = behind(b, 0, isSide[0]);
    if (behind(b, 1, isSide[1]) != to || to->isLoop || to->predecessors.size() != 2 || !(isSide[0] || isSide[1])) {
      return false;
    }
    uint32_t edge[2];
    for (uint32_t n : {0, 1}) edge[n] = predecessorIndex(isSide[n] ? b->successors[n] : b, isSide[n] ? 0 : n);
    Node* chosen = nullptr;
    for (Node* phi = to->first; phi->isPhi(); phi = phi->next) {
      if (phi->input(0) == phi->input(1)) continue;
      if (phi->type != Type::kInt || chosen != nullptr) return false;
      chosen = phi;
    }
    if (chosen == nullptr) return false;
    for (uint32_t n : {0, 1}) {
      if (!isSide[n]) continue;
      Block* side = b->successors[n];
      forEach(side, [this, b, side](Node* node) {
        if (node == side->last) return;
        graph_.unlink(node);
        graph_.insertBefore(b->last, node);
      });
    }
    Node* select = graph_.newNode(Op::kIntSelect, {b->last->input(0), chosen->input(edge[0]), chosen->input(edge[1])});
    select->origin = b->last->origin;
    graph_.insertBefore(b->last, select);
    graph_.replace(chosen, select);
    // What is left decides nothing: one way is enough.
    uint32_t gone = isSide[0] ? 0 : 1;
    if (isSide[gone]) removeEdge(graph_, b->successors[gone], 0);
    keepOnly(graph_, b, 1 - gone);
    context_.changes++;
    return true;
  }

  Graph& graph_;
  PassContext& context_;
};

}  // namespace

void selectIntegers(Graph& graph, PassContext& context) { Selections(graph, context).run(); }

}  // namespace devvm::jit::passes
