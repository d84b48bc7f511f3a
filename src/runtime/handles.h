// Handles: references that survive collections.
//
// A Handle is the address of a slot that the collector visits: a Rooted in C++ scope, an argument of a native
// call, any slot of a fiber's stack that cannot move meanwhile. Raw pointers are for code that does not allocate.
#pragma once

#include "runtime/objects.h"

namespace devvm::runtime {

class Handle {
 public:
  explicit Handle(Value* slot) : slot_(slot) {}
  Value get() const { return *slot_; }
  Value operator*() const { return *slot_; }
  operator Value() const { return *slot_; }  // NOLINT: a handle reads as its value
  void set(Value v) const { *slot_ = v; }
  Table* table() const { return asTable(*slot_); }
  String* string() const { return asString(*slot_); }
  template <typename T>
  T* as() const {
    return runtime::as<T>(*slot_);
  }

 private:
  Value* slot_;
};

/// The stack of C++ roots: grows downward in scopes, visited by every collection. Slots never move.
class RootStack {
 public:
  static constexpr size_t kCapacity = 1 << 16;
  RootStack();
  ~RootStack();
  Value* push(Value v) {
    slots_[top_] = v;
    return &slots_[top_++];
  }
  void pop() { top_--; }
  size_t top() const { return top_; }
  Value* begin() { return slots_; }

 private:
  Value* slots_;  // lazily committed
  size_t top_ = 0;
};

}  // namespace devvm::runtime
