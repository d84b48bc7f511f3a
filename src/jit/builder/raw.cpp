// Raw numbers, blocks, array objects and buffers: instructions of languages whose compilers know types. Their operands
// are what the verifier has found them to be, so raw operations need no guards but for divisors and indices. Where a
// value becomes raw, an immediate integer or a float is expected; what turns out otherwise (a wide integer) is asked
// for by the more general operation the next time.

#include "jit/builder/graph_builder.h"

namespace devvm::jit {

using bytecode::Op;
using bytecode::SlotKind;
using heap::Value;
using ir::Type;

namespace {

constexpr uint64_t kLowest63 = ~uint64_t{0} >> 1;
/// Larger blocks are the interpreter's.
constexpr uint32_t kMostFields = 100;

}  // namespace

SlotKind FunctionBuilder::kindOfLocal(uint32_t l) const {
  const auto& kinds = code_.function->localKinds;
  return l < kinds.size() ? kinds[l] : SlotKind::kValue;
}

/// The type of a phi for a local or operand, where the bytecode says that it is raw.
ir::Type FunctionBuilder::typeOfPhi(uint32_t slot, uint32_t offset) {
  if (!code_.raw) return Type::kSame;
  auto typeOf = [](bool isInt, bool isFloat) { return isInt ? Type::kInt : isFloat ? Type::kFloat : Type::kSame; };
  if (slot < code_.locals) {
    SlotKind kind = kindOfLocal(slot);
    return typeOf(kind == SlotKind::kI64, kind == SlotKind::kF64);
  }
  if (slot < locals_) return Type::kSame;
  if (!operandKinds_) operandKinds_.emplace(*code_.function);
  std::vector<bytecode::OperandKind> kinds;
  size_t operand = slot - locals_;
  if (!operandKinds_->at(offset, kinds) || operand >= kinds.size()) return Type::kSame;
  return typeOf(kinds[operand] == bytecode::OperandKind::kI64, kinds[operand] == bytecode::OperandKind::kF64);
}

/// What a local holds before it is set.
ir::Node* FunctionBuilder::unset(uint32_t l) {
  switch (kindOfLocal(l)) {
    case SlotKind::kI64: return graph_.intConstant(0);
    case SlotKind::kF64: return graph_.floatConstant(0.0);
    default: return nil();
  }
}

/// A local of the outermost function's frame.
ir::Node* FunctionBuilder::fromFrame(uint32_t l) {
  switch (kindOfLocal(l)) {
    case SlotKind::kI64: return emit(ir::Op::kSlotInt, {}, l);
    case SlotKind::kF64: return emit(ir::Op::kSlotFloat, {}, l);
    default: return emit(ir::Op::kSlot, {}, l);
  }
}

/// An integer of 63 bits in 64.
ir::Node* FunctionBuilder::wrapped(Node* n) { return emit(ir::Op::kIntWrap63, {n}); }

ir::Node* FunctionBuilder::shifted(Op op, Node* a, Node* b) {
  bool left = op == Op::kI64Shl || op == Op::kI63Shl;
  if (op == Op::kI63Shr) a = emit(ir::Op::kIntAnd, {a, graph_.intConstant(static_cast<int64_t>(kLowest63))});
  if (b->op == ir::Op::kIntConstant) {
    uint64_t by = b->aux & 63;
    if (op == Op::kI64Sar) return emit(ir::Op::kIntSarBy, {a}, by);
    return emit(left ? ir::Op::kIntShlBy : ir::Op::kIntShrBy, {a}, by);
  }
  Node* by = emit(ir::Op::kIntAnd, {b, graph_.intConstant(63)});
  if (op != Op::kI64Sar) return emit(left ? ir::Op::kIntShl : ir::Op::kIntShr, {a, by});
  // The complement of a negative integer is shifted.
  Node* signs = emit(ir::Op::kIntSarBy, {a}, 63);
  Node* moved = emit(ir::Op::kIntShr, {emit(ir::Op::kIntXor, {a, signs}), by});
  return emit(ir::Op::kIntXor, {moved, signs});
}

/// Rounded to zero. By positive constants what rounds to minus infinity does, once negative dividends are corrected.
ir::Node* FunctionBuilder::quotient(Node* a, Node* b, bool remainder) {
  bool isConstant = b->op == ir::Op::kIntConstant;
  if (isConstant && b->integer() > 0) {
    Node* negative = emit(ir::Op::kIntSarBy, {a}, 63);
    Node* correction = emit(ir::Op::kIntAnd, {negative, graph_.intConstant(b->integer() - 1)});
    Node* result = emit(ir::Op::kIntDiv, {emit(ir::Op::kIntAdd, {a, correction}), b});
    return remainder ? emit(ir::Op::kIntSub, {a, emit(ir::Op::kIntMul, {result, b})}) : result;
  }
  if (!isConstant || b->integer() == 0) b = emit(ir::Op::kCheckNotZero, {b});
  return emit(remainder ? ir::Op::kIntRem : ir::Op::kIntQuot, {a, b});
}

ir::Node* FunctionBuilder::rawInt(Op op, Node* a, Node* b) {
  switch (op) {
    case Op::kI64Add: return emit(ir::Op::kIntAdd, {a, b});
    case Op::kI64Sub: return emit(ir::Op::kIntSub, {a, b});
    case Op::kI64Mul: return emit(ir::Op::kIntMul, {a, b});
    case Op::kI64And: return emit(ir::Op::kIntAnd, {a, b});
    case Op::kI64Or: return emit(ir::Op::kIntOr, {a, b});
    case Op::kI64Xor: return emit(ir::Op::kIntXor, {a, b});
    case Op::kI64Div: return quotient(a, b, false);
    case Op::kI64Rem: return quotient(a, b, true);
    case Op::kI63Add: return wrapped(emit(ir::Op::kIntAdd, {a, b}));
    case Op::kI63Sub: return wrapped(emit(ir::Op::kIntSub, {a, b}));
    case Op::kI63Mul: return wrapped(emit(ir::Op::kIntMul, {a, b}));
    case Op::kI63Shl:
    case Op::kI63Shr: return wrapped(shifted(op, a, b));
    case Op::kI64Eq: return emit(ir::Op::kIntEq, {a, b});
    case Op::kI64Ne: return emit(ir::Op::kNot, {emit(ir::Op::kIntEq, {a, b})});
    case Op::kI64Lt: return emit(ir::Op::kIntLt, {a, b});
    case Op::kI64Le: return emit(ir::Op::kIntLe, {a, b});
    case Op::kI64LtU: return emit(ir::Op::kIntLtU, {a, b});
    default: return shifted(op, a, b);
  }
}

ir::Node* FunctionBuilder::rawFloat(Op op, Node* a, Node* b) {
  switch (op) {
    case Op::kF64Add: return emit(ir::Op::kFloatAdd, {a, b});
    case Op::kF64Sub: return emit(ir::Op::kFloatSub, {a, b});
    case Op::kF64Mul: return emit(ir::Op::kFloatMul, {a, b});
    case Op::kF64Div: return emit(ir::Op::kFloatDiv, {a, b});
    case Op::kF64Eq: return emit(ir::Op::kFloatEq, {a, b});
    case Op::kF64Ne: return emit(ir::Op::kNot, {emit(ir::Op::kFloatEq, {a, b})});
    case Op::kF64Lt: return emit(ir::Op::kFloatLt, {a, b});
    default: return emit(ir::Op::kFloatLe, {a, b});
  }
}

/// raw_eq: integers equal floats of the same value.
ir::Node* FunctionBuilder::rawEquality(Node* a, Node* b) {
  if (a->isConstant()) std::swap(a, b);
  if (a->type == Type::kInt && b->type == Type::kInt) return emit(ir::Op::kIntEq, {a, b});
  if (a->type == Type::kFloat && b->type == Type::kFloat) return emit(ir::Op::kFloatEq, {a, b});
  auto isBits = [](const Node* n) {
    return n->type == Type::kBool || (n->op == ir::Op::kConstant && !n->value().isString() && !n->value().isNumber()) ||
           n->op == ir::Op::kObject;
  };
  if (isBits(a) || isBits(b)) return emit(ir::Op::kSame, {a, b});
  bool isSmall = b->op == ir::Op::kIntConstant && Value::fitsInt(b->integer());
  if (isSmall && a->type == Type::kTagged && failures() == 0) {
    return emit(ir::Op::kSame, {emit(ir::Op::kCheckNoFloat, {a}), graph_.constant(Value::smallInt(b->integer()))});
  }
  Node* answer = leaf(ir::Leaf::kRawEqual, {a, b});
  return emit(ir::Op::kSame, {answer, graph_.constant(Value::boolean(true))});
}

ir::Node* FunctionBuilder::toBlock(Node* n) { return emit(ir::Op::kCheckBlock, {n}); }

ir::Node* FunctionBuilder::unboxed(Node* n, bool isFloat) {
  if (isFloat) {
    if (n->type == Type::kFloat) return n;
    if (n->type == Type::kInt) return emit(ir::Op::kIntToFloat, {n});
    return emit(failures() == 0 ? ir::Op::kCheckFloat : ir::Op::kCheckNumber, {n});
  }
  if (n->type == Type::kInt) return n;
  return emit(failures() == 0 ? ir::Op::kCheckInt : ir::Op::kCheckInteger, {n});
}

/// A jump through a table, as a tree of comparisons.
void FunctionBuilder::switchOver(const Instruction& c, Node* value) {
  std::vector<uint32_t> targets;
  for (unsigned i = 0; i <= c.switchCases; i++) targets.push_back(static_cast<uint32_t>(c.switchTarget(i)));
  // Runs of cases with one target; what is below the first or behind the last goes to the default.
  struct Run {
    int64_t first;
    uint32_t target;
  };
  std::vector<Run> runs{{INT64_MIN, targets.back()}};
  for (unsigned i = 0; i <= c.switchCases; i++) {
    if (runs.back().target != targets[i]) runs.push_back({i, targets[i]});
  }
  std::function<void(size_t, size_t)> between = [&](size_t begin, size_t end) {
    if (end - begin == 1) {
      Instruction jump = whole_;
      jump.op = Op::kJump;
      goTo(runs[begin].target, jump);
      return;
    }
    size_t middle = begin + (end - begin) / 2;
    ir::Block* other = branchAway(emit(ir::Op::kIntLt, {value, graph_.intConstant(runs[middle].first)}));
    between(begin, middle);
    block_ = other;
    between(middle, end);
  };
  between(0, runs.size());
  block_ = nullptr;
}

/// Whether a handler in the graph catches what is raised here.
bool FunctionBuilder::catches() const {
  if (!inTail_ && bytecode_.regionAt(whole_.offset) != nullptr) return true;
  return outer_ != nullptr && outer_->catches();
}

/// To the handler, if that is in the same code; else the interpreter looks for it.
void FunctionBuilder::raise(Node* exception) {
  const bytecode::ExceptionRegion* region = inTail_ ? nullptr : bytecode_.regionAt(whole_.offset);
  if (region != nullptr) {
    environment_.resize(locals_ + region->depth);
    push(exception);
    Instruction jump = whole_;
    jump.op = Op::kJump;
    return goTo(region->handler, jump);
  }
  if (!catches()) return leave();
  raised_.emplace_back(block_, exception);
  block_ = nullptr;
}

/// False: there is no graph for it.
bool FunctionBuilder::rawComponent(const Instruction& c) {
  auto operand = [&c](unsigned i) { return static_cast<uint32_t>(c.operands[i]); };
  auto binary = [this](auto make) {
    Node *b = pop(), *a = pop();
    push(make(a, b));
    return true;
  };
  switch (c.op) {
    case Op::kI64Const: push(graph_.intConstant(runtime::integerOf(code_.constant(operand(0))))); return true;
    case Op::kI64Small: push(graph_.intConstant(c.operands[0])); return true;
    case Op::kF64Const: push(graph_.floatConstant(runtime::doubleOf(code_.constant(operand(0))))); return true;
    // The graph is loose: raw nodes are boxed where a value is wanted.
    case Op::kBoxI64:
    case Op::kBoxF64: return true;
    case Op::kUnboxI64: push(unboxed(pop(), false)); return true;
    case Op::kUnboxF64: push(unboxed(pop(), true)); return true;
    case Op::kI64ToF64: push(emit(ir::Op::kIntToFloat, {pop()})); return true;
    case Op::kF64ToI64: push(emit(ir::Op::kCheckTruncated, {pop()})); return true;
    case Op::kI64Add:
    case Op::kI64Sub:
    case Op::kI64Mul:
    case Op::kI64Div:
    case Op::kI64Rem:
    case Op::kI64And:
    case Op::kI64Or:
    case Op::kI64Xor:
    case Op::kI64Shl:
    case Op::kI64Shr:
    case Op::kI64Sar:
    case Op::kI64Eq:
    case Op::kI64Ne:
    case Op::kI64Lt:
    case Op::kI64Le:
    case Op::kI64LtU:
    case Op::kI63Add:
    case Op::kI63Sub:
    case Op::kI63Mul:
    case Op::kI63Shl:
    case Op::kI63Shr: return binary([&](Node* a, Node* b) { return rawInt(c.op, a, b); });
    case Op::kI64Neg: push(emit(ir::Op::kIntNeg, {pop()})); return true;
    case Op::kI63Neg: push(wrapped(emit(ir::Op::kIntNeg, {pop()}))); return true;
    case Op::kI63Wrap: push(wrapped(pop())); return true;
    case Op::kF64Add:
    case Op::kF64Sub:
    case Op::kF64Mul:
    case Op::kF64Div:
    case Op::kF64Eq:
    case Op::kF64Ne:
    case Op::kF64Lt:
    case Op::kF64Le: return binary([&](Node* a, Node* b) { return rawFloat(c.op, a, b); });
    case Op::kF64Neg: push(emit(ir::Op::kFloatNeg, {pop()})); return true;
    case Op::kF64Abs: push(emit(ir::Op::kFloatAbs, {pop()})); return true;
    case Op::kF64Sqrt: push(emit(ir::Op::kFloatSqrt, {pop()})); return true;
    case Op::kF64Floor: push(emit(ir::Op::kFloatFloor, {pop()})); return true;
    case Op::kRawEq: return binary([&](Node* a, Node* b) { return rawEquality(a, b); });
    case Op::kNewBlock: {
      uint32_t count = operand(1);
      if (count == 0 || count > kMostFields) return false;
      Environment fields(environment_.end() - count, environment_.end());
      environment_.resize(environment_.size() - count);
      push(emit(ir::Op::kNewBlock, fields, operand(0)));
      return true;
    }
    case Op::kBlockGet: {
      Node* block = emit(ir::Op::kCheckBlockField, {toBlock(pop())}, operand(0));
      push(emit(ir::Op::kLoadBlockField, {block}, operand(0)));
      return true;
    }
    case Op::kBlockSet: {
      Node *value = pop(), *block = emit(ir::Op::kCheckBlockField, {toBlock(pop())}, operand(0));
      emit(ir::Op::kStoreBlockField, {block, value}, operand(0));
      return true;
    }
    case Op::kBlockTag: push(emit(ir::Op::kBlockTag, {toBlock(pop())})); return true;
    case Op::kBlockSize: push(emit(ir::Op::kObjectLength, {toBlock(pop())})); return true;
    case Op::kNewArray: {
      Node *item = pop(), *count = pop();
      push(leaf(ir::Leaf::kNewItems, {count, item}));
      return true;
    }
    case Op::kArrayLen:
    case Op::kBufferLen: {
      Node* object = emit(c.op == Op::kArrayLen ? ir::Op::kCheckItems : ir::Op::kCheckBuffer, {pop()});
      push(emit(ir::Op::kObjectLength, {object}));
      return true;
    }
    case Op::kArrayGet:
    case Op::kLoadU8: {
      bool isArray = c.op == Op::kArrayGet;
      Node* index = pop();
      Node* object = emit(isArray ? ir::Op::kCheckItems : ir::Op::kCheckBuffer, {pop()});
      Node* checked = emit(ir::Op::kCheckIndex, {index, emit(ir::Op::kObjectLength, {object})});
      push(emit(isArray ? ir::Op::kLoadItem : ir::Op::kLoadByte, {object, checked}));
      return true;
    }
    case Op::kArraySet:
    case Op::kStore8: {
      bool isArray = c.op == Op::kArraySet;
      Node *value = pop(), *index = pop();
      Node* object = emit(isArray ? ir::Op::kCheckItems : ir::Op::kCheckBuffer, {pop()});
      Node* checked = emit(ir::Op::kCheckIndex, {index, emit(ir::Op::kObjectLength, {object})});
      emit(isArray ? ir::Op::kStoreItem : ir::Op::kStoreByte, {object, checked, value});
      return true;
    }
    case Op::kNewBuffer: push(leaf(ir::Leaf::kNewBuffer, {pop()})); return true;
    case Op::kSwitch: switchOver(c, pop()); return true;
    case Op::kThrow: raise(pop()); return true;
    default: return false;
  }
}

}  // namespace devvm::jit
