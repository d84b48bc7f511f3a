// The engine's own natives: finalizer runs, and the parts of an isolate that only the interpreter knows.

#include "interpreter/engine.h"

#include <cstdio>
#include <cstdlib>

#include "interpreter/calls.h"
#include "interpreter/dispatch.h"
#include "interpreter/interpreter.h"
#include "interpreter/slow_paths.h"
#include "runtime/weak.h"

namespace devvm::interpreter {

using namespace runtime;

namespace {

/// Calls one due finalizer after the other, protected; what they raise becomes a warning. Argument 0: the open count of
/// the interrupted frame.
NativeResult finalizerRun(NativeCall& c) {
  Isolate& iso = c.isolate;
  iso.finalizersRunning = true;
  if (c.state() != 0) {
    if (c.failed()) iso.warnFinalizer(c.top());
    c.setSlots(0);
  }
  for (;;) {
    Value object = iso.takeFinalizable();
    if (object.isNil()) break;
    Value mm = metamethod(iso, object, Meta::kGc);
    if (mm.isNil()) continue;
    c.push(mm);
    c.push(object);
    return c.callProtected(1, 0, 1);
  }
  iso.finalizersRunning = false;
  c.fiber.openCount = static_cast<uint32_t>(c.arg(0).asInt());
  return c.ret();
}

Value nativeFor(Isolate& iso, const NativeInfo& info) { return newNative(iso, &info); }

}  // namespace

const NativeInfo kFinalizerInfo = {.function = finalizerRun, .name = "(finalizers)", .hidden = true};

void pushFinalizerRun(Isolate& iso) {
  Fiber& f = *iso.fiber;
  iso.finalizersDue = false;
  if (iso.finalizersRunning) return;
  if (f.sp - 64 < f.limit && !growStack(f, 64)) return;
  iso.finalizersRunning = true;
  uint32_t open = f.openCount;
  *--f.sp = iso.finalizerNative;
  *--f.sp = Value::smallInt(open);
  invoke(iso, 1, 0, f.pc);
}

bool initializeEngine(Isolate& iso) {
  auto* f = new Fiber;
  f->enlist(iso);
  f->isMain = true;
  f->started = true;
  f->status = FiberStatus::kRunning;
  f->error = Value::absent();
  if (!growStack(*f, 0)) return false;
  iso.mainFiber = f;
  iso.fiber = f;
  iso.stackLimit = f->limit;
  f->pc = kHostReturnCode;
  struct {
    Value* slot;
    const NativeInfo* info;
  } natives[] = {
      {&iso.handlerNative, &kHandlerInfo}, {&iso.finalizerNative, &kFinalizerInfo},
      {&iso.hookNative, &kHookInfo},       {&iso.hostEntryNative, &kHostEntryInfo},
      {&iso.compareNative, &kCompareInfo}, {&iso.concatNative, &kConcatInfo},
      {&iso.selfNative, &kSelfInfo},       {&iso.resumeNative, &kResumeInfo},
      {&iso.yieldNative, &kYieldInfo},
  };
  for (auto& n : natives) {
    *n.slot = nativeFor(iso, *n.info);
    if (n.slot->isNil()) return false;
  }
  iso.handlerError = intern(iso, "error in error handling");
  return true;
}

void runPendingFinalizers(Isolate& iso, uint64_t deadline) {
  iso.failure = Failure::kNone;
  iso.finalizersRunning = false;
  iso.finalizers->closeAll();
  // Finalizers may mark more objects: those are due at once, as the queue is closed.
  std::vector<Value> results;
  if (deadline != 0) iso.deadline = deadline;
  iso.keepsDeadline = deadline != 0;
  while (iso.finalizers->anyDue()) {
    Value open = Value::smallInt(0);
    if (!iso.call(iso.finalizerNative, &open, 1, results) && isUncatchable(iso.failure)) break;
    iso.keepsDeadline = true;  // one for all
  }
  iso.keepsDeadline = false;
}

void invalidOpcode(Isolate& iso) {
  std::fprintf(stderr, "devvm: internal error: invalid opcode %u\n", iso.fiber->pc[0]);
  std::abort();
}

bool nextEntry(Isolate& iso, Table* t, Value control, FeedbackCell& cell, Value& key, Value& value) {
  (void)cell;
  return tableNext(iso, t, control, key, value);
}

}  // namespace devvm::interpreter
