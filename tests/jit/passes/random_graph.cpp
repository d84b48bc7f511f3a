#include "random_graph.h"

namespace devvm::jit::ir::testing {

namespace {

constexpr uint32_t kLocals = kSlots + 4;
constexpr int64_t kInts[] = {
    0, 1, -1, 2, 3, 7, 8, 10, 100, -8, 65535, INT64_MAX, INT64_MIN, int64_t{1} << 46, -(int64_t{1} << 47)};
constexpr double kFloats[] = {0.0, -0.0, 1.0, -1.0, 0.5, 2.0, 3.25, 1e300, -1e-310, 100.0};

class Maker {
 public:
  Maker(Graph& graph, uint32_t seed) : graph_(graph), random_(seed) {}

  void run() {
    function_ = graph_.newFunction();
    function_->locals = kLocals;
    block_ = graph_.newBlock();
    for (uint32_t l = 0; l < kLocals; l++) {
      if (l < kSlots)
        locals_.push_back(add(Op::kSlot, {}, l));
      else
        locals_.push_back(l % 2 != 0 ? graph_.intConstant(pick(3)) : constant());
    }
    statements(3 + pick(5), 0);
    std::vector<Node*> results;
    for (uint32_t l = 0; l < kLocals; l++) {
      if (l < 3 || l > 5) results.push_back(locals_[l]);
    }
    offset_++;
    Node* n = graph_.newNode(Op::kReturn, results);
    n->state = state();
    graph_.append(block_, n);
    graph_.order();
  }

 private:
  uint32_t pick(uint32_t n) { return random_() % n; }
  bool chance(uint32_t percent) { return pick(100) < percent; }

  FrameState* stateAt(uint32_t offset) { return graph_.newState(function_, offset, locals_); }
  FrameState* state() {
    if (state_ == nullptr || stateOffset_ != offset_) {
      state_ = stateAt(offset_);
      stateOffset_ = offset_;
    }
    return state_;
  }
  Node* add(Op op, std::initializer_list<Node*> inputs, uint64_t aux = 0) {
    Node* n = graph_.newNode(op, inputs, aux);
    constexpr uint8_t kHas = kGuard | kCalls | kSafepoint | kReads | kWrites | kFresh;
    if ((n->info().flags & kHas) != 0 || op == Op::kSame || op == Op::kBranch) n->state = state();
    graph_.append(block_, n);
    return n;
  }
  Node* integer() { return graph_.intConstant(kInts[pick(std::size(kInts))]); }
  Node* constant() {
    switch (pick(4)) {
      case 0: return graph_.constant(heap::Value::nil());
      case 1: return graph_.constant(heap::Value::boolean(chance(50)));
      case 2: return graph_.floatConstant(kFloats[pick(std::size(kFloats))]);
      default: return integer();
    }
  }
  uint32_t variable() { return chance(70) ? pick(3) + (chance(50) ? 0 : kSlots) : pick(kLocals); }
  /// The first locals mostly keep their types.
  uint32_t target(Type type = Type::kNone) {
    if (type == Type::kInt && chance(60)) return pick(2);
    if (type == Type::kFloat && chance(60)) return 2;
    return chance(85) ? kSlots + pick(kLocals - kSlots) : pick(3);
  }

  Node* toInt(Node* n) {
    if (n->type == Type::kInt) return n;
    if (n->type == Type::kFloat) return add(Op::kCheckIntegral, {n});
    if (n->type == Type::kBool || (n->op == Op::kConstant)) return integer();
    return add(Op::kCheckInt, {n});
  }
  Node* toFloat(Node* n) {
    if (n->type == Type::kFloat) return n;
    if (n->op == Op::kIntConstant) return graph_.floatConstant(static_cast<double>(n->integer()));
    if (n->type == Type::kInt) return add(Op::kIntToFloat, {n});
    if (n->type == Type::kBool || n->op == Op::kConstant)
      return graph_.floatConstant(kFloats[pick(std::size(kFloats))]);
    return add(chance(60) ? Op::kCheckNumber : Op::kCheckFloat, {n});
  }
  Node* small(Node* n) { return add(Op::kCheckSmall, {n}); }
  /// A local that has been a number so far, most of the time.
  uint32_t likelyNumber() {
    for (int tries = 0; tries < 3; tries++) {
      uint32_t l = variable();
      if (locals_[l]->type == Type::kInt || locals_[l]->type == Type::kFloat || l < 3) return l;
    }
    return variable();
  }
  Node* operand() { return chance(30) ? integer() : toInt(locals_[chance(80) ? pick(2) : likelyNumber()]); }
  Node* floatOperand() {
    return chance(30) ? graph_.floatConstant(kFloats[pick(std::size(kFloats))])
                      : toFloat(locals_[chance(80) ? 2 : likelyNumber()]);
  }

