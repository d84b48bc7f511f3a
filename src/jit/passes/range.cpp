// Ranges of integers: what loops count and what conditions and checks tell decides comparisons, makes checks needless
// and boxes small. Checks of an index that a loop counts are made in front of it, for its first and its last value.
#include <algorithm>
#include <cstdlib>

#include "jit/passes/dominator_walk.h"
#include "jit/passes/interval.h"
#include "jit/passes/pass.h"

namespace devvm::jit::passes {

using ir::Block;
using ir::Graph;
using ir::Node;
using ir::Op;
using ir::Type;

namespace {

/// A loop whose header has a phi that goes from `count` down to 0, where the loop is left.
struct CountingLoop {
  const Node* count = nullptr;  ///< how often it repeats: at least 0
};

/// Two nodes, in this order.
struct Pair {
  const Node *a, *b;
  friend bool operator==(const Pair&, const Pair&) = default;
};
struct HashPair {
  size_t operator()(const Pair& p) const { return HashNode()(p.a) * 31 + HashNode()(p.b); }
};

class Ranges {
 public:
  Ranges(Graph& graph, PassContext& context)
      : graph_(graph),
        context_(context),
        dominators_(graph),
        known_(graph.nodeCount()),
        ordered_(64),
        base_(graph.nodeCount()) {}

  void run() {
    for (Block* b : dominatorPreorder(graph_)) {
      known_.enter(b);
      ordered_.enter(b);
      bool holds = false;
      if (Node* condition = conditionOn(b, holds)) learn(condition, holds);
      if (b->isLoop) loop(b);
      forEach(b, [this](Node* n) { visit(n); });
    }
  }

 private:
  static bool isInt(const Node* n) { return n->op == Op::kIntConstant; }

  // ---- what is known ----

  Interval of(const Node* n, int depth = 3) {
    if (isInt(n)) return {n->integer(), n->integer()};
    Interval all;
    if (n->type != Type::kInt) return all;
    Interval i = n->id < base_.size() ? base_[n->id] : all;
    if (const Interval* k = known_.find(n)) i = i.meet(*k);
    if (n->isPhi() || depth == 0) return i;
    Interval inputs[2];
    uint32_t begin = firstInteger(n);
    for (uint32_t k = begin; k < n->inputCount() && k < begin + 2; k++) inputs[k - begin] = of(n->input(k), depth - 1);
    if (n->op == Op::kIntSub && inputs[0].isSmall() && inputs[1].isSmall()) {
      if (const int64_t* least = ordered_.find({n->input(1), n->input(0)})) i.low = std::max(i.low, *least);
    }
    return i.meet(transfer(*n, inputs[0], inputs[1]));
  }

  void refine(const Node* n, Interval by) {
    if (isInt(n)) return;
    Interval now = of(n), then = now.meet(by);
    // What cannot be tells nothing: code that never runs.
    if (then == now || then.low > then.high) return;
    known_.insert(n, then);
  }

  void learn(const Node* condition, bool holds) {
    while (condition->op == Op::kNot) {
      condition = condition->input(0);
      holds = !holds;
    }
    if (condition->inputCount() != 2) return;
    const Node *a = condition->input(0), *b = condition->input(1);
    switch (condition->op) {
      case Op::kIntEq:
        if (holds) {
          Interval both = of(a).meet(of(b));
          refine(a, both);
          refine(b, both);
        } else {
          exclude(a, b);
          exclude(b, a);
        }
        return;
      case Op::kIntLt: return holds ? less(a, b, 1) : less(b, a, 0);
      case Op::kIntLe: return holds ? less(a, b, 0) : less(b, a, 1);
      default: return;
    }
  }
  /// a + by <= b
  void less(const Node* a, const Node* b, int64_t by) {
    ordered_.insert({a, b}, by);
    Interval x = of(a), y = of(b);
    if (y.high >= INT64_MIN + by) refine(a, {INT64_MIN, y.high - by});
    if (x.low <= INT64_MAX - by) refine(b, {x.low + by, INT64_MAX});
  }
  void exclude(const Node* a, const Node* b) {
    Interval x = of(a);
    if (!isInt(b)) return;
    if (x.low == b->integer() && x.low < INT64_MAX) refine(a, {x.low + 1, INT64_MAX});
    if (x.high == b->integer() && x.high > INT64_MIN) refine(a, {INT64_MIN, x.high - 1});
  }

