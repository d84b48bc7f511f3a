// Processor time of the running thread.
#pragma once

#include <time.h>

#include <cstdint>

namespace devvm::base {

/// Nanoseconds.
inline uint64_t threadNanos() {
  timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<uint64_t>(t.tv_sec) * 1'000'000'000u + static_cast<uint64_t>(t.tv_nsec);
}

}  // namespace devvm::base
