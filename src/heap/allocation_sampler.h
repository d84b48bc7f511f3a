// Samples of what a program allocates: an object each so many bytes on average.
//
// The points at which samples are taken lie at random distances (exponentially distributed, so that no pattern of
// allocation can hide between them). In the nursery the next one is a place in memory, and the end of the eden that
// allocating code compares with, inline in machine code too, is lowered to it: the allocation that would go beyond
// takes the slow path, which is where the sample is taken. So nothing is paid between samples, and nothing at all
// without an observer. V8's sampling heap profiler and TCMalloc work in the same way.
#pragma once

#include <cstddef>
#include <cstdint>

#include "heap/object.h"

namespace devvm::heap {

class Heap;
struct HeapImpl;

/// Listens to samples. The calls neither allocate in the heap nor collect.
class AllocationObserver {
 public:
  virtual ~AllocationObserver() = default;
  /// The program is about to allocate what will be sampled: returns a name for where it is.
  virtual uint32_t here() = 0;
  /// What it allocated there. A sample stands for all that was allocated like it: for `bytes` / size objects.
  virtual void sampled(uint32_t where, const Object& object, size_t size, double bytes) = 0;
};

/// Takes a sample every `interval` bytes on average, until it is called with null. `observer` lives until then.
void sampleAllocations(Heap& heap, AllocationObserver* observer, size_t interval);

/// For src/heap: the stream of allocated bytes and the next point in it.
class AllocationSampler {
 public:
  AllocationSampler(HeapImpl& impl, AllocationObserver& observer, size_t interval);

  /// Where the eden shall seem to end so that the next sample is not missed.
  char* stop() const { return point_; }
  /// An object, or several at once, is going to lie in the eden from `from` to `end`.
  void pass(char* from, const char* end) {
    if (end > point_) take(from, end);
  }
  /// While true nobody can tell where the program is: no samples.
  bool blind = false;
  /// An object was allocated outside the nursery.
  void tenured(const Object& o, size_t size);
  /// The eden is used up to `top`, and will be left.
  void leaveEden(const char* top);
  /// Allocation goes on at `top`.
  void enterEden(char* top) { point_ = top + left_; }

 private:
  void take(char* from, const char* end);
  void settle(const char* top);
  void report(uint32_t where, const Object& o, size_t size);
  size_t nextDistance();

  HeapImpl& h_;
  AllocationObserver& observer_;
  double interval_;
  uint64_t random_ = 0x9E37'79B9'7F4A'7C15;
  char* point_ = nullptr;    // of the next sample
  size_t left_ = 0;          // while there is no eden: bytes until then
  char* first_ = nullptr;    // an object that has to be looked at when it is written; null: none
  char* sampled_ = nullptr;  // it, or the one behind it where this place is
  uint32_t where_ = 0;
};

}  // namespace devvm::heap
