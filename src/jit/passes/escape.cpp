// Objects that only this code knows are not made: their fields are values (scalar replacement). Where the interpreter
// would go on with them, frame states have a virtual object instead, of which exits make a real one.
//
// An object escapes if anything but loads, stores, checks and frame states has it; being stored in another object is
// no escape once that one is gone. What its slots hold is followed through the blocks below its allocation, with phis
// where ways meet (Stadler, Wuerthinger & Moessenboeck, "Partial escape analysis and scalar replacement for Java", CGO
// 2014, has the same for objects that escape on some ways). Runs on loose graphs: slots hold raw values, too.

#include <algorithm>
#include <unordered_map>

#include "jit/passes/facts.h"
#include "jit/passes/pass.h"
#include "runtime/shape.h"

namespace devvm::jit::passes {

using ir::Block;
using ir::FrameState;
using ir::Graph;
using ir::Node;
using ir::Op;
using runtime::ShapeTable;
using runtime::Table;

namespace {

/// Objects within objects within objects: so often the pass looks again.
constexpr int kMostRounds = 6;
constexpr uint32_t kMostObjects = 200;
constexpr uint32_t kMostSlots = 16;
/// The shape of a new table, if the builder has not told it.
constexpr uint64_t kRootShape = UINT64_MAX;

bool isCandidate(const Node* n) {
  switch (n->op) {
    case Op::kNewCell: return true;
    case Op::kNewClosure: return n->inputCount() <= kMostSlots;
    case Op::kNewTable:
      return static_cast<uint32_t>(n->aux) == 0 && ShapeTable::inlineClass(n->aux >> 32) <= kMostSlots;
    default: return false;
  }
}

uint32_t slotCountOf(const Node* n) {
  switch (n->op) {
    case Op::kNewCell: return 1;
    case Op::kNewClosure: return n->inputCount();
    default: return ShapeTable::inlineClass(static_cast<uint32_t>(n->aux >> 32));
  }
}

/// The object that a node hands on: what guards check of new objects is seen when they are gone through.
Node* handedOn(Node* n) {
  for (;;) {
    switch (n->op) {
      case Op::kCheckTable:
      case Op::kCheckShape:
      case Op::kCheckShapes:
      case Op::kCheckClosure:
      case Op::kCheckNotNil:
      case Op::kToTagged: n = n->input(0); break;
      default: return n;
    }
  }
}

/// Number of a table's inline slot, or UINT32_MAX.
uint32_t slotAt(uint64_t offset, uint32_t count) {
  uint64_t slot = (offset - Table::kInlineOffset) / 8;
  return offset >= Table::kInlineOffset && slot < count ? static_cast<uint32_t>(slot) : UINT32_MAX;
}

/// What can be done with a use of an object that is not there.
bool isHarmless(const Node* object, const Node* user, uint32_t input) {
  // Each frame state gets what holds it anew, with the object as it is there.
  if (isVirtual(user)) return true;
  bool isTable = object->op == Op::kNewTable, isClosure = object->op == Op::kNewClosure;
  switch (user->op) {
    case Op::kLoadField: return isTable && slotAt(user->aux, slotCountOf(object)) != UINT32_MAX;
    case Op::kStoreField: return isTable && input == 0 && slotAt(user->aux, slotCountOf(object)) != UINT32_MAX;
    case Op::kStoreShape:
    case Op::kHasShape:
    case Op::kCheckShape:
    case Op::kCheckShapes:
    case Op::kCheckTable: return isTable;
    case Op::kCheckClosure: return isClosure && user->aux == object->aux;
    case Op::kIsOfType: return isTable || isClosure;
    case Op::kIsClosure: return isClosure;
    case Op::kLoadUpvalue: return isClosure && user->aux < object->inputCount();
    case Op::kLoadCell: return object->op == Op::kNewCell;
    case Op::kStoreCell: return object->op == Op::kNewCell && input == 0;
    case Op::kCheckNotNil:
    case Op::kCheckIdentity:
    case Op::kIsNil:
    case Op::kIsInt:
    case Op::kIsFalsy:
    case Op::kSame:
    case Op::kToTagged: return true;
    default: return false;
  }
}

/// What an object is like at some place.
struct Contents {
  std::vector<Node*> slots;
  uint64_t shape = kRootShape;
};

/// One object that does not escape.
class Replacement {
 public:
  Replacement(Graph& graph, Node* object) : graph_(graph), object_(object), atEnd_(graph.blocks().size()) {
    findHolders();
  }

