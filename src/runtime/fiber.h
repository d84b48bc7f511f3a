// Fibers (coroutines) and the frame layout on their stacks.
//
// A stack grows downward. Addresses high to low, one word each:
//
//        callee            <- calleeSlot: results of the call replace it and what lies below
//        argument 0
//        ...               (ordinary bytecode frames keep no arguments here: extra() == 0)
//        argument n-1
//        callee again      fp[2]
//        return address    fp[1]   bytecode address in the caller (or a stub that says who gets the results)
//        link              fp[0]   distance to the caller's fp, extra, wanted
//        local 0           fp[-1]  parameters first
//        ...
//        spare word        fp[-1 - locals]: receives the dead top-of-stack register; never scanned
//        operand 0 ...     down to sp
//
// For ordinary bytecode frames the arguments are the first locals and "callee" stands once (fp[2] is calleeSlot).
// Vararg functions and natives keep all n arguments above their header: extra() == n + 1.
// Natives have no locals; fp[-1] is the resume state, their pushed values follow (no spare word).
// Nothing but offsets points into a stack, so a stack can grow by copying.
#pragma once

#include <cstdint>
#include <cstdlib>

#include "runtime/code.h"
#include "runtime/handles.h"
#include "runtime/objects.h"

namespace devvm::runtime {

class Isolate;

/// The link word of a frame header.
struct Link {
  uint64_t bits;
  static constexpr uint8_t kOpen = 0xFF;  ///< wanted: all results, as an open list
  static constexpr uint8_t kTail =
      0xFE;  ///< wanted: all results, which the caller returns at once (natives in tail position)
  static constexpr uint64_t kTailCalled = uint64_t{1} << 55;  ///< the frame took the place of one that made a tail call
  static constexpr uint64_t kMachine = uint64_t{1} << 54;     ///< the return address is one of machine code
  static Link make(uint32_t callerDistance, uint32_t extra, uint8_t wanted) {
    return {uint64_t{callerDistance} | uint64_t{extra} << 32 | uint64_t{wanted} << 56};
  }
  uint32_t callerDistance() const { return static_cast<uint32_t>(bits); }  ///< slots up to the caller's fp; 0: none
  uint32_t extra() const { return static_cast<uint32_t>(bits >> 32) & 0x3FFFFF; }
  uint8_t wanted() const { return static_cast<uint8_t>(bits >> 56); }
  bool returnsToMachine() const { return bits & kMachine; }
  /// extra() is 0, the frame was not tail-called, its caller is no machine code, and `wanted` results are wanted.
  bool isPlain(uint8_t wanted) const { return bits >> 32 == uint32_t{wanted} << 24; }
};

/// Where a call returns to, as the link and the return address of its frame say.
struct ReturnTo {
  const uint8_t* address;
  uint64_t flags = 0;  ///< of the link: Link::kMachine, Link::kTailCalled
  // NOLINTNEXTLINE(google-explicit-constructor): bytecode
  ReturnTo(const uint8_t* bytecode) : address(bytecode) {}
  ReturnTo(const uint8_t* where, uint64_t linkFlags) : address(where), flags(linkFlags) {}
};

inline Link linkOf(const Value* fp) { return {fp[0].bits()}; }
inline Value calleeOf(const Value* fp) { return fp[2]; }
/// Where the frame returns to: bytecode of the caller, or machine code if its link says so.
inline const uint8_t* returnAddressOf(const Value* fp) { return reinterpret_cast<const uint8_t*>(fp[1].bits()); }
inline Value* calleeSlotOf(Value* fp) { return fp + 2 + linkOf(fp).extra(); }
inline bool isNativeFrame(const Value* fp) { return kindOf(fp[2].asObject()) == Kind::kNative; }
inline const Code* codeOf(const Value* fp) { return as<Closure>(fp[2])->code; }
inline const uint8_t* Code::resumePoint(const Value* callee) const {
  const uint8_t* address = returnAddressOf(callee);
  return linkOf(callee).returnsToMachine() ? entry + machine->returnOffset(address) : address;
}

enum class FiberStatus : uint8_t {
  kSuspended,  ///< not started, or yielded
  kRunning,
  kNormal,  ///< resumed another fiber
  kDead,    ///< returned, failed or closed
};

/// Frames by their distance from the stack's high end; handlers append where there is room.
struct FrameList {
  uint32_t* items = nullptr;
  uint32_t size = 0, capacity = 0;
  FrameList() = default;
  FrameList(const FrameList&) = delete;
  FrameList& operator=(const FrameList&) = delete;
  ~FrameList() { std::free(items); }
  /// False: no memory.
  [[nodiscard]] bool push(uint32_t frame) {
    if (size == capacity && !grow()) return false;
    items[size++] = frame;
    return true;
  }