  // ---- loops ----

  /// The constant that each round of the loop adds to the phi; 0: something else happens to it.
  /// Whoever looks through it has to know that nothing is lost.
  static const Node* unwrapped(const Node* n) { return n->op == Op::kIntWrap63 ? n->input(0) : n; }
  static bool isWrapped(const Node* phi) {
    bool is = false;
    for (uint32_t i = 1; i < phi->inputCount(); i++) is = is || phi->input(i)->op == Op::kIntWrap63;
    return is;
  }
  static int64_t stepOf(const Node* phi) {
    int64_t step = 0;
    for (uint32_t i = 1; i < phi->inputCount(); i++) {
      const Node* next = unwrapped(phi->input(i));
      if (next->op != Op::kIntAdd || next->input(0) != phi || !isInt(next->input(1))) return 0;
      if (i > 1 && next->input(1)->integer() != step) return 0;
      step = next->input(1)->integer();
    }
    return step;
  }

  /// A step that is no constant, but the same in all rounds, and at least 1; null: there is none.
  Node* variableStepOf(const Node* phi, const Block* header) {
    Node* step = nullptr;
    for (uint32_t i = 1; i < phi->inputCount(); i++) {
      const Node* next = phi->input(i);
      if (next->op != Op::kIntAdd || (next->input(0) != phi && next->input(1) != phi)) return nullptr;
      Node* by = next->input(next->input(0) == phi ? 1 : 0);
      if (isInt(by) || (i > 1 && by != step)) return nullptr;
      step = by;
    }
    return step != nullptr && !isIn(step->block, header) && of(step).low >= 1 ? step : nullptr;
  }

  bool dominatesBackEdges(const Block* b, const Block* header) const {
    for (size_t i = 1; i < header->predecessors.size(); i++) {
      if (!dominators_.dominates(b, header->predecessors[i])) return false;
    }
    return true;
  }
  static bool isIn(const Block* b, const Block* header) {
    for (const Block* l = b->loop; l != nullptr; l = l->outer) {
      if (l == header) return true;
    }
    return false;
  }

  /// The side of a branch that all rounds but the last take; null: the block has none.
  const Block* stayingSide(const Block* b, const Block* header, bool& holds) const {
    if (b->last->op != Op::kBranch) return nullptr;
    for (uint32_t i = 0; i < 2; i++) {
      const Block *side = b->successors[i], *other = b->successors[1 - i];
      if (isIn(other, header) || side->predecessors.size() != 1 || !dominatesBackEdges(side, header)) continue;
      holds = i == 0;
      return side;
    }
    return nullptr;
  }

  void loop(Block* header) {
    // Branches that leave the loop, between the header and the back-edges.
    std::vector<std::pair<const Node*, bool>> staying;
    if (header->predecessors.size() == 2) {
      const Block* b = header->predecessors[1];
      for (;; b = b->dominator) {
        bool holds = false;
        if (stayingSide(b, header, holds) != nullptr) staying.emplace_back(b->last->input(0), holds);
        if (b == header) break;
      }
    }
    CountingLoop counting;
    for (const Node* phi = header->first; phi->isPhi(); phi = phi->next) {
      if (phi->type != Type::kInt || stepOf(phi) != -1) continue;
      const Node* count = phi->input(0);
      for (auto [condition, holds] : staying) {
        bool isTest = !holds && condition->op == Op::kIntEq && condition->input(0) == phi &&
                      isInt(condition->input(1)) && condition->input(1)->integer() == 0;
        if (!isTest || of(count).low < 0) continue;
        setBase(phi, {0, of(count).high});
        counting.count = count;
      }
    }
    words(header);
    for (const Node* phi = header->first; phi->isPhi(); phi = phi->next) {
      int64_t step = phi->type == Type::kInt ? stepOf(phi) : 0;
      if (step == 0) {
        Node* by = phi->type == Type::kInt && counting.count != nullptr ? variableStepOf(phi, header) : nullptr;
        if (by != nullptr) countedBy(header, phi, by, counting.count);
        continue;
      }
      bounded(phi, step, staying);
      if (counting.count == nullptr || phi->input(0) == counting.count) continue;
      Last last = lastOf(phi, step, counting.count);
      Interval first = of(phi->input(0)), end = last.interval;
      if (!first.isSmall() || !end.isSmall()) continue;
      setBase(phi, step > 0 ? Interval{first.low, std::max(first.low, end.high)}
                            : Interval{std::min(first.high, end.low), first.high});
      checkInFront(header, phi, step, last);
    }
  }

