// Laying out frames and taking them away, on saved registers (private to src/interpreter; the handlers of calls do the
// plain cases in registers).
#pragma once

#include <cstring>

#include "interpreter/drive.h"
#include "interpreter/interpreter.h"

namespace devvm::interpreter {

/// Slots that a native finds free at entry, its header included.
inline constexpr uint32_t kNativeFrameSlots = runtime::kNativeSlots + 8;

/// From the frame of pcall down to that of the function it calls; from that of xpcall.
inline constexpr uint32_t kPcallDistance = 5, kXpcallDistance = 6;

/// A state word as NativeCall::call() leaves it.
inline Value waitingState(int32_t next, bool isProtected, uint8_t wanted = Link::kOpen) {
  return Value::smallInt(int64_t{static_cast<uint32_t>(next)} | int64_t{wanted} << 32 |
                         (isProtected ? runtime::kProtectedState : 0));
}

/// Lays out a bytecode frame over callee and arguments. False: no stack.
[[nodiscard]] inline bool enterClosure(Fiber& f, uint32_t count, uint8_t wanted, runtime::ReturnTo returnTo) {
  const runtime::Code* code = runtime::as<runtime::Closure>(f.sp[count])->code;
  if (f.sp - code->stackNeeded < f.limit && !runtime::growStack(f, code->stackNeeded)) return false;
  Value* calleeSlot = f.sp + count;
  uint32_t parameters = code->parameters, locals = code->locals;
  Value* fp;
  if (!code->vararg) {
    fp = calleeSlot - 2;
    uint32_t moved = count < parameters ? count : parameters;
    for (uint32_t i = moved; i-- > 0;) fp[-1 - static_cast<int64_t>(i)] = fp[1 - static_cast<int64_t>(i)];
    for (uint32_t i = moved; i < locals; i++) fp[-1 - static_cast<int64_t>(i)] = Value::nil();
  } else {
    Value callee = *calleeSlot;
    fp = f.sp - 3;
    fp[2] = callee;
    for (uint32_t i = 0; i < locals; i++) {
      fp[-1 - static_cast<int64_t>(i)] =
          i < parameters && i < count ? calleeSlot[-1 - static_cast<int64_t>(i)] : Value::nil();
    }
  }
  fp[1] = Value::fromBits(reinterpret_cast<uint64_t>(returnTo.address));
  uint32_t distance = f.fp ? static_cast<uint32_t>(f.fp - fp) : 0;
  fp[0] = Value::fromBits(Link::make(distance, code->vararg ? count + 1 : 0, wanted).bits | returnTo.flags);
  f.fp = fp;
  f.sp = fp - locals - 1;
  f.pc = code->start;
  return true;
}

/// Whether a native's frame fits on the stack as it is.
inline bool nativeFits(const Fiber& f, uint32_t more = 0) { return f.sp - (kNativeFrameSlots + more) >= f.limit; }

/// Lays out a native frame over callee and arguments; nativeFits() has to be true.
inline void layNativeFrame(Fiber& f, uint32_t count, uint8_t wanted, runtime::ReturnTo returnTo) {
  Value callee = f.sp[count];
  Value* fp = f.sp - 3;
  fp[2] = callee;
  fp[1] = Value::fromBits(reinterpret_cast<uint64_t>(returnTo.address));
  uint32_t distance = f.fp ? static_cast<uint32_t>(f.fp - fp) : 0;
  fp[0] = Value::fromBits(Link::make(distance, count + 1, wanted).bits | returnTo.flags);
  fp[-1] = Value::smallInt(0);
  f.fp = fp;
  f.sp = fp - 1;
}

/// Pops the innermost frame, leaving its `count` topmost slots as results at the callee's place, adjusted to what is
/// wanted. Sets pc to the return address.
inline void popFrame(Fiber& f, uint32_t count) {
  for (;;) {
    Value* fp = f.fp;
    Link link = runtime::linkOf(fp);
    Value* calleeSlot = fp + 2 + link.extra();
    f.pc = runtime::returnAddressOf(fp);
    if (link.returnsToMachine()) {
      f.isolate->machineReturn = {f.pc, calleeSlot};
      f.pc = kMachineReturnCode;
    }
    f.fp = Fiber::callerOf(fp);
    uint32_t wanted = link.wanted() >= Link::kTail ? count : link.wanted();
    Value* source = f.sp + count;  // one above the first result
    uint32_t moved = count < wanted ? count : wanted;
    for (uint32_t i = 0; i < moved; i++) calleeSlot[-static_cast<int64_t>(i)] = source[-1 - static_cast<int64_t>(i)];
    for (uint32_t i = moved; i < wanted; i++) calleeSlot[-static_cast<int64_t>(i)] = Value::nil();
    f.sp = calleeSlot - wanted + 1;
    if (link.wanted() != Link::kTail) {
      if (link.wanted() == Link::kOpen) f.openCount = count;
      return;
    }
  }
}

/// Calls the native below the `count` topmost slots without going through the call machine, where nothing watches:
/// natives that return at once, protected calls, and switches of coroutines. False: nothing was done.
/// MAY RUN GUEST CODE.
[[nodiscard]] bool callNativeDirectly(Isolate& iso, Fiber& f, uint32_t count, uint8_t wanted,
                                      runtime::ReturnTo returnTo);

/// Runs the innermost native, whose frame was just laid. Its number of results, topmost, if only popFrame() is left to
/// be done; -1: the fiber stands where it goes on. MAY RUN GUEST CODE.
int64_t enterNativeFunction(Isolate& iso, Fiber& f);

/// The innermost native, called directly, gave `result`: leaves the fiber where it goes on. MAY RUN GUEST CODE.
void settleNative(Isolate& iso, NativeResult result);

/// Goes on with the innermost native, which waits for the results on top. False: nothing was done. MAY RUN GUEST CODE.
[[nodiscard]] bool finishNativeDirectly(Isolate& iso, Fiber& f);

/// The running fiber is at its end, its results an open list: gives them to the resumer. False: nothing was done.
[[nodiscard]] bool finishFiberDirectly(Isolate& iso, Fiber& f);

}  // namespace devvm::interpreter
