#include <algorithm>

#include "jit/ir/ir.h"

namespace devvm::jit::ir {

namespace {

class Verifier {
 public:
  explicit Verifier(const Graph& graph) : graph_(graph), place_(graph.nodeCount(), kNowhere) {}

  std::string run() {
    if (graph_.blocks().empty()) return "the graph has no block";
    uint32_t number = 0, place = 0;
    for (const Block* b : graph_.blocks()) {
      if (b->number != number++) return in(*b) + "blocks are not in order (Graph::order)";
      for (const Node* n = b->first; n != nullptr; n = n->next) {
        if (n->id >= graph_.nodeCount()) return in(*b) + "a node of another graph";
        if (place_[n->id] != kNowhere) return in(*n) + "stands twice, or two have its number";
        place_[n->id] = place++;
      }
    }
    for (const Block* b : graph_.blocks()) {
      if (!edges(*b) || !shape(*b)) return fault_;
      for (const Node* n = b->first; n != nullptr; n = n->next) {
        if (!node(*n)) return fault_;
      }
      if (b->entryState != nullptr && !entryState(*b)) return fault_;
    }
    return "";
  }

 private:
  static constexpr uint32_t kNowhere = UINT32_MAX;

  static std::string in(const Block& b) { return "b" + std::to_string(b.id) + ": "; }
  static std::string in(const Node& n) { return (n.block != nullptr ? in(*n.block) : std::string()) + print(n) + ": "; }
  template <typename T>
  bool wrong(const T& where, const std::string& what) {
    fault_ = in(where) + what;
    return false;
  }

  bool edges(const Block& b) {
    auto times = [](const std::vector<Block*>& list, const Block* one) {
      return std::count(list.begin(), list.end(), one);
    };
    for (const Block* to : b.successors) {
      if (to->number >= graph_.blocks().size() || graph_.blocks()[to->number] != to)
        return wrong(b, "its successor is not in order");
      if (times(b.successors, to) != times(to->predecessors, &b))
        return wrong(b, "b" + std::to_string(to->id) + " does not know it as a predecessor");
    }
    for (const Block* from : b.predecessors) {
      if (from->number >= graph_.blocks().size()) return wrong(b, "its predecessor cannot be reached");
      if (times(from->successors, &b) == 0)
        return wrong(b, "b" + std::to_string(from->id) + " does not know it as a successor");
    }
    if (b.number == 0) return b.predecessors.empty() || wrong(b, "the entry has a predecessor");
    // Dominators as they would be found again.
    const Block* meet = nullptr;
    bool isLoop = false;
    for (const Block* p : b.predecessors) {
      if (meet == nullptr) meet = p;
      const Block* other = p;
      while (meet != other) {
        (meet->domDepth >= other->domDepth ? meet : other) =
            (meet->domDepth >= other->domDepth ? meet : other)->dominator;
      }
      isLoop |= p->number >= b.number;
    }
    // (A back-edge comes from below its header.)
    if (meet != b.dominator && !(isLoop && meet == &b)) return wrong(b, "its dominator has changed (Graph::order)");
    if (isLoop != b.isLoop) return wrong(b, "it is entered by a back-edge, and no loop's header");
    for (size_t i = 0; isLoop && i < b.predecessors.size(); i++) {
      bool back = b.dominates(b.predecessors[i]);
      if (back == (i == 0)) return wrong(b, "the way in is the first predecessor of a loop, and the only one");
    }
    return true;
  }

  bool shape(const Block& b) {
    const Node* previous = nullptr;
    for (const Node* n = b.first; n != nullptr; n = n->next) {
      if (n->block != &b || n->previous != previous) return wrong(*n, "it is linked wrongly");
      if (n->isReplaced()) return wrong(*n, "it is replaced, and still there");
      if (n->isPhi() && previous != nullptr && !previous->isPhi()) return wrong(*n, "phis come first");
      if (n->has(kTerminator) != (n->next == nullptr)) return wrong(*n, "a block ends with its only terminator");
      previous = n;
    }
    if (b.last != previous || previous == nullptr) return wrong(b, "it has no end");
    Op op = b.last->op;
    size_t wanted = op == Op::kJump ? 1 : op == Op::kBranch ? 2 : 0;
    return b.successors.size() == wanted ||
           wrong(*b.last, "it has " + std::to_string(b.successors.size()) + " successors");
  }

