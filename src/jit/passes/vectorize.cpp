// Vectorization of loops over arrays of floats or integers: a[i] = b[i] * k + c[i] and the like.
//
// The loop stays as it is. In front of it, a vector_map does as many of its rounds as it can, four at a time: as long
// as all elements are floats (or immediate integers, and results too), there is fuel, and a round is left. The loop
// then goes on where that ended. So exits, other types, and the last rounds are the loop's own matter, and every number
// is computed as the loop would do it.
//
// Rounds are independent of each other because each reads and writes elements at its own index alone: then it does not
// matter whether two of the arrays are the same.
#include <algorithm>

#include "jit/ir/vector_program.h"
#include "jit/passes/pass.h"

namespace devvm::jit::passes {

using ir::Block;
using ir::FrameState;
using ir::Graph;
using ir::kVectorArrays;
using ir::kVectorDigits;
using ir::kVectorScalars;
using ir::kVectorStack;
using ir::Node;
using ir::Op;
using ir::VectorCode;

namespace {

class Loop {
 public:
  Loop(Graph& graph, Block* header) : graph_(graph), header_(header) {}

  bool vectorize() {
    if (!hasShape() || !findRounds() || !readBody() || !write()) return false;
    return change();
  }

 private:
  struct Counter {
    Node* phi;
    int64_t step;
  };

  bool isInside(const Node* n) const { return n->block == header_ || n->block == latch_; }

  /// A header with all the work, and a block that counts and leads back.
  bool hasShape() {
    if (header_->isRare || header_->predecessors.size() != 2 || header_->entryState == nullptr) return false;
    before_ = header_->predecessors[0];
    latch_ = header_->predecessors[1];
    if (before_->successors.size() != 1 || latch_->predecessors.size() != 1 || latch_->predecessors[0] != header_) {
      return false;
    }
    const Node* end = header_->last;
    if (end->op != Op::kBranch || header_->successors[1] != latch_ || header_->successors[0] == latch_) return false;
    for (const Node* n = latch_->first; n != nullptr; n = n->next) {
      if (n->op == Op::kPoll && poll_ == nullptr) {
        poll_ = n;
      } else if (n->op != Op::kJump && n->op != Op::kIntAdd) {
        return false;
      }
    }
    return poll_ != nullptr;
  }

  Node* start(const Node* phi) const { return phi->input(0); }

  /// All phis count by a constant, and one of them counts the rounds that are left.
  bool findRounds() {
    for (Node* n = header_->first; n != nullptr && n->isPhi(); n = n->next) {
      const Node* next = n->input(1);
      if (n->type != ir::Type::kInt || next->op != Op::kIntAdd || next->input(1)->op != Op::kIntConstant) return false;
      const Node* of = next->input(0);
      if (of != n && !(of->isPhi() && of->block == header_ && start(of) == start(n))) return false;
      counters_.push_back({n, next->input(1)->integer()});
    }
    const Node* is = header_->last->input(0);
    if (is->op != Op::kIntEq || is->input(1)->op != Op::kIntConstant || is->input(1)->integer() != 0) return false;
    const Counter* left = counterOf(is->input(0));
    if (left == nullptr || left->step != -1) return false;
    left_ = left->phi;
    return true;
  }

  const Counter* counterOf(const Node* n) const {
    for (const Counter& c : counters_) {
      if (c.phi == n) return &c;
    }
    return nullptr;
  }

  /// The index of all accesses: a counter with step 1, or a sum of one with a constant.
  bool isIndex(Node* n) {
    if (index_ != nullptr) return n == index_;
    const Node* base = n;
    if (n->op == Op::kIntAdd && n->block == header_ && n->input(1)->op == Op::kIntConstant) base = n->input(0);
    const Counter* c = counterOf(base);
    if (c == nullptr || c->step != 1) return false;
    index_ = n;
    return true;
  }

  /// Nothing but loads, checks of what they give, stores, and what is pure.
  bool readBody() {
    for (Node* n = header_->first; n != header_->last; n = n->next) {
      if (n->isPhi()) continue;
      switch (n->op) {
        case Op::kLoadElement:
          if (!stores_.empty() || isInside(n->input(0)) || !isIndex(n->input(1)) || arrayOf(n) < 0) return false;
          break;
        case Op::kStoreElement:
          if (isInside(n->input(0)) || !isIndex(n->input(1)) || arrayOf(n) < 0) return false;
          stores_.push_back(n);
          break;
        case Op::kCheckFloat:
        case Op::kCheckInt:
        case Op::kCheckNotNil:
          if (n->input(0)->op != Op::kLoadElement || !isInside(n->input(0))) return false;
          hasFloats_ = hasFloats_ || n->op == Op::kCheckFloat;
          hasInts_ = hasInts_ || n->op == Op::kCheckInt;
          break;
        case Op::kBoxInt: break;  // leaves for the loop if it is wide
        default:
          if (!n->has(ir::kPure) || n->has(ir::kGuard)) return false;
          break;
      }
    }
    if (!hasFloats_ && !hasInts_ && !stores_.empty()) {
      // Nothing is loaded: what is stored tells.
      const Node* value = stores_[0]->input(2);
      hasInts_ =
          value->op == Op::kBoxInt || value->op == Op::kBoxSmall || (isConstant(value) && value->value().isInt());
      hasFloats_ = !hasInts_;
    }
    return !stores_.empty() && !(hasFloats_ && hasInts_);
  }
  static bool isConstant(const Node* n) { return n->op == Op::kConstant; }

