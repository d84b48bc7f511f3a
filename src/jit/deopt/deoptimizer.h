// From optimized frames to those of the interpreter (docs/deoptimization.md).
#pragma once

#include "jit/deopt/exit_table.h"
#include "runtime/isolate.h"

namespace devvm::jit {

/// The processor's registers when optimized code stopped, by their numbers.
struct RegisterSave {
  uint64_t gpr[16];
  uint64_t xmm[16];  ///< low halves
};

/// The innermost of the frames that were written.
struct Innermost {
  heap::Value* fp;
  heap::Value* sp;        ///< lowest operand
  const uint8_t* resume;  ///< bytecode at which it goes on
};

/// Writes the interpreter's frames of a record over the optimized frame `fp`. `registers` may be null for calls. Its
/// caller's business is what refers to the frame: the fiber's registers, or the frame that it called. Allocates boxes
/// of wide integers, but does not collect.
Innermost writeFrames(runtime::Fiber& fiber, heap::Value* fp, const ExitRecord& record, const RegisterSave* registers);

/// Tiers::materialize and materializeReturned.
void materialize(runtime::Fiber& fiber, heap::Value* callee);
void materializeReturned(runtime::Fiber& fiber, const uint8_t* address);

// ---- what stubs.cpp calls ----

/// Optimized code stopped in its frame (rbp), at an exit named by `returnAddress`: leaves the running fiber where the
/// interpreter goes on. MAY RUN GUEST CODE (polls).
void leaveOptimized(runtime::Isolate* isolate, const RegisterSave* registers, const uint8_t* returnAddress);
/// A slice of the budget is used up: true if that was all, and the next one has begun.
bool pollOptimized(runtime::Isolate* isolate);
/// Optimized code waits for memory at a record of kind kMemory. Room in the nursery; false: there is none. MAY COLLECT.
bool reserveForOptimized(runtime::Isolate* isolate, RegisterSave* registers, const uint8_t* returnAddress,
                         uint64_t bytes);
/// The answer of a function that may collect; absent: there is none.
uint64_t answerForOptimized(runtime::Isolate* isolate, RegisterSave* registers, const uint8_t* returnAddress,
                            heap::Value (*function)(runtime::Isolate*));
/// A function of optimized code, whose frame is laid out (fp is set), needs `words` below its header: whether they are
/// there now. Else the fiber stands where the interpreter goes on. MAY RUN GUEST CODE.
bool growForOptimized(runtime::Isolate* isolate, uint64_t words);

}  // namespace devvm::jit
