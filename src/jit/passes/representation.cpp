// Chooses the type of each phi and boxes what operations want tagged: makes a strict graph of a loose one.
//
// Types are found optimistically: phis begin with no type, and take the one that their inputs agree on. A tagged value
// of unknown type may become raw by a check at the end of the edge on which it arrives, if the phi is wanted as a
// number: so a loop over a parameter checks it once, in front of it.
#include <array>

#include "jit/passes/facts.h"
#include "jit/passes/interval.h"
#include "jit/passes/pass.h"

namespace devvm::jit::passes {

using ir::Block;
using ir::FrameState;
using ir::Graph;
using ir::Node;
using ir::Op;
using ir::Type;

namespace {

/// What is known of a phi, or of an input: from nothing yet to what has no common raw type.
enum Kind : uint8_t { kTop, kCheckable, kRawInt, kRawFloat, kRawBool, kMixed };

/// What phis are wanted as, by those who use them.
enum Want : uint8_t { kWantInt = 1, kWantFloat = 2, kWantOther = 4 };

Kind meet(Kind a, Kind b) {
  if (a == kTop || a == b) return b;
  if (b == kTop) return a;
  if (a == kCheckable && b <= kRawFloat) return b;
  if (b == kCheckable && a <= kRawFloat) return a;
  return kMixed;
}

/// The operation only hands on its input, if it is raw.
bool handsOn(const Node* n) {
  return n->op == Op::kCheckNotNil || n->op == Op::kCheckIdentity || n->op == Op::kCheckNoFloat ||
         n->op == Op::kToTagged;
}

class Representation {
 public:
  Representation(Graph& graph, PassContext& context) : graph_(graph), context_(context) {}

  void run() {
    kinds_.assign(graph_.nodeCount(), kTop);
    wants_.assign(graph_.nodeCount(), 0);
    for (Block* b : graph_.blocks()) {
      for (Node* n = b->first; n != nullptr && n->isPhi(); n = n->next) phis_.push_back(n);
    }
    findWants();
    do {
      findKinds();
    } while (!settle());
    for (Node* n : phis_) {
      constexpr Type kTypes[] = {Type::kTagged, Type::kTagged, Type::kInt, Type::kFloat, Type::kBool, Type::kTagged};
      n->type = kTypes[kinds_[n->id]];
      context_.changes += n->type != Type::kTagged;
    }
    makeTwins();
    // A copy: edges are split on the way.
    for (Block* b : std::vector<Block*>(graph_.blocks())) {
      forEach(b, [this](Node* n) {
        if (!n->isPhi()) rewrite(n);
      });
    }
    for (Node* n : phis_) fillTwin(n);
    for (Node* n : phis_) {
      for (uint32_t i = 0; i < n->inputCount(); i++) n->setInput(i, onEdge(n, i));
    }
    graph_.isLoose = false;
    graph_.order();
    constexpr uint8_t kStops = ir::kGuard | ir::kCalls | ir::kSafepoint;
    for (Block* b : graph_.blocks()) {
      for (Node* n = b->first; n != nullptr; n = n->next) {
        if ((n->info().flags & kStops) == 0) n->state = nullptr;
      }
    }
  }

 private:
  // ---- types of phis ----

  void findWants() {
    for (Block* b : graph_.blocks()) {
      for (Node* n = b->first; n != nullptr; n = n->next) {
        if (n->isPhi() || handsOn(n) || ir::isVirtual(n)) continue;
        uint8_t want = n->op == Op::kCheckInt                                  ? kWantInt
                       : n->op == Op::kCheckFloat || n->op == Op::kCheckNumber ? kWantFloat
                                                                               : kWantOther;
        for (uint32_t i = 0; i < n->inputCount(); i++) wants_[n->input(i)->id] |= want;
      }
    }
    // From phis (and what hands on) to what they are made of.
    for (bool changed = true; changed;) {
      changed = false;
      for (size_t k = graph_.blocks().size(); k-- > 0;) {
        for (Node* n = graph_.blocks()[k]->last; n != nullptr; n = n->previous) {
          if (!n->isPhi() && !handsOn(n)) continue;
          for (uint32_t i = 0; i < n->inputCount(); i++) {
            uint8_t& want = wants_[n->input(i)->id];
            changed |= (want | wants_[n->id]) != want;
            want |= wants_[n->id];
          }
        }
      }
    }
  }

  /// The state with which the edge may be left before it is taken; null: none.
  FrameState* stateOn(const Node* phi, uint32_t i) const {
    const Block* b = phi->block;
    if (b->isLoop && i == 0 && b->entryState != nullptr) return b->entryState;
    return b->predecessors[i]->terminator()->state;
  }