  /// Number of an access's array among those of the loop; -1: there are too many.
  int arrayOf(const Node* access) {
    Node* array = access->input(0);
    auto at = std::find(arrays_.begin(), arrays_.end(), array);
    if (at == arrays_.end()) {
      if (arrays_.size() == kVectorArrays) return -1;
      arrays_.push_back(array);
      return static_cast<int>(arrays_.size()) - 1;
    }
    return static_cast<int>(at - arrays_.begin());
  }

  bool put(VectorCode code, uint32_t plus = 0) { return putDigit(static_cast<uint32_t>(code) + plus); }
  bool putDigit(uint32_t digit) {
    if (digits_ == kVectorDigits) return false;
    program_ |= uint64_t{digit} << (4 * digits_++);
    return true;
  }
  bool pushScalar(Node* n) {
    auto at = std::find(scalars_.begin(), scalars_.end(), n) - scalars_.begin();
    if (static_cast<size_t>(at) == scalars_.size()) {
      if (scalars_.size() == kVectorScalars) return false;
      scalars_.push_back(n);
    }
    return put(VectorCode::kScalar0, static_cast<uint32_t>(at));
  }

  bool write() {
    uint32_t kept = 0;
    for (Node* s : stores_) {
      // Integers are stored only when it is known that all of them fit.
      if (hasInts_ ? !pushInt(s->input(2), kept++) : !push(s->input(2), 0)) return false;
      if (!put(VectorCode::kStore)) return false;
      if (!put(VectorCode::kArray0, static_cast<uint32_t>(arrayOf(s)))) return false;
    }
    return true;
  }

  /// The code that pushes a double, with so many operations' results on the stack.
  bool push(Node* n, uint32_t depth) {
    if (depth >= kVectorStack) return false;
    if (!isInside(n)) {
      if (n->op == Op::kBoxFloat) return push(n->input(0), depth);
      return n->type == ir::Type::kFloat && pushScalar(n);
    }
    auto two = [&](Node* first, Node* second, VectorCode code) {
      // What the first one leaves on the stack is there while the second one is computed.
      return push(first, depth) && push(second, depth + (isComputed(first) ? 1 : 0)) && put(code);
    };
    switch (n->op) {
      case Op::kBoxFloat: return push(n->input(0), depth);
      case Op::kCheckFloat: return put(VectorCode::kArray0, static_cast<uint32_t>(arrayOf(n->input(0))));
      // Of two NaNs the sum is the second one.
      case Op::kFloatAdd: return two(n->input(1), n->input(0), VectorCode::kAdd);
      case Op::kFloatSub: return two(n->input(0), n->input(1), VectorCode::kSub);
      case Op::kFloatMul: return two(n->input(0), n->input(1), VectorCode::kMul);
      case Op::kFloatDiv: return two(n->input(0), n->input(1), VectorCode::kDiv);
      case Op::kFloatSqrt: return push(n->input(0), depth) && put(VectorCode::kSqrt);
      case Op::kFloatNeg: return push(n->input(0), depth) && put(VectorCode::kNeg);
      default: return false;
    }
  }
  bool isComputed(const Node* n) const { return isInside(n) && n->op != Op::kCheckFloat && n->op != Op::kCheckInt; }

  /// The same for integers, which wrap at 64 bits.
  bool pushInt(Node* n, uint32_t depth) {
    if (depth >= kVectorStack) return false;
    while (n->op == Op::kBoxInt || n->op == Op::kBoxSmall) n = n->input(0);
    if (!isInside(n)) {
      if (isConstant(n) && n->value().isInt()) n = graph_.intConstant(n->value().asInt());
      return n->type == ir::Type::kInt && pushScalar(n);
    }
    auto two = [&](Node* first, Node* second, VectorCode code) {
      return pushInt(first, depth) && pushInt(second, depth + (isComputed(first) ? 1 : 0)) && put(code);
    };
    switch (n->op) {
      case Op::kCheckInt: return put(VectorCode::kArray0, static_cast<uint32_t>(arrayOf(n->input(0))));
      case Op::kIntAdd: return two(n->input(0), n->input(1), VectorCode::kAdd);
      case Op::kIntSub: return two(n->input(0), n->input(1), VectorCode::kSub);
      case Op::kIntNeg: return two(graph_.intConstant(0), n->input(0), VectorCode::kSub);
      case Op::kIntAnd: return two(n->input(0), n->input(1), VectorCode::kAnd);
      case Op::kIntOr: return two(n->input(0), n->input(1), VectorCode::kOr);
      case Op::kIntXor: return two(n->input(0), n->input(1), VectorCode::kXor);
      case Op::kIntNot: return two(n->input(0), graph_.intConstant(-1), VectorCode::kXor);
      case Op::kIntShlBy:
      case Op::kIntShrBy: {
        auto count = static_cast<uint32_t>(n->aux);
        uint32_t direction = n->op == Op::kIntShrBy ? ir::kShiftRight : 0;
        return pushInt(n->input(0), depth) && put(VectorCode::kShift) && putDigit(direction | count >> 4) &&
               putDigit(count & 15);
      }
      default: return false;
    }
  }