  /// Whether its shape is known wherever somebody asks. Changes nothing.
  bool isPossible() {
    if (object_->op != Op::kNewTable) return true;
    std::vector<uint64_t> shapes(graph_.blocks().size(), kNone);
    for (const Block* b : graph_.blocks()) {
      if (!object_->block->dominates(b)) continue;
      uint64_t shape = kNone;
      for (const Block* p : b->predecessors) {
        if (b == object_->block || p->number >= b->number) continue;
        uint64_t there = shapes[p->number];
        shape = shape == kNone || shape == there ? there : kMixed;
      }
      const FrameState* entry = b != object_->block ? b->entryState : nullptr;
      if (entry != nullptr && holds(*entry) && !isNamed(shapes[b->predecessors[0]->number])) return false;
      for (Node* n = b->first; n != nullptr; n = n->next) {
        if (n == object_) shape = firstShape();
        if (shape == kNone) continue;
        bool isIt = n->inputCount() > 0 && handedOn(n->input(0)) == object_;
        if (isIt && n->op == Op::kStoreShape) shape = n->aux;
        if (isIt && n->op == Op::kCheckShape && shape != n->aux) return false;
        if (isIt && n->op == Op::kCheckShapes && !n->pointer<ir::ShapeSet>()->has(shape)) return false;
        if (isIt && n->op == Op::kHasShape && !isNamed(shape)) return false;
        if (n->state != nullptr && holds(*n->state) && !isNamed(shape)) return false;
      }
      shapes[b->number] = shape;
    }
    // Loops have to leave it as they found it.
    for (const Block* b : graph_.blocks()) {
      if (!b->isLoop || b == object_->block || !object_->block->dominates(b)) continue;
      for (const Block* p : b->predecessors) {
        if (shapes[p->number] != shapes[b->predecessors[0]->number]) return false;
      }
    }
    return true;
  }

  void run() {
    for (Block* b : graph_.blocks()) {
      if (!object_->block->dominates(b)) continue;
      enter(b);
      forEach(b, [this](Node* n) { visit(n); });
      atEnd_[b->number] = now_;
    }
    for (auto& [phi, slot] : loopPhis_) {
      for (uint32_t i = 1; i < phi->block->predecessors.size(); i++) {
        graph_.addInput(phi, atEnd_[phi->block->predecessors[i]->number].slots[slot]);
      }
    }
    graph_.unlink(object_);
  }

 private:
  static constexpr uint64_t kNone = UINT64_MAX - 1, kMixed = UINT64_MAX - 2;
  /// Exits make tables of shapes that have an id.
  static bool isNamed(uint64_t shape) { return shape < kMixed; }

  /// Virtual objects that hold this one, or others that do.
  void findHolders() {
    for (const Block* b : graph_.blocks()) {
      for (const Node* n = b->first; n != nullptr; n = n->next) {
        if (!isVirtual(n)) continue;
        for (uint32_t i = 0; i < n->inputCount(); i++) {
          if (!isHeldBy(n->input(i))) continue;
          if (holders_.empty()) holders_.assign(graph_.nodeCount(), 0);
          holders_[n->id] = 1;
        }
      }
    }
  }
  /// Whether a value is the object, or a virtual one that holds it.
  bool isHeldBy(Node* value) const {
    value = handedOn(value);
    return value == object_ || (value->id < holders_.size() && holders_[value->id] != 0);
  }

  bool holds(const FrameState& state) const {
    for (const FrameState* s = &state; s != nullptr; s = s->caller) {
      for (uint32_t i = 0; i < s->count; i++) {
        if (Node* v = s->value(i); v != nullptr && isHeldBy(v)) return true;
      }
      if (s->callee != nullptr && isHeldBy(s->callee->resolve())) return true;
    }
    return false;
  }

