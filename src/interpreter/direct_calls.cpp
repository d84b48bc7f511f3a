// Calls of natives, protected calls and switches of coroutines from bytecode to bytecode, without the call machine.
// They leave exactly the frames that the machine would leave, so errors, tracebacks, collections and closing see no
// difference; whenever something watches or does not fit, they do nothing and the machine does it all.

#include "interpreter/calls.h"
#include "interpreter/frame_layout.h"
#include "interpreter/interpreter.h"

namespace devvm::interpreter {

using namespace runtime;

namespace {

/// Hooks and events see natives begin and end: the call machine's business.
bool isWatched(const Isolate& iso, const Fiber& f) { return iso.hooksOn || f.hookMask != 0; }

const NativeInfo& innermostNative(const Fiber& f) { return *as<Native>(f.fp[2])->info; }

/// A native's results stand where they are awaited.
void goOn(Isolate& iso, Fiber& f) {
  if (f.fp == nullptr) return fiberReturned(iso);  // it was a fiber's function
  if (iso.finalizersDue && *f.pc < kFirstStub) pushFinalizerRun(iso);
}

/// Calls what stands below the `count` topmost slots for the innermost native. Natives go to the machine, so that a
/// chain of them does not nest here.
void callForNative(Isolate& iso, Fiber& f, uint32_t count, uint8_t wanted = Link::kOpen) {
  bool plain = isKind(f.sp[count], Kind::kClosure) && !as<Closure>(f.sp[count])->code->refuses(count);
  if (!plain || !enterClosure(f, count, wanted, kNativeReturnCode)) {
    return drive(iso, Step::invoke(count, wanted, kNativeReturnCode));
  }
  if (--iso.budget < 0) safepoint(iso);
}

/// pcall(f, ...): as the native does it, its frame waits with `true` in slot 0.
bool callProtected(Isolate& iso, Fiber& f, uint32_t count, uint8_t wanted, ReturnTo returnTo) {
  if (count == 0 || !nativeFits(f, count + 2)) return false;
  layNativeFrame(f, count, wanted, returnTo);
  Value* fp = f.fp;
  fp[-1] = waitingState(1, true);
  fp[-2] = Value::boolean(true);
  const Value* first = fp + 2 + count;
  Value* to = fp - 3;
  for (uint32_t i = 0; i < count; i++) to[-static_cast<int64_t>(i)] = first[-static_cast<int64_t>(i)];
  f.sp = to - count + 1;
  callForNative(iso, f, count - 1);
  return true;
}

/// xpcall(f, handler, ...): the handler stays in slot 0.
bool callWithHandler(Isolate& iso, Fiber& f, uint32_t count, uint8_t wanted, ReturnTo returnTo) {
  if (count < 2 || !f.sp[count - 2].isFunction() || !nativeFits(f, count + 2)) return false;
  layNativeFrame(f, count, wanted, returnTo);
  Value* fp = f.fp;
  const Value* first = fp + 2 + count;
  fp[-1] = waitingState(1, true);
  fp[-2] = first[-1];
  fp[-3] = Value::boolean(true);
  Value* to = fp - 4;
  *to = first[0];
  for (uint32_t i = 2; i < count; i++) *--to = first[-static_cast<int64_t>(i)];
  f.sp = to;
  callForNative(iso, f, count - 2);
  return true;
}

/// The comparison (metamethod, a, b, whether to negate).
bool compare(Isolate& iso, Fiber& f, uint32_t count, uint8_t wanted, ReturnTo returnTo) {
  layNativeFrame(f, count, wanted, returnTo);
  Value* fp = f.fp;
  fp[-1] = waitingState(1, false, 1);
  for (int i = 0; i < 3; i++) fp[-2 - i] = fp[6 - i];
  f.sp = fp - 4;
  callForNative(iso, f, 2, 1);
  return true;
}

/// Results of the innermost frame of `to`, a native that passes them on: `count` values of which `first` is the first;
/// `to` runs from now on.
void deliver(Isolate& iso, Fiber& to, const Value* first, uint32_t count, uint32_t own) {
  for (uint32_t i = 0; i < count; i++) *--to.sp = first[-static_cast<int64_t>(i)];
  switchFiber(iso, &to);
  popFrame(to, count + own);
}

/// Whether the resumer of `f` waits in a native that passes `count` values on; `own`: what it puts before them.
bool resumerTakes(const Fiber& f, uint32_t count, uint32_t& own) {
  const Fiber& resumer = *f.resumer;
  Intrinsic intrinsic = innermostNative(resumer).intrinsic;
  if (intrinsic != Intrinsic::kResume && intrinsic != Intrinsic::kResumePlain) return false;
  if (static_cast<int32_t>(resumer.fp[-1].asInt()) != 1) return false;  // it closes the coroutine
  own = intrinsic == Intrinsic::kResume ? 1 : 0;
  return resumer.hookMask == 0 && nativeFits(resumer, count);
}

/// Resumes `target` with the arguments from `skip` on. The native's frame waits: with `true` in slot 0 for `own` = 1.
bool resume(Isolate& iso, Fiber& f, uint32_t count, uint8_t wanted, ReturnTo returnTo, Fiber& target, uint32_t skip,
            uint32_t own) {
  uint32_t passed = count - skip;
  if (target.status != FiberStatus::kSuspended || f.resumeDepth >= kMaxNestedFibers || target.hookMask != 0 ||
      !nativeFits(target, passed)) {
    return false;
  }
  if (target.started ? innermostNative(target).intrinsic != Intrinsic::kYield : !isKind(target.sp[0], Kind::kClosure)) {
    return false;
  }
  layNativeFrame(f, count, wanted, returnTo);
  f.fp[-1] = waitingState(1, false);
  if (own != 0) *--f.sp = Value::boolean(true);
  f.status = FiberStatus::kNormal;
  target.resumer = &f;
  target.resumeDepth = static_cast<uint16_t>(f.resumeDepth + 1);
  target.status = FiberStatus::kRunning;
  const Value* first = f.fp + 2 + passed;
  if (target.started) {
    deliver(iso, target, first, passed, 0);
    goOn(iso, target);
    return true;
  }
  target.started = true;
  for (uint32_t i = 0; i < passed; i++) *--target.sp = first[-static_cast<int64_t>(i)];
  switchFiber(iso, &target);
  if (as<Closure>(target.sp[passed])->code->refuses(passed) ||
      !enterClosure(target, passed, Link::kOpen, kFiberReturnCode)) {
    drive(iso, Step::invoke(passed, Link::kOpen, kFiberReturnCode));
    return true;
  }
  if (--iso.budget < 0) safepoint(iso);
  return true;
}

bool yield(Isolate& iso, Fiber& f, uint32_t count, uint8_t wanted, ReturnTo returnTo) {
  uint32_t own;
  if (!isYieldable(iso) || !resumerTakes(f, count, own)) return false;
  layNativeFrame(f, count, wanted, returnTo);
  f.fp[-1] = waitingState(1, false);
  f.status = FiberStatus::kSuspended;
  Fiber& resumer = *f.resumer;
  f.resumer = nullptr;
  resumer.status = FiberStatus::kRunning;
  deliver(iso, resumer, f.fp + 2 + count, count, own);
  goOn(iso, resumer);
  return true;
}

/// The natives that move between functions and coroutines. False: nothing was done.
bool callIntrinsic(Isolate& iso, Fiber& f, const Native* native, uint32_t count, uint8_t wanted, ReturnTo returnTo) {
  switch (native->info->intrinsic) {
    case Intrinsic::kPcall: return callProtected(iso, f, count, wanted, returnTo);
    case Intrinsic::kXpcall: return callWithHandler(iso, f, count, wanted, returnTo);
    case Intrinsic::kCompare: return compare(iso, f, count, wanted, returnTo);
    case Intrinsic::kYield: return yield(iso, f, count, wanted, returnTo);
    case Intrinsic::kResume:
      return count > 0 && isFiber(f.sp[count - 1]) &&
             resume(iso, f, count, wanted, returnTo, *as<FiberObject>(f.sp[count - 1])->fiber, 1, 1);
    case Intrinsic::kResumePlain: {  // a wrapped coroutine, which is its upvalue; the engine's own gets it as argument
      bool wrapped = native->word != 0;
      Value target = wrapped ? heap::loadSlot(&native->upvalues[0]) : f.sp[count - 1];
      return resume(iso, f, count, wanted, returnTo, *as<FiberObject>(target)->fiber, wrapped ? 0 : 1, 0);
    }
    default: return false;
  }
}

}  // namespace

namespace {

/// What enterNativeFunction() gives for a native that answered so.
int64_t settle(Isolate& iso, Fiber& f, NativeResult result) {
  if (result.action == NativeResult::Action::kCall && !isWatched(iso, f)) {
    callForNative(iso, f, result.count, result.wanted);
    return -1;
  }
  if (result.action != NativeResult::Action::kReturn || isWatched(iso, f)) {
    drive(iso, Step::native(result));
    return -1;
  }
  Link link = linkOf(f.fp);
  if (iso.finalizersDue || link.wanted() == Link::kTail || link.callerDistance() == 0) {
    popFrame(f, result.count);
    goOn(iso, f);
    return -1;
  }
  return result.count;
}

}  // namespace

int64_t enterNativeFunction(Isolate& iso, Fiber& f) {
  NativeCall call(iso, f);
  return settle(iso, f, innermostNative(f).function(call));
}

void settleNative(Isolate& iso, NativeResult result) {
  Fiber& f = *iso.fiber;
  int64_t results = settle(iso, f, result);
  if (results < 0) return;
  popFrame(f, static_cast<uint32_t>(results));
  goOn(iso, f);
}

bool callNativeDirectly(Isolate& iso, Fiber& f, uint32_t count, uint8_t wanted, ReturnTo returnTo) {
  if (isWatched(iso, f) || !nativeFits(f)) return false;
  const auto* native = as<Native>(f.sp[count]);
  const NativeInfo* info = native->info;
  if (info->intrinsic != Intrinsic::kNone && callIntrinsic(iso, f, native, count, wanted, returnTo)) return true;
  layNativeFrame(f, count, wanted, returnTo);
  int64_t results = enterNativeFunction(iso, f);
  if (results >= 0) popFrame(f, static_cast<uint32_t>(results));
  return true;
}

bool finishNativeDirectly(Isolate& iso, Fiber& f) {
  if (isWatched(iso, f)) return false;
  Intrinsic intrinsic = innermostNative(f).intrinsic;
  if (intrinsic == Intrinsic::kPcall || intrinsic == Intrinsic::kXpcall) {
    popFrame(f, f.openCount + 1);  // `true` lies below the results
  } else if (intrinsic == Intrinsic::kCompare) {
    bool negate = f.fp[3].isTrue();  // the last argument
    f.sp[0] = Value::boolean(f.sp[0].isFalsy() == negate);
    popFrame(f, 1);
  } else {
    if (!nativeFits(f)) return false;
    f.fp[-1] = Value::smallInt(f.fp[-1].asInt() & ~kProtectedState);
    NativeCall call(iso, f);
    call.resultCount_ = resumedResults(f);
    int64_t results = settle(iso, f, innermostNative(f).function(call));
    if (results >= 0) popFrame(f, static_cast<uint32_t>(results));
    return true;
  }
  goOn(iso, f);
  return true;
}

bool finishFiberDirectly(Isolate& iso, Fiber& f) {
  uint32_t own;
  if (isWatched(iso, f) || f.closing || !resumerTakes(f, f.openCount, own)) return false;
  f.status = FiberStatus::kDead;
  Fiber& resumer = *f.resumer;
  f.resumer = nullptr;
  resumer.status = FiberStatus::kRunning;
  deliver(iso, resumer, f.sp + f.openCount - 1, f.openCount, own);
  releaseFiberMemory(&f);
  goOn(iso, resumer);
  return true;
}

}  // namespace devvm::interpreter
