// The call machine's steps and its parts (private to src/interpreter): calls.cpp drives, unwind.cpp and coroutines.cpp
// say what comes next.
#pragma once

#include "events/event_bus.h"
#include "interpreter/calls.h"

namespace devvm::interpreter {

/// tail_call and tail_call_var: opcode, count, feedback.
inline constexpr uint32_t kTailCallLength = 4;

/// How deep coroutines nest: the reference's LUAI_MAXCCALLS.
inline constexpr size_t kMaxNestedFibers = 195;
/// How deep metamethods nest. The reference stops at 200; here they cost only guest stack.
inline constexpr size_t kMaxNestedMetamethods = 22'000;

/// What the call machine does next.
struct Step {
  enum Kind : uint8_t {
    kInvoke,        ///< call the value below the `count` topmost slots
    kResumeNative,  ///< enter the innermost native again with `count` results (or the error) on top
    kReturn,        ///< leave the innermost frame with `count` results
    kThrow,         ///< isolate.failure says why
    kNative,        ///< a native gave `result`
    kDone,          ///< the fiber stands at bytecode: go on there
  };
  Kind kind;
  uint8_t wanted = 0;
  bool failed = false;
  uint32_t count = 0;
  runtime::ReturnTo returnTo = nullptr;
  NativeResult result{};

  static Step invoke(uint32_t count, uint8_t wanted, runtime::ReturnTo returnTo) {
    return {kInvoke, wanted, false, count, returnTo, {}};
  }
  static Step resumeNative(uint32_t results, bool failed) { return {kResumeNative, 0, failed, results, nullptr, {}}; }
  static Step returning(uint32_t count) { return {kReturn, 0, false, count, nullptr, {}}; }
  /// returning() after the return hook ran.
  static Step finished(uint32_t count) { return {kReturn, 0, true, count, nullptr, {}}; }
  static Step raise() { return {kThrow, 0, false, 0, nullptr, {}}; }
  static Step native(NativeResult r) { return {kNative, 0, false, 0, nullptr, r}; }
  static Step done() { return {kDone, 0, false, 0, nullptr, {}}; }
};

void drive(Isolate& iso, Step step);

/// One step of unwinding (unwind.cpp): finds the catcher, or says to call the message handler first.
Step unwindStep(Isolate& iso);
/// Message "stack overflow" with position; leaves some room for handlers.
void raiseStackOverflow(Isolate& iso);
/// The text of the error when growStack() failed on `fiber`: a stack that could be twice as long did not grow for want
/// of memory.
Value stackErrorOf(Isolate& iso, const Fiber& fiber);

// ---- coroutines.cpp: move values between fibers and switch ----
Step yieldFiber(Isolate& iso, uint32_t count);
Step resumeFiber(Isolate& iso, uint32_t count);
Step closeFiber(Isolate& iso);
/// The running fiber's function returned its open list.
Step finishFiber(Isolate& iso);
/// The running fiber dies of the pending error; its resumer gets it.
Step failFiber(Isolate& iso);
/// Results that a re-entered native was promised.
uint32_t resumedResults(const Fiber& f);

// ---- hooks.cpp ----
/// Uses the handler table for the running fiber's hooks.
void applyHooks(Isolate& iso);
/// A native is about to begin, or to return step.count values: true if its hook runs first (`step` says so).
bool hookNativeCall(Isolate& iso, Step& step);
bool hookNativeReturn(Isolate& iso, Step& step);
/// The same for the function whose last act was to call the native that returns step.count values.
bool hookTailReturn(Isolate& iso, Step& step);

/// Tells those who listen for calls that a coroutine goes on, waits or ends.
void traceFiber(Isolate& iso, const Fiber& f, events::EventKind kind, std::string_view reason = {});

/// `to` runs from now on; its status and links are the caller's business.
inline void switchFiber(Isolate& iso, Fiber* to) {
  iso.fiber = to;
  iso.stackLimit = to->limit;
  if (!to->isMain && !to->dirty) {
    to->dirty = true;
    iso.dirtyFibers.push_back(to);
  }
  if (iso.hooksOn || to->hookMask != 0) applyHooks(iso);
}

}  // namespace devvm::interpreter