  Kind kindOf(const Node* phi, uint32_t i) const {
    Node* n = phi->input(i);
    while (handsOn(n)) n = n->input(0);
    switch (n->type) {
      case Type::kInt: return kRawInt;
      case Type::kFloat: return kRawFloat;
      case Type::kBool: return kRawBool;
      default: break;
    }
    if (n->isPhi() && kinds_[n->id] != kMixed) return static_cast<Kind>(kinds_[n->id]);
    switch (n->op) {
      case Op::kConstant:
        if (n->value().isInt()) return kRawInt;
        if (n->value().isDouble()) return kRawFloat;
        return n->value().isBoolean() ? kRawBool : kMixed;
      case Op::kCheckTable:
      case Op::kCheckShape:
      case Op::kCheckShapes:
      case Op::kCheckString:
      case Op::kCheckClosure:
      case Op::kCheckNative:
      case Op::kCheckIs:
      case Op::kCheckBlock:
      case Op::kCheckBlockField:
      case Op::kCheckItems:
      case Op::kCheckBuffer:
      case Op::kNewBlock:
      case Op::kNewTable:
      case Op::kNewClosure:
      case Op::kNewCell:
      case Op::kShapeOwner:
      case Op::kObject:
      case Op::kCallee: return kMixed;
      default: break;
    }
    const FrameState* state = stateOn(phi, i);
    return state != nullptr && !context_.failed(*state) ? kCheckable : kMixed;
  }

  void findKinds() {
    for (bool changed = true; changed;) {
      changed = false;
      for (Node* n : phis_) {
        Kind kind = static_cast<Kind>(kinds_[n->id]);
        for (uint32_t i = 0; i < n->inputCount() && kind != kMixed; i++) {
          if (n->input(i) != n) kind = meet(kind, kindOf(n, i));
        }
        changed |= kind != kinds_[n->id];
        kinds_[n->id] = kind;
      }
    }
  }

  /// Gives up phis whose checks nobody wants. False: types have to be found again.
  bool settle() {
    bool settled = true;
    for (Node* n : phis_) {
      uint8_t& kind = kinds_[n->id];
      if (kind == kMixed || kind == kRawBool) continue;
      bool good = kind == kRawInt || kind == kRawFloat;
      uint8_t want = kind == kRawInt ? kWantInt : kWantFloat;
      for (uint32_t i = 0; i < n->inputCount() && good; i++) {
        if (kindOf(n, i) != kCheckable) continue;
        bool isWayIn = n->block->isLoop && i == 0;
        good = isWayIn ? (wants_[n->id] & (kWantInt | kWantFloat)) == want : wants_[n->id] == want;
      }
      if (good) continue;
      kind = kMixed;
      settled = false;
    }
    return settled;
  }

  // ---- numbers of two types ----

  static bool isNumberConstant(const Node* n) {
    constexpr int64_t kExact = int64_t{1} << 53;
    if (n->op == Op::kIntConstant) return n->integer() >= -kExact && n->integer() <= kExact;
    return n->op == Op::kFloatConstant || (n->op == Op::kConstant && n->value().isNumber());
  }

  /// A phi of doubles and constant integers (a sum that begins with 0) stays what it is; those who want it as a number
  /// have a second phi, of doubles.
  void makeTwins() {
    std::vector<bool> may(graph_.nodeCount(), false);
    for (Node* n : phis_) may[n->id] = kinds_[n->id] == kMixed;
    for (bool changed = true; changed;) {
      changed = false;
      for (Node* n : phis_) {
        if (!may[n->id]) continue;
        for (uint32_t i = 0; i < n->inputCount() && may[n->id]; i++) {
          const Node* in = n->input(i);
          bool good = in->type == Type::kFloat || isNumberConstant(in) || (in->isPhi() && may[in->id]);
          if (good) continue;
          may[n->id] = false;
          changed = true;
        }
      }
    }
    // Those that somebody wants, and what they are made of.
    std::vector<Node*> work;
    twins_.assign(graph_.nodeCount(), nullptr);
    auto want = [&](Node* n) {
      if (!n->isPhi() || !may[n->id] || twins_[n->id] != nullptr) return;
      Node* twin = graph_.newNode(Op::kPhi, {});
      twin->type = Type::kFloat;
      twin->origin = n->origin;
      twins_[n->id] = twin;
      work.push_back(n);
    };
    for (Block* b : graph_.blocks()) {
      for (Node* n = b->first; n != nullptr; n = n->next) {
        if (n->op == Op::kCheckNumber) want(n->input(0));
      }
    }
    while (!work.empty()) {
      Node* n = work.back();
      work.pop_back();
      graph_.insertAtStart(n->block, twins_[n->id]);
      for (uint32_t i = 0; i < n->inputCount(); i++) want(n->input(i));
    }
  }

