// Simpler control flow: jumps that know where a branch ahead will go take that way; branches both of whose ways come
// together with the same values are jumps; blocks that follow each other are one.
#include <algorithm>

#include "jit/passes/edges.h"
#include "jit/passes/facts.h"
#include "jit/passes/pass.h"

namespace devvm::jit::passes {

using ir::Block;
using ir::Graph;
using ir::Node;
using ir::Op;

namespace {

class Control {
 public:
  Control(Graph& graph, PassContext& context) : graph_(graph), context_(context) {}

  void run() {
    findUses();
    bool changed = false;
    for (Block* b : graph_.blocks()) changed |= thread(b);
    if (changed) graph_.order();
    changed = false;
    for (Block* b : graph_.blocks()) changed |= joinSides(b);
    for (Block* b : graph_.blocks()) {
      while (b->number != kGone && mergeNext(b)) changed = true;
    }
    if (changed) graph_.order();
  }

 private:
  static constexpr uint32_t kGone = UINT32_MAX;

  // ---- threading ----

  /// The block holds phis, operations on them, and a branch: threading it copies nothing.
  static bool isThin(const Block* b) {
    if (b->last->op != Op::kBranch || b->isLoop || b->predecessors.size() < 2) return false;
    if (b->successors[0] == b->successors[1]) return false;
    for (const Node* n = b->first; n != b->last; n = n->next) {
      bool simple =
          n->isPhi() || n->op == Op::kNot || n->op == Op::kIsNil || n->op == Op::kIsFalsy || n->op == Op::kSame;
      if (!simple) return false;
    }
    return true;
  }

  /// Marks what a thin block defines and others use, phis of its successors aside.
  void findUses() {
    usedElsewhere_.assign(graph_.nodeCount(), false);
    thin_.assign(graph_.blocks().size(), false);
    for (const Block* b : graph_.blocks()) thin_[b->number] = isThin(b);
    auto use = [this](const Node* n) { usedElsewhere_[n->id] = true; };
    auto useState = [&use](const ir::FrameState* s) {
      for (; s != nullptr; s = s->caller) {
        for (uint32_t i = 0; i < s->count; i++) {
          if (const Node* v = s->value(i)) use(v);
        }
        if (s->callee != nullptr) use(s->callee->resolve());
      }
    };
    for (const Block* b : graph_.blocks()) {
      useState(b->entryState);
      for (const Node* n = b->first; n != nullptr; n = n->next) {
        useState(n->state);
        for (uint32_t i = 0; i < n->inputCount(); i++) {
          const Node* in = n->input(i);
          if (!thin_[in->block->number] || in->block == b) continue;
          // A phi of a successor takes the value of whatever comes by the edge: only phis can be asked for it.
          if (n->isPhi() && b->predecessors[i] == in->block && in->isPhi()) continue;
          use(in);
        }
      }
    }
  }

  /// What the condition is if control comes by the i-th edge: 0, 1, or -1 for nobody knows.
  static int conditionBy(const Node* n, const Block* b, uint32_t i) {
    bool negated = false;
    while (n->op == Op::kNot && n->block == b) {
      negated = !negated;
      n = n->input(0);
    }
    auto by = [b, i](const Node* x) { return x->isPhi() && x->block == b ? x->input(i) : x; };
    int result = -1;
    if (n->isPhi() || n->op == Op::kBoolConstant) {
      const Node* x = by(n);
      if (x->op == Op::kBoolConstant) result = x->aux != 0;
    } else if (n->block == b && (n->op == Op::kIsNil || n->op == Op::kIsFalsy)) {
      const Node* x = by(n->input(0));
      bool isNil = n->op == Op::kIsNil;
      if (x->op == Op::kConstant) result = isNil ? x->value().isNil() : x->value().isFalsy();
      if (result < 0 && (isNil ? isNeverNil(x) : isNeverFalsy(x))) result = 0;
    } else if (n->block == b && n->op == Op::kSame) {
      const Node *x = by(n->input(0)), *y = by(n->input(1));
      if (x->op == Op::kConstant && y->op == Op::kConstant) result = x->aux == y->aux;
      if (x->op == Op::kObject && y->op == Op::kObject) result = x == y;
    }
    return result < 0 ? result : result ^ static_cast<int>(negated);
  }