  /// Whether `value` is there where `at` runs, or at the end of `end`.
  bool isThere(const Node& value, const Node* at, const Block* end) {
    if (value.block == nullptr || place_[value.id] == kNowhere) return false;
    const Block* user = at != nullptr ? at->block : end;
    if (value.block != user) return value.block->dominates(user);
    return at == nullptr || place_[value.id] < place_[at->id];
  }

  bool node(const Node& n) {
    const OpInfo& info = n.info();
    if (info.inputs >= 0 && n.inputCount() != static_cast<uint32_t>(info.inputs))
      return wrong(n, "it has too many inputs, or too few");
    if (n.isPhi()) {
      if (n.inputCount() != n.block->predecessors.size()) return wrong(n, "it has not one input for each predecessor");
      if (n.type == Type::kNone || (n.type == Type::kSame && !graph_.isLoose)) return wrong(n, "it has no type");
    } else if (n.type != info.type) {
      return wrong(n, "its type is not that of its operation");
    }
    if (n.isConstant() && n.block->number != 0) return wrong(n, "constants are in the entry block");
    for (uint32_t i = 0; i < n.inputCount(); i++) {
      const Node* input = n.input(i);
      if (input == nullptr) return wrong(n, "an input is missing");
      const Node* at = n.isPhi() ? nullptr : &n;
      if (!isThere(*input, at, n.isPhi() ? n.block->predecessors[i] : nullptr)) {
        return wrong(n, "n" + std::to_string(input->id) + " is not there");
      }
      if (isVirtual(input) && !isVirtual(&n))
        return wrong(n, "n" + std::to_string(input->id) + " is an object that does not exist");
      Type wanted = n.isPhi() ? n.type : inputType(n.op, i);
      if (input->type == Type::kNone) return wrong(n, "n" + std::to_string(input->id) + " has no result");
      bool fits = input->type == wanted || (wanted == Type::kSame && !n.isPhi()) ||
                  (graph_.isLoose && (wanted == Type::kTagged || wanted == Type::kSame));
      if (!fits)
        return wrong(n, "n" + std::to_string(input->id) + " is " + typeName(input->type) + ", not " + typeName(wanted));
    }
    if (n.op == Op::kResult) {
      const Node* before = n.previous;
      while (before != nullptr && before->op == Op::kResult) before = before->previous;
      if (before != n.input(0) || before->op != Op::kCall) return wrong(n, "it does not stand right behind its call");
      if (n.aux >= resultsOfCall(before->aux)) return wrong(n, "its call does not give so many");
    }
    bool wantsState = info.flags & (kGuard | kCalls | kSafepoint);
    if (wantsState && n.state == nullptr) return wrong(n, "it has no frame state");
    if (!wantsState && n.state != nullptr && !graph_.isLoose) return wrong(n, "it has a frame state, and never stops");
    return n.state == nullptr || state(*n.state, n, &n, nullptr);
  }

  template <typename T>
  bool state(const FrameState& innermost, const T& where, const Node* at, const Block* end) {
    const Function* function = nullptr;
    for (const FrameState* s = &innermost; s != nullptr; s = s->caller) {
      if (s->function == nullptr) return wrong(where, "its frame state is of no function");
      if (function != nullptr && function->caller != s->function)
        return wrong(where, "its frame state has a frame of another function than the caller's");
      function = s->function;
      if (s->count != s->function->locals + s->depth)
        return wrong(where, "its frame state has too many values, or too few");
      for (uint32_t i = 0; i <= s->count; i++) {
        const Node* v = i < s->count ? s->value(i) : s->callee != nullptr ? s->callee->resolve() : nullptr;
        if (v == nullptr) continue;
        if (v->type == Type::kNone)
          return wrong(where, "its frame state holds n" + std::to_string(v->id) + ", which has no result");
        if (!isThere(*v, at, end))
          return wrong(where, "its frame state holds n" + std::to_string(v->id) + ", which is not there");
      }
    }
    if (function->caller != nullptr) return wrong(where, "its frame state lacks the caller's");
    return true;
  }

  bool entryState(const Block& b) {
    if (b.number == 0) return wrong(b, "the entry has a frame state of a loop");
    return state(*b.entryState, b, nullptr, b.predecessors[0]);
  }

  const Graph& graph_;
  std::vector<uint32_t> place_;
  std::string fault_;
};

}  // namespace

std::string verify(const Graph& graph) { return Verifier(graph).run(); }

}  // namespace devvm::jit::ir
