#include "heap/allocation_sampler.h"

#include <algorithm>
#include <cmath>

#include "heap/heap_impl.h"

namespace devvm::heap {

AllocationSampler::AllocationSampler(HeapImpl& impl, AllocationObserver& observer, size_t interval)
    : h_(impl), observer_(observer), interval_(static_cast<double>(std::max<size_t>(interval, 1))) {
  left_ = nextDistance();
}

/// Exponentially distributed, at least 1.
size_t AllocationSampler::nextDistance() {
  random_ ^= random_ << 13;
  random_ ^= random_ >> 7;
  random_ ^= random_ << 17;
  double uniform = (static_cast<double>(random_ >> 11) + 1) / 9007199254740993.0;  // 2^53 + 1
  return static_cast<size_t>(std::min(-std::log(uniform) * interval_, interval_ * 40)) + 1;
}

/// The kind and size of an object are known when its header is written, which machine code does after it has got room
/// for a group of them: settled when the next sample is taken, or the eden is left.
void AllocationSampler::take(char* from, const char* end) {
  settle(from);
  if (blind) {
    point_ += end - from;
    return;
  }
  where_ = observer_.here();
  first_ = from;
  sampled_ = point_;
  while (point_ < end) point_ += nextDistance();
}

void AllocationSampler::settle(const char* top) {
  if (first_ == nullptr) return;
  char* at = std::exchange(first_, nullptr);
  while (at < top) {
    const auto* o = reinterpret_cast<const Object*>(at);
    size_t size = h_.sizeOf(o);
    if (at + size > sampled_) return report(where_, *o, size);
    at += size;
  }
}

void AllocationSampler::tenured(const Object& o, size_t size) {
  char* top = h_.edenTop();
  if (point_ >= top + size) {
    point_ -= size;
    return;
  }
  if (blind) return;
  report(observer_.here(), o, size);
  point_ = top + nextDistance();
}

void AllocationSampler::leaveEden(const char* top) {
  settle(top);
  left_ = static_cast<size_t>(std::max<ptrdiff_t>(point_ - top, 1));
}

/// Of objects of this size, that part is sampled in which at least one point falls (Horvitz and Thompson, 1952).
void AllocationSampler::report(uint32_t where, const Object& o, size_t size) {
  double part = -std::expm1(-static_cast<double>(size) / interval_);
  observer_.sampled(where, o, size, static_cast<double>(size) / part);
}

void sampleAllocations(Heap& heap, AllocationObserver* observer, size_t interval) {
  HeapImpl& h = HeapImpl::of(heap);
  if (h.sampler != nullptr) h.sampler->leaveEden(h.edenTop());
  h.sampler = nullptr;
  if (observer != nullptr) {
    h.sampler = std::make_unique<AllocationSampler>(h, *observer, interval);
    h.sampler->enterEden(h.edenTop());
  }
  h.setEdenEnd();
}

}  // namespace devvm::heap
