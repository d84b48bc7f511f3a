// An isolate: one heap, one mutator, its languages' globals, limits and capabilities. Isolates share nothing.
#pragma once

#include <atomic>
#include <cstdarg>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "heap/heap.h"
#include "runtime/fiber.h"
#include "runtime/handles.h"
#include "runtime/limits.h"
#include "runtime/native.h"
#include "runtime/numbers.h"
#include "runtime/objects.h"
#include "runtime/shape.h"
#include "runtime/shared_cache.h"
#include "runtime/strings.h"
#include "runtime/tables.h"

namespace devvm::events {
class EventBus;
}

namespace devvm::runtime {

class CacheMissLog;
class FinalizerQueue;
class WeakMaps;

/// Why the guest stopped (Isolate::failure after call() returned false).
enum class Failure : uint8_t {
  kNone,
  kError,     ///< a guest error: pendingError is its value
  kFuel,      ///< --fuel exhausted; this and the following cannot be caught by guest code
  kDeadline,  ///< --timeout passed
  kKilled,    ///< the host asked
  kExit,      ///< os.exit: exitStatus
};
inline bool isUncatchable(Failure f) { return f > Failure::kError; }

/// What deadlines are measured by, in nanoseconds.
uint64_t monotonicNanos();

/// What a library keeps outside of the heap; it goes in front of everything else when the isolate is destroyed.
struct LibraryState {
  virtual ~LibraryState() = default;
};

/// Basic types that have a metatable in common.
enum class BasicType : uint8_t { kNil, kBoolean, kLight, kNumber, kString, kFunction, kThread, kCount };

struct JitOptions {
  enum class Mode : uint8_t {
    kOff,
    kBaseline,
    kOn,          ///< all tiers
    kOptimizing,  ///< the same, by the name of the highest
  } mode = Mode::kOff;
  enum class Stress : uint8_t {
    kNone,
    kOsr,      ///< machine code is left at every n-th unit of work, and entered again at the next loop
    kReclaim,  ///< the same, and machine code in no frame is discarded then
    kSlices,   ///< a poll in machine code asks for a profiled slice of the function that is running
    kDeopt,    ///< optimized code is left at every n-th guard
  } stress = Stress::kNone;
  uint32_t stressEvery = 1;        ///< units of work from one poll to the next under stress; kDeopt: guards
  uint32_t threshold = 200;        ///< calls until a function is compiled; 1: at its first call
  uint32_t optimizeThreshold = 2;  ///< polls that find a function's baseline code running until it is optimized
  bool background = false;         ///< the optimizing compiler works in a thread of its own
  bool optimizeAtOnce = false;     ///< functions are optimized as soon as they have baseline code
  bool refuseMemory = false;       ///< behave as if the system refused executable memory
  bool perfMap = false;            ///< writes /tmp/perf-PID.map, by which Linux perf names machine code
  bool dump = false;               ///< writes jit-PID.dump into dumpFolder, for perf inject
  std::string dumpFolder;
  bool gdb = false;                     ///< tells gdb of machine code
  size_t codeBytes = size_t{64} << 20;  ///< limit of machine code
  std::string loadFeedback;             ///< file with what was learnt in an earlier run; empty: none
  std::string saveFeedback;             ///< file for what was learnt in this one; empty: none
  bool keepsFeedback() const { return !loadFeedback.empty() || !saveFeedback.empty(); }
  bool record = false;  ///< keeps records of what was compiled (jit/tiering/code_records.h)
  bool count = false;   ///< with `record`: machine code counts its calls and rare cases
};

struct IsolateOptions {
  heap::HeapOptions heap = {.mostNurseryBytes = 32u << 20};
  Limits limits;
  Capabilities capabilities;
  uint64_t hashSeed = 0;  ///< 0: from the system
  bool deterministic = false;
  bool dispatchSwitch = false;  ///< the portable switch dispatcher instead of tail calls
  JitOptions jit;
  bool verifyAll = false;  ///< verify also what our own compilers emit (always in debug builds)
};

/// Native type of a userdata payload; compared by address.
struct UserdataClass {
  const char* name;
};

struct Language;

class Isolate final : public heap::Embedder {
 public:
  explicit Isolate(const IsolateOptions& options);
  ~Isolate() override;
  Isolate(const Isolate&) = delete;
  Isolate& operator=(const Isolate&) = delete;

  // ---- parts ----
  std::unique_ptr<Tiers> tiers;  ///< the compilers; null: everything is interpreted. The heap's functions need it last
  bool complete = false;         ///< the constructor came to its end; the heap is made first and asks for sizes before
  IsolateOptions options;
  heap::Heap heap;
  ShapeTable shapes;
  InternTable interned;
  SharedCache readCache;   ///< fields read, for sites whose cells know too few shapes
  SharedCache writeCache;  ///< fields written
  RootStack roots;
  events::EventBus* events = nullptr;   ///< null: nobody listens
  CacheMissLog* cacheMisses = nullptr;  ///< null: nobody wants to know why inline caches miss
  uint64_t hashSeed;