  /// Phis that are words of 32 bits if they begin as such (each round masks them, or hands them on to each other) are
  /// checked in front of the loop, where it shifts them: rotations are seen then.
  void words(Block* header) {
    std::vector<Node*> phis;
    for (Node* phi = header->first; phi->isPhi(); phi = phi->next) {
      if (phi->type == Type::kInt && (!isInt(phi->input(0)) || of(phi->input(0)).isWithin(kWords))) phis.push_back(phi);
    }
    auto isOne = [&phis](const Node* n) { return std::find(phis.begin(), phis.end(), n) != phis.end(); };
    auto staysOne = [&](const Node* phi) {
      for (uint32_t i = 1; i < phi->inputCount(); i++) {
        if (!isOne(phi->input(i)) && !of(phi->input(i)).isWithin(kWords)) return false;
      }
      return true;
    };
    for (bool changed = true; changed;) changed = std::erase_if(phis, [&](Node* n) { return !staysOne(n); }) != 0;
    if (phis.empty()) return;
    bool areShifted = false;
    for (const Block* b : graph_.blocks()) {
      if (areShifted || !isIn(b, header)) continue;
      for (const Node* n = b->first; n != nullptr; n = n->next) {
        areShifted = areShifted || (n->op == Op::kIntShrBy && isOne(n->input(0)));
      }
    }
    Block* before = header->predecessors[0];
    const ir::FrameState* state = header->entryState;
    if (!areShifted || before->successors.size() != 1 || state == nullptr || context_.failed(*state)) return;
    for (Node* phi : phis) {
      Node* first = phi->input(0);
      setBase(phi, kWords);
      if (of(first).isWithin(kWords)) continue;
      Node* check = insert(before->last, Op::kCheckIndex, {first, graph_.intConstant(kWords.high + 1)});
      check->state = header->entryState;
      check->origin = {state->function, state->offset};
      phi->setInput(0, check);
      context_.changes++;
    }
  }

  /// By a condition under which the loop goes on: the phi grows (or falls) from its first value, and cannot wrap.
  void bounded(const Node* phi, int64_t step, const std::vector<std::pair<const Node*, bool>>& staying) {
    for (auto [condition, holds] : staying) {
      if (condition->op != Op::kIntLt && condition->op != Op::kIntLe) continue;
      // As small <= large, or small < large.
      const Node *small = condition->input(0), *large = condition->input(1);
      bool strict = condition->op == Op::kIntLt;
      if (!holds) {
        std::swap(small, large);
        strict = !strict;
      }
      Interval first = of(phi->input(0)), r;
      bool wraps = isWrapped(phi);
      if (step > 0 && small == phi && !__builtin_add_overflow(of(large).high, step - (strict ? 1 : 0), &r.high) &&
          (!wraps || r.high <= k63Bits.high)) {
        setBase(phi, {first.low, std::max(first.high, r.high)});
      }
      if (step < 0 && large == phi && !__builtin_add_overflow(of(small).low, step + (strict ? 1 : 0), &r.low) &&
          (!wraps || r.low >= k63Bits.low)) {
        setBase(phi, {std::min(first.low, r.low), first.high});
      }
    }
  }