  void fillTwin(Node* n) {
    Node* twin = twins_[n->id];
    if (twin == nullptr) return;
    for (uint32_t i = 0; i < n->inputCount(); i++) {
      Node* in = n->input(i);
      if (in->isPhi() && in->id < twins_.size() && twins_[in->id] != nullptr) {
        in = twins_[in->id];
      } else if (in->op == Op::kIntConstant) {
        in = graph_.floatConstant(static_cast<double>(in->integer()));
      } else if (in->op == Op::kConstant) {
        heap::Value v = in->value();
        in = graph_.floatConstant(v.isInt() ? static_cast<double>(v.asInt()) : v.asDouble());
      }
      graph_.addInput(twin, in);
    }
  }

  // ---- operations ----

  Node* insert(Node* at, Op op, std::initializer_list<Node*> inputs, FrameState* state, uint64_t aux = 0) {
    Node* n = graph_.newNode(op, inputs, aux);
    n->origin = at->origin;
    if (n->has(ir::kGuard)) n->state = state;
    graph_.insertBefore(at, n);
    return n;
  }

  /// The value of a raw node, tagged, before `at`.
  Node* box(Node* n, Node* at, FrameState* state) {
    switch (n->type) {
      case Type::kInt:
        if (n->op == Op::kIntConstant && heap::Value::fitsInt(n->integer())) {
          return graph_.constant(heap::Value::smallInt(n->integer()));
        }
        return insert(at, intervalOf(n).isSmall() ? Op::kBoxSmall : Op::kBoxInt, {n}, state);
      case Type::kFloat:
        if (n->op == Op::kFloatConstant) return graph_.constant(heap::Value::canonical(n->number()));
        return insert(at, Op::kBoxFloat, {n}, state);
      case Type::kBool:
        if (n->op == Op::kBoolConstant) return graph_.constant(heap::Value::boolean(n->aux != 0));
        return insert(at, Op::kBoxBool, {n}, state);
      default: return n;
    }
  }

  void rewrite(Node* n) {
    Node* x = n->inputCount() > 0 ? n->input(0) : nullptr;
    Type type = x != nullptr ? x->type : Type::kNone;
    bool raw = type == Type::kInt || type == Type::kFloat || type == Type::kBool;
    Node* by = nullptr;
    switch (n->op) {
      case Op::kToTagged: return graph_.replace(n, box(x, n, n->state));
      case Op::kCheckInt:
        if (type == Type::kInt) by = x;
        break;
      case Op::kCheckInteger:
        if (type == Type::kInt) by = x;
        break;
      case Op::kCheckNoFloat:
        if (type == Type::kInt || type == Type::kBool) by = x;
        break;
      case Op::kCheckFloat:
        if (type == Type::kFloat) by = x;
        break;
      case Op::kCheckNumber:
        if (type == Type::kFloat) by = x;
        if (x->isPhi() && x->id < twins_.size() && twins_[x->id] != nullptr) by = twins_[x->id];
        // Immediate integers only: wide ones are not told apart by their double.
        if (type == Type::kInt) by = insert(n, Op::kIntToFloat, {insert(n, Op::kCheckSmall, {x}, n->state)}, nullptr);
        break;
      case Op::kCheckNotNil:
        if (raw || isNeverNil(x)) by = x;  // those who want it tagged box it
        break;
      case Op::kCheckIdentity:
        if (raw) by = x;
        break;
      case Op::kIsOfType:
        if (raw) by = graph_.boolConstant(n->aux == static_cast<uint64_t>(ir::valueTypeOf(type)));
        break;
      case Op::kIsNil:
        if (raw) by = graph_.boolConstant(false);
        break;
      case Op::kIsInt:
        if (type == Type::kFloat || type == Type::kBool) by = graph_.boolConstant(false);
        if (type == Type::kInt) by = isImmediate(n, x);
        break;
      case Op::kUnboxInt:
        if (type == Type::kInt) by = x;
        break;
      case Op::kIsFalsy:
        if (type == Type::kInt || type == Type::kFloat) by = graph_.boolConstant(false);
        if (type == Type::kBool) by = insert(n, Op::kNot, {x}, nullptr);
        break;
      case Op::kSame: by = same(n, x, n->input(1)); break;
      case Op::kCheckIs:
        if (type == Type::kBool && n->value().isBoolean()) {
          insert(n, n->value().isTrue() ? Op::kCheckTrue : Op::kCheckFalse, {x}, n->state);
          by = graph_.constant(n->value());
        }
        break;
      default: break;
    }
    if (by != nullptr) {
      context_.changes++;
      return graph_.replace(n, by);
    }
    for (uint32_t i = 0; i < n->inputCount(); i++) {
      if (ir::inputType(n->op, i) == Type::kTagged) n->setInput(i, box(n->input(i), n, n->state));
    }
  }

