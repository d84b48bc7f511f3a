// Things that an isolate knows of objects without keeping them alive: who has a finalizer, and identity numbers.
#pragma once

#include <cstdint>
#include <vector>

#include "runtime/objects.h"

namespace devvm::runtime {

/// Flag of tables and userdata that wait for their finalizer.
inline constexpr uint8_t kHasFinalizer = 0x80;

/// Objects marked for finalization, in order of marking, and those whose time has come.
class FinalizerQueue {
 public:
  /// The caller holds `object` elsewhere; does not allocate in the heap.
  void add(heap::Heap& heap, Value object);
  /// The object to finalize next; nil if none.
  Value take();
  bool anyDue() const { return firstDue_ < due_.size(); }
  size_t pending() const { return pending_.size(); }
  /// Makes everything due, the latest first.
  void closeAll();
  bool closed() const { return closed_; }

  void visit(heap::SlotVisitor& v);
  /// Phase kFinalizers: what died becomes due, the latest marked first, and lives again.
  void separate(heap::Heap& heap, bool minor);
  /// Phase kAfterFinalizers: new addresses.
  void update(heap::Heap& heap, bool minor);
  size_t bytes() const { return (pending_.capacity() + due_.capacity()) * sizeof(Value) + young_.capacity() * 4; }

 private:
  std::vector<Value> pending_;   // in order of marking; nil where one was taken out
  std::vector<uint32_t> young_;  // indices in pending_ of young objects, ascending
  std::vector<Value> due_;
  size_t firstDue_ = 0;
  size_t holes_ = 0;
  bool closed_ = false;
};

/// Numbers given to objects for their lifetime.
class WeakMaps {
 public:
  WeakMaps() = default;
  ~WeakMaps();
  WeakMaps(const WeakMaps&) = delete;
  WeakMaps& operator=(const WeakMaps&) = delete;

  /// The number of `object`, given at the first call. 0 when out of memory.
  uint64_t identityOf(heap::Heap& heap, Object* object);
  /// Phase kAfterFinalizers: new addresses, and the dead leave.
  void update(heap::Heap& heap, bool minor);
  size_t bytes() const { return capacity_ * sizeof(Entry) + young_.capacity() * sizeof(Object*); }

 private:
  struct Entry {
    Object* object;  // null: free
    uint64_t number;
  };
  Entry* find(const Object* object) const;
  bool resize(size_t capacity);
  void remove(Entry* e);

  Entry* entries_ = nullptr;
  size_t capacity_ = 0, count_ = 0;
  std::vector<Object*> young_;
  uint64_t next_ = 1;
};

}  // namespace devvm::runtime
