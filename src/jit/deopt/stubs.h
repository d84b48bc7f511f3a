// Machine code that all optimized functions share, besides the baseline's stubs.
#pragma once

#include "jit/baseline/stubs.h"

namespace devvm::jit {

struct OptimizedStubs {
  /// call: leaves for the interpreter; the return address names the exit (ExitTable). All registers but rbx, rbp and
  /// rsp may hold what the exit says. Does not return.
  uintptr_t exit = 0;
  /// call, where the budget is used up: a poll's exit by its return address, taken unless there was nothing to do but
  /// to begin the next slice. Then it returns with all registers as they were, but flags.
  uintptr_t poll = 0;
  /// call, at the beginning of a function whose frame finds no room: eax = words that it needs below its parameters.
  /// Returns when they are there, with rbp anew and all scratch and operand registers lost; else the function is
  /// interpreted.
  uintptr_t grow = 0;
  /// call, eax = bytes that the nursery shall have room for: collects if need be. The return address names the record
  /// of kind kMemory that tells where objects are; comes back with all registers but flags and rax, or leaves by it.
  uintptr_t room = 0;
  /// call, rax = Value (*)(Isolate*), which may collect: likewise, with its answer in rax; leaves if that is absent().
  uintptr_t again = 0;
  CodeBlock block;

  /// Places them. False: no executable memory.
  bool make(CodeMemory& memory, const Stubs& stubs);
};

/// All of them, ascending by address.
std::vector<StubInfo> stubInfos(const OptimizedStubs& stubs);

}  // namespace devvm::jit
