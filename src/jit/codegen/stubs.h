// Machine code that generated code calls for what is rare or long, with all registers kept.
#pragma once

#include "jit/baseline/stubs.h"

namespace devvm::jit {

/// How to leave generated code; src/jit/deopt makes these.
struct LeavingStubs {
  uintptr_t exit = 0;  ///< call: to the interpreter, by the exit that the return address names
  uintptr_t poll = 0;  ///< call: the budget is used up; comes back with all registers kept, or leaves likewise
  uintptr_t grow = 0;  ///< call: eax = words that the frame needs below its header; comes back with rbp anew
  /// call: eax = bytes that the nursery shall have room for. May collect: comes back with all registers kept or led to
  /// where objects are now, as its ExitKind::kMemory says; without room it is that exit.
  uintptr_t room = 0;
  /// call: rax = a LeafFunction::again. Comes back likewise, with its answer in rax; it is an exit if there is none.
  uintptr_t again = 0;
};

struct CodegenStubs {
  /// call, rax = a C++ function of the isolate and three words, which were pushed, the first one first. Its answer is
  /// in rax; all other registers but flags are kept. The words stay on the stack.
  uintptr_t leaf = 0;
  /// call; an object's address, one of its slots' and a value were pushed: stores the value and tells the collector, if
  /// that wants to know. As `leaf`.
  uintptr_t store = 0;
  /// call; the words were pushed, as of `leaf`: the leaf functions get_field and set_field. What the isolate remembers
  /// of fields (runtime/shared_cache.h) they look up themselves; the rest is for the functions.
  uintptr_t getField = 0, setField = 0;
  CodeBlock block;

  /// Places them. False: no executable memory.
  bool make(CodeMemory& memory);
};

/// All of them, ascending by address.
std::vector<StubInfo> stubInfos(const CodegenStubs& stubs);

}  // namespace devvm::jit