  /// Where the interpreter goes on if the loop is left before the rounds that remain: entryState, with counters as they
  /// are then. Null: what is what cannot be told.
  FrameState* stateAfter(const std::vector<Node*>& starts) {
    const FrameState *entry = header_->entryState, *back = poll_->state;
    if (entry->function != back->function || entry->offset != back->offset || entry->count != back->count) {
      return nullptr;
    }
    for (const FrameState *a = entry->caller, *b = back->caller; a != b; a = a->caller, b = b->caller) {
      if (a == nullptr || b == nullptr || a->count != b->count) return nullptr;
      for (uint32_t i = 0; i < a->count; i++) {
        if (a->value(i) != b->value(i)) return nullptr;
      }
    }
    std::vector<Node*> values(entry->count);
    for (uint32_t i = 0; i < entry->count; i++) {
      Node *was = entry->value(i), *next = back->value(i);
      values[i] = was;
      if (was == next) continue;
      if (was == nullptr || next == nullptr) return nullptr;
      bool found = false;
      for (size_t c = 0; c < counters_.size() && !found; c++) {
        const Node* phi = counters_[c].phi;
        found = phi->input(1) == next && bare(phi->input(0)) == bare(was);
        if (found) values[i] = starts[c];
      }
      if (!found) return nullptr;
    }
    FrameState* state = graph_.newState(entry->function, entry->offset, values);
    state->depth = entry->depth;
    state->wanted = entry->wanted;
    state->tailCalled = entry->tailCalled;
    state->caller = entry->caller;
    state->callee = entry->callee;
    return state;
  }
  static const Node* bare(const Node* n) {
    while (n->op == Op::kCheckInt || n->op == Op::kBoxSmall || n->op == Op::kBoxInt || n->op == Op::kUnboxInt) {
      n = n->input(0);
    }
    return n;
  }

  bool change() {
    Node* end = before_->last;
    std::vector<Node*> added;
    auto make = [&](Op op, std::initializer_list<Node*> inputs) {
      Node* n = graph_.newNode(op, inputs);
      n->origin = end->origin;
      added.push_back(n);
      return n;
    };
    Node* index = index_;
    if (index->isPhi()) {
      index = start(index);
    } else {
      index = make(Op::kIntAdd, {start(index_->input(0)), index_->input(1)});
    }
    std::vector<Node*> inputs{start(left_), index};
    for (uint32_t i = 0; i < kVectorArrays; i++) inputs.push_back(arrays_[i < arrays_.size() ? i : 0]);
    inputs.insert(inputs.end(), scalars_.begin(), scalars_.end());
    Node* done = graph_.newNode(hasInts_ ? Op::kVectorMapInts : Op::kVectorMap, inputs, program_);
    done->origin = stores_[0]->origin;
    added.push_back(done);
    std::vector<Node*> starts;
    for (const Counter& c : counters_) {
      Node* by = c.step == 1 || c.step == -1 ? done : make(Op::kIntMul, {done, graph_.intConstant(c.step)});
      starts.push_back(make(c.step == -1 ? Op::kIntSub : Op::kIntAdd, {start(c.phi), by}));
    }
    FrameState* state = stateAfter(starts);
    if (state == nullptr) return false;
    for (Node* n : added) graph_.insertBefore(end, n);
    for (size_t i = 0; i < counters_.size(); i++) counters_[i].phi->setInput(0, starts[i]);
    header_->entryState = state;
    return true;
  }

  Graph& graph_;
  Block* header_;
  Block *before_ = nullptr, *latch_ = nullptr;
  const Node* poll_ = nullptr;
  Node *left_ = nullptr, *index_ = nullptr;
  std::vector<Counter> counters_;
  std::vector<Node*> arrays_, scalars_, stores_;
  uint64_t program_ = 0;
  uint32_t digits_ = 0;
  bool hasFloats_ = false, hasInts_ = false;  ///< among the elements that are loaded
};

}  // namespace

void vectorize(Graph& graph, PassContext& context) {
  for (Block* b : graph.blocks()) {
    if (b->isLoop && Loop(graph, b).vectorize()) context.changes++;
  }
}

}  // namespace devvm::jit::passes