  Node* ints() {
    constexpr Op kOps[] = {Op::kIntAdd, Op::kIntSub, Op::kIntMul, Op::kIntAnd,
                           Op::kIntOr,  Op::kIntXor, Op::kIntAdd, Op::kIntSub};
    Node *a = operand(), *b = operand();
    switch (pick(9)) {
      case 0: return add(Op::kIntDiv, {a, add(Op::kCheckNotZero, {b})});
      case 1: return add(Op::kIntMod, {a, add(Op::kCheckNotZero, {b})});
      case 2: return add(chance(50) ? Op::kIntShl : Op::kIntShr, {a, b});
      case 3: return add(chance(50) ? Op::kIntNeg : Op::kIntNot, {a});
      case 4: return add(Op::kIntAnd, {a, graph_.intConstant(15)});
      default: return add(kOps[pick(std::size(kOps))], {a, b});
    }
  }
  Node* floats() {
    constexpr Op kOps[] = {Op::kFloatAdd, Op::kFloatSub, Op::kFloatMul, Op::kFloatDiv};
    constexpr Op kOne[] = {Op::kFloatNeg, Op::kFloatAbs, Op::kFloatFloor, Op::kFloatSqrt};
    if (chance(20)) return add(kOne[pick(4)], {floatOperand()});
    return add(kOps[pick(4)], {floatOperand(), floatOperand()});
  }
  Node* condition() {
    Node* n;
    switch (pick(9)) {
      case 6:
      case 7: {
        constexpr Op kCompare[] = {Op::kIntLt, Op::kIntLe, Op::kIntEq};
        n = add(kCompare[pick(3)], {ints(), graph_.intConstant(static_cast<int64_t>(pick(12)) - 2)});
        break;
      }
      case 8: n = joined(); break;
      case 0: n = add(Op::kFloatLt, {floatOperand(), floatOperand()}); break;
      case 1: {
        Node* x = locals_[pick(kLocals)];
        if (chance(20) && (x->type == Type::kTagged || x->type == Type::kSame)) {
          n = add(Op::kIsOfType, {x}, pick(5));
          break;
        }
        n = x->type == Type::kTagged || x->type == Type::kSame ? add(chance(50)   ? Op::kIsNil
                                                                     : chance(50) ? Op::kIsInt
                                                                                  : Op::kIsFalsy,
                                                                     {x})
            : x->type == Type::kBool ? x
                                     : graph_.boolConstant(false);
        break;
      }
      case 2: n = add(Op::kSame, {locals_[pick(kLocals)], constant()}); break;
      case 3: n = add(Op::kIntEq, {operand(), operand()}); break;
      default: n = add(chance(50) ? Op::kIntLt : Op::kIntLe, {operand(), operand()}); break;
    }
    return chance(25) ? add(Op::kNot, {n}) : n;
  }
  /// One condition and (or) another, as expressions have them: only the branch behind it looks at it.
  Node* joined() {
    Node* first = condition();
    add(Op::kBranch, {first});
    Block *here = block_, *yes = graph_.newBlock(), *no = graph_.newBlock(), *join = graph_.newBlock();
    graph_.connect(here, yes);
    graph_.connect(here, no);
    offset_++;
    block_ = no;
    state_ = nullptr;
    Node* second = chance(50) ? condition() : graph_.boolConstant(chance(50));
    jump(join, offset_ + 1);
    block_ = yes;
    jump(join, offset_ + 1);
    block_ = join;
    state_ = nullptr;
    offset_++;
    Node* phi = graph_.newNode(Op::kPhi, {second, chance(50) ? graph_.boolConstant(chance(50)) : first});
    graph_.append(join, phi);
    return add(Op::kNot, {add(Op::kIsFalsy, {phi})});
  }
  Node* table() {
    Node* n = add(Op::kCheckTable, {locals_[3 + pick(2)]});
    return chance(70) ? add(Op::kCheckShape, {n}, 7) : n;
  }