  /// Whether a raw integer fits an immediate one.
  Node* isImmediate(Node* at, Node* x) {
    if (intervalOf(x).isSmall()) return graph_.boolConstant(true);
    constexpr uint64_t kTagBits = 64 - heap::kTagShift;
    Node* cut = insert(at, Op::kIntSarBy, {insert(at, Op::kIntShlBy, {x}, nullptr, kTagBits)}, nullptr, kTagBits);
    return insert(at, Op::kIntEq, {cut, x}, nullptr);
  }

  /// Comparison of bits with a raw value; null: both are boxed for it.
  Node* same(Node* n, Node* a, Node* b) {
    if (a->op == Op::kConstant) std::swap(a, b);
    if (b->op != Op::kConstant) return nullptr;
    heap::Value v = b->value();
    if (a->type == Type::kBool) {
      if (!v.isBoolean()) return graph_.boolConstant(false);
      return v.isTrue() ? a : insert(n, Op::kNot, {a}, nullptr);
    }
    bool number = a->type == Type::kInt || a->type == Type::kFloat;
    return number && !v.isNumber() ? graph_.boolConstant(false) : nullptr;
  }

  // ---- inputs of phis ----

  /// Where code on the edge goes: before the jump that is its end.
  Node* endOf(Block* to, uint32_t i) {
    Block* from = to->predecessors[i];
    if (from->successors.size() == 1) return from->terminator();
    // Which of the edges between the two this is.
    uint32_t nth = 0;
    for (uint32_t k = 0; k < i; k++) nth += to->predecessors[k] == from;
    Block* middle = graph_.newBlock();
    middle->isRare = from->isRare || to->isRare;
    Node* jump = graph_.newNode(Op::kJump, {});
    jump->state = from->terminator()->state;
    jump->origin = from->terminator()->origin;
    graph_.append(middle, jump);
    for (Block*& s : from->successors) {
      if (s != to || nth-- > 0) continue;
      s = middle;
      break;
    }
    to->predecessors[i] = middle;
    middle->predecessors.push_back(from);
    middle->successors.push_back(to);
    return jump;
  }

  Node* onEdge(Node* phi, uint32_t i) {
    Node* n = phi->input(i);
    if (n->type == phi->type) return n;
    if (n->op == Op::kConstant) {
      // Of a raw phi.
      heap::Value v = n->value();
      if (phi->type == Type::kInt) return graph_.intConstant(v.asInt());
      if (phi->type == Type::kFloat) return graph_.floatConstant(v.asDouble());
      return graph_.boolConstant(v.isTrue());
    }
    if (phi->type == Type::kTagged && n->isConstant()) {
      bool wide = n->op == Op::kIntConstant && !heap::Value::fitsInt(n->integer());
      if (!wide) return box(n, nullptr, nullptr);
    }
    bool isBox = n->op == Op::kBoxInt || n->op == Op::kBoxSmall || n->op == Op::kBoxFloat || n->op == Op::kBoxBool;
    if (isBox && n->input(0)->type == phi->type) return n->input(0);
    FrameState* state = stateOn(phi, i);
    Node* at = endOf(phi->block, i);
    Node* result = phi->type == Type::kTagged
                       ? box(n, at, state)
                       : insert(at, phi->type == Type::kInt ? Op::kCheckInt : Op::kCheckFloat, {n}, state);
    if (state != nullptr) result->origin = {state->function, state->offset};
    return result;
  }

  Graph& graph_;
  PassContext& context_;
  std::vector<Node*> phis_;
  std::vector<uint8_t> kinds_;  ///< of phis, by their ids
  std::vector<uint8_t> wants_;
  std::vector<Node*> twins_;  ///< likewise: the phi of doubles beside one of numbers; null: none
};

}  // namespace

void chooseRepresentations(Graph& graph, PassContext& context) {
  if (graph.isLoose) Representation(graph, context).run();
}

}  // namespace devvm::jit::passes
