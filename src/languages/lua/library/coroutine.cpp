// The library `coroutine`. Switching stacks is the interpreter's work: the natives here ask for it and look at what
// comes back.

#include "languages/lua/library/coroutine.h"

#include <string>

#include "languages/lua/library/library.h"

namespace devvm::lua {

using runtime::asString;
using runtime::Fiber;
using runtime::FiberObject;
using runtime::FiberStatus;
using runtime::Kind;
using runtime::Rooted;

Value fiberValue(Isolate& isolate, Fiber& fiber) {
  if (fiber.object == nullptr) {
    heap::Object* o = isolate.heap.allocate(static_cast<uint8_t>(Kind::kFiber), 0, 0);
    if (o == nullptr) return Value::nil();
    reinterpret_cast<FiberObject*>(o)->fiber = &fiber;
    fiber.object = o;
  }
  return runtime::otherValue(fiber.object);
}

Fiber* checkFiber(NativeCall& c, uint32_t i) {
  Value v = c.arg(i);
  if (runtime::isFiber(v)) return runtime::as<FiberObject>(v)->fiber;
  (void)c.typeError(i, "thread");
  return nullptr;
}

namespace {

const char* statusName(const Fiber& fiber) {
  switch (fiber.status) {
    case FiberStatus::kSuspended: return "suspended";
    case FiberStatus::kRunning: return "running";
    case FiberStatus::kNormal: return "normal";
    case FiberStatus::kDead: break;
  }
  return "dead";
}

/// Why a fiber cannot be resumed, or null.
const char* resumeObstacle(const Fiber& fiber) {
  if (fiber.status == FiberStatus::kSuspended) return nullptr;
  return fiber.status == FiberStatus::kDead ? "cannot resume dead coroutine" : "cannot resume non-suspended coroutine";
}

NativeResult create(NativeCall& c) {
  if (!c.arg(0).isFunction()) return c.typeError(0, "function");
  Value fiber = runtime::newFiber(c.isolate, c.argHandle(0));
  return fiber.isNil() ? c.outOfMemory() : c.ret(fiber);
}

bool pushArguments(NativeCall& c, uint32_t first) {
  if (!c.ensure(c.count() + 4)) return false;
  for (uint32_t i = first; i < c.count(); i++) c.push(c.arg(i));
  return true;
}

NativeResult resume(NativeCall& c) {
  if (c.state() != 0) {
    if (c.failed()) {
      Value e = c.pop();
      return c.ret(Value::boolean(false), e);
    }
    return c.retTop(c.results() + 1);
  }
  Fiber* fiber = checkFiber(c, 0);
  if (fiber == nullptr) return c.raisePending();
  if (const char* obstacle = resumeObstacle(*fiber)) {
    Value text = runtime::newString(c.isolate, obstacle);
    return text.isNil() ? c.outOfMemory() : c.ret(Value::boolean(false), text);
  }
  c.push(Value::boolean(true));
  if (!pushArguments(c, 0)) return c.raisePending();
  return c.resume(c.count() - 1, 1);
}

/// Passes an error of a wrapped coroutine on: strings get the position of the caller.
NativeResult raiseWrapped(NativeCall& c, Value error) {
  if (!error.isString() || error == c.isolate.memoryError) return c.raise(error);
  std::string text = c.isolate.where(1);
  if (text.empty()) return c.raise(error);
  text += asString(error)->view();
  Value v = runtime::newString(c.isolate, text);
  return v.isNil() ? c.outOfMemory() : c.raise(v);
}

/// What coroutine.wrap returns; upvalue 0 is the coroutine.
NativeResult wrapped(NativeCall& c) {
  enum State : int32_t { kStart, kResumed, kClosed };
  if (c.state() == kResumed) {
    if (!c.failed()) return c.retTop(c.results());
    // The coroutine died; its pending closes run now, and may put another error in place of this one.
    if (runtime::as<FiberObject>(*c.upvalue(0))->fiber->status != FiberStatus::kDead) return raiseWrapped(c, c.top());
    c.push(*c.upvalue(0));
    return c.closeFiber(kClosed);
  }
  if (c.state() == kClosed) return raiseWrapped(c, c.top());
  Fiber& fiber = *runtime::as<FiberObject>(*c.upvalue(0))->fiber;
  if (const char* obstacle = resumeObstacle(fiber)) return c.error("%s", obstacle);
  c.push(*c.upvalue(0));
  if (!pushArguments(c, 0)) return c.raisePending();
  return c.resume(c.count(), kResumed);
}

constexpr NativeInfo kWrapped = {.function = wrapped,
                                 .name = "wrapped coroutine",
                                 .documentation = "Resumes the coroutine and returns what it yields or returns.",
                                 .intrinsic = runtime::Intrinsic::kResumePlain};

NativeResult wrap(NativeCall& c) {
  if (!c.arg(0).isFunction()) return c.typeError(0, "function");
  Rooted fiber(c.isolate, runtime::newFiber(c.isolate, c.argHandle(0)));
  if ((*fiber).isNil()) return c.outOfMemory();
  Value native = runtime::newNative(c.isolate, &kWrapped, 1);
  if (native.isNil()) return c.outOfMemory();
  heap::initSlot(&runtime::as<runtime::Native>(native)->upvalues[0], *fiber);
  return c.ret(native);
}

bool canYield(const Fiber& fiber) { return !fiber.isMain && fiber.unyieldable == 0; }

NativeResult yield(NativeCall& c) {
  if (c.state() != 0) return c.retTop(c.results());
  if (!canYield(c.fiber)) {
    raiseText(
        c, c.fiber.isMain ? "attempt to yield from outside a coroutine" : "attempt to yield across a C-call boundary");
    return c.raisePending();
  }
  if (!pushArguments(c, 0)) return c.raisePending();
  return c.yield(c.count(), 1);
}

NativeResult isyieldable(NativeCall& c) {
  Fiber* fiber = &c.fiber;
  if (c.has(0)) fiber = checkFiber(c, 0);
  return fiber ? c.ret(Value::boolean(canYield(*fiber))) : c.raisePending();
}

NativeResult running(NativeCall& c) {
  Value fiber = fiberValue(c.isolate, c.fiber);
  return fiber.isNil() ? c.outOfMemory() : c.ret(fiber, Value::boolean(c.fiber.isMain));
}

NativeResult status(NativeCall& c) {
  Fiber* fiber = checkFiber(c, 0);
  if (fiber == nullptr) return c.raisePending();
  Value name = runtime::intern(c.isolate, statusName(*fiber));
  return name.isNil() ? c.outOfMemory() : c.ret(name);
}

NativeResult close(NativeCall& c) {
  if (c.state() != 0) {
    if (!c.failed()) return c.ret(Value::boolean(true));
    Value e = c.pop();
    return c.ret(Value::boolean(false), e);
  }
  Fiber* fiber = checkFiber(c, 0);
  if (fiber == nullptr) return c.raisePending();
  if (fiber->status == FiberStatus::kRunning || fiber->status == FiberStatus::kNormal) {
    return c.error("cannot close a %s coroutine", statusName(*fiber));
  }
  c.push(c.arg(0));
  return c.closeFiber(1);
}

const LibraryEntry kEntries[] = {
    {"close",
     {.function = close,
      .name = "coroutine.close",
      .signature = "close(co)",
      .documentation = "Ends a suspended or failed coroutine, closing its pending variables."}},
    {"create",
     {.function = create,
      .name = "coroutine.create",
      .signature = "create(f)",
      .documentation = "Makes a coroutine that will run a function."}},
    {"isyieldable",
     {.function = isyieldable,
      .name = "coroutine.isyieldable",
      .signature = "isyieldable([co])",
      .documentation = "Tells whether a coroutine (the running one) can yield."}},
    {"resume",
     {.function = resume,
      .name = "coroutine.resume",
      .signature = "resume(co [, val1, ...])",
      .documentation = "Starts or continues a coroutine; returns true and what it gives, or false and the error.",
      .intrinsic = runtime::Intrinsic::kResume}},
    {"running",
     {.function = running,
      .name = "coroutine.running",
      .signature = "running()",
      .documentation = "Returns the running coroutine and whether it is the main one."}},
    {"status",
     {.function = status,
      .name = "coroutine.status",
      .signature = "status(co)",
      .documentation = "Returns \"running\", \"suspended\", \"normal\" or \"dead\"."}},
    {"wrap",
     {.function = wrap,
      .name = "coroutine.wrap",
      .signature = "wrap(f)",
      .documentation = "Makes a coroutine and returns a function that resumes it and passes its errors on."}},
    {"yield",
     {.function = yield,
      .name = "coroutine.yield",
      .signature = "yield(...)",
      .documentation = "Suspends the running coroutine; resume returns the arguments.",
      .intrinsic = runtime::Intrinsic::kYield}},
};

}  // namespace

bool openCoroutine(Isolate& isolate, Handle globals) {
  Rooted module(isolate, Value::nil());
  if (!newModule(isolate, globals, "coroutine", kEntries, std::size(kEntries), module)) return false;
  // The registry holds the main coroutine and the globals where the reference has them.
  Rooted registry(isolate, isolate.registry), value(isolate, fiberValue(isolate, *isolate.mainFiber));
  return !(*value).isNil() && runtime::tableSetInt(isolate, registry, 1, value) &&
         runtime::tableSetInt(isolate, registry, 2, globals);
}

}  // namespace devvm::lua