  void jump(Block* to, uint32_t offset) {
    Node* n = graph_.newNode(Op::kJump, {});
    n->state = stateAt(offset);
    graph_.append(block_, n);
    graph_.connect(block_, to);
  }

  void statements(uint32_t count, uint32_t depth) {
    for (uint32_t i = 0; i < count; i++) {
      offset_++;
      statement(depth);
    }
  }

  void statement(uint32_t depth) {
    switch (pick(depth < 3 ? 22 : 13)) {
      case 0:
      case 1:
      case 2: locals_[target(Type::kInt)] = ints(); return;
      case 3:
      case 4: locals_[target(Type::kFloat)] = floats(); return;
      case 5: locals_[target()] = chance(50) ? condition() : constant(); return;
      case 6: locals_[target()] = add(Op::kLoadField, {table()}, 24 + 8 * pick(2)); return;
      case 7: {
        Node* t = table();
        Node* v = locals_[variable()];
        add(Op::kStoreField, {t, v}, 24 + 8 * pick(2));
        return;
      }
      case 8: {
        if (chance(50))
          locals_[target()] = add(Op::kLoadCell, {locals_[5]});
        else
          add(Op::kStoreCell, {locals_[5], locals_[variable()]});
        return;
      }
      case 9:
      case 10: {
        Node* t = add(Op::kCheckTable, {locals_[3 + pick(2)]});
        Node* array = add(Op::kLoadArray, {t});
        Node* length = add(Op::kLoadLength, {array});
        Node* key = toInt(locals_[chance(80) ? pick(2) : likelyNumber()]);
        Node* index = add(Op::kCheckIndex, {add(Op::kIntSub, {key, graph_.intConstant(1)}), length});
        if (chance(60))
          locals_[target()] = add(Op::kLoadElement, {array, index});
        else
          add(Op::kStoreElement, {array, index, locals_[variable()]});
        return;
      }
      case 11: {
        if (chance(30)) {
          locals_[3 + pick(2)] = add(Op::kNewTable, {}, 0);
          return;
        }
        if (chance(30)) {
          add(Op::kStoreShape, {add(Op::kCheckTable, {locals_[3 + pick(2)]})}, chance(80) ? 7 : 8);
          return;
        }
        Node* x = locals_[variable()];
        if (x->type == Type::kTagged || x->type == Type::kSame)
          locals_[target()] = add(chance(70) ? Op::kCheckNotNil : Op::kCheckIdentity, {x});
        return;
      }
      case 12: {
        std::vector<Node*> inputs{locals_[3]};
        Node* x = locals_[variable()];
        inputs.push_back(x->type == Type::kTagged ? x : add(Op::kToTagged, {x}));
        if (inputs[0]->type != Type::kTagged) inputs[0] = add(Op::kToTagged, {inputs[0]});
        Node* n = graph_.newNode(Op::kCall, inputs, 1);
        graph_.append(block_, n);
        offset_++;
        n->state = stateAt(offset_);
        locals_[target()] = n;
        return;
      }
      case 13:
      case 14:
      case 15:
      case 16: return choice(depth);
      case 17:
      case 18: return numericLoop(depth);
      case 19: return elementLoop();
      default: return conditionalLoop(depth);
    }
  }

