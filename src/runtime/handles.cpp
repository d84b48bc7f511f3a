#include "runtime/handles.h"

#include "heap/os_memory.h"

namespace devvm::runtime {

RootStack::RootStack() {
  slots_ = static_cast<Value*>(heap::mapMemory(kCapacity * sizeof(Value), heap::kPageBytes));
  if (slots_ == nullptr) heap::fatal("no memory for roots");
}

RootStack::~RootStack() { heap::unmapMemory(slots_, kCapacity * sizeof(Value)); }

}  // namespace devvm::runtime
