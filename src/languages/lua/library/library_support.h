// What the natives of the Lua libraries share: operations that respect metamethods, written so that the caller can be
// suspended; locals that survive a suspension; fuel charges.
//
// A native that may have to call guest code in the middle of a loop is written as
//
//     struct Locals { int64_t i, last; } v;         // plain data; loadLocals/saveLocals keep it in slots
//     if (c.state() != 0) loadLocals(c, v);
//     switch (c.state()) {
//       case 0:
//         c.setSlots(localSlots<Locals>());
//         for (v.i = 1; v.i <= v.last; v.i++) {
//           DEVVM_AWAIT(c, v, getIndex(c, c.argHandle(0), v.i), 1);
//           ... the value is on top ...
//
// DEVVM_AWAIT goes on at once if no guest call is needed; else the native returns and is entered again behind it.
#pragma once

#include <cstring>
#include <string_view>
#include <type_traits>

#include "runtime/isolate.h"
#include "runtime/native.h"

namespace devvm::lua {

using runtime::Handle;
using runtime::Isolate;
using runtime::LibraryEntry;
using runtime::NativeCall;
using runtime::NativeInfo;
using runtime::NativeResult;
using runtime::Value;

// ---- fuel: what one unit pays for inside a native ----
inline constexpr uint64_t kBytesPerUnit = 16;       ///< bytes copied, compared or searched
inline constexpr uint64_t kSourceBytesPerUnit = 1;  ///< bytes of source compiled
inline constexpr uint64_t kElementsPerUnit = 4;     ///< table elements read or written
inline constexpr uint64_t kMatchStepsPerUnit = 4;   ///< steps of the pattern matcher

/// Charges for work on so many bytes. False: return c.raisePending().
[[nodiscard]] inline bool chargeBytes(NativeCall& c, uint64_t bytes) {
  return bytes < kBytesPerUnit || c.charge(bytes / kBytesPerUnit);
}
/// Charges for compiling so much source text.
[[nodiscard]] inline bool chargeSource(NativeCall& c, uint64_t bytes) {
  return c.charge(bytes / kSourceBytesPerUnit + 1);
}
[[nodiscard]] inline bool chargeElements(NativeCall& c, uint64_t elements) {
  return elements < kElementsPerUnit || c.charge(elements / kElementsPerUnit);
}

// ---- operations that may need a guest call ----
/// Outcome of an operation: done, an error was raised, or callee and `calls` arguments were pushed and must be called.
class Step {
 public:
  static constexpr Step done() { return Step(0); }
  static constexpr Step raised() { return Step(-1); }
  static constexpr Step call(int arguments) { return Step(arguments); }
  bool isDone() const { return arguments_ == 0; }
  bool isRaised() const { return arguments_ < 0; }
  uint32_t arguments() const { return static_cast<uint32_t>(arguments_); }

