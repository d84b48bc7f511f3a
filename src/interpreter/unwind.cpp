// Raising: message handlers, the search for a catcher, finally handlers, what cannot be caught.
//
// Two phases, as in the Itanium C++ ABI's design: first the search, which touches nothing (so a message handler sees
// the stack as it was and a fiber that dies keeps its stack for tracebacks and coroutine.close), then the cut.

#include "interpreter/calls.h"
#include "interpreter/drive.h"
#include "interpreter/interpreter.h"
#include "runtime/frames.h"
#include "runtime/language.h"

namespace devvm::interpreter {

using namespace runtime;

namespace {

constexpr uint32_t kMaxHandlerDepth = 190;  // the reference gives up at 200 nested C calls

struct Catcher {
  enum How : uint8_t { kNone, kRegion, kNative, kHost } how = kNone;
  Value* fp = nullptr;
  Value* keep = nullptr;  ///< lowest slot of that frame that survives (native frames)
  const bytecode::ExceptionRegion* region = nullptr;
};

const bytecode::ExceptionRegion* regionAt(const Code& code, uint32_t offset, bool finallyToo) {
  for (const auto& region : code.function->regions) {
    if (offset < region.start || offset >= region.end) continue;
    if (finallyToo || region.kind == bytecode::ExceptionRegion::Kind::kCatch) return &region;
  }
  return nullptr;
}

/// Whether optimized code, which waits for the frame `called`, stands for a frame that would catch. `frames` counts
/// those that would not.
bool catches(Isolate& iso, const MachineCode& code, const Value* called, bool finallyToo, uint32_t& frames) {
  std::vector<VirtualFrame> all;
  code.maps->frames(static_cast<uint32_t>(returnAddressOf(called) - code.start), all);
  for (const VirtualFrame& f : all) {
    if (regionAt(*f.code, f.offset - 1, finallyToo) != nullptr) return true;
  }
  for (size_t i = 0; i < all.size(); i++) {
    if ((++frames & 63) == 0) iso.budget--;
  }
  return false;
}

bool isProtected(const Value* fp) { return fp[-1].asInt() & kProtectedState; }

/// The innermost frame that would stop the unwinding: with `finallyToo` a finally handler as well.
Catcher findCatcher(Isolate& iso, bool finallyToo) {
  Fiber& f = *iso.fiber;
  bool catchable = !isUncatchable(iso.failure);
  Catcher c;
  Value* called = nullptr;  // the frame that this one called
  c.keep = f.sp;
  uint32_t frames = 0;
  for (Value* fp = f.fp; fp != nullptr; fp = Fiber::callerOf(fp)) {
    if (const MachineCode* code = called != nullptr ? Fiber::optimizedCaller(called) : nullptr) {
      if (!catches(iso, *code, called, finallyToo, frames)) {
        called = fp;
        c.keep = calleeSlotOf(fp) + 1;
        continue;
      }
      f.settleCaller(called);
      fp = Fiber::callerOf(called);
    }
    bool closed = f.closing && static_cast<uint32_t>(f.high - fp) <= f.closeBoundary;
    c.fp = fp;
    if ((++frames & 63) == 0) iso.budget--;  // long searches count as work
    if (isNativeFrame(fp)) {
      if (as<Native>(fp[2])->info == &kHostEntryInfo) {
        c.how = Catcher::kHost;
        return c;
      }
      if (catchable && !closed && isProtected(fp)) {
        c.how = Catcher::kNative;
        return c;
      }
    } else if (catchable) {
      const Code* code = codeOf(fp);
      uint32_t offset = called == nullptr ? code->offsetOf(f.pc) : code->offsetOf(code->resumePoint(called)) - 1;
      if (const auto* region = regionAt(*code, offset, finallyToo)) {
        if (!closed || region->kind == bytecode::ExceptionRegion::Kind::kFinally) {
          c.how = Catcher::kRegion;
          c.region = region;
          return c;
        }
      }
    }
    c.keep = calleeSlotOf(fp) + 1;
    called = fp;
  }
  c.how = Catcher::kNone;
  return c;
}

/// Message handlers that the cut throws away are no longer under way.
void noteDroppedFrames(Isolate& iso, Fiber& f, const Value* to) {
  for (Value* fp = f.fp; fp != nullptr && fp != to; fp = Fiber::callerOf(fp)) {
    if (!isNativeFrame(fp)) continue;
    const NativeInfo* info = as<Native>(fp[2])->info;
    if (info == &kHandlerInfo && iso.handlerDepth > 0) iso.handlerDepth--;
    if (info == &kFinalizerInfo) iso.finalizersRunning = false;
    if (info == &kHookInfo) {
      f.hookActive = false;
      applyHooks(iso);
    }
  }
}

/// Runs a message handler on the erring stack: pushes a frame of kHandlerInfo that calls it.
Step callHandler(Isolate& iso, Value handler) {
  Fiber& f = *iso.fiber;
  iso.handlerDepth++;
  f.reserveOpen = true;
  if (f.sp - 64 < f.limit && !growStack(f, 64)) {
    iso.errorHandled = true;
    return Step::raise();
  }
  Value error = iso.pendingError;
  // The frame is entered as if called at the current instruction: return address minus one lies inside it.
  *--f.sp = iso.handlerNative;
  *--f.sp = handler;
  *--f.sp = error;
  iso.failure = Failure::kNone;
  return Step::invoke(2, 1, f.pc + 1);
}

NativeResult runHandler(NativeCall& c) {
  if (c.state() == 0) {
    c.push(c.arg(0));
    c.push(c.arg(1));
    return c.call(1, 1, 1);
  }
  Isolate& iso = c.isolate;
  if (iso.handlerDepth > 0) iso.handlerDepth--;
  iso.failure = Failure::kError;
  iso.pendingError = c.top();
  iso.errorHandled = true;
  return c.raisePending();
}

}  // namespace

const NativeInfo kHandlerInfo = {.function = runHandler, .name = "(message handler)", .hidden = true};

Step unwindStep(Isolate& iso) {
  Fiber& f = *iso.fiber;
  if (iso.failure == Failure::kExit && iso.closeOnExit && f.isMain && !f.closing) {
    // os.exit(code, true): the main fiber is closed as coroutine.close closes others; reaching the host is the exit.
    iso.failure = Failure::kError;
    iso.pendingError = Value::absent();
    iso.errorHandled = true;
    f.closing = true;
    f.closeBoundary = static_cast<uint32_t>(f.high - f.fp);
  }
  if (iso.failure == Failure::kError && !iso.errorHandled && !f.closing) {
    // First phase. Only the frame that would catch may have a handler; without one the fiber dies with its stack as it
    // is.
    Catcher c = findCatcher(iso, false);
    if (c.how == Catcher::kNone) return failFiber(iso);
    if ((c.how == Catcher::kNative || c.how == Catcher::kHost) && as<Native>(c.fp[2])->info->messageHandler &&
        !c.fp[-2].isNil()) {
      // A handler that ran out of memory would do so again.
      bool noMemory = iso.handlerDepth > 0 && iso.pendingError == iso.memoryError;
      if (iso.handlerDepth < kMaxHandlerDepth && !noMemory) return callHandler(iso, c.fp[-2]);
      iso.handlerDepth = 0;
      if (!noMemory) iso.pendingError = iso.handlerError;
    }
    iso.errorHandled = true;
  }
  // Second phase: a finally handler goes on with rethrow, which comes back here.
  Catcher c = findCatcher(iso, true);
  noteDroppedFrames(iso, f, c.fp);
  if (iso.handlerDepth == 0) f.reserveOpen = false;
  switch (c.how) {
    case Catcher::kRegion: {
      const Code* code = codeOf(c.fp);
      Value error = iso.pendingError;
      iso.failure = Failure::kNone;
      iso.errorHandled = false;
      f.fp = c.fp;
      f.sp = c.fp - 1 - code->locals - static_cast<int64_t>(c.region->depth);
      *--f.sp = error.isAbsent() ? Value::nil() : error;
      f.pc = code->entry + c.region->handler;
      if (f.closing && static_cast<uint32_t>(f.high - c.fp) <= f.closeBoundary) {
        f.closeBoundary = static_cast<uint32_t>(f.high - c.fp);
      }
      return Step::done();
    }
    case Catcher::kNative: {
      Value error = iso.pendingError;
      iso.failure = Failure::kNone;
      iso.errorHandled = false;
      f.fp = c.fp;
      f.sp = c.keep;
      *--f.sp = error;
      return Step::resumeNative(1, true);
    }
    case Catcher::kHost:
      f.fp = c.fp;
      f.sp = c.fp - 2;  // state and handler stay; the host call looks at isolate.failure
      iso.errorHandled = false;
      if (f.isMain && f.closing && static_cast<uint32_t>(f.high - f.fp) <= f.closeBoundary) {
        f.closing = false;
        if (iso.failure == Failure::kError) iso.failure = Failure::kExit;  // errors of closing are ignored
      }
      f.pc = kHostReturnCode;
      return Step::done();
    case Catcher::kNone: break;
  }
  return failFiber(iso);
}

Value stackErrorOf(Isolate& iso, const Fiber& f) {
  bool mayGrow = !f.isMain && f.stackBytes() <= iso.options.limits.stackBytes / 2;
  return mayGrow && !iso.heap.adjustExternal(0) ? iso.memoryError : iso.stackError;
}

void raiseStackOverflow(Isolate& iso) {
  if (iso.failure != Failure::kNone) return;
  if (stackErrorOf(iso, *iso.fiber) == iso.memoryError) {
    iso.raiseOutOfMemory();
    return;
  }
  if (const Language* l = runningLanguage(iso); l != nullptr && l->stackOverflow != nullptr) {
    iso.raiseErrorText(l->stackOverflow, false);
    return;
  }
  iso.raiseError("stack overflow");
}

}  // namespace devvm::interpreter
