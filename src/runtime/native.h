// Native functions: how C++ is called by guest code (docs/decisions/0003-natives.md).
//
// A native never calls the interpreter. To call guest code it pushes callee and arguments, returns call(...), and is
// entered again with state() set when the results are there. So yields, errors and fuel work across every native.
#pragma once

#include <cstdint>
#include <string_view>

#include "runtime/fiber.h"
#include "runtime/handles.h"
#include "runtime/objects.h"

namespace devvm::runtime {

class NativeCall;

/// What a native tells the interpreter. Made by NativeCall's members only.
struct NativeResult {
  enum class Action : uint8_t { kReturn, kThrow, kCall, kTailCall, kYield, kResume, kCloseFiber };
  Action action;
  uint8_t wanted;  ///< kCall, kYield, kResume: results wanted (Link::kOpen: all)
  uint32_t count;  ///< kReturn: values; kCall/kTailCall/kYield: arguments (topmost slots)
};

using NativeFunction = NativeResult (*)(NativeCall&);
/// Shortcut for calls that want one result: computes it from the arguments (args[-i] is argument i) without a frame,
/// or returns Value::absent() to take the ordinary way (wrong types, allocation needed ...). Must neither allocate
/// nor raise nor call.
using FastFunction = Value (*)(Isolate&, const Value* args, uint32_t count);

/// Natives that the interpreter and the compilers know by heart.
enum class Intrinsic : uint8_t {
  kNone,
  kNext,
  kInextIterator,
  kPcall,
  kXpcall,
  kYield,
  kResume,       ///< puts `true` before what the coroutine gives
  kCompare,      ///< calls a comparison metamethod and gives the truth of its answer
  kResumePlain,  ///< gives what the coroutine gives, or raises its error
};

/// Static facts of a native. `base` must come first, see Code.
struct NativeInfo {
  char* base = nullptr;
  NativeFunction function = nullptr;
  const char* name = nullptr;  ///< as documented, e.g. "string.format"
  FastFunction fast = nullptr;
  bool oneResult = false;               ///< it has always exactly one result: `fast` serves where all are wanted, too
  const char* signature = nullptr;      ///< for help and completion, e.g. "format(fmt, ...)"
  const char* documentation = nullptr;  ///< one sentence
  Intrinsic intrinsic = Intrinsic::kNone;
  bool hidden = false;          ///< of the engine: no level of its own in tracebacks and debug functions
  bool messageHandler = false;  ///< while it has a protected call under way, slot 0 is a message handler
};

/// One activation of a native. Arguments and slots live on the fiber's stack and are roots; a Handle to one is valid
/// until the native pushes or returns. Values taken out by value are stale after anything that may collect.
class NativeCall {
 public:
  NativeCall(Isolate& isolate, Fiber& fiber) : isolate(isolate), fiber(fiber) {}
  Isolate& isolate;
  Fiber& fiber;

  // ---- arguments, from 0 ----
  uint32_t count() const { return linkOf(fiber.fp).extra() - 1; }
  bool has(uint32_t i) const { return i < count(); }
  Value arg(uint32_t i) const { return i < count() ? argSlot(i)[0] : Value::nil(); }
  bool isNoneOrNil(uint32_t i) const { return arg(i).isNil(); }
  Value* argSlot(uint32_t i) const { return fiber.fp + 1 + linkOf(fiber.fp).extra() - i; }
  Handle argHandle(uint32_t i) const { return Handle(argSlot(i)); }  ///< i < count()
  Value callee() const { return fiber.fp[2]; }
  Handle upvalue(uint32_t i) const {
    return Handle(&as<Native>(fiber.fp[2])->upvalues[i]);
  }  ///< read only; set with setUpvalue
  void setUpvalue(uint32_t i, Value v);

  // ---- slots: the native's own stack, survives call() ----
  uint32_t slots() const { return static_cast<uint32_t>(fiber.fp - 1 - fiber.sp); }
  Value* slotAddress(uint32_t i) const { return fiber.fp - 2 - i; }
  Value slot(uint32_t i) const { return fiber.fp[-2 - static_cast<int64_t>(i)]; }
  Handle slotHandle(uint32_t i) const { return Handle(slotAddress(i)); }
  void setSlot(uint32_t i, Value v) { fiber.fp[-2 - static_cast<int64_t>(i)] = v; }
  /// Room is guaranteed for 32 pushes at entry and after each re-entry; more need ensure().
  void push(Value v) { *--fiber.sp = v; }
  Value pop() { return *fiber.sp++; }
  Value top(uint32_t fromTop = 0) const { return fiber.sp[fromTop]; }
  void setSlots(uint32_t n);  ///< cuts, or fills with nil
  /// Room for n more pushes; moves the stack (argument and slot handles die). False after raising "stack overflow".
  [[nodiscard]] bool ensure(uint32_t n);

  // ---- state ----
  int32_t state() const { return static_cast<int32_t>(fiber.fp[-1].asInt()); }
  bool failed() const { return failed_; }            ///< re-entered because a protected call failed; error value on top
  uint32_t results() const { return resultCount_; }  ///< re-entered: values on top, given by the call

