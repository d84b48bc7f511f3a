// Calls, inlined where that is worth it; returns; numeric loops.

#include <cmath>
#include <cstring>

#include "jit/builder/graph_builder.h"
#include "runtime/native.h"

namespace devvm::jit {

using bytecode::Op;
using heap::Value;
using ir::Type;
using runtime::Code;

namespace {

constexpr uint32_t kMostInlined = 120;    ///< bytes of bytecode of one function
constexpr uint32_t kMostTogether = 1200;  ///< and of all in one graph
constexpr uint32_t kDeepest = 4;

}  // namespace

/// Whether the function may be taken into its caller here.
bool FunctionBuilder::isWorthInlining(const Code& code) const {
  if (depth_ >= kDeepest || code.codeSize > kMostInlined) return false;
  if (code.vararg || code.raw || !code.function->regions.empty()) return false;
  if (context_.inlinedBytes + code.codeSize > kMostTogether) return false;
  // A function that calls itself is taken in once.
  int same = 0;
  for (const ir::Function* f = function_; f != nullptr; f = f->caller) same += f->code == &code;
  return same < 2 && feedbackOf(code) != nullptr;
}

/// Whom the call at this place called so far: only bytecode functions, or one native (the result).
const runtime::NativeInfo* FunctionBuilder::knownCallees(std::vector<const Code*>& codes) const {
  const CallTargets* targets = feedback_ != nullptr && site_ != nullptr && site_->kind == SiteKind::kCall
                                   ? feedback_->targetsOf(*site_)
                                   : nullptr;
  if (targets == nullptr || targets->megamorphic || targets->others != 0 || failures() > 1) return nullptr;
  const runtime::NativeInfo* native = nullptr;
  uint32_t natives = 0;
  for (const CallTargets::Target& t : targets->targets) {
    if (!t.isUsed()) continue;
    if (t.native != nullptr) {
      native = t.native;
      natives++;
    } else if (t.function->code != nullptr) {
      codes.push_back(t.function->code);
    }
  }
  if (natives == 0) return nullptr;
  if (!codes.empty() || natives > 1) native = nullptr;
  codes.clear();
  return native;
}

void FunctionBuilder::call(uint32_t count, uint32_t wanted) {
  std::vector<Node*> arguments(environment_.end() - count, environment_.end());
  environment_.resize(environment_.size() - count);
  Node* callee = pop();
  // Results in memory have no operation yet.
  if (wanted > 1) return failures() > 0 ? refuse("a call with several results") : exit();
  if (failures() == 0 && site_ != nullptr && !site_->wasSeen()) return exit();
  std::vector<const Code*> codes;
  const runtime::NativeInfo* native = knownCallees(codes);
  Node* result = native != nullptr && native->fast != nullptr ? callNative(*native, callee, arguments)
                                                              : callAny(codes, callee, arguments, wanted);
  if (block_ != nullptr && wanted == 1) push(result);
}

/// The function is left with what the call gives. An inlined one makes room for the callee.
void FunctionBuilder::tailCall(uint32_t count) {
  std::vector<Node*> arguments(environment_.end() - count, environment_.end());
  environment_.resize(environment_.size() - count);
  Node* callee = pop();
  if (failures() == 0 && site_ != nullptr && !site_->wasSeen()) return exit();
  std::vector<const Code*> codes;
  const runtime::NativeInfo* native = knownCallees(codes);
  bool wantsOne = depth_ > 0 && caller_->wanted <= 1;
  if (native != nullptr && native->fast != nullptr && (native->oneResult || wantsOne)) {
    Node* result = callNative(*native, callee, arguments);
    return giveBack({&result, 1}, before());
  }
  // What is no bytecode function keeps the frame below its own, and has its errors there.
  if (!wantsOne || codes.empty()) return failures() > 0 ? refuse("a tail call") : exit();
  inTail_ = true;
  Node* result = callAny(codes, callee, arguments, caller_->wanted);
  inTail_ = false;
  if (block_ == nullptr) return;
  if (caller_->wanted == 0) return giveBack({}, caller_);
  giveBack({&result, 1}, withResult(caller_, result));
}

/// A native that needs no frame.
ir::Node* FunctionBuilder::callNative(const runtime::NativeInfo& native, Node* callee,
                                      std::span<Node* const> arguments) {
  emit(ir::Op::kCheckNative, {callee}, reinterpret_cast<uintptr_t>(&native));
  Node* result = nullptr;
  if (intrinsic(native, arguments, result)) return result;
  return emit(ir::Op::kCallFast, arguments, reinterpret_cast<uintptr_t>(&native));
}

/// One of some functions (none: nobody knows whom). What they give comes together; the block may end.
ir::Node* FunctionBuilder::callAny(std::span<const Code* const> codes, Node* callee, std::span<Node* const> arguments,
                                   uint32_t wanted) {
  if (codes.empty()) return callFunction(nullptr, callee, arguments, wanted);
  ir::Block* join = nullptr;
  Node *phi = nullptr, *result = nullptr;
  for (size_t i = 0; i < codes.size() && context_.refusal == nullptr; i++) {
    auto code = reinterpret_cast<uintptr_t>(codes[i]);
    ir::Block* next = nullptr;
    if (i + 1 < codes.size()) {
      emit(ir::Op::kBranch, {emit(ir::Op::kIsClosure, {callee}, code)});
      ir::Block* match = graph_.newBlock();
      next = graph_.newBlock();
      graph_.connect(block_, match);
      graph_.connect(block_, next);
      block_ = match;
    }
    result = callFunction(codes[i], emit(ir::Op::kCheckClosure, {callee}, code), arguments, wanted);
    if (codes.size() == 1) return result;
    if (block_ != nullptr) {
      if (join == nullptr) {
        join = graph_.newBlock();
        if (wanted == 1) phi = newPhi(join, whole_.offset);
      }
      if (phi != nullptr) graph_.addInput(phi, result);
      ir::FrameState* behind = behindCall();
      emit(ir::Op::kJump, {})->state = phi != nullptr ? withResult(behind, result) : behind;
      graph_.connect(block_, join);
    }
    block_ = next;
  }
  block_ = join;
  return phi;
}

/// Where control goes on when the call at this place has returned, without results.
ir::FrameState* FunctionBuilder::behindCall() {
  return inTail_ ? caller_ : stateOf(whole_.end(), environment_, *live_);
}

/// The state with one more operand.
ir::FrameState* FunctionBuilder::withResult(const ir::FrameState* behind, Node* result) {
  Environment values(behind->values, behind->values + behind->count);
  values.push_back(result);
  ir::FrameState* s = graph_.newState(behind->function, behind->offset, values);
  s->caller = behind->caller;
  s->callee = behind->callee;
  s->tailCalled = behind->tailCalled;
  return s;
}

/// Calls a bytecode function (null: nobody knows whom), inlined where that is worth it. Gives its result, raw if it
/// always was of one type; the block may end.
ir::Node* FunctionBuilder::callFunction(const Code* code, Node* callee, std::span<Node* const> arguments,
                                        uint32_t wanted) {
  Node* result = nullptr;
  if (code != nullptr && isWorthInlining(*code) && inlineCall(*code, callee, arguments, wanted, result)) return result;
  if (context_.refusal != nullptr) return nullptr;
  // Its own state is that behind it: what has to be boxed for it is boxed before.
  std::vector<Node*> inputs{callee};
  for (Node* n : arguments) inputs.push_back(n->type == Type::kTagged ? n : emit(ir::Op::kToTagged, {n}));
  Node* n = emit(ir::Op::kCall, inputs, inTail_ ? wanted | ir::kTailCalled : wanted);
  n->state = behindCall();
  n->state->wanted = static_cast<uint8_t>(wanted);
  TypeSet seen = site_ != nullptr ? site_->result : TypeSet();
  if (wanted != 1 || failures() > 0 || (!seen.isOnlyInts() && !seen.isOnlyFloats())) return n;
  // The call is not made again where the result is not as expected.
  ir::FrameState* behind = withResult(n->state, n);
  result = asLoaded(n, seen);
  result->state = behind;
  return result;
}

/// Natives that are operations.
bool FunctionBuilder::intrinsic(const runtime::NativeInfo& native, std::span<Node* const> arguments, Node*& result) {
  auto is = [&](const char* name) { return native.name != nullptr && std::strcmp(native.name, name) == 0; };
  if (arguments.size() != 1) return false;
  Node* x = arguments[0];
  TypeSet seen = x->type == Type::kFloat ? TypeSet(TypeSet::kFloat)
                 : x->type == Type::kInt ? TypeSet(TypeSet::kInt)
                                         : TypeSet();
  if (is("math.sqrt") || is("sqrt")) {
    if (x->type != Type::kFloat && x->type != Type::kInt) x = emit(ir::Op::kCheckNumber, {x});
    result = emit(ir::Op::kFloatSqrt, {toFloat(x, seen)});
    return true;
  }
  if ((is("math.floor") || is("floor")) && x->type == Type::kFloat) {
    result = emit(ir::Op::kCheckIntegral, {emit(ir::Op::kFloatFloor, {x})});
    return true;
  }
  if ((is("math.floor") || is("floor")) && x->type == Type::kInt) {
    result = x;
    return true;
  }
  if ((is("math.abs") || is("abs")) && x->type == Type::kFloat) {
    result = emit(ir::Op::kFloatAbs, {x});
    return true;
  }
  return false;
}

/// False: it cannot be taken in, and nothing was done.
bool FunctionBuilder::inlineCall(const Code& code, Node* callee, std::span<Node* const> arguments, uint32_t wanted,
                                 Node*& result) {
  ir::Function* function = graph_.newFunction();
  function->code = &code;
  function->locals = code.locals;
  function->caller = inTail_ ? function_->caller : function_;
  function->callOffset = inTail_ ? function_->callOffset : whole_.offset;
  ir::FrameState* caller = behindCall();
  caller->wanted = static_cast<uint8_t>(wanted);
  FunctionBuilder inner(context_, function, caller, callee, depth_ + 1);
  if (!inner.bytecode_.build(code, 0)) {
    graph_.functions.pop_back();
    return false;
  }
  context_.inlinedBytes += code.codeSize;
  inner.tailCalled_ = inTail_;
  ir::Block* end = nullptr;
  if (!inner.buildInlined(block_, arguments, end, result)) {
    refuse("an inlined function");
    return true;
  }
  block_ = end;
  return true;
}

/// `state`: with which the value may be boxed where ways come together.
void FunctionBuilder::giveBack(std::span<Node* const> values, ir::FrameState* state) {
  if (depth_ == 0) {
    emit(ir::Op::kReturn, values);
  } else {
    returned_.push_back({block_, values.empty() ? nil() : values[0], state});
  }
  block_ = nullptr;
}

/// Locals l, l+1, l+2: start, limit, step; later index, iterations left (integers), step.
void FunctionBuilder::forPrep(const Instruction& c) {
  auto l = static_cast<uint32_t>(c.operands[0]);
  auto behind = static_cast<uint32_t>(c.target());
  Node *start = local(l), *limit = local(l + 1), *step = local(l + 2);
  TypeSet starts = typesOf(start, 0), limits = typesOf(limit, 1);
  // Most loops count integers.
  if (starts.isEmpty() && failures() == 0) starts = TypeSet::kInt;
  if (limits.isEmpty() && failures() == 0) limits = TypeSet::kInt;
  bool known = step->op == ir::Op::kIntConstant && step->integer() != 0;
  if (!known || !starts.isOnlyInts() || !limits.isOnlyInts() || failures() > 1) {
    return failures() > 0 ? refuse("a loop over other numbers than integers with a constant step") : exit();
  }
  int64_t by = step->integer();
  Node *from = toInt(start), *to = toInt(limit);
  // Differences of immediate integers do not wrap. A check_int may turn out to be of a raw phi, and nothing then.
  auto small = [this](Node* n) { return n->op == ir::Op::kIntConstant ? n : emit(ir::Op::kCheckSmall, {n}); };
  from = small(from);
  to = small(to);
  Node* isEmpty = by > 0 ? emit(ir::Op::kIntLt, {to, from}) : emit(ir::Op::kIntLt, {from, to});
  emit(ir::Op::kBranch, {isEmpty});
  ir::Block* here = block_;
  succeedBy(here, behind, whole_);
  block_ = graph_.newBlock();
  graph_.connect(here, block_);
  Node* count = by > 0 ? emit(ir::Op::kIntSub, {to, from}) : emit(ir::Op::kIntSub, {from, to});
  int64_t size = by > 0 ? by : -by;
  if (size != 1) count = emit(ir::Op::kIntDiv, {count, graph_.intConstant(size)});
  setLocal(l, from);
  setLocal(l + 1, count);
  setLocal(l + 3, from);
}

void FunctionBuilder::forLoop(const Instruction& c) {
  auto l = static_cast<uint32_t>(c.operands[0]);
  TypeSet index = typesOf(local(l), 0);
  if (index.isEmpty() && failures() == 0) index = TypeSet::kInt;
  auto target = static_cast<uint32_t>(c.target());
  if (!index.isOnlyInts() || failures() > 1) {
    return failures() > 0 ? refuse("a loop over other numbers than integers") : exit();
  }
  Node *at = toInt(local(l)), *left = toInt(local(l + 1)), *step = toInt(local(l + 2));
  Node* isOver = emit(ir::Op::kIntEq, {left, graph_.intConstant(0)});
  emit(ir::Op::kBranch, {isOver});
  ir::Block* here = block_;
  succeedBy(here, c.offset + whole_.length, whole_);
  block_ = graph_.newBlock();
  graph_.connect(here, block_);
  Node* next = emit(ir::Op::kIntAdd, {at, step});
  setLocal(l, next);
  setLocal(l + 1, emit(ir::Op::kIntSub, {left, graph_.intConstant(1)}));
  setLocal(l + 3, next);
  goTo(target, whole_);
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
    return failures() > 0 ? refuse("a loop over other iterators than those of pairs and ipairs") : exit();
  }
  Instruction test = bytecode::decodeVerified({code_.entry, code_.codeSize}, whole_.end());
  emit(ir::Op::kCheckNative, {local(l)}, reinterpret_cast<uintptr_t>(native));
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
    // What is not in the array part may be elsewhere.
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
