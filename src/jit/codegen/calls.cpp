// Calls of guest functions, natives and C++ functions; new objects.

#include "interpreter/calls.h"
#include "jit/codegen/emitter.h"
#include "jit/codegen/leaves.h"
#include "runtime/code.h"
#include "runtime/native.h"

namespace devvm::jit {

using namespace x64;
using regalloc::Move;
using runtime::Link;

namespace {

uint8_t wantedBy(const Node* call) { return static_cast<uint8_t>(call->aux); }

/// What stands in the callee's link besides that it returns to machine code.
uint64_t linkFlags(const Node* call) {
  return uint64_t{wantedBy(call)} << 56 | ((call->aux & ir::kTailCalled) != 0 ? Link::kTailCalled : 0);
}

}  // namespace

/// Moves inputs from number `from` on into words from `word` on, each below the one before.
void Emitter::moveToWords(const Node* n, uint32_t from, uint32_t word) {
  std::vector<Move> moves;
  for (uint32_t i = from; i < n->inputCount(); i++) {
    moves.push_back({placeOf(n->input(i)), Place::word(static_cast<int32_t>(word + i - from)), n->input(i)});
  }
  moveAll(moves);
}

// ---- guest calls ----

/// Where the callee returns to: rdx is its slot, rax the result.
void Emitter::afterCall(const Node* n, int slot) {
  exitRecord(step_, ExitKind::kCall);
  a.lea64(kFrame, Mem(rdx, Imm(-slot)));
  a.mov64(rsp, kHostStack);
  uint32_t wanted = ir::resultsOfCall(n->aux);
  bool isListed = wantedBy(n) == Link::kOpen;
  if (wanted == 1 && !isListed && c_.steps[step_].result != regalloc::Bank::kNone) storeResult(rax);
  // Several lie where the callee and its arguments were. Spilled values may get these words, so they go to where
  // nothing else lies until all of them are taken.
  uint32_t from = calleeWord();
  for (uint32_t i = wanted; (wanted > 1 || isListed) && i-- > 0;) {
    a.mov64(rax, word(from + i));
    a.mov64(word(resultWords_ + i), rax);
  }
}

void Emitter::emitResult(const Node* n) {
  if (c_.steps[step_].result == regalloc::Bank::kNone) return;
  a.mov64(rax, word(resultWords_ + n->aux));
  storeResult(rax);
}

/// A function with as many parameters as there are arguments: its frame is laid here.
void Emitter::callKnown(const Node* n, const runtime::Code& code) {
  uint32_t word = calleeWord(), count = n->inputCount() - 1;
  int slot = wordOffset(word), frame = slot - 16;
  std::vector<Move> moves;
  moves.push_back({placeOf(n->input(0)), Place::word(static_cast<int32_t>(word)), n->input(0)});
  for (uint32_t i = 0; i < count; i++) {
    moves.push_back({placeOf(n->input(i + 1)), Place::word(static_cast<int32_t>(word + 3 + i)), n->input(i + 1)});
  }
  moveAll(moves);
  restoreFixed();
  a.mov32(Mem(kFrame, Imm(frame)), Imm(-frame / 8));
  a.mov32(Mem(kFrame, Imm(frame + 4)), Imm(static_cast<int32_t>((Link::kMachine | linkFlags(n)) >> 32)));
  // What calls itself calls this code, whatever comes: where frames of it may not go on, they are left when it returns.
  bool isSelf = &code == r_.code && r_.graph.entryOffset == 0 && n->input(0)->op == ir::Op::kObject;
  if (!isSelf) a.mov64(rdx, addressOf(&code));
  a.lea64(rsp, Mem(kFrame, Imm(slot)));
  a.lea64(kFrame, Mem(kFrame, Imm(frame)));
  isSelf ? a.call(callEntry_) : a.call(Mem(rdx, offset::kCodeMachineEntry));
  afterCall(n, slot);
}

/// Whatever it is: the stub of calls finds callee and arguments as operands.
void Emitter::callAny(const Node* n) {
  uint32_t word = calleeWord(), count = n->inputCount() - 1;
  moveToWords(n, 0, word);
  restoreFixed();
  Label after;
  a.mov64(rdi, static_cast<int64_t>(uint64_t{count} | uint64_t{wantedBy(n)} << 32));
  a.lea64(rcx, Mem::at(after));
  a.lea64(rsi, this->word(word + count));
  const runtime::Code* caller = n->state->function->code;
  a.mov64(rdx, caller != nullptr ? addressOf(caller->entry + n->origin.offset) : 0);
  a.jmp(Outside(r_.stubs.call));
  a.bind(after);
  afterCall(n, wordOffset(word));
}

void Emitter::emitCall(const Node* n) {
  // Guards give what they were given: look through them.
  const Node* callee = n->input(0);
  while (callee->op == ir::Op::kCheckNotNil) callee = callee->input(0);
  bool known = callee->op == ir::Op::kCheckClosure || callee->op == ir::Op::kNewClosure;
  const runtime::Code* code = known ? callee->pointer<runtime::Code>() : nullptr;
  if (callee->op == ir::Op::kObject) {
    code = callee->pointer<runtime::CodeObject>()->code;
    useFunction(code);
  }
  if (code != nullptr) {
    if (code->takesExactly(n->inputCount() - 1)) return callKnown(n, *code);
  }
  callAny(n);
}

// ---- natives and C++ functions: all registers are free ----

void Emitter::emitCallFast(const Node* n) {
  const auto* native = n->pointer<runtime::NativeInfo>();
  moveToWords(n, 0, scratchWords_);
  a.mov64(rdi, kIsolate);
  a.lea64(rsi, word(scratchWords_));
  a.mov32(rdx, n->inputCount());
  a.mov64(rax, addressOf(native->fast));
  a.call(rax);
  a.cmp64(rax, a.literal64(Value::kAbsentBits));
  a.jcc(Condition::kEqual, exit());
  if (c_.steps[step_].result != regalloc::Bank::kNone) storeResult(rax);
}

/// Calls a C++ function of the isolate and three values (null: any) without touching any register but rax and xmm0.
void Emitter::callLeafStub(int64_t function, const Node* const (&arguments)[3]) {
  pushLeafArguments(arguments);
  callLeafStub(function);
}

void Emitter::pushLeafArguments(const Node* const (&arguments)[3]) {
  for (const Node* n : arguments) {
    if (n != nullptr) load(rax, n);
    a.push(rax);
  }
}

/// With the three words pushed.
void Emitter::callLeafStub(int64_t function) {
  a.mov64(rax, function);
  a.call(Outside(r_.own.leaf));
  a.add64(rsp, 24);
}

/// Calls a leaf function that had no answer where it may collect, with the arguments that it kept. It has one now, or
/// the code is left.
void Emitter::askAgain(const LeafFunction& function) {
  a.mov64(rax, addressOf(function.again));
  a.call(Outside(r_.leaving.again));
  exitRecord(step_, ExitKind::kMemory);
}

void Emitter::emitCallLeaf(const Node* n) {
  constexpr Gpr kArguments[] = {rsi, rdx, rcx};
  LeafFunction function = leafFunction(static_cast<ir::Leaf>(n->aux));
  if (function.address == 0 || n->inputCount() > std::size(kArguments))
    return refuse("a leaf function that is missing");
  if (c_.steps[step_].clobbersAll) {
    std::vector<Move> moves;
    for (uint32_t i = 0; i < n->inputCount(); i++) {
      moves.push_back({placeOf(n->input(i)), Place::gpr(code(kArguments[i])), n->input(i)});
    }
    moveAll(moves);
    a.mov64(rdi, kIsolate);
    a.mov64(rax, function.address);
    a.call(rax);
  } else {
    const Node* arguments[std::size(kArguments)] = {};
    for (uint32_t i = 0; i < n->inputCount(); i++) arguments[i] = n->input(i);
    pushLeafArguments(arguments);
    if (isFieldLeaf(n)) {
      a.call(Outside(static_cast<ir::Leaf>(n->aux) == ir::Leaf::kGetField ? r_.own.getField : r_.own.setField));
      a.add64(rsp, 24);
    } else {
      callLeafStub(function.address);
    }
  }
  bool hasResult = c_.steps[step_].result != regalloc::Bank::kNone;
  Label &done = newLabel(), &failed = function.again != nullptr ? newLabel() : exit();
  if (function.isBool) {
    a.test8(rax, rax);
    a.jcc(Condition::kZero, failed, Distance::kNear);
    if (hasResult) loadConstant(result(), Value::kNilBits);
    a.bind(done);
  } else {
    a.cmp64(rax, a.literal64(Value::kAbsentBits));
    a.jcc(Condition::kEqual, failed, Distance::kNear);
    a.bind(done);
    if (hasResult) storeResult(rax);
  }
  if (function.again == nullptr) return;
  cold([this, function, hasResult, &failed, &done] {
    a.bind(failed);
    askAgain(function);
    if (function.isBool && hasResult) loadConstant(result(), Value::kNilBits);
    a.jmp(done);
  });
}

}  // namespace devvm::jit
