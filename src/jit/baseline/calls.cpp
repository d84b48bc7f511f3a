// Calls, returns, loops.

#include "interpreter/calls.h"
#include "interpreter/slow_paths.h"
#include "jit/baseline/compiler.h"
#include "jit/baseline/leaf_calls.h"

namespace devvm::jit {

using namespace x64;
using runtime::Link;

namespace {

/// The upper half of a link: no extra words, not tail-called, to machine code.
constexpr int32_t linkToMachine(uint8_t wanted) {
  return static_cast<int32_t>((Link::kMachine | uint64_t{wanted} << 56) >> 32);
}
constexpr uint32_t kTailCalledBit = 55 - 32;

}  // namespace

/// The value in rcx: rdx = its code, if it is a bytecode function with so many parameters. Natives leave their address
/// in rax.
void Compiler::checkCallee(uint32_t count, Label& other, Label& native) {
  a.mov64(rax, rcx);
  a.shr64(rax, heap::kTagShift);
  a.cmp32(rax, Imm(static_cast<int32_t>(heap::Tag::kFunction)));
  a.jcc(Condition::kNotEqual, other, Distance::kNear);
  a.mov64(rax, rcx);
  a.shl64(rax, 16);
  a.shr64(rax, 16);
  a.cmp8(Mem(rax, offset::kKind), Imm(static_cast<int32_t>(runtime::Kind::kClosure)));
  a.jcc(Condition::kNotEqual, native, Distance::kNear);
  a.mov64(rdx, Mem(rax, offset::kClosureCode));
  a.cmp16(Mem(rdx, offset::kCodeParameters), Imm(static_cast<int32_t>(count)));
  a.jcc(Condition::kNotEqual, other, Distance::kNear);
}

/// Callee and arguments on the stack. Bytecode functions with as many parameters get their frame here.
void Compiler::call(uint32_t count, uint32_t wanted) {
  uint32_t depth = stack_.depth(), calleeAt = depth - count - 1;
  forgetShapes();
  // Whatever lies below stays behind in the caller's frame, in memory.
  for (uint32_t i = 0; i < calleeAt; i++) {
    storeOperand(stack_.at(i), stack_.slot(i));
    stack_.at(i) = Operand::memory();
  }
  Operand callee = stack_.at(calleeAt);
  int slot = stack_.slot(calleeAt), frame = slot - 16;
  Label &uneven = newLabel(), &native = newLabel(), &after = newLabel(), &done = newLabel();
  callee.isMemory() ? a.mov64(rcx, Mem(kFrame, slot)) : load(rcx, callee);
  checkCallee(count, uneven, native);
  // Arguments become the first locals of the new frame, two words below their slots: the last one first.
  for (uint32_t i = count; i-- > 0;) {
    const Operand& o = stack_.at(calleeAt + 1 + i);
    int to = frame + localOffset(i);
    if (o.isMemory()) {
      a.mov64(rax, Mem(kFrame, stack_.slot(calleeAt + 1 + i)));
      a.mov64(Mem(kFrame, to), rax);
    } else {
      storeOperand(o, to);
    }
  }
  if (!callee.isMemory()) a.mov64(Mem(kFrame, slot), rcx);
  a.mov32(Mem(kFrame, frame), Imm(-frame / 8));
  a.mov32(Mem(kFrame, frame + 4), Imm(linkToMachine(static_cast<uint8_t>(wanted))));
  a.lea64(rsp, Mem(kFrame, slot));
  a.lea64(kFrame, Mem(kFrame, frame));
  a.call(Mem(rdx, offset::kCodeMachineEntry));
  // rdx: the callee's slot; rax: the result, if one is wanted.
  a.bind(after);
  Label& listed = newLabel();
  resumeAfterCall(slot, next_);
  Gpr result = kOperandRegisters[0];
  if (wanted == 1) a.mov64(result, rax);
  if (wanted == Link::kOpen) {
    a.bind(listed);
    noteListed();
  }
  a.bind(done);

  cold_.add([this, &native, &uneven, &after, &done, &listed, at = now_, calleeAt, count, wanted, result] {
    const Place& place = places_[at];
    Label& flushed = newLabel();
    uint32_t size = place.state.depth;
    a.mark(place.offset);
    a.bind(native);
    if (wanted <= 1 || wanted == Link::kOpen) {
      a.mov64(rdx, Mem(rax, offset::kNativeInfo));
      if (wanted == Link::kOpen) {
        a.cmp8(Mem(rdx, offset::kInfoOneResult), 0);
        a.jcc(Condition::kEqual, uneven, Distance::kNear);
      }
      a.mov64(rdx, Mem(rdx, offset::kInfoFast));
      a.test64(rdx, rdx);
      a.jcc(Condition::kZero, uneven, Distance::kNear);
      a.mov64(rcx, rdx);
      flush(place.slowState);
      a.mov64(rdi, kIsolate);
      a.lea64(rsi, Mem(kFrame, stack_.slot(calleeAt + 1)));
      a.mov32(rdx, count);
      a.call(rcx);
      a.cmp64(rax, a.literal64(Value::kAbsentBits));
      a.jcc(Condition::kEqual, flushed, Distance::kNear);
      if (wanted == 1) a.mov64(result, rax);
      if (wanted == Link::kOpen) {
        a.mov64(Mem(kFrame, stack_.slot(calleeAt)), rax);
        a.mov64(rcx, Mem(kIsolate, offset::kFiber));
        a.mov32(Mem(rcx, offset::kOpenCount), 1);
        a.lea64(rdx, Mem(kFrame, stack_.slot(calleeAt)));
        a.mov64(Mem(rcx, offset::kFiberSp), rdx);
        a.jmp(listed);
      } else {
        a.jmp(done);
      }
    } else {
      a.jmp(uneven);
    }
    a.bind(uneven);
    flush(place.slowState);
    a.bind(flushed);
    setPosition(at, size);
    a.mov64(rdi, static_cast<int64_t>(uint64_t{count} | uint64_t{wanted} << 32));
    a.lea64(rcx, Mem::at(after));
    a.jmp(Outside(stubs_.call));
  });

  stack_.setMemory(calleeAt);
  if (wanted == Link::kOpen) {
    openList_ = true;
  } else if (wanted == 1) {
    stack_.use(result);
    push(result, resultIsFloat());
  } else {
    for (uint32_t i = 0; i < wanted; i++) stack_.push(Operand::memory());
  }
}

void Compiler::returnValue(bool one) {
  if (one) {
    Operand o = popValue();
    load(rax, o);
  } else {
    a.mov64(rax, static_cast<int64_t>(Value::kNilBits));
  }
  Label &other = newLabel(), &leave = newLabel();
  a.mov32(rcx, Mem(kFrame, 4));
  a.cmp32(rcx, Imm(linkToMachine(1)));
  a.jcc(Condition::kNotEqual, other, Distance::kNear);
  a.bind(leave);
  a.lea64(rdx, Mem(kFrame, 16));
  a.lea64(rsp, Mem(kFrame, 8));
  a.ret();
  cold_.add([this, &other, &leave, one, place = now_, depth = stack_.depth() + (one ? 1 : 0)] {
    Label &open = newLabel(), &interpreter = newLabel();
    a.mark(places_[place].offset);
    a.bind(other);
    a.btr32(rcx, kTailCalledBit);
    a.cmp32(rcx, Imm(linkToMachine(1)));
    a.jcc(Condition::kEqual, leave);
    a.cmp32(rcx, Imm(linkToMachine(0)));
    a.jcc(Condition::kEqual, leave);
    a.cmp32(rcx, Imm(linkToMachine(Link::kOpen)));
    a.jcc(Condition::kNotEqual, interpreter);
    a.bind(open);
    a.mov64(rcx, Mem(kIsolate, offset::kFiber));
    a.mov32(Mem(rcx, offset::kOpenCount), Imm(one ? 1 : 0));
    a.lea64(rdx, Mem(kFrame, one ? 16 : 24));
    a.mov64(Mem(rcx, offset::kFiberSp), rdx);
    if (one) a.mov64(Mem(kFrame, 16), rax);
    a.jmp(leave);
    a.bind(interpreter);
    if (one) a.mov64(Mem(kFrame, stack_.slot(depth - 1)), rax);
    a.lea64(rsi, Mem(kFrame, stack_.slot(depth) + (one ? 16 : 8)));
    a.mov32(rcx, one ? 1 : 0);
    a.jmp(Outside(stubs_.giveBack));
  });
}

/// What a call returns to, in front of the place: rdx is the callee's slot, `slot` bytes from fp; rax the result, if
/// one is wanted.
void Compiler::resumeAfterCall(int slot, uint32_t place) {
  returns.push_back({a.position(), places_[place].offset});
  a.lea64(kFrame, Mem(rdx, -slot));
  a.mov64(rsp, kHostStack);
}

/// An open list lies where the fiber's sp says; the instruction that takes it goes by the fiber, which stands here now.
void Compiler::noteListed() {
  a.mov64(rcx, Mem(kIsolate, offset::kFiber));
  a.mov64(Mem(rcx, offset::kFiberFp), kFrame);
  a.mov64(rax, addressOf(code_.entry + places_[next_].offset));
  a.mov64(Mem(rcx, offset::kFiberPc), rax);
}

/// A short list of variable arguments is copied by a leaf call.
void Compiler::varargOpen() {
  uint32_t depth = stack_.depth();
  flushAll();
  a.mov64(rdi, kIsolate);
  a.mov64(rsi, kFrame);
  a.lea64(rdx, Mem(kFrame, stack_.spOffset(depth)));
  a.mov64(rax, addressOf(&leafVarargOpen));
  a.call(rax);
  a.test8(rax, rax);
  a.jcc(Condition::kZero, slowFlushed(), Distance::kNear);
  noteListed();
  stack_.setMemory(depth);
  openList_ = true;
}

/// Returns several values to machine code that wants as many, or all.
bool Compiler::returnValues(uint32_t count) {
  uint32_t depth = stack_.depth();
  if (count < 2 || count > 8) return false;
  flushAll();
  Label &other = newLabel(), &copy = newLabel();
  a.mov32(rcx, Mem(kFrame, 4));
  a.btr32(rcx, kTailCalledBit);
  a.cmp32(rcx, Imm(linkToMachine(static_cast<uint8_t>(count))));
  a.jcc(Condition::kNotEqual, other, Distance::kNear);
  a.bind(copy);
  a.mov64(rcx, Mem(kFrame, 8));
  for (uint32_t i = 0; i < count; i++) {
    a.mov64(rax, Mem(kFrame, stack_.slot(depth - count + i)));
    a.mov64(Mem(kFrame, 16 - 8 * static_cast<int>(i)), rax);
  }
  // The second result took the place of the return address, which goes below the results.
  a.lea64(rdx, Mem(kFrame, 16));
  a.lea64(rsp, Mem(kFrame, -8 * static_cast<int>(count)));
  a.mov64(Mem(rsp), rcx);
  a.ret();
  cold_.add([this, &other, &copy, count, depth, place = now_] {
    Label& interpreter = newLabel();
    a.mark(places_[place].offset);
    a.bind(other);
    a.cmp32(rcx, Imm(linkToMachine(Link::kOpen)));
    a.jcc(Condition::kNotEqual, interpreter);
    a.mov64(rcx, Mem(kIsolate, offset::kFiber));
    a.mov32(Mem(rcx, offset::kOpenCount), Imm(static_cast<int32_t>(count)));
    a.lea64(rdx, Mem(kFrame, 16 - 8 * (static_cast<int>(count) - 1)));
    a.mov64(Mem(rcx, offset::kFiberSp), rdx);
    a.jmp(copy);
    a.bind(interpreter);
    a.lea64(rsi, Mem(kFrame, stack_.slot(depth) + 8 * static_cast<int>(count + 1)));
    a.mov32(rcx, count);
    a.jmp(Outside(stubs_.giveBack));
  });
  return true;
}

/// Replaces the frame by a call of a bytecode function with as many parameters as there are arguments.
void Compiler::tailCall(uint32_t count) {
  uint32_t depth = stack_.depth(), calleeAt = depth - count - 1;
  Label& other = newLabel();
  flushAll();
  a.mov64(rcx, Mem(kFrame, stack_.slot(calleeAt)));
  checkCallee(count, other, other);
  // No arguments above the header, a caller, room.
  a.test32(Mem(kFrame, 4), Imm(0x3FFFFF));
  a.jcc(Condition::kNotZero, other, Distance::kNear);
  a.movsxd(rax, Mem(rdx, offset::kStackNeeded));
  a.neg64(rax);
  a.lea64(rax, Mem(kFrame, rax, Scale::k8));
  a.cmp64(rax, Mem(kIsolate, offset::kStackLimit));
  a.jcc(Condition::kBelow, other, Distance::kNear);
  for (uint32_t i = 0; i < count; i++) {
    a.mov64(rax, Mem(kFrame, stack_.slot(calleeAt + 1 + i)));
    a.mov64(local(i), rax);
  }
  a.mov64(Mem(kFrame, 16), rcx);
  a.or32(Mem(kFrame, 4), Imm(1 << kTailCalledBit));
  a.jmp(Mem(rdx, offset::kCodeMachineEntry));
  cold_.add([this, &other, place = now_, depth, count] {
    a.mark(places_[place].offset);
    a.bind(other);
    setPosition(place, depth);
    a.mov64(rax, addressOf(&interpreter::slowTailCall));
    a.mov32(rdi, count);
    a.jmp(Outside(stubs_.tailCall));
  });
}

/// for_in: `next` and the iterator of ipairs walk array parts here, other tables by a leaf call, with the test behind
/// it.
bool Compiler::forIn(const Instruction& c) {
  auto l = static_cast<uint32_t>(c.operands[0]);
  auto count = static_cast<uint32_t>(c.operands[1]);
  if (whole_->op != Op::kForIn) return false;
  const Instruction& test = decoded_[placeAt(whole_->end())];
  uint32_t target = placeAt(static_cast<uint32_t>(test.target())), after = placeAt(test.end());
  forgetLocals(l, 4 + count);
  forgetShapes();
  noteJump(target);
  noteJump(after);
  flushAll();
  Label &otherIterator = newLabel(), &leaf = newLabel(), &isNext = newLabel(), &first = newLabel();
  Label &element = newLabel(), &assigned = newLabel();
  constexpr Gpr kTable = kOperandRegisters[0], kControl = kOperandRegisters[1], kValue = kOperandRegisters[2];
  a.mov64(rax, local(l));
  a.mov64(rcx, rax);
  a.shr64(rcx, heap::kTagShift);
  a.cmp32(rcx, Imm(static_cast<int32_t>(heap::Tag::kFunction)));
  a.jcc(Condition::kNotEqual, otherIterator, Distance::kNear);
  a.shl64(rax, 16);
  a.shr64(rax, 16);
  a.cmp8(Mem(rax, offset::kKind), Imm(static_cast<int32_t>(runtime::Kind::kNative)));
  a.jcc(Condition::kNotEqual, otherIterator, Distance::kNear);
  a.mov64(rcx, Mem(rax, offset::kNativeInfo));
  a.movzx8to32(rdx, Mem(rcx, offset::kInfoIntrinsic));
  a.mov64(kTable, local(l + 1));
  checkTable(kTable, otherIterator);
  a.mov64(kControl, local(l + 2));
  // rax = elements behind us: what is no integer becomes too many.
  a.mov64(rax, kControl);
  a.sub64(rax, kIntTag);
  a.cmp32(rdx, Imm(static_cast<int32_t>(runtime::Intrinsic::kInextIterator)));
  a.jcc(Condition::kNotEqual, isNext, Distance::kNear);
  a.bind(element);
  a.mov64(rcx, Mem(kTable, kTableBias, Scale::k1, offset::kTableArray));
  a.mov32(rdx, Mem(rcx, kOtherBias, Scale::k1, offset::kArrayLength));
  a.cmp64(rax, rdx);
  a.jcc(Condition::kAboveEqual, leaf, Distance::kNear);
  a.add64(rcx, kOtherBias);
  a.mov64(kValue, Mem(rcx, rax, Scale::k8, offset::kArraySlots));
  a.cmp64(kValue, a.literal64(Value::kNilBits));
  a.jcc(Condition::kEqual, leaf, Distance::kNear);
  a.add64(rax, 1);
  a.or64(rax, kIntTag);
  a.mov64(local(l + 2), rax);
  a.mov64(local(l + 4), rax);
  if (count > 1) a.mov64(local(l + 5), kValue);
  if (count > 2) {
    a.mov64(rax, static_cast<int64_t>(Value::kNilBits));
    for (uint32_t i = 2; i < count; i++) a.mov64(local(l + 4 + i), rax);
  }
  a.bind(assigned);
  backEdge(target);
  cold_.add([this, &isNext, &first, &element, &leaf, &assigned, &otherIterator, l, count, after, at = now_] {
    a.mark(places_[at].offset);
    a.bind(isNext);
    a.cmp32(rdx, Imm(static_cast<int32_t>(runtime::Intrinsic::kNext)));
    a.jcc(Condition::kNotEqual, otherIterator);
    a.cmp64(kControl, a.literal64(Value::kNilBits));
    a.jcc(Condition::kEqual, first);
    a.test64(rax, rax);  // a key 0 is in no array part
    a.jcc(Condition::kNotZero, element);
    a.bind(leaf);
    a.lea64(rax, local(l));
    a.mov32(rcx, count);
    callLeaf(addressOf(&leafForIn));
    a.cmp64(rax, 1);
    a.jcc(Condition::kAbove, assigned);
    jumpTo(after, Condition::kEqual);
    a.jmp(otherIterator);
    a.bind(first);
    a.xor32(rax, rax);
    a.jmp(element);
  });
  // Other iterators are called; their results go where the test behind it looks for them.
  cold_.add([this, &otherIterator, l, count, depth = stack_.depth(), at = now_, test = next_] {
    Label& results = newLabel();
    a.mark(places_[at].offset);
    a.bind(otherIterator);
    for (uint32_t i = 0; i < 3; i++) {
      a.mov64(rax, local(l + i));
      a.mov64(Mem(kFrame, stack_.slot(depth + i)), rax);
    }
    setPosition(at, depth + 3);
    a.mov64(rdi, static_cast<int64_t>(uint64_t{2} | uint64_t{count} << 32));
    a.lea64(rcx, Mem::at(results));
    a.jmp(Outside(stubs_.call));
    a.bind(results);
    resumeAfterCall(stack_.slot(depth), test);
    if (count == 1) a.mov64(Mem(kFrame, stack_.slot(depth)), rax);
    a.jmp(places_[test].hot);
  });
  // The test has a place of its own, for iterators that are called.
  return true;
}

/// for_in_test: results of an iterator that was called.
void Compiler::forInTest(const Instruction& c) {
  auto l = static_cast<uint32_t>(c.operands[0]);
  auto count = static_cast<uint32_t>(c.operands[1]);
  flushAll();
  for (uint32_t i = count; i-- > 0;) {
    a.mov64(rax, Mem(kFrame, stack_.slot(stack_.depth() - 1)));
    a.mov64(local(l + 4 + i), rax);
    stack_.pop();
  }
  Label& finished = newLabel();
  a.cmp64(rax, a.literal64(Value::kNilBits));
  a.jcc(Condition::kEqual, finished, Distance::kNear);
  a.mov64(local(l + 2), rax);
  backEdge(placeAt(static_cast<uint32_t>(c.target())));
  a.bind(finished);
}

/// One unit of fuel for a back-edge to the place, whose operands are in memory.
void Compiler::backEdge(uint32_t place) {
  Label& poll = newLabel();
  a.sub64(Mem(kIsolate, offset::kBudget), 1);
  jumpTo(place, Condition::kNoSign);
  a.jmp(poll);
  cold_.add([this, &poll, place, depth = stack_.depth()] {
    a.mark(places_[place].offset);
    a.bind(poll);
    setPosition(place, depth);
    callSlowPath(interpreter::safepoint);
    compareWithPlace(place);
    a.jcc(Condition::kEqual, places_[place].hot);
    a.jmp(Outside(stubs_.leave));
  });
}

/// Locals l, l+1, l+2: index, iterations left (integers) or limit (floats), step; l+3 is the program's own variable.
void Compiler::forLoop(const Instruction& c) {
  auto l = static_cast<uint32_t>(c.operands[0]);
  uint32_t target = placeAt(static_cast<uint32_t>(c.target()));
  bool ints =
      facts_[l].known == Known::kInt && facts_[l + 1].known == Known::kInt && facts_[l + 2].known == Known::kInt;
  Fact step = facts_[l + 2];
  // The straight line is for integers, whose next index is one. Loops over floats, and indices that are not immediate
  // any more, come back from the interpreter only if the loop's code does not rely on integers.
  const Place& head = places_[target];
  bool relies = false;
  for (uint32_t i = 0; head.facts != kNone && i < 4; i++) relies = relies || !factPool_[head.facts + l + i].empty();
  Label& otherwise = ints || relies ? leaveHere() : slowFlushed();
  for (uint32_t i : {0, 1, 3}) facts_[l + i] = {.known = Known::kInt};
  facts_[l + 2].known = Known::kInt;
  noteJump(target);
  flushAll();
  if (!ints) {
    Gpr all = kOperandRegisters[0];
    a.mov64(all, local(l));
    a.and64(all, local(l + 1));
    a.and64(all, local(l + 2));
    a.cmp64(all, kIntTag);
    a.jcc(Condition::kBelow, otherwise, Distance::kNear);
  }
  a.mov64(rcx, local(l + 1));
  a.mov64(rax, local(l));
  Label& finished = newLabel();
  a.cmp64(rcx, kIntTag);
  a.jcc(Condition::kEqual, finished, Distance::kNear);
  a.shl64(rax, 16);
  if (int64_t by = ints && step.bits != 0 ? Value::fromBits(step.bits).asInt() : INT64_MAX;
      by >= -(1 << 14) && by < 1 << 14) {
    a.add64(rax, Imm(static_cast<int32_t>(by * 65536)));
  } else {
    a.mov64(rdx, local(l + 2));
    a.shl64(rdx, 16);
    a.add64(rax, rdx);
  }
  a.jcc(Condition::kOverflow, otherwise, Distance::kNear);
  a.sub64(rcx, 1);
  a.mov64(local(l + 1), rcx);
  a.shr64(rax, 16);
  a.or64(rax, kIntTag);
  a.mov64(local(l), rax);
  a.mov64(local(l + 3), rax);
  backEdge(target);
  a.bind(finished);
  forgetLocals(l, 4);
}

/// The interpreter prepares the loop; that it counts integers, as most do, is checked here once.
void Compiler::forPrep(const Instruction& whole) {
  auto l = static_cast<uint32_t>(whole.operands[0]);
  Fact step = facts_[l + 2];
  bool floats = guess(Operand::ofLocal(l), 0) == Guess::kFloat || step.known == Known::kFloat;
  rare(whole);
  if (!speculates_ || floats || places_[next_].isTarget != places_[next_].isLoop) return;
  Label& leave = newLabel();
  for (uint32_t i = 0; i < 3; i++) {
    if (i == 2 && step.known == Known::kInt) continue;
    checkLocal(l + i, Known::kInt, leave);
  }
  for (uint32_t i = 0; i < 4; i++) facts_[l + i] = {.known = Known::kInt};
  facts_[l + 2].bits = step.known == Known::kInt ? step.bits : 0;
  leaveInCold(leave, next_);
}

}  // namespace devvm::jit
