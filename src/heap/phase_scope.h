// One phase of a collection, as a scope: timed for HeapStats.
#pragma once

#include <ctime>

#include "heap/heap.h"

namespace devvm::heap {

inline uint64_t nowNanos() {
  timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return static_cast<uint64_t>(t.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(t.tv_nsec);
}

class PhaseScope {
 public:
  PhaseScope(HeapStats& stats, CollectorPhase phase)
      : nanos_(stats.phaseNanos[static_cast<size_t>(phase)]), begin_(nowNanos()) {}
  ~PhaseScope() { nanos_ += nowNanos() - begin_; }
  PhaseScope(const PhaseScope&) = delete;
  PhaseScope& operator=(const PhaseScope&) = delete;

 private:
  uint64_t& nanos_;
  uint64_t begin_;
};

}  // namespace devvm::heap
