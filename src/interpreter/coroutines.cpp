// Switching fibers: resume, yield, the end of a fiber, closing one. Values move from stack to stack.

#include "interpreter/calls.h"
#include "interpreter/drive.h"
#include "interpreter/interpreter.h"

namespace devvm::interpreter {

using namespace runtime;

namespace {

/// Moves the `count` topmost slots of `from` onto `to`. False: no stack there.
bool moveValues(Fiber& from, Fiber& to, uint32_t count) {
  if (to.sp - (count + kNativeSlots + 8) < to.limit && !growStack(to, count + kNativeSlots + 8)) return false;
  for (uint32_t i = count; i-- > 0;) *--to.sp = from.sp[i];
  from.sp += count;
  return true;
}

/// Gives the resumer of the running fiber `count` values (or the error) and goes on with its native.
Step backToResumer(Isolate& iso, Fiber& f, uint32_t count, bool failed) {
  Fiber* resumer = f.resumer;
  f.resumer = nullptr;
  if (!moveValues(f, *resumer, count)) {
    f.sp += count;
    *--resumer->sp = stackErrorOf(iso, *resumer);
    count = 1;
    failed = true;
  }
  resumer->status = FiberStatus::kRunning;
  switchFiber(iso, resumer);
  return Step::resumeNative(count, failed);
}

}  // namespace

bool isYieldable(const Isolate& iso) { return !iso.fiber->isMain && iso.fiber->unyieldable == 0; }

Step yieldFiber(Isolate& iso, uint32_t count) {
  Fiber& f = *iso.fiber;
  if (!isYieldable(iso)) {
    iso.raiseError(f.isMain ? "attempt to yield from outside a coroutine"
                            : "attempt to yield across a C-call boundary");
    return Step::raise();
  }
  if (iso.hooksOn) traceFiber(iso, f, events::EventKind::kYield);
  f.status = FiberStatus::kSuspended;
  return backToResumer(iso, f, count, false);
}

Step resumeFiber(Isolate& iso, uint32_t count) {
  Fiber& f = *iso.fiber;
  Fiber& target = *as<FiberObject>(f.sp[count])->fiber;
  if (f.resumeDepth >= kMaxNestedFibers) {
    f.sp += count + 1;
    Value error = newString(iso, "C stack overflow");
    *--f.sp = error.isNil() ? iso.memoryError : error;
    return Step::resumeNative(1, true);
  }
  if (!moveValues(f, target, count)) {
    f.sp += count + 1;
    *--f.sp = stackErrorOf(iso, target);
    return Step::resumeNative(1, true);
  }
  f.sp++;
  if (iso.hooksOn) traceFiber(iso, target, events::EventKind::kResume);
  f.status = FiberStatus::kNormal;
  target.resumer = &f;
  target.resumeDepth = static_cast<uint16_t>(f.resumeDepth + 1);
  target.status = FiberStatus::kRunning;
  switchFiber(iso, &target);
  if (!target.started) {
    target.started = true;
    return Step::invoke(count, Link::kOpen, kFiberReturnCode);
  }
  return Step::resumeNative(count, false);
}

Step finishFiber(Isolate& iso) {
  Fiber& f = *iso.fiber;
  if (iso.hooksOn) traceFiber(iso, f, events::EventKind::kCoroutineEnd, "returned");
  f.status = FiberStatus::kDead;
  Step step = backToResumer(iso, f, f.openCount, false);
  releaseFiberMemory(&f);
  return step;
}

Step failFiber(Isolate& iso) {
  Fiber& f = *iso.fiber;
  if (iso.hooksOn && !f.closing) traceFiber(iso, f, events::EventKind::kCoroutineEnd, "failed");
  f.status = FiberStatus::kDead;
  if (isUncatchable(iso.failure)) {
    Fiber* resumer = f.resumer;
    f.resumer = nullptr;
    f.fp = nullptr;
    resumer->status = FiberStatus::kRunning;
    switchFiber(iso, resumer);
    return Step::raise();
  }
  f.error = iso.pendingError;
  iso.failure = Failure::kNone;
  iso.errorHandled = false;
  Fiber* resumer = f.resumer;
  f.resumer = nullptr;
  bool failed = !f.error.isAbsent();  // a fiber that was closed without an error has none
  f.failed = failed && !f.closing;
  bool wasClosing = f.closing;
  f.closing = false;
  resumer->status = FiberStatus::kRunning;
  if (failed) *--resumer->sp = f.error;
  switchFiber(iso, resumer);
  if (wasClosing) releaseFiberMemory(&f);
  return Step::resumeNative(failed ? 1 : 0, failed);
}

Step closeFiber(Isolate& iso) {
  Fiber& f = *iso.fiber;
  Fiber& target = *as<FiberObject>(f.sp[0])->fiber;
  f.sp++;
  if (iso.hooksOn && target.status == FiberStatus::kSuspended) {
    traceFiber(iso, target, events::EventKind::kCoroutineEnd, "closed");
  }
  if (!target.started || target.fp == nullptr || target.high == nullptr) {  // nothing runs there
    target.status = FiberStatus::kDead;
    bool failed = target.failed;
    target.failed = false;
    if (failed) *--f.sp = target.error;
    target.error = Value::absent();
    releaseFiberMemory(&target);
    return Step::resumeNative(failed ? 1 : 0, failed);
  }
  f.status = FiberStatus::kNormal;
  target.resumer = &f;
  target.status = FiberStatus::kRunning;
  target.closing = true;
  target.closeBoundary = static_cast<uint32_t>(target.high - target.fp);
  iso.pendingError = target.failed ? target.error : Value::absent();
  target.failed = false;
  iso.failure = Failure::kError;
  iso.errorHandled = true;
  switchFiber(iso, &target);
  return Step::raise();
}

}  // namespace devvm::interpreter
