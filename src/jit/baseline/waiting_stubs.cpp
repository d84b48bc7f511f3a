// Natives that call a function and pass its results on: protected calls and comparisons. The function returns to a
// stub, which does what the native would do when it is entered again.

#include <cstring>

#include "interpreter/frame_layout.h"
#include "interpreter/interpreter.h"
#include "jit/baseline/call_stubs.h"
#include "jit/baseline/metamethods.h"

namespace devvm::jit {

using namespace x64;
using namespace runtime;

namespace {

constexpr uint8_t kMachineBit = 54;
constexpr uint32_t kMostArguments = 200;
Mem field(Gpr object, int offset) { return Mem(object, Imm(offset)); }
Mem ofIsolate(int offset) { return Mem(kIsolate, Imm(offset)); }

/// Puts the __call metamethod of a table below it, for a call of `count` arguments that lie from `sp` up. False:
/// nothing was done, since it is no plain case.
bool resolveCallee(Isolate* iso, Value* sp, uint64_t count) {
  constexpr uint64_t kMost = 15;  // more cost more than a unit
  Value callee = sp[count];
  Fiber& f = *iso->fiber;
  if (!callee.isTable() || count > kMost || iso->budget < 1 || sp - 8 < f.limit) return false;
  Value found = metamethod(*iso, callee, Meta::kCall);
  if (!found.isFunction()) return false;
  iso->budget--;
  std::memmove(static_cast<void*>(sp - 1), sp, (count + 1) * sizeof(Value));
  sp[count] = found;
  return true;
}

}  // namespace

/// The callee, at [rsi + 8 * rcx], is no function; registers as at the beginning of writeCall.
void CallStubs::callTable() {
  const Gpr kept[] = {rsi, rdi, rdx, rcx, r8};
  for (Gpr r : kept) a.push(r);
  a.sub64(rsp, 8);
  a.mov64(rdi, kIsolate);
  a.mov64(rdx, rcx);
  a.mov64(rax, addressOf(&resolveCallee));
  a.call(rax);
  a.add64(rsp, 8);
  for (size_t i = std::size(kept); i-- > 0;) a.pop(kept[i]);
  a.test8(rax, rax);
  genericIf(Condition::kZero);
  a.sub64(rsi, 8);
  a.add64(rdi, 1);
  a.mov64(rcx, r8);
}

/// pcall or xpcall (`handler`) of a bytecode function that takes the other arguments: the native's frame waits.
void CallStubs::protectedCall(bool handler) {
  int first = handler ? 2 : 1;  // arguments that are not passed on
  int distance = 8 * static_cast<int>(handler ? interpreter::kXpcallDistance : interpreter::kPcallDistance);
  a.lea64(r9, Mem(rcx, -first));
  a.cmp64(r9, Imm(static_cast<int32_t>(kMostArguments)));
  genericIf(Condition::kAbove);
  auto isFunction = [this](const Mem& argument, Gpr into) {
    a.mov64(into, argument);
    a.mov64(rax, into);
    a.shr64(rax, heap::kTagShift);
    a.cmp32(rax, Imm(static_cast<int32_t>(heap::Tag::kFunction)));
    genericIf(Condition::kNotEqual);
  };
  if (handler) isFunction(Mem(rsi, rcx, Scale::k8, -16), r10);
  isFunction(Mem(rsi, rcx, Scale::k8, -8), r10);
  a.mov64(rax, r10);
  untag(rax);
  a.cmp8(field(rax, offset::kKind), Imm(static_cast<int32_t>(Kind::kClosure)));
  genericIf(Condition::kNotEqual);
  a.mov64(rax, field(rax, offset::kClosureCode));
  a.cmp16(field(rax, offset::kCodeParameters), r9);
  genericIf(Condition::kNotEqual);
  // Room for both frames, whichever way it is measured.
  a.movsxd(r9, field(rax, offset::kStackNeeded));
  a.add64(r9, rcx);
  a.neg64(r9);
  a.lea64(r9, Mem(rsi, r9, Scale::k8, -24 - distance));
  a.cmp64(r9, ofIsolate(offset::kStackLimit));
  genericIf(Condition::kBelow);
  a.mov64(r9, rcx);
  a.neg64(r9);
  a.lea64(r9, Mem(rsi, r9, Scale::k8, -8 * static_cast<int>(interpreter::kNativeFrameSlots + 2)));
  a.cmp64(r9, ofIsolate(offset::kStackLimit));
  genericIf(Condition::kBelow);

  a.mov64(r9, rax);
  layNativeFrame(interpreter::waitingState(1, true).bits(), Link::kMachine);
  a.mov64(rax, static_cast<int64_t>(Value::kTrueBits));
  a.mov64(field(r11, handler ? -24 : -16), rax);
  if (handler) {
    a.mov64(rax, Mem(rsi, rcx, Scale::k8, -16));
    a.mov64(field(r11, -16), rax);
  }
  a.lea64(kFrame, field(r11, -distance));
  a.mov64(field(kFrame, 16), r10);
  a.mov64(rax,
          static_cast<int64_t>(Link::make(static_cast<uint32_t>(distance / 8), 0, Link::kOpen).bits | Link::kMachine));
  a.mov64(field(kFrame, 0), rax);
  // The other arguments are the first locals.
  Label copy, copied;
  a.mov64(rdi, kFrame);
  a.sub64(rcx, first);
  a.bind(copy);
  a.sub64(rcx, 1);
  a.jcc(Condition::kSign, copied);
  a.mov64(rax, Mem(rsi, rcx, Scale::k8));
  a.sub64(rdi, 8);
  a.mov64(field(rdi, 0), rax);
  a.jmp(copy);
  a.bind(copied);
  a.lea64(rsp, field(kFrame, 16));
  a.call(field(r9, offset::kCodeMachineEntry));

  // rdx: the function's slot; its results are an open list.
  a.mov64(rsp, kHostStack);
  a.lea64(r11, field(rdx, distance - 16));
  a.mov64(r9, ofIsolate(offset::kFiber));
  nativeWaitsUnlessPlain();
  a.mov32(rcx, field(r9, offset::kOpenCount));
  a.add32(rcx, 1);
  a.lea64(rsi, field(r11, handler ? -16 : -8));
  a.jmp(deliver_);
}

/// Natives go on in C++ unless the frame r11, of the fiber r9, returns to machine code and nothing is to come between.
/// The fiber's sp has to be right. Destroys rax.
void CallStubs::nativeWaitsUnlessPlain() {
  a.cmp8(ofIsolate(offset::kHooksOn), 0);
  a.jcc(Condition::kNotEqual, nativeWaits_);
  a.cmp8(ofIsolate(offset::kFinalizersDue), 0);
  a.jcc(Condition::kNotEqual, nativeWaits_);
  a.mov64(rax, field(r11, 0));
  a.bt64(rax, kMachineBit);
  a.jcc(Condition::kNoCarry, nativeWaits_);
}

void CallStubs::writeCompare() {
  a.lea64(rsp, field(kFrame, 16));
  a.call(field(rax, offset::kCodeMachineEntry));
  a.mov64(rsp, kHostStack);
  a.lea64(r11, field(rdx, 8 * kCompareDistance - 16));
  a.mov64(r9, ofIsolate(offset::kFiber));
  a.mov64(field(rdx, 0), rax);
  a.mov64(field(r9, offset::kFiberSp), rdx);
  nativeWaitsUnlessPlain();
  // The truth of the result, or the opposite if the last argument says so.
  a.mov64(rcx, field(rdx, 0));
  a.sub64(rcx, a.literal64(Value::kNilBits));
  a.xor32(rax, rax);
  a.cmp64(rcx, 1);
  a.setcc(Condition::kAbove, rax);
  a.mov64(rcx, static_cast<int64_t>(Value::kFalseBits));
  a.mov64(rdi, field(r11, 24));
  a.sub64(rdi, rcx);
  a.xor32(rax, rdi);
  a.add64(rax, rcx);
  static_assert(Value::kTrueBits == Value::kFalseBits + 1);
  a.mov64(field(rdx, 0), rax);
  a.lea64(rsi, field(rdx, 8));
  a.mov32(rcx, 1);
  a.jmp(deliver_);

  a.bind(nativeWaits_);
  a.mov64(field(r9, offset::kFiberFp), r11);
  a.mov64(rax, addressOf(interpreter::kNativeReturnCode));
  a.mov64(field(r9, offset::kFiberPc), rax);
  a.jmp(goOnAnywhere);
}

}  // namespace devvm::jit