  /// The loop runs (limit - first) / step times more: the phi never passes the limit.
  void countedBy(Block* header, const Node* phi, Node* step, const Node* count) {
    Node* first = phi->input(0);
    if (count->op != Op::kIntDiv || count->input(1) != step) return;
    const Node* difference = count->input(0);
    Interval all = of(first);
    if (difference->op == Op::kIntSub && difference->input(1) == first) {
      all.high = of(difference->input(0)).high;
    } else if (difference->op == Op::kIntAdd && isInt(difference->input(1)) && isInt(first)) {
      // The limit less a constant.
      int64_t add;
      if (__builtin_add_overflow(difference->input(1)->integer(), first->integer(), &add) ||
          !kImmediate.contains(add)) {
        return;
      }
      if (!of(difference->input(0)).isSmall()) return;
      all.high = of(difference->input(0)).high + add;
    } else {
      return;
    }
    if (!of(first).isSmall() || all.high > kImmediate.high || all.high < all.low) return;
    setBase(phi, all);
    Last last;
    last.node = const_cast<Node*>(count);
    last.step = step;
    last.first = first;
    last.interval = all;
    checkInFront(header, phi, 1, last);
  }

  void setBase(const Node* phi, Interval i) { base_[phi->id] = base_[phi->id].meet(i); }

  /// The value in the last round: node + add.
  struct Last {
    Node* node = nullptr;
    int64_t add = 0;
    int64_t times = 1;      ///< the node counts so often
    Node* step = nullptr;   ///< or as often as this says, if it is there
    Node* first = nullptr;  ///< and this is added, if it is there
    Interval interval;
  };

  Last lastOf(const Node* phi, int64_t step, const Node* count) {
    Last last;
    Node* first = phi->input(0);
    auto* c = const_cast<Node*>(count);
    last.node = c;
    if (step == 1 && c->op == Op::kIntSub && c->input(1) == first) {
      last.node = c->input(0);
    } else if (step == 1 && c->op == Op::kIntAdd && isInt(c->input(1)) && isInt(first)) {
      last.node = c->input(0);
      if (__builtin_add_overflow(c->input(1)->integer(), first->integer(), &last.add)) return last;
    } else if (step == -1 && c->op == Op::kIntSub && c->input(0) == first) {
      last.node = c->input(1);
    } else if (step == -1 && c->op == Op::kIntAdd && c->input(0) == first && isInt(c->input(1)) &&
               c->input(1)->integer() > INT64_MIN) {
      last.node = graph_.intConstant(-c->input(1)->integer());
    } else if (isInt(first)) {
      last.times = step;
      last.add = first->integer();
    } else {
      last.times = step;
      last.first = first;
    }
    Node product;
    product.op = Op::kIntMul;
    Node sum;
    sum.op = Op::kIntAdd;
    last.interval = transfer(product, of(last.node), {last.times, last.times});
    last.interval = transfer(sum, last.interval, {last.add, last.add});
    if (last.first != nullptr) last.interval = transfer(sum, last.interval, of(last.first));
    last.interval = last.interval.meet(untilLimit(first, step, c));
    return last;
  }

  /// Between the first value and the limit, where the count is their difference divided by the step.
  Interval untilLimit(const Node* first, int64_t step, const Node* count) {
    Interval all;
    bool divides =
        (count->op == Op::kIntDiv && isInt(count->input(1)) && count->input(1)->integer() == std::abs(step)) ||
        (count->op == Op::kIntSarBy && int64_t{1} << count->aux == std::abs(step));
    if (!divides) return all;
    const Node* difference = count->input(0);
    const Node* limit = nullptr;
    int64_t add = 0;
    if (difference->op == Op::kIntSub) {
      if (difference->input(step > 0 ? 1 : 0) != first) return all;
      limit = difference->input(step > 0 ? 0 : 1);
    } else if (difference->op == Op::kIntAdd && isInt(difference->input(1)) && step > 0 && isInt(first)) {
      limit = difference->input(0);
      if (__builtin_add_overflow(difference->input(1)->integer(), first->integer(), &add)) return all;
    }
    if (limit == nullptr || !of(first).isSmall() || !of(limit).isSmall() || !kImmediate.contains(add)) return all;
    return step > 0 ? Interval{of(first).low, of(limit).high + add} : Interval{of(limit).low, of(first).high};
  }

