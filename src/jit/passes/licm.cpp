// Loop-invariant code motion: what a loop computes, loads or checks anew each time with the same result goes in front
// of it. A guard goes there if every iteration comes by it, and leaves by the state in which the loop is entered; one
// of the type of a value goes there from behind a branch, too, until that turns out to be wrong.
#include <algorithm>

#include "jit/passes/dominator_walk.h"
#include "jit/passes/facts.h"
#include "jit/passes/interval.h"
#include "jit/passes/memory.h"
#include "jit/passes/pass.h"

namespace devvm::jit::passes {

using ir::Block;
using ir::Graph;
using ir::Node;
using ir::Op;

namespace {

class Mover {
 public:
  Mover(Graph& graph, PassContext& context)
      : graph_(graph), context_(context), dominators_(graph), written_(writtenInLoops(graph)) {}

  void run() {
    std::vector<std::vector<Block*>> members(graph_.blocks().size());
    for (Block* b : graph_.blocks()) {
      for (Block* l = b->loop; l != nullptr; l = l->outer) members[l->number].push_back(b);
    }
    // Inner loops come later; what leaves them may leave those around them.
    for (size_t i = graph_.blocks().size(); i-- > 0;) {
      Block* header = graph_.blocks()[i];
      if (header->isLoop) loop(header, members[i]);
    }
  }

 private:
  bool isOutside(const Node* n) const { return !isWithin(n->block); }
  bool isWithin(const Block* b) const {
    for (const Block* l = b->loop; l != nullptr; l = l->outer) {
      if (l == header_) return true;
    }
    return false;
  }

  /// The nearest block that dominates both; `a` may be null.
  static const Block* inFrontOf(const Block* a, const Block* b) {
    if (a == nullptr) return b;
    while (a != b) (a->domDepth > b->domDepth ? a : b) = (a->domDepth > b->domDepth ? a : b)->dominator;
    return a;
  }

  /// Whether a node may be executed where the loop does not come by it: not if only a branch keeps it from reading
  /// beyond an object.
  static bool mayHappen(const Node* n) {
    switch (n->op) {
      case Op::kLoadField:
      case Op::kLoadProps: {
        Op from = n->input(0)->op;
        return from == Op::kCheckShape || from == Op::kCheckShapes || from == Op::kShapeOwner ||
               from == Op::kNewTable || from == Op::kObject;
      }
      case Op::kLoadProp: return n->input(0)->op == Op::kLoadProps && mayHappen(n->input(0));
      case Op::kLoadElement:
      case Op::kLoadItem:
      case Op::kLoadByte:
      case Op::kStringByte: return n->input(1)->op == Op::kCheckIndex;
      case Op::kLoadBlockField: return n->input(0)->op == Op::kCheckBlockField || n->input(0)->op == Op::kNewBlock;
      case Op::kBlockTag:
      case Op::kObjectLength: return isSizedObject(n->input(0));
      case Op::kVarargAt: return false;
      default: return true;
    }
  }

  void loop(Block* header, const std::vector<Block*>& members) {
    Block* before = header->predecessors[0];
    if (before->successors.size() != 1) return;
    header_ = header;
    guards_ = header->entryState != nullptr && !context_.failed(*header->entryState);
    epochHolds_ = true;
    // By these all ways round the loop come, and all of these ways and those out of it.
    const Block* round = nullptr;
    for (size_t i = 1; i < header->predecessors.size(); i++) round = inFrontOf(round, header->predecessors[i]);
    const Block* all = round;
    for (const Block* m : members) {
      bool leaves = std::any_of(m->successors.begin(), m->successors.end(), [&](Block* s) { return !isWithin(s); });
      if (leaves) all = inFrontOf(all, m);
    }
    for (Block* b : members) {
      bool always = dominators_.dominates(b, round);
      bool atOnce = dominators_.dominates(b, all);  // also in a first round that is not completed
      forEach(b, [&](Node* n) {
        if (mayMove(n, always) && (atOnce || mayHappen(n))) {
          graph_.unlink(n);
          graph_.insertBefore(before->last, n);
          if (n->has(ir::kGuard)) n->state = header->entryState;
          context_.changes++;
        } else if (n->op == Op::kCheckEpoch) {
          epochHolds_ = false;
        }
      });
    }
  }

  bool mayTry(const Node* n) const {
    switch (n->op) {
      case Op::kCheckInt:
      case Op::kCheckFloat:
      case Op::kCheckTable:
      case Op::kCheckString:
      case Op::kCheckShape:
      case Op::kCheckShapes:
      case Op::kCheckPlain:
      case Op::kCheckBlock:
      case Op::kCheckItems:
      case Op::kCheckBuffer:
      case Op::kCheckClosure:
      case Op::kCheckNative: return !n->block->isRare && !context_.failed(n->origin);
      default: return false;
    }
  }

  bool mayMove(const Node* n, bool always) const {
    if (n->isPhi() || n->isConstant() || n->has(ir::kTerminator)) return false;
    constexpr uint8_t kMoves = ir::kPure | ir::kReads;
    bool isBox = n->op == Op::kBoxInt;
    if ((n->info().flags & kMoves) == 0 && !isBox) return false;
    if (n->has(ir::kWrites) || n->has(ir::kCalls)) return false;
    if (n->has(ir::kGuard) && !(guards_ && (always || mayTry(n)))) return false;
    // What keeps a divisor from being 0 may be a condition.
    bool divides = n->op == Op::kIntDiv || n->op == Op::kIntMod || n->op == Op::kIntQuot || n->op == Op::kIntRem;
    if (divides && n->input(1)->op != Op::kCheckNotZero && intervalOf(n->input(1)).contains(0)) return false;
    if (n->has(ir::kReads)) {
      if (written_[header_->number].has(memoryKind(n))) return false;
      // A holder's fields are where they were only as long as the epoch is the same.
      if (!epochHolds_ && holder(n)) return false;
    }
    for (uint32_t i = 0; i < n->inputCount(); i++) {
      if (!isOutside(n->input(i))) return false;
    }
    return true;
  }

  static bool holder(const Node* n) {
    while (n->inputCount() > 0 && (n->has(ir::kReads) || n->op == Op::kCheckTable)) n = n->input(0);
    return n->op == Op::kShapeOwner;
  }

  Graph& graph_;
  PassContext& context_;
  DominatorNumbers dominators_;
  std::vector<KindSet> written_;
  const Block* header_ = nullptr;
  bool guards_ = false;      ///< may move
  bool epochHolds_ = false;  ///< no check of the epoch is left in the loop so far
};

}  // namespace

void moveInvariants(Graph& graph, PassContext& context) { Mover(graph, context).run(); }

}  // namespace devvm::jit::passes
