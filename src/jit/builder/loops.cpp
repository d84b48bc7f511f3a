// Numeric and generic loops.
//
// A numeric loop has hidden locals: l, l+1, l+2 are start, limit, step; once it runs index, rounds left (integers) or
// limit (floats), step; l+3 is the variable. All of them are raw in the graph.

#include <cstring>

#include "jit/builder/graph_builder.h"
#include "runtime/native.h"

namespace devvm::jit {

using bytecode::Op;
using heap::Value;
using ir::Type;

/// The step's sign is guessed once; where that was wrong both ways are in the graph.
FunctionBuilder::Sign FunctionBuilder::signOf(Node* step) {
  if (step->op == ir::Op::kIntConstant) return step->integer() > 0 ? Sign::kUp : Sign::kDown;
  if (step->op == ir::Op::kFloatConstant) return step->number() > 0 ? Sign::kUp : Sign::kDown;
  return failures() == 0 ? Sign::kUp : Sign::kUnknown;
}

/// Does something for loops that count up and for those that count down: each(up), in a block of its own where nobody
/// knows which. What it gives comes together, unless it ends the block.
template <typename Each>
ir::Node* FunctionBuilder::bySign(Node* step, Sign sign, Each each) {
  if (sign != Sign::kUnknown) return each(sign == Sign::kUp);
  bool isInt = step->type == Type::kInt;
  Node* zero = isInt ? graph_.intConstant(0) : graph_.floatConstant(0);
  emit(ir::Op::kBranch, {emit(isInt ? ir::Op::kIntLt : ir::Op::kFloatLt, {zero, step})});
  ir::Block *up = graph_.newBlock(), *down = graph_.newBlock(), *join = nullptr;
  graph_.connect(block_, up);
  graph_.connect(block_, down);
  Node* phi = nullptr;
  Environment environment = environment_;
  for (ir::Block* way : {up, down}) {
    block_ = way;
    environment_ = environment;
    Node* result = each(way == up);
    if (block_ == nullptr) continue;
    if (join == nullptr) {
      join = graph_.newBlock();
      phi = newPhi(join, whole_.offset);
    }
    joinAt(join);
    graph_.addInput(phi, result);
  }
  block_ = join;
  return phi;
}

/// Goes on behind the loop if the condition holds, else here.
void FunctionBuilder::leaveIf(Node* condition, uint32_t behind) {
  emit(ir::Op::kBranch, {condition});
  ir::Block* here = block_;
  succeedBy(here, behind, whole_);
  block_ = graph_.newBlock();
  graph_.connect(here, block_);
}

void FunctionBuilder::forPrep(const Instruction& c) {
  auto l = static_cast<uint32_t>(c.operands[0]);
  auto behind = static_cast<uint32_t>(c.target());
  TypeSet starts = typesOf(local(l), 0), limits = typesOf(local(l + 1), 1), steps = typesOf(local(l + 2), 2);
  // Most loops count integers.
  for (TypeSet* t : {&starts, &limits, &steps}) {
    if (t->isEmpty() && failures() == 0) *t = TypeSet::kInt;
  }
  bool areNumbers = starts.isOnlyNumbers() && limits.isOnlyNumbers() && steps.isOnlyNumbers() && failures() <= 1;
  bool isInt = starts.isOnlyInts() && steps.isOnlyInts();
  // The loop is one over floats if one of the two is certain to be one.
  bool isFloat = starts.isOnlyFloats() || steps.isOnlyFloats();
  if (!areNumbers || (!isInt && !isFloat)) {
    return exit();
  }
  Node* step = local(l + 2);
  if ((step->op == ir::Op::kIntConstant && step->integer() == 0) ||
      (step->op == ir::Op::kFloatConstant && !(step->number() != 0))) {
    return exit();  // an error
  }
  isInt ? forPrepInts(l, limits, behind) : forPrepFloats(l, {starts, limits, steps}, behind);
}

/// The last integer that a limit lets through: an immediate one, or (of loops without an end) the last of all.
ir::Node* FunctionBuilder::integerLimit(Node* from, Node* limit, TypeSet types, bool up) {
  // Differences of immediate integers do not wrap. A check_int may turn out to be of a raw phi, and nothing then.
  if (limit->type == Type::kInt || types.isOnlyInts()) return small(toInt(limit));
  Node* d = toFloat(limit, types);
  auto rounded = [&] {
    return small(emit(ir::Op::kCheckIntegral, {emit(up ? ir::Op::kFloatFloor : ir::Op::kFloatCeil, {d})}));
  };
  if (failures() == 0) return rounded();
  constexpr double kFar = 0x1p46;  // immediate integers go further
  Node* far = graph_.floatConstant(up ? kFar : -kFar);
  emit(ir::Op::kBranch, {emit(ir::Op::kFloatLt, {up ? d : far, up ? far : d})});
  ir::Block *near = graph_.newBlock(), *endless = graph_.newBlock(), *join = graph_.newBlock();
  graph_.connect(block_, near);
  graph_.connect(block_, endless);
  Node* phi = newPhi(join, whole_.offset);
  for (ir::Block* way : {near, endless}) {
    block_ = way;
    Node* last = nullptr;
    if (way == near) {
      last = rounded();
    } else {
      emit(ir::Op::kCheckTrue, {emit(ir::Op::kFloatLe, {up ? far : d, up ? d : far})});  // it is a number
      emit(ir::Op::kCheckTrue,
           {emit(ir::Op::kIntLt, {up ? graph_.intConstant(-1) : from, up ? from : graph_.intConstant(0)})});
      last = graph_.intConstant(up ? INT64_MAX : INT64_MIN);
    }
    joinAt(join);
    graph_.addInput(phi, last);
  }
  block_ = join;
  return toInt(phi);
}

ir::Node* FunctionBuilder::small(Node* n) {
  bool fits = n->op == ir::Op::kIntConstant && Value::fitsInt(n->integer());
  return fits ? n : emit(ir::Op::kCheckSmall, {n});
}

void FunctionBuilder::forPrepInts(uint32_t l, TypeSet limits, uint32_t behind) {
  Node *start = local(l), *limit = local(l + 1), *step = toInt(local(l + 2));
  Sign sign = signOf(step);
  Node* zero = graph_.intConstant(0);
  if (step->op != ir::Op::kIntConstant) {
    step = small(step);
    if (sign == Sign::kUp) {
      emit(ir::Op::kCheckTrue, {emit(ir::Op::kIntLt, {zero, step})});
    } else {
      step = emit(ir::Op::kCheckNotZero, {step});
    }
  } else {
    step = small(step);
  }
  Node* from = small(toInt(start));
  Node* count = bySign(step, sign, [&](bool up) {
    Node* to = integerLimit(from, limit, limits, up);
    leaveIf(emit(ir::Op::kIntLt, {up ? to : from, up ? from : to}), behind);
    Node* difference = emit(ir::Op::kIntSub, {up ? to : from, up ? from : to});
    if (step->op != ir::Op::kIntConstant) {
      return emit(ir::Op::kIntDiv, {difference, up ? step : emit(ir::Op::kIntNeg, {step})});
    }
    int64_t size = up ? step->integer() : -step->integer();
    return size != 1 ? emit(ir::Op::kIntDiv, {difference, graph_.intConstant(size)}) : difference;
  });
  if (block_ == nullptr) return;
  setLocal(l, from);
  setLocal(l + 1, count);
  setLocal(l + 2, step);
  setLocal(l + 3, from);
}

void FunctionBuilder::forPrepFloats(uint32_t l, const std::array<TypeSet, 3>& types, uint32_t behind) {
  Node *from = toFloat(local(l), types[0]), *to = toFloat(local(l + 1), types[1]);
  Node* step = toFloat(local(l + 2), types[2]);
  Sign sign = signOf(step);
  Node* zero = graph_.floatConstant(0);
  if (step->op != ir::Op::kFloatConstant) {
    if (sign == Sign::kUp) {
      emit(ir::Op::kCheckTrue, {emit(ir::Op::kFloatLt, {zero, step})});
    } else {
      emit(ir::Op::kCheckFalse, {emit(ir::Op::kFloatEq, {zero, step})});
    }
  }
  // A limit that is no number at all does not skip the first round.
  bySign(step, sign, [&](bool up) {
    leaveIf(emit(ir::Op::kFloatLt, {up ? to : from, up ? from : to}), behind);
    return zero;
  });
  if (block_ == nullptr) return;
  setLocal(l, from);
  setLocal(l + 1, to);
  setLocal(l + 2, step);
  setLocal(l + 3, from);
}

void FunctionBuilder::forLoop(const Instruction& c) {
  auto l = static_cast<uint32_t>(c.operands[0]);
  // The loop does not change its step, which has the type of the index: it is raw, or what stands in the frame.
  TypeSet types = typesOf(local(l + 2), 0);
  if (types.isEmpty()) types = typesOf(local(l), 0);
  if (types.isEmpty() && failures() == 0) types = TypeSet::kInt;
  bool isInt = types.isOnlyInts();
  if ((!isInt && !types.isOnlyFloats()) || failures() > 1) {
    return exit();
  }
  auto target = static_cast<uint32_t>(c.target());
  uint32_t behind = c.offset + whole_.length;
  Node* next;
  if (isInt) {
    Node *at = toInt(local(l)), *left = toInt(local(l + 1)), *step = toInt(local(l + 2));
    leaveIf(emit(ir::Op::kIntEq, {left, graph_.intConstant(0)}), behind);
    next = emit(ir::Op::kIntAdd, {at, step});
    setLocal(l + 1, emit(ir::Op::kIntSub, {left, graph_.intConstant(1)}));
  } else {
    Node *at = toFloat(local(l), types), *to = toFloat(local(l + 1), types), *step = toFloat(local(l + 2), types);
    next = emit(ir::Op::kFloatAdd, {at, step});
    Sign sign = signOf(step);
    // Where the loop is entered in its middle nobody has looked yet.
    if (sign == Sign::kUp && step->op != ir::Op::kFloatConstant) {
      emit(ir::Op::kCheckTrue, {emit(ir::Op::kFloatLt, {graph_.floatConstant(0), step})});
    }
    // An index that is no number at all ends the loop.
    bySign(step, sign, [&](bool up) {
      leaveIf(emit(ir::Op::kNot, {emit(ir::Op::kFloatLe, {up ? next : to, up ? to : next})}), behind);
      return next;
    });
  }
  setLocal(l, next);
  setLocal(l + 3, next);
  goTo(target, whole_);
}

/// Calls of ipairs and pairs that are constants: what they give is known. False: nothing was done.
bool FunctionBuilder::iteratorOf(const runtime::NativeInfo& native, Node* callee, std::span<Node* const> arguments,
                                 uint32_t wanted, Nodes& results) {
  const Value* function = objectOf(callee);
  if (function == nullptr || native.name == nullptr || arguments.empty() || failures() > 0) return false;
  bool isPairs = std::strcmp(native.name, "pairs") == 0;
  if (!isPairs && std::strcmp(native.name, "ipairs") != 0) return false;
  if (isPairs && !isUnused(runtime::Meta::kPairs)) return false;
  Value iterator = heap::loadSlot(&runtime::as<runtime::Native>(*function)->upvalues[0]);
  Node* known = iterator.isFunction() ? this->known(iterator) : nullptr;
  if (known == nullptr) return false;
  results = {known, arguments[0], isPairs ? nil() : graph_.intConstant(0)};
  results.resize(wanted, nil());
  return true;
}

/// A generic loop over next or ipairs, with the test behind it.
void FunctionBuilder::forIn(const Instruction& c) {
  auto l = static_cast<uint32_t>(c.operands[0]);
  auto count = static_cast<uint32_t>(c.operands[1]);
  const CallTargets* targets = feedback_ != nullptr && site_ != nullptr ? feedback_->targetsOf(*site_) : nullptr;
  if (targets == nullptr && failures() == 0) return exit();
  const runtime::NativeInfo* native = targets != nullptr ? targets->targets[0].native : nullptr;
  bool only = native != nullptr && !targets->targets[1].isUsed() && targets->others == 0 && !targets->megamorphic;
  bool isNext = only && native->intrinsic == runtime::Intrinsic::kNext;
  bool isIpairs = only && native->intrinsic == runtime::Intrinsic::kInextIterator;
  if (whole_.op != Op::kForIn || (!isNext && !isIpairs) || failures() > 1) {
    return exit();
  }
  Instruction test = bytecode::decodeVerified({code_.entry, code_.codeSize}, whole_.end());
  const Value* iterator = objectOf(local(l));
  bool isKnown = iterator != nullptr && iterator->isFunction() && runtime::isKind(*iterator, runtime::Kind::kNative) &&
                 runtime::as<runtime::Native>(*iterator)->info == native;
  if (!isKnown) emit(ir::Op::kCheckNative, {local(l)}, reinterpret_cast<uintptr_t>(native));
  Node* table = toTable(local(l + 1));
  ir::Block *more = graph_.newBlock(), *over = graph_.newBlock();
  Node *key = nullptr, *value = nullptr, *isIn = nullptr;
  Node *control = local(l + 2), *array = nullptr;
  if (isIpairs) {
    control = toInt(control);
    array = emit(ir::Op::kLoadArray, {table});
    isIn = emit(ir::Op::kIntLtU, {control, emit(ir::Op::kLoadLength, {array})});
  } else {
    key = leaf(ir::Leaf::kNext, {table, control});
    isIn = emit(ir::Op::kNot, {emit(ir::Op::kIsNil, {key})});
  }
  emit(ir::Op::kBranch, {isIn});
  graph_.connect(block_, more);
  graph_.connect(block_, over);
  block_ = over;
  if (isIpairs) {
    // What is not in the array part may be elsewhere, in odd tables.
    if (failures() == 0) emit(ir::Op::kCheckPlain, {table});
  }
  if (isIpairs && failures() > 0) {
    Node* last = leaf(ir::Leaf::kGetElement, {table, emit(ir::Op::kIntAdd, {control, graph_.intConstant(1)})});
    emit(ir::Op::kCheckIs, {last}, Value::kNilBits);
  }
  Environment before = environment_;
  goTo(test.end(), whole_);
  block_ = more;
  environment_ = std::move(before);
  if (isIpairs) {
    value = emit(ir::Op::kCheckNotNil, {emit(ir::Op::kLoadElement, {array, control})});
    key = emit(ir::Op::kIntAdd, {control, graph_.intConstant(1)});
  } else {
    value = count > 1 ? leaf(ir::Leaf::kGetElement, {table, key}) : nullptr;
  }
  setLocal(l + 2, key);
  setLocal(l + 4, key);
  if (count > 1) setLocal(l + 5, value);
  for (uint32_t i = 2; i < count; i++) setLocal(l + 4 + i, nil());
  goTo(static_cast<uint32_t>(test.target()), test);
}

}  // namespace devvm::jit