  // ---- the interpreter's hot words ----
  int64_t budget = 0;           ///< units until the next poll(); counts down at every entry and back-edge
  Fiber* fiber = nullptr;       ///< the running one
  Value* stackLimit = nullptr;  ///< fiber->limit of the running fiber
  Fiber* mainFiber = nullptr;
  struct Scratch {                   ///< operands that a handler hands to its slow path
    Value a, b;                      ///< roots
    uint32_t pops = 0;               ///< operand slots to drop
    uint32_t length = 0;             ///< from pc to where the result goes on
    heap::Object* holder = nullptr;  ///< of a store, with `a` the value: not kept across a collection
    Value* slot = nullptr;
  } scratch;
  struct NativeCallSite {           ///< a call that a handler makes of a native
    uint32_t count = 0;             ///< arguments
    uint8_t wanted = 0;             ///< results: as Link::wanted
    const uint8_t* next = nullptr;  ///< where it goes on
  } calling;
  const void* dispatch = nullptr;      ///< handler table in use; another one while hooks are set
  struct MachineReturn {               ///< machine code that goes on next (kStubMachineReturn)
    const uint8_t* address = nullptr;  ///< where
    Value* calleeSlot = nullptr;       ///< of the frame that returned to it
  } machineReturn;
  struct Stopped {                     ///< optimized code that waits for a collection
    const uint8_t* address = nullptr;  ///< where it goes on; null: none
    uint64_t* registers = nullptr;     ///< as its FrameMaps number them
  } stopped;
  void* nativeStack = nullptr;  ///< stack pointer of the host's stack while machine code runs
  bool stepping = false;        ///< the interpreter leaves after the running instruction
  int64_t guardsUntilExit = 0;  ///< under JitOptions::Stress::kDeopt: optimized code is left at the guard that makes it
                                ///< negative

  // ---- well-known values (roots) ----
  Value emptyArray;  ///< shared ValueArray of capacity 0 (fixed space)
  Value globals;     ///< table
  Value registry;    ///< table: loaded modules, C API references
  Value typeMetatables[static_cast<int>(BasicType::kCount)];
  Value metaNames[static_cast<int>(Meta::kCount)];  ///< interned strings
  Value singleBytes[256];                           ///< interned one-byte strings
  Value emptyString;
  Value memoryError;  ///< "not enough memory", made in advance
  Value stackError;
  Value handlerError;  ///< what errors in message handlers end in
  Value handlerNative, finalizerNative, hookNative, hostEntryNative, compareNative, concatNative, selfNative,
      yieldNative, resumeNative;  ///< of the engine
  Value leafArguments[3];  ///< of a function that machine code called, and that wants to be called where it may collect
  std::vector<Value*> permanentRoots;  ///< more slots to visit; owner removes them

  // ---- errors ----
  Failure failure = Failure::kNone;
  Value pendingError;  ///< while unwinding (Failure::kError)
  int exitStatus = 0;
  bool closeOnExit = false;
  bool errorHandled = false;   ///< the pending error went through its message handler already
  bool hooksOn = false;        ///< the running fiber's opcodes go through the hooking table
  bool leavesMachine = false;  ///< machine code goes back to the interpreter where it next asks for something rare
  bool profiling = false;      ///< the compilers look at each instruction (Tiers::observe): a profiled slice
  bool takesApart = false;     ///< either of these: tails of fused instructions are instructions of their own
  uint32_t handlerDepth = 0;   ///< message handlers under way

  /// Sets the pending error; always returns false, for `return isolate.raise(...)`.
  bool raise(Value error);
  /// Error message with the position of the innermost guest frame ("chunk:line: "), as luaG_runerror / luaL_error.
  /// MAY COLLECT.
  [[gnu::format(printf, 2, 3)]] bool raiseError(const char* format, ...);
  bool raiseErrorText(std::string_view text, bool position = true);
  bool raiseOutOfMemory();
  /// "chunk:line:" of the frame `level` levels up (1: function that called the running native), "" if none.
  std::string where(int level);

  // ---- running guest code: from the host only, never from natives ----
  /// Calls callee with arguments; results are left in `results` (rooted vector). False: see failure, pendingError.
  /// Runs on the current fiber; yields across it raise. MAY RUN GUEST CODE.
  bool call(Value callee, const Value* arguments, uint32_t count, std::vector<Value>& results,
            Value messageHandler = Value::nil());