  void choice(uint32_t depth) {
    Node* c = condition();
    add(Op::kBranch, {c});
    Block* here = block_;
    std::vector<Node*> before = locals_;
    Block *yes = graph_.newBlock(), *no = graph_.newBlock(), *join = graph_.newBlock();
    graph_.connect(here, yes);
    graph_.connect(here, no);
    block_ = yes;
    statements(1 + pick(3), depth + 1);
    uint32_t end = offset_ + 1000;  // the same place, whichever way it was reached
    std::vector<Node*> first = locals_;
    Block* firstEnd = block_;
    locals_ = before;
    block_ = no;
    if (chance(70)) statements(1 + pick(3), depth + 1);
    offset_ += 2000;
    end = offset_;
    jump(join, end);
    std::vector<Node*> second = locals_;
    block_ = firstEnd;
    locals_ = first;
    jump(join, end);
    block_ = join;
    state_ = nullptr;
    for (uint32_t l = 0; l < kLocals; l++) {
      if (first[l] == second[l]) continue;
      Node* phi = graph_.newNode(Op::kPhi, {second[l], first[l]});
      graph_.append(join, phi);
      locals_[l] = phi;
    }
    offset_++;
  }

  /// Enters a loop: its header, with a phi for each local.
  Block* header(std::vector<Node*>& phis) {
    Block* h = graph_.newBlock();
    offset_++;
    jump(h, offset_);
    h->entryState = stateAt(offset_);
    block_ = h;
    state_ = nullptr;
    for (uint32_t l = 0; l < kLocals; l++) {
      bool constantHere = l == 5 || chance(20);
      Node* phi = constantHere ? nullptr : graph_.newNode(Op::kPhi, {locals_[l]});
      phis.push_back(phi);
      if (phi == nullptr) continue;
      graph_.append(h, phi);
      locals_[l] = phi;
    }
    return h;
  }
  void backTo(Block* h, const std::vector<Node*>& phis, uint32_t offset, const std::vector<Node*>& fixed) {
    for (uint32_t l = 0; l < kLocals; l++) {
      if (phis[l] == nullptr) locals_[l] = fixed[l];
    }
    Node* poll = graph_.newNode(Op::kPoll, {});
    poll->state = stateAt(offset);
    graph_.append(block_, poll);
    jump(h, offset);
    for (uint32_t l = 0; l < kLocals; l++) {
      if (phis[l] != nullptr) graph_.addInput(phis[l], locals_[l]);
    }
  }

  /// As numeric loops are built: index and rounds left.
  void numericLoop(uint32_t depth) {
    int64_t by = chance(60) ? 1 : static_cast<int64_t>(pick(5)) - 2;
    if (by == 0) by = -1;
    uint32_t l = kSlots;
    Node* from = small(chance(60) ? graph_.intConstant(1) : operand());
    Node* to =
        small(chance(40) ? graph_.intConstant(1 + pick(6)) : add(Op::kIntAnd, {operand(), graph_.intConstant(7)}));
    Node* empty = by > 0 ? add(Op::kIntLt, {to, from}) : add(Op::kIntLt, {from, to});
    add(Op::kBranch, {empty});
    Block *here = block_, *enter = graph_.newBlock(), *behind = graph_.newBlock(), *skip = graph_.newBlock();
    graph_.connect(here, skip);
    graph_.connect(here, enter);
    std::vector<Node*> skipped = locals_;
    block_ = enter;
    Node* left = by > 0 ? add(Op::kIntSub, {to, from}) : add(Op::kIntSub, {from, to});
    if (by != 1 && by != -1) left = add(Op::kIntDiv, {left, graph_.intConstant(by > 0 ? by : -by)});
    locals_[l] = from;
    locals_[l + 1] = left;
    std::vector<Node*> phis;
    Block* h = header(phis);
    uint32_t start = offset_;
    // These two always are the loop's.
    for (uint32_t k = l; k < l + 2; k++) {
      if (phis[k] != nullptr) continue;
      phis[k] = graph_.newNode(Op::kPhi, {locals_[k]});
      graph_.insertAtStart(h, phis[k]);
      locals_[k] = phis[k];
    }
    h->entryState->values[l] = from;
    std::vector<Node*> fixed = locals_;
    Node *index = locals_[l], *rounds = locals_[l + 1];
    if (chance(70)) locals_[0] = index;
    statements(1 + pick(4), depth + 1);
    offset_++;
    locals_[l] = index;
    locals_[l + 1] = rounds;
    state_ = nullptr;
    Node *at = toInt(index), *remain = toInt(rounds);
    add(Op::kBranch, {add(Op::kIntEq, {remain, graph_.intConstant(0)})});
    Block *last = block_, *again = graph_.newBlock(), *out = graph_.newBlock();
    graph_.connect(last, out);
    graph_.connect(last, again);
    std::vector<Node*> atEnd = locals_;
    block_ = again;
    locals_[l] = add(Op::kIntAdd, {at, graph_.intConstant(by)});
    locals_[l + 1] = add(Op::kIntSub, {remain, graph_.intConstant(1)});
    backTo(h, phis, start, fixed);
    offset_ += 2000;
    join(skip, skipped, out, atEnd, behind);
  }

