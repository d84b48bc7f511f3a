// What the runtime has to know of compiled code, and what it asks of the compilers (src/jit). The lower layers call up
// only through Tiers.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "heap/value.h"

namespace devvm::heap {
class Heap;
class SlotVisitor;
}  // namespace devvm::heap

namespace devvm::runtime {

using heap::Value;

struct Code;
class Fiber;
class Isolate;

/// What a function was seen to do (src/jit/feedback): made by the compilers, freed with the function.
struct FunctionFeedback {
  virtual ~FunctionFeedback() = default;
};

/// Names a function for those that must not keep it alive: `code` becomes null when it is freed.
struct FunctionIdentity {
  const Code* code = nullptr;
};

/// What compiled code relies on besides what it checks: a slot of a unique shape is constant, ...
struct ShapeFact {
  static constexpr uint32_t kKeys = UINT32_MAX;        ///< or: it has these keys only, and this metatable,
  static constexpr uint32_t kExists = UINT32_MAX - 1;  ///< or: it is still its owner's.
  static constexpr uint32_t kNoShape = 0;              ///< or: no metatable has a field named by this Meta.
  uint32_t shape;
  uint32_t what;
  bool operator==(const ShapeFact&) const = default;
};

/// An object that is a constant in machine code, which knows the address of this place.
struct CodeObject {
  Value value;
  const Code* code = nullptr;  ///< of closures, which do not change theirs
};
using CodeObjects = std::deque<CodeObject>;

/// Where the parts of a function's machine code begin, as offsets. First comes the straight line.
struct CodeSections {
  uint32_t cold = 0;       ///< other paths of instructions
  uint32_t rare = 0;       ///< what the interpreter does for it
  uint32_t entries = 0;    ///< ways back to the straight line with operands from memory
  uint32_t constants = 0;  ///< and jumps to far places: no more instructions of the function
};

/// An interpreter frame that an optimized one stands for.
struct VirtualFrame {
  const Code* code;
  uint32_t offset;  ///< where the interpreter would go on
};

/// What there is to know of frames of optimized code whose callee is running (src/jit/deopt). `machine`: offset of the
/// callee's return address.
struct FrameMaps {
  virtual ~FrameMaps() = default;
  /// Shows the collector the words that hold tagged values.
  virtual void visit(heap::SlotVisitor& visitor, Value* fp, uint32_t machine) const = 0;
  /// The same of code that waits for a collection (Isolate::stopped), whose registers are saved.
  virtual void visitStopped(heap::SlotVisitor& visitor, Value* fp, uint32_t machine, uint64_t* registers) const = 0;
  /// Appends the interpreter's frames, outermost first.
  virtual void frames(uint32_t machine, std::vector<VirtualFrame>& out) const = 0;
};

/// Machine code of one function. Frames of baseline code have the interpreter's layout, so a function can change over
/// between the two wherever its operands are in memory: at calls, at loops, and wherever something rare happens. Those
/// of optimized code stand in the same place, but what is below their header only `maps` knows.
struct MachineCode {
  virtual ~MachineCode() = default;
  /// A place in the machine code and what bytecode it stands for.
  struct Place {
    uint32_t machine;   ///< offset in the machine code
    uint32_t bytecode;  ///< offset in the function's code
  };
  /// A comparison of a shape's id, as a constant at the end of the instruction that ends at `end`.
  struct ShapeCheck {
    uint32_t end;
    bool isByte;  ///< of 8 bits, else 32
  };
  const uint8_t* start = nullptr;         ///< first byte
  uint32_t size = 0;                      ///< bytes, constants included
  const uint8_t* callEntry = nullptr;     ///< for compiled callers: callee, arguments and header stand in place
  const uint8_t* bodyEntry = nullptr;     ///< the frame is laid out, fp is set
  std::unique_ptr<const FrameMaps> maps;  ///< of optimized code; null: baseline
  std::vector<Place> returns;    ///< return addresses of calls, ascending by machine offset; bytecode behind the call
  std::vector<Place> loops;      ///< entries at loops, ascending by bytecode offset
  std::vector<uint32_t> shapes;  ///< when one of them is freed, all checks are made to fail
  std::vector<ShapeCheck> shapeChecks;
  std::vector<Value> functions;  ///< prototypes that the code relies on: they live as long as it
  std::unique_ptr<CodeObjects> objects;
  std::vector<ShapeFact> facts;   ///< when one of them changes, the code is discarded at once
  bool reliesOnUpvalues = false;  ///< captured variables that are never assigned are constants in it
  /// More code of the same function: baseline code behind the optimized code made from it, and what was discarded,
  /// which frames may still have. The first of a function's codes is in force, unless it is discarded.
  std::unique_ptr<MachineCode> previous;
  bool discarded = false;  ///< only frames that have it still run it
  uint64_t compileNanos = 0;
  bool dormant = false;       ///< calls are counted again, to see whether there are any: the first one wakes it
  bool awaitsSlice = false;   ///< calls and loops go to the interpreter until a profiled slice is over
  bool returnsTo = false;     ///< while code is reclaimed: some frame returns to it
  bool onStack = false;       ///< and some frame is its function's
  uint32_t instructions = 0;  ///< of bytecode, fused ones counted by their components
  CodeSections sections;
  uint64_t calls = 0;        ///< entries by calls from the interpreter
  uint64_t loopEntries = 0;  ///< entries at loops