  bool thread(Block* b) {
    if (!thin_[b->number] || !isThin(b)) return false;
    for (const Node* n = b->first; n != nullptr; n = n->next) {
      if (usedElsewhere_[n->id]) return false;
    }
    bool changed = false;
    for (uint32_t i = static_cast<uint32_t>(b->predecessors.size()); i-- > 0 && b->predecessors.size() > 1;) {
      int holds = conditionBy(b->last->input(0), b, i);
      if (holds < 0) continue;
      uint32_t n = holds != 0 ? 0 : 1;
      Block* to = b->successors[n];
      // A loop keeps its one way in.
      if (to->isLoop || to == b || to->loop != b->loop) continue;
      redirect(b, i, n);
      changed = true;
      context_.changes++;
    }
    return changed;
  }

  /// The i-th predecessor goes to the n-th successor of `b` from now on.
  void redirect(Block* b, uint32_t i, uint32_t n) {
    Block *from = b->predecessors[i], *to = b->successors[n];
    uint32_t edge = 0;
    while (from->successors[edge] != b || predecessorIndex(from, edge) != i) edge++;
    uint32_t old = predecessorIndex(b, n);
    // Its own block between the two, as the edge may be critical.
    Block* middle = graph_.newBlock();
    middle->isRare = from->isRare || to->isRare;
    Node* jump = graph_.newNode(Op::kJump, {});
    jump->origin = b->last->origin;
    graph_.append(middle, jump);
    for (Node* phi = to->first; phi != nullptr && phi->isPhi(); phi = phi->next) {
      Node* value = phi->input(old);
      graph_.addInput(phi, value->isPhi() && value->block == b ? value->input(i) : value);
    }
    for (Node* phi = b->first; phi->isPhi(); phi = phi->next) graph_.removeInput(phi, i);
    b->predecessors.erase(b->predecessors.begin() + i);
    from->successors[edge] = middle;
    middle->predecessors.push_back(from);
    graph_.connect(middle, to);
  }

  // ---- branches that decide nothing ----

  /// Where an edge leads, past a block with nothing but a jump, and as which predecessor it arrives.
  static Block* targetOf(Block* b, uint32_t n, uint32_t& asPredecessor) {
    Block* to = b->successors[n];
    if (to->first->op == Op::kJump && to->predecessors.size() == 1) {
      asPredecessor = predecessorIndex(to, 0);
      return to->successors[0];
    }
    asPredecessor = predecessorIndex(b, n);
    return to;
  }

  bool joinSides(Block* b) {
    if (b->number == kGone || b->last->op != Op::kBranch) return false;
    uint32_t first, second;
    Block* to = targetOf(b, 0, first);
    if (targetOf(b, 1, second) != to || first == second || to->isLoop) return false;
    for (const Node* phi = to->first; phi->isPhi(); phi = phi->next) {
      if (phi->input(first) != phi->input(second)) return false;
    }
    // The second way goes; its empty block, if it had one, cannot be reached any more.
    Block* side = b->successors[1];
    if (side != to) {
      removeEdge(graph_, side, 0);
      side->number = kGone;
    }
    if (side == to) {
      keepOnly(graph_, b, 0);
    } else {
      side->predecessors.clear();
      b->successors.pop_back();
      Node* jump = graph_.newNode(Op::kJump, {});
      jump->origin = b->last->origin;
      graph_.unlink(b->last);
      graph_.append(b, jump);
    }
    context_.changes++;
    return true;
  }

  // ---- merging ----

  bool mergeNext(Block* b) {
    if (b->last->op != Op::kJump) return false;
    Block* next = b->successors[0];
    if (next->predecessors.size() != 1 || next == b) return false;
    graph_.unlink(b->last);
    forEach(next, [this, b](Node* n) {
      if (n->isPhi()) return graph_.replace(n, n->input(0));
      graph_.unlink(n);
      graph_.append(b, n);
    });
    b->successors = std::move(next->successors);
    next->successors.clear();
    next->predecessors.clear();
    next->number = kGone;
    for (Block* to : b->successors) std::replace(to->predecessors.begin(), to->predecessors.end(), next, b);
    context_.changes++;
    return true;
  }

  Graph& graph_;
  PassContext& context_;
  std::vector<bool> usedElsewhere_, thin_;
};

}  // namespace

void simplifyControl(Graph& graph, PassContext& context) { Control(graph, context).run(); }

}  // namespace devvm::jit::passes