 private:
  bool grow();
};

class Fiber {
 public:
  Isolate* isolate = nullptr;
  Object* object = nullptr;  ///< its FiberObject, kept up to date by the collector; null for the main fiber until made
  Value* high = nullptr;     ///< first word above the stack
  Value* low = nullptr;      ///< lowest usable word
  Value* limit = nullptr;    ///< low + margin: going below needs growStack()
  // Saved registers, valid whenever this fiber is not inside a handler of the interpreter.
  Value* sp = nullptr;          ///< lowest word in use (everything spilled)
  Value* fp = nullptr;          ///< innermost frame
  const uint8_t* pc = nullptr;  ///< where that frame stands (bytecode frames): address of the current instruction
  Fiber* resumer = nullptr;     ///< who resumed it
  uint32_t openCount = 0;       ///< values in the open list on top
  FiberStatus status = FiberStatus::kSuspended;
  bool isMain = false;
  bool dirty = false;  ///< in Isolate::dirtyFibers: a minor collection must look at its stack
  bool started = false;
  bool failed = false;         ///< died of `error`; its stack is kept for tracebacks and closing
  bool reserveOpen = false;    ///< a message handler runs after an overflow: the reserve may be used
  bool closing = false;        ///< being closed: frames at or above closeBoundary catch nothing
  uint32_t closeBoundary = 0;  ///< distance from high
  uint16_t resumeDepth = 0;    ///< fibers below it in the chain of resumers
  FrameList metaFrames;        ///< frames that called metamethods still under way
  uint16_t unyieldable = 0;    ///< host calls on this stack across which a yield is an error
  uint8_t hookMask = 0;
  bool hookActive = false;  ///< the hook itself is running
  uint8_t hookStage = 0;    ///< next stage at hookPc
  int hookCount = 0, hookCountdown = 0;
  int hookLine = -1;  ///< last line event: line, frame and offset
  uint32_t hookLineFrame = 0, hookOffset = 0;
  uint32_t hookNext = 0;            ///< offset behind the instruction at hookOffset
  uint32_t hookSkip = UINT32_MAX;   ///< offset of an instruction that is no step when it comes next
  uint32_t hookFrame = 0;           ///< frame of hookPc, as distance from high
  const uint8_t* hookPc = nullptr;  ///< instruction whose hooks are under way
  Value hook;                       ///< debug.sethook function or nil
  Value error;                      ///< the error it died of
  uint32_t identity = 0;
  Fiber *previous = nullptr, *next = nullptr;  ///< in Isolate::fibers

  Fiber() = default;
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;
  ~Fiber();
  /// Puts a new fiber into its isolate's list, which it leaves when it is destroyed.
  void enlist(Isolate& owner);

  /// `fp` of an outermost frame's caller is null.
  static Value* callerOf(Value* fp) {
    uint32_t d = linkOf(fp).callerDistance();
    return d ? fp + d : nullptr;
  }
  /// The code of the frame to which `callee` returns, if that is optimized; else null: its words are what the layout
  /// above says.
  static const MachineCode* optimizedCaller(Value* callee) {
    if (!linkOf(callee).returnsToMachine()) return nullptr;
    const Value* caller = callerOf(callee);  // a native may wait for a stub
    return isNativeFrame(caller) ? nullptr : optimizedAt(codeOf(caller), returnAddressOf(callee));
  }
  /// The optimized code of a function into which an address of machine code returns, or null.
  static const MachineCode* optimizedAt(const Code* code, const uint8_t* returnAddress);
  /// The frame to which `callee` returns has the interpreter's layout from here on, and its caller may be another one
  /// than before. Does not move the stack; allocates, but does not collect.
  void settleCaller(Value* callee) {
    if (linkOf(callee).returnsToMachine()) settleMachineCaller(callee);
  }
  size_t stackBytes() const { return static_cast<size_t>(high - low) * sizeof(Value); }
  void visit(heap::SlotVisitor& v);

 private:
  void settleMachineCaller(Value* callee);
  /// A frame whose function has raw slots: the verifier says which words are values there.
  static void visitRawFrame(heap::SlotVisitor& v, const Code* code, Value* frame, Value* bottom, Value* spare,
                            const uint8_t* at);
};

/// A new suspended fiber that will run `function`. MAY COLLECT. nil when out of memory.
Value newFiber(Isolate& isolate, Handle function);
/// Makes room for `slots` more words below sp; moves the stack (fp, sp adjusted in the fiber). False: stack limit
/// reached or no memory.
bool growStack(Fiber& fiber, size_t slots);
void releaseFiberMemory(Fiber* fiber);

void visitFiber(Object* o, heap::SlotVisitor& v);
void releaseFiber(Object* o, void* context);

}  // namespace devvm::runtime
