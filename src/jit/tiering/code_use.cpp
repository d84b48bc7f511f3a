#include "jit/tiering/code_use.h"

namespace devvm::jit {

using namespace runtime;

size_t markCodeInUse(Isolate& isolate) {
  size_t frames = 0;
  for (const Fiber* f = isolate.fibers; f != nullptr; f = f->next) {
    for (Value* fp = f->fp; fp != nullptr; fp = Fiber::callerOf(fp)) {
      frames++;
      if (isNativeFrame(fp)) {
        // What a native returns to is its caller's code, below.
      } else if (MachineCode* machine = codeOf(fp)->machine.get()) {
        machine->onStack = true;
      }
      const Value* caller = Fiber::callerOf(fp);
      if (caller == nullptr || isNativeFrame(caller) || !linkOf(fp).returnsToMachine()) continue;
      const MachineCode* machine = codeOf(caller)->machine.get();
      if (machine != nullptr) machine = machine->returnedTo(returnAddressOf(fp));
      if (machine != nullptr) const_cast<MachineCode*>(machine)->returnsTo = true;
    }
  }
  return frames;
}

}  // namespace devvm::jit