  /// for i = 1, n do a[i] = b[i] op a[i] end, in the form that vectorization takes.
  void elementLoop() {
    bool ints = chance(70);
    uint32_t l = kSlots;
    Node *one = graph_.intConstant(1), *zero = graph_.intConstant(0);
    Node *a = add(Op::kCheckTable, {locals_[3 + pick(2)]}), *b = add(Op::kCheckTable, {locals_[3 + pick(2)]});
    Node *first = add(Op::kLoadArray, {a}), *second = add(Op::kLoadArray, {b});
    uint32_t rounds = 4 + pick(6);
    Node* least = graph_.intConstant(rounds - 1);
    add(Op::kCheckIndex, {least, add(Op::kLoadLength, {first})});
    add(Op::kCheckIndex, {least, add(Op::kLoadLength, {second})});
    Node* scalar = ints ? toInt(locals_[pick(2)]) : toFloat(locals_[2]);
    locals_[l] = zero;
    locals_[l + 1] = graph_.intConstant(rounds - 1);
    Block *h = graph_.newBlock(), *again = graph_.newBlock(), *out = graph_.newBlock();
    offset_++;
    jump(h, offset_);
    h->entryState = stateAt(offset_);
    uint32_t start = offset_;
    block_ = h;
    state_ = nullptr;
    Node *at = graph_.newNode(Op::kPhi, {locals_[l]}), *left = graph_.newNode(Op::kPhi, {locals_[l + 1]});
    graph_.append(h, at);
    graph_.append(h, left);
    locals_[l] = at;
    locals_[l + 1] = left;
    Node* index = toInt(at);
    auto element = [&](Node* array) {
      Node* n = add(Op::kLoadElement, {array, index});
      return add(ints ? Op::kCheckInt : Op::kCheckFloat, {n});
    };
    Node *x = element(second), *y = element(first);
    constexpr Op kInts[] = {Op::kIntAdd, Op::kIntSub, Op::kIntAnd, Op::kIntOr, Op::kIntXor};
    constexpr Op kFloatOps[] = {Op::kFloatAdd, Op::kFloatSub, Op::kFloatMul, Op::kFloatDiv};
    auto some = [&](Node* p, Node* q) {
      if (ints && chance(20)) return add(chance(50) ? Op::kIntShlBy : Op::kIntShrBy, {p}, pick(64));
      return add(ints ? kInts[pick(std::size(kInts))] : kFloatOps[pick(std::size(kFloatOps))], {p, q});
    };
    Node* value = some(x, chance(50) ? y : scalar);
    if (chance(50)) value = some(value, scalar);
    add(Op::kStoreElement, {first, index, value});
    offset_++;
    state_ = nullptr;
    Node* remain = toInt(left);
    add(Op::kBranch, {add(Op::kIntEq, {remain, zero})});
    graph_.connect(h, out);
    graph_.connect(h, again);
    block_ = again;
    locals_[l] = add(Op::kIntAdd, {index, one});
    locals_[l + 1] = add(Op::kIntSub, {remain, one});
    Node* poll = graph_.newNode(Op::kPoll, {});
    poll->state = stateAt(start);
    graph_.append(block_, poll);
    jump(h, start);
    graph_.addInput(at, locals_[l]);
    graph_.addInput(left, locals_[l + 1]);
    locals_[l] = at;
    locals_[l + 1] = left;
    block_ = out;
    state_ = nullptr;
    offset_ += 2000;
  }