  // ---- answers ----
  NativeResult ret() { return {NativeResult::Action::kReturn, 0, 0}; }
  NativeResult ret(Value v) {
    push(v);
    return {NativeResult::Action::kReturn, 0, 1};
  }
  NativeResult ret(Value a, Value b) {
    push(a);
    push(b);
    return {NativeResult::Action::kReturn, 0, 2};
  }
  NativeResult ret(Value a, Value b, Value c) {
    push(a);
    return ret2(b, c, 3);
  }
  NativeResult retTop(uint32_t n) { return {NativeResult::Action::kReturn, 0, n}; }  ///< the n topmost slots
  /// Calls the function below the `args` topmost slots; comes back with state `next` and `wanted` results on top
  /// (wanted < 0: all of them, see results()). Errors pass this frame by.
  NativeResult call(uint32_t args, int wanted, int32_t next) { return callWith(args, wanted, next, false); }
  /// As call(); an error comes back here too: failed() and the error value on top, slots cut to what they were.
  NativeResult callProtected(uint32_t args, int wanted, int32_t next) { return callWith(args, wanted, next, true); }
  /// Replaces this native by a call; its results are this call's results.
  NativeResult tailCall(uint32_t args) { return {NativeResult::Action::kTailCall, 0, args}; }
  /// Yields the n topmost slots; comes back with state `next`, the resume arguments on top, results() many.
  NativeResult yield(uint32_t n, int32_t next);
  /// Resumes the fiber below the n topmost slots with them as arguments; comes back with state `next`: failed() or
  /// results() values on top.
  NativeResult resume(uint32_t n, int32_t next);

  /// Closes the suspended or failed fiber in the topmost slot: its pending closes run on its stack; comes back with
  /// state `next`: failed() and the error on top (the one it died of, or one of a close method), or nothing.
  NativeResult closeFiber(int32_t next);

  // ---- errors: all return the answer to give back ----
  NativeResult raise(Value error);                                              ///< as it is
  NativeResult raisePending() { return {NativeResult::Action::kThrow, 0, 0}; }  ///< isolate.pendingError is set
  [[gnu::format(printf, 2, 3)]] NativeResult error(const char* format, ...);    ///< with position, as luaL_error
  NativeResult argError(uint32_t i, std::string_view message);                  ///< "bad argument #1 to 'f' (message)"
  NativeResult typeError(uint32_t i, std::string_view expected);                ///< "... (string expected, got nil)"
  NativeResult outOfMemory();                                                   ///< "not enough memory"

  // ---- checked arguments, as luaL_check*: false after raising (then return raisePending()) ----
  [[nodiscard]] bool checkAny(uint32_t i);
  [[nodiscard]] bool checkTable(uint32_t i);
  [[nodiscard]] bool checkInteger(uint32_t i, int64_t& out);  ///< floats with integral values and strings convert
  [[nodiscard]] bool optInteger(uint32_t i, int64_t otherwise, int64_t& out);
  [[nodiscard]] bool checkNumber(uint32_t i, double& out);
  [[nodiscard]] bool optNumber(uint32_t i, double otherwise, double& out);
  /// Numbers are converted in place, so the argument is a string afterwards. MAY COLLECT then.
  [[nodiscard]] bool checkString(uint32_t i);
  /// Bytes of string argument i: valid until the next allocation.
  std::string_view stringArg(uint32_t i) const { return asString(arg(i))->view(); }
  /// As luaL_checkoption: index of the argument in a null-terminated list.
  [[nodiscard]] bool checkOption(uint32_t i, const char* otherwise, const char* const list[], int& out);

  /// Charges fuel and polls deadline and interrupts for work on so many bytes or elements; call it in long loops.
  /// False when the guest must stop: return raisePending().
  [[nodiscard]] bool charge(uint64_t units);

  // ---- for the interpreter ----
  bool failed_ = false;
  uint32_t resultCount_ = 0;

 private:
  NativeResult ret2(Value b, Value c, uint32_t n) {
    push(b);
    push(c);
    return {NativeResult::Action::kReturn, 0, n};
  }
  NativeResult callWith(uint32_t args, int wanted, int32_t next, bool isProtected);
};

/// The state word: bits 0..31 the state, 32..39 results wanted, 40 a protected call is under way.
inline constexpr int64_t kProtectedState = int64_t{1} << 40;
/// Slots that every native may push without ensure().
inline constexpr uint32_t kNativeSlots = 32;

/// A native function object. MAY COLLECT.
Value newNative(Isolate& isolate, const NativeInfo* info, uint32_t upvalues = 0);

/// One row of a library: registered in a table by name.
struct LibraryEntry {
  const char* key;
  NativeInfo info;
};
/// Sets natives for all entries in `table`. The entries must live as long as the isolate. MAY COLLECT.
bool registerLibrary(Isolate& isolate, Handle table, const LibraryEntry* entries, size_t count);

}  // namespace devvm::runtime