  Node* insert(Node* at, Op op, std::initializer_list<Node*> inputs) {
    Node* n = graph_.newNode(op, inputs);
    n->origin = at->origin;
    graph_.insertBefore(at, n);
    return n;
  }
  /// Integers of the guest wrap.
  static int64_t sumOf(int64_t a, int64_t b) {
    return static_cast<int64_t>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
  }
  Node* plus(Node* at, Node* n, int64_t by) {
    if (isInt(n)) return graph_.intConstant(sumOf(n->integer(), by));
    return by == 0 ? n : insert(at, Op::kIntAdd, {n, graph_.intConstant(by)});
  }

  /// Checks of phi + what the loop does not change against what it does not change are made for the first and the last
  /// round only.
  void checkInFront(Block* header, const Node* phi, int64_t step, const Last& last) {
    Block* before = header->predecessors[0];
    if (before->successors.size() != 1 || header->entryState == nullptr || context_.failed(*header->entryState)) return;
    // Along the blocks that every round comes by.
    for (Block* b = header->predecessors[1]; header->predecessors.size() == 2; b = b->dominator) {
      if (b->loop == header) {
        forEach(b, [&](Node* n) {
          if (n->op == Op::kCheckIndex) hoist(n, before->last, header, phi, step, last);
        });
      }
      if (b == header) break;
    }
  }

  /// A sum of a loop's phi, of what the loop does not change, and of a constant.
  struct Sum {
    int phis = 0;
    int64_t add = 0;
    std::vector<std::pair<Node*, bool>> others;  ///< and whether they are subtracted
  };
  static constexpr size_t kMostTerms = 4;

  bool split(Node* n, const Node* phi, const Block* header, Sum& sum, bool subtracted = false) {
    if (n == phi) {
      sum.phis += subtracted ? 2 : 1;
      return true;
    }
    if (isInt(n)) {
      if (!kImmediate.contains(n->integer())) return false;
      sum.add = sumOf(sum.add, subtracted ? -n->integer() : n->integer());
      return kImmediate.contains(sum.add);
    }
    if (!isIn(n->block, header)) {
      sum.others.emplace_back(n, subtracted);
      return sum.others.size() <= kMostTerms;
    }
    if (n->op != Op::kIntAdd && n->op != Op::kIntSub) return false;
    return split(n->input(0), phi, header, sum, subtracted) &&
           split(n->input(1), phi, header, sum, subtracted != (n->op == Op::kIntSub));
  }

  /// Sums wrap as the guest's do. But rounds are few and steps small (both fit immediate integers, and so do all values
  /// of the phi), so if the first and the last index are within the length, those between are.
  void hoist(Node* check, Node* at, const Block* header, const Node* phi, int64_t step, const Last& last) {
    Node *index = check->input(0), *length = check->input(1);
    if (isIn(length->block, header)) return;
    Sum sum;
    if (!split(index, phi, header, sum) || sum.phis != 1) return;
    int64_t by = sum.add;
    Node *first = phi->input(0), *end = last.node;
    if (last.times != 1) end = insert(at, Op::kIntMul, {end, graph_.intConstant(last.times)});
    if (last.step != nullptr) end = insert(at, Op::kIntMul, {end, last.step});
    if (last.first != nullptr) end = insert(at, Op::kIntAdd, {end, last.first});
    // As far as it is the same for both; equal sums will be one node.
    for (auto [n, subtracted] : sum.others) {
      Op op = subtracted ? Op::kIntSub : Op::kIntAdd;
      first = insert(at, op, {first, n});
      end = insert(at, op, {end, n});
    }
    first = plus(at, first, by);
    end = plus(at, end, sumOf(last.add, by));
    Node *least = step > 0 ? first : end, *most = step > 0 ? end : first;
    auto checkHere = [&](Node* n) {
      Node* c = insert(at, Op::kCheckIndex, {n, length});
      c->state = header->entryState;
      c->origin = check->origin;
    };
    Interval low = of(phi->input(0));
    bool isNotNegative = sum.others.empty() && (step > 0 ? low.low + by >= 0 : last.interval.low + by >= 0);
    if (!isNotNegative) checkHere(least);
    checkHere(most);
    context_.changes++;
    graph_.replace(check, index);
  }