  void enter(Block* b) {
    changed();
    if (b == object_->block) return;
    if (b->entryState != nullptr && holds(*b->entryState)) {
      now_ = atEnd_[b->predecessors[0]->number];
      b->entryState = withVirtual(*b->entryState, b->predecessors[0]->terminator());
      changed();
    }
    now_ = atEnd_[b->predecessors[0]->number];
    if (b->predecessors.size() == 1) return;
    for (uint32_t slot = 0; slot < now_.slots.size(); slot++) {
      bool differs = b->isLoop;
      for (const Block* p : b->predecessors) {
        differs = differs || atEnd_[p->number].slots[slot]->resolve() != now_.slots[slot]->resolve();
      }
      if (!differs) continue;
      Node* phi = graph_.newNode(Op::kPhi, {});
      phi->origin = b->first->origin;
      graph_.insertAtStart(b, phi);
      for (uint32_t i = 0; i < (b->isLoop ? 1 : b->predecessors.size()); i++) {
        graph_.addInput(phi, atEnd_[b->predecessors[i]->number].slots[slot]);
      }
      if (b->isLoop) loopPhis_.emplace_back(phi, slot);
      now_.slots[slot] = phi;
    }
  }

  /// The virtual object is another one from here on.
  void changed() {
    virtual_ = nullptr;
    copies_.clear();
    states_.clear();
  }

  void visit(Node* n) {
    if (n == object_) return begin();
    if (n->state != nullptr && holds(*n->state)) n->state = withVirtual(*n->state, n);
    bool uses = false, isFirst = n->inputCount() > 0 && n->input(0) == object_;
    for (uint32_t i = 0; i < n->inputCount(); i++) uses |= n->input(i) == object_;
    if (!uses || isVirtual(n)) return;  // frame states get others
    switch (n->op) {
      case Op::kLoadField: return graph_.replace(n, now_.slots[slotAt(n->aux, count())]);
      case Op::kLoadCell: return graph_.replace(n, now_.slots[0]);
      case Op::kLoadUpvalue: return graph_.replace(n, now_.slots[n->aux]);
      case Op::kStoreField: return store(n, slotAt(n->aux, count()));
      case Op::kStoreCell: return store(n, 0);
      case Op::kStoreShape:
        now_.shape = n->aux;
        changed();
        return graph_.unlink(n);
      case Op::kHasShape: return graph_.replace(n, graph_.boolConstant(now_.shape == n->aux));
      case Op::kIsClosure: return graph_.replace(n, graph_.boolConstant(object_->aux == n->aux));
      case Op::kIsOfType: {
        ir::ValueType type = object_->op == Op::kNewTable ? ir::ValueType::kTable : ir::ValueType::kFunction;
        return graph_.replace(n, graph_.boolConstant(n->aux == static_cast<uint64_t>(type)));
      }
      case Op::kIsNil:
      case Op::kIsInt:
      case Op::kIsFalsy: return graph_.replace(n, graph_.boolConstant(false));
      case Op::kSame: return graph_.replace(n, graph_.boolConstant(isFirst && n->input(1) == object_));
      default: return graph_.replace(n, object_);  // guards hand it on
    }
  }

  uint64_t firstShape() const {
    uint32_t known = object_->op == Op::kNewTable ? graph_.rootShapes[slotCountOf(object_)] : 0;
    return known != 0 ? known : kRootShape;
  }
  uint32_t count() const { return static_cast<uint32_t>(now_.slots.size()); }

  void begin() {
    now_ = {};
    now_.shape = firstShape();
    now_.slots.assign(slotCountOf(object_), graph_.constant(heap::Value::nil()));
    for (uint32_t i = 0; i < object_->inputCount(); i++) now_.slots[i] = object_->input(i);
  }

  void store(Node* n, uint32_t slot) {
    now_.slots[slot] = n->input(1);
    changed();
    graph_.unlink(n);
  }