  void join(Block* a, const std::vector<Node*>& first, Block* b, const std::vector<Node*>& second, Block* to) {
    block_ = a;
    locals_ = first;
    jump(to, offset_);
    block_ = b;
    locals_ = second;
    jump(to, offset_);
    block_ = to;
    state_ = nullptr;
    for (uint32_t l = 0; l < kLocals; l++) {
      if (first[l] == second[l]) continue;
      Node* phi = graph_.newNode(Op::kPhi, {first[l], second[l]});
      graph_.append(to, phi);
      locals_[l] = phi;
    }
    offset_++;
  }

  /// while condition do ... end, with a count of rounds that ends it.
  void conditionalLoop(uint32_t depth) {
    locals_[kSlots + 2] = graph_.intConstant(0);
    std::vector<Node*> phis;
    Block* h = header(phis);
    uint32_t start = offset_;
    uint32_t l = kSlots + 2;
    if (phis[l] == nullptr) {
      phis[l] = graph_.newNode(Op::kPhi, {graph_.intConstant(0)});
      graph_.insertAtStart(h, phis[l]);
      locals_[l] = phis[l];
    }
    std::vector<Node*> fixed = locals_;
    Node* rounds = locals_[l];
    add(Op::kBranch, {add(Op::kIntLt, {toInt(rounds), graph_.intConstant(2 + pick(6))})});
    Block *test = block_, *body = graph_.newBlock(), *out = graph_.newBlock();
    graph_.connect(test, body);
    graph_.connect(test, out);
    std::vector<Node*> atEnd = locals_;
    block_ = body;
    state_ = nullptr;
    statements(1 + pick(4), depth + 1);
    offset_++;
    locals_[l] = rounds;
    state_ = nullptr;
    locals_[l] = add(Op::kIntAdd, {toInt(rounds), graph_.intConstant(1 + pick(2))});
    backTo(h, phis, start, fixed);
    locals_ = atEnd;
    block_ = out;
    state_ = nullptr;
    offset_ += 2000;
  }

  Graph& graph_;
  std::mt19937 random_;
  Function* function_ = nullptr;
  Block* block_ = nullptr;
  std::vector<Node*> locals_;
  uint32_t offset_ = 1, stateOffset_ = 0;
  FrameState* state_ = nullptr;
};

}  // namespace

void makeRandomGraph(Graph& graph, uint32_t seed) { Maker(graph, seed).run(); }

std::vector<Datum> makeSlots(std::mt19937& random, std::vector<std::unique_ptr<Object>>& objects) {
  auto pick = [&random](uint32_t n) { return static_cast<uint32_t>(random() % n); };
  auto any = [&]() -> Datum {
    switch (pick(5)) {
      case 0: return Datum();
      case 1: return Datum::ofBool(pick(2) != 0);
      case 2: return Datum::ofFloat(kFloats[pick(std::size(kFloats))]);
      default: return Datum::ofInt(pick(3) != 0 ? static_cast<int64_t>(pick(6)) : kInts[pick(std::size(kInts))]);
    }
  };
  std::vector<Datum> slots;
  slots.push_back(Datum::ofInt(1 + pick(4)));
  slots.push_back(pick(5) != 0 ? Datum::ofInt(kInts[pick(std::size(kInts))]) : any());
  slots.push_back(pick(8) != 0 ? Datum::ofFloat(kFloats[pick(std::size(kFloats))]) : any());
  for (int k = 0; k < 3; k++) {
    auto& o = objects.emplace_back(std::make_unique<Object>());
    o->name = "slot" + std::to_string(3 + k);
    o->isTable = k < 2;
    o->shape = pick(12) != 0 ? 7 : 8;
    o->fields[24] = pick(4) != 0 ? Datum::ofInt(pick(9)) : any();
    o->fields[32] = pick(4) != 0 ? Datum::ofFloat(pick(9) / 2.0) : any();
    o->fields[0] = any();
    for (uint32_t i = 0, length = 4 + pick(6); i < length; i++) {
      o->array.push_back(pick(5) != 0 ? Datum::ofInt(pick(20)) : any());
    }
    Datum d;
    d.kind = Datum::kObject;
    d.object = o.get();
    slots.push_back(d);
  }
  // Both tables may be one.
  if (pick(4) == 0) slots[4] = slots[3];
  slots.push_back(any());
  return slots;
}

}  // namespace devvm::jit::ir::testing