  // ---- operations ----

  void visit(Node* n) {
    switch (n->op) {
      case Op::kIntWrap63:
        if (!of(n->input(0)).isWithin(k63Bits)) return;
        context_.changes++;
        return graph_.replace(n, n->input(0));
      case Op::kIntLt:
      case Op::kIntLe:
      case Op::kIntEq: return decide(n, of(n->input(0)), of(n->input(1)));
      case Op::kCheckTrue:
      case Op::kCheckFalse: return learn(n->input(0), n->op == Op::kCheckTrue);
      case Op::kCheckSmall:
        if (of(n->input(0)).isSmall()) return replace(n, n->input(0));
        return refine(n->input(0), kImmediate);
      case Op::kCheckNotZero:
        if (!of(n->input(0)).contains(0)) return replace(n, n->input(0));
        break;
      case Op::kCheckIndex: {
        // It stays: loads that have its result may go no further up than it. (fold removes those that are needless
        // everywhere.)
        Interval length = of(n->input(1));
        refine(n->input(0), {0, length.high - (length.high > INT64_MIN ? 1 : 0)});
        break;
      }
      case Op::kIntOr:
        if (Node* x = rotated(n, n->input(0), n->input(1))) return rotate(n, x, n->input(0)->aux);
        if (Node* x = rotated(n, n->input(1), n->input(0))) return rotate(n, x, n->input(1)->aux);
        break;
      case Op::kBoxInt:
        if (!of(n->input(0)).isSmall()) return;
        n->op = Op::kBoxSmall;
        n->state = nullptr;
        context_.changes++;
        return;
      case Op::kPhi:
        // Joins; those of loops are settled before.
        if (n->type == Type::kInt && !n->block->isLoop) {
          Interval i = of(n->input(0));
          for (uint32_t k = 1; k < n->inputCount(); k++) i = i.join(of(n->input(k)));
          setBase(n, i);
        }
        return;
      default: break;
    }
    if (n->type == Type::kInt && n->id < base_.size()) setBase(n, of(n, 1));
  }

  /// x, if the inputs are x >> by and (x << 32 - by) & 0xFFFFFFFF; else null.
  Node* rotated(const Node* n, const Node* low, const Node* high) {
    if (low->op != Op::kIntShrBy || high->op != Op::kIntAnd || n->type != Type::kInt) return nullptr;
    const Node *shifted = high->input(0), *mask = high->input(1);
    if (!isInt(mask) || mask->integer() != kWords.high || shifted->op != Op::kIntShlBy) return nullptr;
    Node* x = low->input(0);
    bool fits = shifted->input(0) == x && low->aux > 0 && low->aux < 32 && shifted->aux == 32 - low->aux;
    return fits && of(x).isWithin(kWords) ? x : nullptr;
  }
  void rotate(Node* n, Node* x, uint64_t by) {
    Node* rotation = insert(n, Op::kIntRor32By, {x});
    rotation->aux = by;
    replace(n, rotation);
  }

  void decide(Node* n, Interval a, Interval b) {
    int result = -1;
    switch (n->op) {
      case Op::kIntLt: result = a.high < b.low ? 1 : a.low >= b.high ? 0 : -1; break;
      case Op::kIntLe: result = a.high <= b.low ? 1 : a.low > b.high ? 0 : -1; break;
      default: result = a.high < b.low || b.high < a.low ? 0 : -1; break;
    }
    if (result >= 0) replace(n, graph_.boolConstant(result != 0));
  }

  void replace(Node* n, Node* by) {
    context_.changes++;
    graph_.replace(n, by);
  }

  Graph& graph_;
  PassContext& context_;
  DominatorNumbers dominators_;
  ScopedTable<const Node*, Interval, HashNode> known_;
  ScopedTable<Pair, int64_t, HashPair> ordered_;  ///< a + value <= b
  std::vector<Interval> base_;                    ///< wherever the node is there
};

}  // namespace

void findRanges(Graph& graph, PassContext& context) { Ranges(graph, context).run(); }

}  // namespace devvm::jit::passes