  // ---- limits ----
  Limits& limits() { return options.limits; }
  uint64_t fuelUsed() const;
  void refillBudget();
  /// Slow path of the budget: charges fuel, looks at deadline, kill and interrupt. False: stop (failure set or an
  /// interrupt error raised).
  bool poll();
  /// poll() where nobody wants anything, and fuel and time are left. False: nothing was done.
  bool pollQuietly();
  /// Charges natives' work.
  bool charge(uint64_t units) {
    budget -= static_cast<int64_t>(units);
    return budget >= 0 || poll();
  }
  /// Charges for making a number of `v` if that is a text: the next unit of work sees it.
  void chargeNumeral(Value v) {
    constexpr uint32_t kBytesPerUnit = 16;
    if (v.isString()) budget -= asString(v)->length() / kBytesPerUnit;
  }
  /// Charges for copying a list of values, if it is long.
  void chargeList(uint32_t count) {
    constexpr uint32_t kValuesPerUnit = 4;
    if (count > kShortList) budget -= count / kValuesPerUnit;
  }
  static constexpr uint32_t kShortList = 250;
  /// Entering a function is one unit, and a function may be long: with long ones loaded, polls come after fewer units.
  void boundSlice(size_t codeBytes) {
    constexpr size_t kBytesPerSlice = size_t{4} << 20, kLeast = 16;
    auto units = static_cast<int64_t>(std::max(kBytesPerSlice / std::max<size_t>(codeBytes, 1), kLeast));
    if (units >= longestSlice) return;
    longestSlice = units;
    requestPoll();
  }
  /// Makes the next unit of work a poll (finalizers are due, hooks changed ...).
  void requestPoll() {
    if (budget > 0 && fuelLeft != UINT64_MAX) fuelLeft += static_cast<uint64_t>(budget);
    budget = 0;
  }
  void startDeadline(uint64_t nowNanos);
  bool keepsDeadline = false;  ///< calls of the host go on with the deadline that is set
  uint64_t fuelLeft = 0;       ///< not yet given to `budget`; UINT64_MAX: no limit
  int64_t slice = 0;
  int64_t longestSlice = 20'000;  ///< units between looks at the clock and the request flags
  uint32_t sliceNoise = 1;        ///< makes slices unequal where polls are samples
  bool fuelGiven = false;         ///< fuelLeft counts down from limits().fuel: set by the first call or by the host
  uint64_t deadline = 0;          ///< monotonic nanoseconds; 0: none
  uint32_t hostDepth = 0;         ///< nested Isolate::call
  // From any thread:
  std::atomic<bool> interruptRequested{false};  ///< raises "interrupted!" in the guest
  std::atomic<bool> killRequested{false};

  // ---- finalizers and weak things (weak.cpp) ----
  /// Marks `object` (table or userdata) for its metatable's __gc. MAY COLLECT.
  bool registerFinalizer(Handle object);
  /// The next object whose finalizer is due; nil if none. The interpreter calls them at safepoints.
  Value takeFinalizable();
  /// At exit: makes all registered objects due, the latest first, and registers none any more.
  void closeFinalizers();
  bool finalizersDue = false;
  bool finalizersRunning = false;
  /// What a finalizer raised becomes a warning (the language library sets how).
  void (*warning)(Isolate&, std::string_view text, bool toContinue) = nullptr;
  void warnFinalizer(Value error);
  std::unique_ptr<FinalizerQueue> finalizers;
  /// Identity number for tostring and %p, given at first use.
  uint64_t identityOf(Value object);
  std::unique_ptr<WeakMaps> weakMaps;

  // ---- accounting ----
  size_t external = 0;  ///< bytes of stacks, code, shapes ... (Embedder::externalBytes)

  // ---- Embedder ----
  void visitRoots(heap::SlotVisitor& v, bool minor) override;
  void processWeak(heap::Heap& heap, heap::WeakPhase phase, bool minor) override;
  void clearWeak(heap::Heap& heap, Object* owner, heap::WeakPhase phase, bool minor) override;
  bool sweepTables(heap::Heap& heap, size_t entries) override;
  void tuned(const heap::Tuning& tuning) override;
  size_t externalBytes() const override;
  bool awaitsFinalizers() const override;
  void collectionEvent(bool begin, bool full, const char* reason) override;

  /// The isolate whose collection or heap walk is under way on this thread: for the collector hooks of kinds.def.
  static Isolate* traced();
  Fiber* fibers = nullptr;                 ///< all
  std::vector<Fiber*> dirtyFibers;         ///< ran or were made since the last minor collection
  Code* codes = nullptr;                   ///< all loaded functions
  std::vector<const Language*> languages;  ///< those with a descriptor (runtime/language.h)

  std::unique_ptr<LibraryState> openFiles;  ///< of the language libraries; null until one is opened

  /// Random numbers of the language libraries, seeded per isolate.
  uint64_t randomState[4] = {};
};

/// A C++ root in scope.
class Rooted : public Handle {
 public:
  Rooted(Isolate& isolate, Value v) : Handle(isolate.roots.push(v)), isolate_(isolate) {}
  ~Rooted() { isolate_.roots.pop(); }
  Rooted(const Rooted&) = delete;
  Rooted& operator=(const Rooted&) = delete;

 private:
  Isolate& isolate_;
};

// Here, because it needs the isolate (declared in tables.h).
inline Value tableMetatable(Isolate& isolate, Table* t) { return isolate.shapes.of(t).metatable; }

/// Type name as the language's type(): "nil", "number", "table" ...
const char* typeName(Value v);
/// As luaL_typeerror names it: the __name field of its metatable if it is a string, "light userdata", else typeName.
std::string typeNameFull(Isolate& isolate, Value v);

}  // namespace devvm::runtime