  /// Whether a return address is one of this code, whose last instruction may be a call.
  bool returnsInto(const uint8_t* address) const { return static_cast<size_t>(address - 1 - start) < size; }
  /// The code of this function into which an address returns: this, or one behind it. Null: none.
  const MachineCode* returnedTo(const uint8_t* address) const {
    const MachineCode* m = this;
    while (m != nullptr && !m->returnsInto(address)) m = m->previous.get();
    return m;
  }
  /// Bytecode offset at which the caller goes on for a return address in this code, or in what came before it. For
  /// optimized code that of the outermost of the frames it stands for.
  uint32_t returnOffset(const uint8_t* address) const {
    const MachineCode* m = returnedTo(address);
    if (m == nullptr) return 0;
    auto wanted = static_cast<uint32_t>(address - m->start);
    auto at = std::lower_bound(m->returns.begin(), m->returns.end(), wanted,
                               [](const Place& p, uint32_t offset) { return p.machine < offset; });
    return at != m->returns.end() ? at->bytecode : 0;
  }
  /// Entry for the loop whose first instruction is at `offset`, or null.
  const uint8_t* loopEntry(uint32_t offset) const {
    auto at = std::lower_bound(loops.begin(), loops.end(), offset,
                               [](const Place& p, uint32_t wanted) { return p.bytecode < wanted; });
    return at != loops.end() && at->bytecode == offset ? start + at->machine : nullptr;
  }
  /// The best of the function's codes that are in force and have an entry for that loop, or null.
  MachineCode* bestForLoop(uint32_t offset) {
    MachineCode* best = nullptr;
    for (MachineCode* m = this; m != nullptr; m = m->previous.get()) {
      if (m->discarded || m->loopEntry(offset) == nullptr) continue;
      if (best == nullptr || (best->maps == nullptr && m->maps != nullptr)) best = m;
    }
    return best;
  }
};

/// The compilers of an isolate.
class Tiers {
 public:
  virtual ~Tiers() = default;
  /// A function was loaded: may set Code::start and Code::heat.
  virtual void loaded(Code& code) = 0;
  /// A function's calls were counted down (Code::heat is 0). Afterwards Code::start is where to go on.
  virtual void functionIsHot(Isolate& isolate, Code& code) = 0;
  /// A poll found the interpreter in the function, at the loop that begins at `offset`. An entry to go on in machine
  /// code, or null. May compile.
  virtual const uint8_t* loopReached(Isolate& isolate, Code& code, uint32_t offset) = 0;
  /// The next instruction of a profiled slice (Isolate::profiling) stands at the running fiber's pc, registers saved.
  /// Changes nothing but its own records, and may end the slice. Neither allocates in the heap nor collects.
  virtual void observe(Isolate& isolate) = 0;
  /// The function is to be seen in another profiled slice, whatever runs it: from its next call on, or from its next
  /// loop if it is running, the interpreter does it until the slice is over. Nothing happens without memory for
  /// feedback. Does not collect.
  virtual void requestSlice(Isolate& isolate, Code& code) = 0;
  /// A safepoint whose budget was used up went well. `optimized`: in optimized code; the fiber's registers mean nothing
  /// then. Does not collect.
  virtual void polled(Isolate& isolate, bool optimized) = 0;
  /// During every collection, when it is known what survives (heap::WeakPhase::kAfterFinalizers).
  virtual void collected(heap::Heap& heap) = 0;
  /// The interpreter is at such a safepoint, and no machine code is active on the host's stack: code may be freed.
  virtual void maintain(Isolate& isolate) = 0;
  /// Runs machine code on the running fiber from `address` on, until it leaves the fiber where the interpreter goes on.
  /// For return addresses: where the callee was, and its result if one was wanted. MAY RUN GUEST CODE.
  virtual void enter(Isolate& isolate, const uint8_t* address, Value* calleeSlot, Value result) = 0;
  /// Machine code of `code`, at `from`, was left by the running fiber since something was not as its compiler expected;
  /// the interpreter goes on at the instruction at which the fiber stands. Does not collect.
  virtual void deoptimized(Isolate& isolate, Code& code, const uint8_t* from) = 0;
  /// Something is about to be different on which the machine code of some functions relies (shapes with kWatchedShape):
  /// that code is never entered again, and its frames become the interpreter's. Does not collect.
  virtual void factChanged(Isolate& isolate, const ShapeFact& fact) = 0;
  /// A captured variable gets a value from outside of the program (the debug library): the same.
  virtual void upvalueChanged(Isolate& isolate) = 0;
  /// Shows minor collections the young objects that machine code knows.
  virtual void visitYoung(heap::SlotVisitor& visitor) = 0;
  /// Whether machine code in force relies on shapes, table or no table: sets `used` to 1 for their ids. Called during
  /// full collections, before it is decided which shapes are freed.
  virtual void findShapes(const Isolate& isolate, std::vector<uint8_t>& used) const = 0;
  /// Shapes are going to be freed: those whose `fate` is `dead`. Called during collections.
  virtual void shapesFreed(Isolate& isolate, const std::vector<uint8_t>& fate, uint8_t dead) = 0;
  /// `callee` returns to a frame of optimized code (Fiber::optimizedCaller): that becomes the interpreter's frames for
  /// which it stands, in place, and `callee` returns to the innermost of them in bytecode. The stack does not move.
  /// Allocates, but does not collect.
  virtual void materialize(Fiber& fiber, Value* callee) = 0;
  /// The callee of the fiber's innermost frame, one of optimized code, has returned to `address`; its results are
  /// topmost. The same; fp and pc are set to the innermost of the frames.
  virtual void materializeReturned(Fiber& fiber, const uint8_t* address) = 0;
  /// The function is about to be freed: no frame has it. Called if it has machine code or feedback.
  virtual void release(Code& code) = 0;
};

}  // namespace devvm::runtime
