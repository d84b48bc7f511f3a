// The call machine. One loop (drive) does calls, native results, fiber switches and unwinding, so no chain of natives,
// message handlers or fibers, however deep, nests on the host's stack.

#include "interpreter/calls.h"

#include <cstring>

#include "interpreter/interpreter.h"
#include "interpreter/drive.h"
#include "interpreter/frame_layout.h"
#include "runtime/frames.h"
#include "runtime/language.h"

namespace devvm::interpreter {

using namespace runtime;

const uint8_t kCountCode[] = {kStubCount, 0};
const uint8_t kEnterMachineCode[] = {kStubEnterMachine, 0};
const uint8_t kMachineReturnCode[] = {kStubMachineReturn, 0};
const uint8_t kNativeStartCode[] = {kStubNativeStart, 0};
const uint8_t kNativeFinishCode[] = {kStubNativeFinish, 0};
const uint8_t kNativeReturnCode[] = {kStubNativeReturn, 0};
const uint8_t kHostReturnCode[] = {kStubHostReturn, 0};
const uint8_t kFiberReturnCode[] = {kStubFiberReturn, 0};

namespace {

/// Lays out a native frame over callee and arguments. False: no stack.
bool enterNative(Fiber& f, uint32_t count, uint8_t wanted, ReturnTo returnTo) {
  if (!nativeFits(f) && !growStack(f, kNativeFrameSlots)) return false;
  layNativeFrame(f, count, wanted, returnTo);
  return true;
}

/// Puts `__call` metamethods below callees that are no functions. False: error raised.
bool resolveCallee(Isolate& iso, Fiber& f, uint32_t& count) {
  while (!f.sp[count].isFunction()) {
    Value mm = metamethod(iso, f.sp[count], Meta::kCall);
    if (mm.isNil()) {
      if (const Language* l = runningLanguage(iso); l != nullptr && l->notCallable != nullptr) {
        return l->notCallable(iso, f.sp[count]);
      }
      Frame frame;
      std::string what = typeNameFull(iso, f.sp[count]);
      std::string name;
      if (innermostFrame(f, frame) && !frame.isNative()) name = calleeDescription(frame);
      bool fromCode = innermostFrame(f, frame) && !frame.isNative();
      return iso.raiseErrorText("attempt to call a " + what + " value" + name, fromCode);
    }
    if (f.sp - 8 < f.limit && !growStack(f, 8)) {
      raiseStackOverflow(iso);
      return false;
    }
    // A chain of callable tables moves all arguments at every step.
    constexpr uint32_t kSlotsPerUnit = 16;
    if (!iso.charge(1 + count / kSlotsPerUnit)) return false;
    f.sp--;
    std::memmove(static_cast<void*>(f.sp), f.sp + 1, (count + 1) * sizeof(Value));
    f.sp[count + 1] = mm;
    count++;
    if (count > 250 && (count & 255) == 0 && !iso.charge(256)) return false;
  }
  return true;
}

/// Whether the function takes so many arguments, or the language has a native that does the call, which is put below it
/// then. False: error raised.
bool acceptsArguments(Isolate& iso, Fiber& f, uint32_t& count) {
  const Code& code = *as<Closure>(f.sp[count])->code;
  if (!code.refuses(count)) return true;
  if (code.language != nullptr && code.language->applier != nullptr) {
    if (f.sp - 8 < f.limit && !growStack(f, 8)) {
      raiseStackOverflow(iso);
      return false;
    }
    Value applier = code.language->applier(iso);
    f.sp--;
    std::memmove(static_cast<void*>(f.sp), f.sp + 1, (count + 1) * sizeof(Value));
    f.sp[++count] = applier;
    return true;
  }
  if (code.language != nullptr && code.language->wrongArity != nullptr) {
    return code.language->wrongArity(iso, code, count);
  }
  return iso.raiseError("%u arguments expected, got %u", code.parameters, count);
}

/// A call that failed before its frame stood: a native that made it gets its slots back as they were.
void dropCall(Fiber& f, uint32_t count) {
  if (f.fp != nullptr && isNativeFrame(f.fp)) f.sp += count + 1;
}

/// Enters the innermost (native) frame again with `results` values on top.
NativeResult reenter(Isolate& iso, Fiber& f, uint32_t results, bool failed) {
  const NativeInfo* info = as<Native>(f.fp[2])->info;
  f.fp[-1] = Value::smallInt(f.fp[-1].asInt() & ~kProtectedState);
  if (f.sp - (kNativeSlots + 8) < f.limit && !growStack(f, kNativeSlots + 8)) {
    raiseStackOverflow(iso);
    return {NativeResult::Action::kThrow, 0, 0};
  }
  NativeCall call(iso, f);
  call.failed_ = failed;
  call.resultCount_ = results;
  return info->function(call);
}

}  // namespace

uint32_t resumedResults(const Fiber& f) {
  uint8_t wanted = static_cast<uint8_t>(f.fp[-1].asInt() >> 32);
  return wanted == Link::kOpen ? f.openCount : wanted;
}

void drive(Isolate& iso, Step step) {
  for (;;) {
    Fiber& f = *iso.fiber;
    switch (step.kind) {
      case Step::kInvoke: {
        uint32_t count = step.count;
        if (!f.sp[count].isFunction()) {
          if (!resolveCallee(iso, f, count)) {
            dropCall(f, count);
            step = Step::raise();
            continue;
          }
        }
        if (isKind(f.sp[count], Kind::kClosure) && !acceptsArguments(iso, f, count)) {
          dropCall(f, count);
          step = Step::raise();
          continue;
        }
        if (kindOf(f.sp[count].asObject()) == Kind::kClosure) {
          if (!enterClosure(f, count, step.wanted, step.returnTo)) {
            dropCall(f, count);
            raiseStackOverflow(iso);
            step = Step::raise();
            continue;
          }
          if (--iso.budget < 0) safepoint(iso);
          return;
        }
        if (!enterNative(f, count, step.wanted, step.returnTo)) {
          dropCall(f, count);
          raiseStackOverflow(iso);
          step = Step::raise();
          continue;
        }
        if (iso.hooksOn && hookNativeCall(iso, step)) continue;
        NativeCall call(iso, f);
        step = Step::native(as<Native>(f.fp[2])->info->function(call));
        continue;
      }
      case Step::kResumeNative: step = Step::native(reenter(iso, f, step.count, step.failed)); continue;
      case Step::kReturn:
        if (!step.failed && iso.hooksOn && hookNativeReturn(iso, step)) continue;
        if (iso.hooksOn && hookTailReturn(iso, step)) continue;
        popFrame(f, step.count);
        if (f.hookMask != 0 || iso.hooksOn) applyHooks(iso);
        if (f.fp == nullptr) {  // a native as a fiber's function
          step = finishFiber(iso);
          continue;
        }
        if (*f.pc == kStubNativeReturn) {
          step = Step::resumeNative(resumedResults(f), false);
          continue;
        }
        if (iso.finalizersDue && *f.pc < kFirstStub) pushFinalizerRun(iso);
        return;
      case Step::kThrow: step = unwindStep(iso); continue;
      case Step::kDone: return;
      case Step::kNative: {
        NativeResult r = step.result;
        switch (r.action) {
          case NativeResult::Action::kReturn: step = Step::returning(r.count); continue;
          case NativeResult::Action::kThrow: step = Step::raise(); continue;
          case NativeResult::Action::kCall: step = Step::invoke(r.count, r.wanted, kNativeReturnCode); continue;
          case NativeResult::Action::kTailCall: {
            Value* fp = f.fp;
            Link link = linkOf(fp);
            const uint8_t* returnAddress = returnAddressOf(fp);
            Value* calleeSlot = fp + 2 + link.extra();
            Value* caller = Fiber::callerOf(fp);
            Value* target = calleeSlot - r.count;
            std::memmove(static_cast<void*>(target), f.sp, (r.count + 1) * sizeof(Value));
            f.sp = target;
            f.fp = caller;
            step = Step::invoke(r.count, link.wanted(), {returnAddress, link.bits & Link::kMachine});
            continue;
          }
          case NativeResult::Action::kYield: step = yieldFiber(iso, r.count); continue;
          case NativeResult::Action::kResume: step = resumeFiber(iso, r.count); continue;
          case NativeResult::Action::kCloseFiber: step = closeFiber(iso); continue;
        }
        continue;
      }
    }
  }
}

void invoke(Isolate& iso, uint32_t count, uint8_t wanted, ReturnTo returnTo) {
  Fiber& f = *iso.fiber;
  if (!f.sp[count].isFunction() && !resolveCallee(iso, f, count)) {
    dropCall(f, count);
    return unwind(iso);
  }
  if (kindOf(f.sp[count].asObject()) == Kind::kNative) {
    if (callNativeDirectly(iso, f, count, wanted, returnTo)) return;
  } else if (!as<Closure>(f.sp[count])->code->refuses(count) && enterClosure(f, count, wanted, returnTo)) {
    if (--iso.budget < 0) safepoint(iso);
    return;
  }
  drive(iso, Step::invoke(count, wanted, returnTo));
}

void invokeMetamethod(Isolate& iso, uint32_t count, uint8_t wanted, const uint8_t* returnAddress) {
  Fiber& f = *iso.fiber;
  auto frame = static_cast<uint32_t>(f.high - f.fp);
  FrameList& frames = f.metaFrames;
  // Frames at or beyond this one are gone, or wait no longer.
  while (frames.size > 0 && frames.items[frames.size - 1] >= frame) frames.size--;
  if (frames.size >= kMaxNestedMetamethods) {
    iso.raiseError("C stack overflow");
    return unwind(iso);
  }
  if (!frames.push(frame)) {
    iso.raiseOutOfMemory();
    return unwind(iso);
  }
  bool plain = isKind(f.sp[count], Kind::kClosure) && !as<Closure>(f.sp[count])->code->refuses(count);
  if (plain && enterClosure(f, count, wanted, returnAddress)) {
    if (--iso.budget < 0) safepoint(iso);
    return;
  }
  invoke(iso, count, wanted, returnAddress);
}

void invokeTail(Isolate& iso, uint32_t count) {
  Fiber& f = *iso.fiber;
  if (!f.sp[count].isFunction()) {
    if (!resolveCallee(iso, f, count)) return drive(iso, Step::raise());
  }
  bool isClosure = kindOf(f.sp[count].asObject()) == Kind::kClosure;
  if (isClosure && !acceptsArguments(iso, f, count)) return drive(iso, Step::raise());
  if (kindOf(f.sp[count].asObject()) == Kind::kNative) {
    // A native keeps this frame below it, so that its errors have a position; its results are returned at once.
    return invoke(iso, count, Link::kTail, f.pc + kTailCallLength);
  }
  Value* fp = f.fp;
  Link link = linkOf(fp);
  const uint8_t* returnAddress = returnAddressOf(fp);
  Value* target = fp + 2 + link.extra() - count;
  Value* caller = Fiber::callerOf(fp);
  std::memmove(static_cast<void*>(target), f.sp, (count + 1) * sizeof(Value));
  f.sp = target;
  f.fp = caller;
  uint64_t flags = Link::kTailCalled | (link.bits & Link::kMachine);
  if (!enterClosure(f, count, link.wanted(), {returnAddress, flags})) {
    return drive(iso, Step::invoke(count, link.wanted(), {returnAddress, flags}));
  }
  if (--iso.budget < 0) safepoint(iso);
}

void returnValues(Isolate& iso, uint32_t count) {
  Fiber& f = *iso.fiber;
  popFrame(f, count);
  if (f.fp == nullptr) fiberReturned(iso);
}

void resumeNative(Isolate& iso) {
  Fiber& f = *iso.fiber;
  if (!finishNativeDirectly(iso, f)) drive(iso, Step::resumeNative(resumedResults(f), false));
}

void fiberReturned(Isolate& iso) {
  if (!finishFiberDirectly(iso, *iso.fiber)) drive(iso, finishFiber(iso));
}

void unwind(Isolate& iso) { drive(iso, Step::raise()); }

void safepoint(Isolate& iso) {
  if (!iso.poll()) return unwind(iso);
  if (iso.tiers != nullptr) iso.tiers->polled(iso, false);
  if (iso.finalizersDue) pushFinalizerRun(iso);
}

}  // namespace devvm::interpreter