 private:
  explicit constexpr Step(int n) : arguments_(n) {}
  int arguments_;
};

/// Pushes object[i] (or the call that finds it; 1 result wanted). MAY COLLECT.
Step getIndexSlow(NativeCall& c, Handle object, int64_t i);
inline Step getIndex(NativeCall& c, Handle object, int64_t i) {
  if ((*object).isTable()) {
    Value v = runtime::arrayElement(object.table(), static_cast<uint64_t>(i));
    if (!v.isNil()) {
      c.push(v);
      return Step::done();
    }
  }
  return getIndexSlow(c, object, i);
}
/// The same for any key: replaces object and key on top by the value (or the call). MAY COLLECT.
Step getTop(NativeCall& c);
/// object[i] = the value on top, which is popped; a call wants no result. MAY COLLECT.
Step setIndexSlow(NativeCall& c, Handle object, int64_t i);
inline Step setIndex(NativeCall& c, Handle object, int64_t i) {
  if ((*object).isTable()) {
    runtime::ValueArray* a = object.table()->arrayStorage();
    uint64_t at = static_cast<uint64_t>(i) - 1;
    if (at < a->length && !runtime::loadSlot(&a->slots[at]).isNil()) {
      if (c.top().isNil()) return setIndexSlow(c, object, i);
      c.isolate.heap.store(a, &a->slots[at], c.pop());
      return Step::done();
    }
  }
  return setIndexSlow(c, object, i);
}
/// Pushes the length (or the call that finds it; 1 result). Then takeLength(). MAY COLLECT.
Step getLength(NativeCall& c, Handle object);
/// Pops the length; false after raising "object length is not an integer".
[[nodiscard]] bool takeLength(NativeCall& c, int64_t& out);
/// Pushes a boolean (or any value, by a call) that tells whether a < b. `a` and `b` must be rooted. MAY COLLECT.
Step lessThan(NativeCall& c, Value a, Value b);
/// Pushes whether a == b, with __eq. MAY COLLECT.
Step equals(NativeCall& c, Value a, Value b);
/// Pushes the text of `v` as tostring gives it (or the call of __tostring, 1 result). Then takeText(). MAY COLLECT.
Step getText(NativeCall& c, Value v);
/// Makes sure that a string is on top (converts a number); false after raising. MAY COLLECT.
[[nodiscard]] bool takeText(NativeCall& c);

/// a < b for two numbers.
bool numberLess(Value a, Value b);

/// Writes the identity of an object as "%p" shows it ("0x" and 14 hexadecimal digits); "(null)" for values that have
/// none. Returns the length (at most 24). MAY COLLECT.
size_t formatIdentity(Isolate& isolate, Handle v, char* buffer);

/// What a value must be able to do to pass for a table.
enum TableAbility : unsigned { kReads = 1, kWrites = 2, kHasLength = 4 };
/// Argument i must be a table or have the metamethods to act as one; false after raising "table expected".
[[nodiscard]] bool checkTableLike(NativeCall& c, uint32_t i, unsigned abilities);
/// Whether reads and writes (as asked) of `v` never call guest code: a table without these metamethods.
bool isPlainTable(Isolate& isolate, Value v, unsigned abilities);

/// Room for n more pushes, or the error "stack overflow (what)". Moves the stack. False after raising.
[[nodiscard]] bool ensureOr(NativeCall& c, uint64_t n, const char* what);
/// The reference's limit of a stack, in slots; results beyond it are errors here too.
inline constexpr uint64_t kMostSlots = 999'000;

/// Raises without a position: errors of operations that a native does for the guest. Always false.
bool raiseText(NativeCall& c, std::string_view text);

// ---- locals that survive a guest call ----
template <typename T>
constexpr uint32_t localSlots() {
  return static_cast<uint32_t>((sizeof(T) + 3) / 4);
}
/// Keeps plain data in the slots [first, first + localSlots<T>()), four bytes each: slots hold values only.
template <typename T>
void saveLocals(NativeCall& c, const T& locals, uint32_t first = 0) {
  static_assert(std::is_trivially_copyable_v<T> && sizeof(T) % 4 == 0);
  for (uint32_t i = 0; i < localSlots<T>(); i++) {
    uint32_t word;
    std::memcpy(&word, reinterpret_cast<const char*>(&locals) + i * 4, 4);
    c.setSlot(first + i, Value::smallInt(word));
  }
}
template <typename T>
void loadLocals(NativeCall& c, T& locals, uint32_t first = 0) {
  static_assert(std::is_trivially_copyable_v<T> && sizeof(T) % 4 == 0);
  for (uint32_t i = 0; i < localSlots<T>(); i++) {
    uint32_t word = static_cast<uint32_t>(c.slot(first + i).asInt());
    std::memcpy(reinterpret_cast<char*>(&locals) + i * 4, &word, 4);
  }
}

/// Waits for a Step, see the top of this file. The resume state is the line number.
#define DEVVM_AWAIT(c, locals, step, wanted)                    \
  {                                                             \
    Step devvmStep = step;                                      \
    if (devvmStep.isRaised()) return (c).raisePending();        \
    if (!devvmStep.isDone()) {                                  \
      saveLocals(c, locals);                                    \
      return (c).call(devvmStep.arguments(), wanted, __LINE__); \
    }                                                           \
  }                                                             \
  [[fallthrough]];                                              \
  case __LINE__:

}  // namespace devvm::lua