  /// The object as it is now, in front of a node.
  Node* virtualBefore(Node* at) {
    if (virtual_ != nullptr) return virtual_;
    switch (object_->op) {
      case Op::kNewCell: virtual_ = graph_.newNode(Op::kVirtualCell, now_.slots); break;
      case Op::kNewClosure: virtual_ = graph_.newNode(Op::kVirtualClosure, now_.slots, object_->aux); break;
      default: virtual_ = graph_.newNode(Op::kVirtualTable, now_.slots, now_.shape | uint64_t{count()} << 32); break;
    }
    virtual_->origin = at->origin;
    graph_.insertBefore(at, virtual_);
    return virtual_;
  }

  /// What a frame state is to have in place of a value: virtual objects that hold this one are made anew.
  Node* heldBefore(Node* value, Node* at) {
    value = handedOn(value);
    if (value == object_) return virtualBefore(at);
    if (auto known = copies_.find(value); known != copies_.end()) return known->second;
    std::vector<Node*> slots;
    for (uint32_t i = 0; i < value->inputCount(); i++) {
      Node* in = value->input(i);
      slots.push_back(isHeldBy(in) ? heldBefore(in, at) : in);
    }
    Node* copy = graph_.newNode(value->op, slots, value->aux);
    copy->origin = at->origin;
    graph_.insertBefore(at, copy);
    return copies_[value] = copy;
  }

  /// A state is shared by nodes, and so is its copy, as long as the object is the same.
  FrameState* withVirtual(FrameState& state, Node* at) {
    if (auto known = states_.find(&state); known != states_.end()) return known->second;
    auto* copy = graph_.newState(state.function, state.offset, {state.values, state.count});
    copy->depth = state.depth;
    copy->wanted = state.wanted;
    copy->tailCalled = state.tailCalled;
    copy->callee = state.callee != nullptr ? state.callee->resolve() : nullptr;
    copy->caller = state.caller != nullptr && holds(*state.caller) ? withVirtual(*state.caller, at) : state.caller;
    for (uint32_t i = 0; i < copy->count; i++) {
      if (Node* v = copy->value(i); v != nullptr && isHeldBy(v)) copy->values[i] = heldBefore(v, at);
    }
    if (copy->callee != nullptr && isHeldBy(copy->callee)) copy->callee = heldBefore(copy->callee, at);
    return states_[&state] = copy;
  }

  Graph& graph_;
  Node* object_;
  Contents now_;
  std::vector<Contents> atEnd_;  ///< by block number
  std::vector<std::pair<Node*, uint32_t>> loopPhis_;
  Node* virtual_ = nullptr;                        ///< in this block, as the object is now
  std::unordered_map<const Node*, Node*> copies_;  ///< likewise: virtual objects that hold it
  std::unordered_map<const FrameState*, FrameState*> states_;
  std::vector<uint8_t> holders_;  ///< by node id; empty: none
};

/// New objects that nobody but harmless users has.
std::vector<Node*> findCandidates(Graph& graph) {
  std::vector<uint8_t> escapes(graph.nodeCount(), 0);
  std::vector<Node*> found;
  for (Block* b : graph.blocks()) {
    for (Node* n = b->first; n != nullptr; n = n->next) {
      if (isCandidate(n)) found.push_back(n);
      for (uint32_t i = 0; i < n->inputCount(); i++) {
        Node* object = handedOn(n->input(i));
        if (isCandidate(object) && !isHarmless(object, n, i)) escapes[object->id] = 1;
      }
    }
  }
  std::erase_if(found, [&](Node* n) { return escapes[n->id] != 0; });
  return found;
}

}  // namespace

void replaceObjects(Graph& graph, PassContext& context) {
  if (!graph.isLoose) return;
  uint32_t replaced = 0;
  for (int round = 0; round < kMostRounds; round++) {
    bool more = false;
    for (Node* object : findCandidates(graph)) {
      if (replaced == kMostObjects) return;
      Replacement replacement(graph, object);
      if (!replacement.isPossible()) continue;
      replacement.run();
      replaced++;
      context.changes++;
      more = true;
    }
    if (!more) return;
    graph.tidy();
  }
}

}  // namespace devvm::jit::passes
