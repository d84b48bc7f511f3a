// What a heap finds out about itself while it runs: how large an eden pays, and when the old generation is collected.
#include <algorithm>
#include <utility>

#include "heap/heap_impl.h"
#include "heap/phase_scope.h"

namespace devvm::heap {

namespace {

/// Growth of the tenured spaces that is always allowed between full collections: doubled while these take more than a
/// part of the time, halved while they take less than a smaller part. Not where somebody has set the growth.
constexpr size_t kMinGrowth = size_t{4} << 20, kMostMinGrowth = size_t{32} << 20, kMinGrowthOfLimit = 16;
constexpr uint64_t kMuchTime = 32, kLittleTime = 256;
/// The eden grows when more than this part of it survives; under a limit, while it is less than this part of it.
constexpr size_t kMuchSurvives = 8, kEdenOfLimit = 32;
/// With a pause target: what is expected of a minor collection is no more than this part of it, so that there is time
/// for a slice of marking, and for a collection that finds more alive than usual.
constexpr double kEdenShare = 0.4;
constexpr size_t kEdenStep = size_t{64} << 10;
/// A collection that the system interrupted says little about the next.
constexpr double kMostTimesUsual = 4;

}  // namespace

/// After a minor collection: whether it copied so much that a larger eden, in which more objects have the time to die,
/// pays for its memory. An eden that was cut short by a limit stays as it is.
bool HeapImpl::nurseryShouldGrow(size_t filled, size_t survived) const {
  size_t limit = heap.options_.limitBytes;
  if (limit != 0 && nursery.edenBytes() > limit / kEdenOfLimit) return false;
  return filled > nursery.edenBytes() / 2 && survived > filled / kMuchSurvives;
}

/// After a minor collection of `filled` bytes of eden that took so long: the eden doubles while that pays, as far as
/// the pause target allows, and shrinks when its collections come too near to that. One whose size the user has set
/// stays.
void HeapImpl::tuneEden(size_t filled, size_t survived, uint64_t nanos) {
  if (heap.options_.mostNurseryBytes == 0 || heap.options_.moveAlways || filled < nursery.edenBytes() / 2) return;
  double cost = static_cast<double>(nanos) / static_cast<double>(filled);
  edenCost += edenCost == 0 ? cost : (std::min(cost, edenCost * kMostTimesUsual) - edenCost) / 8;
  size_t eden = nursery.edenBytes(), most = nursery.mostBytes(), to = eden;
  if (uint64_t target = heap.options_.pauseTarget) {
    double allowed = kEdenShare * static_cast<double>(target) / edenCost;
    if (allowed < static_cast<double>(most)) most = static_cast<size_t>(allowed) & ~(kEdenStep - 1);
    most = std::max(most, kLeastEden);
  }
  if (most < eden - eden / 4) {
    to = most;
  } else if (nurseryShouldGrow(filled, survived) || eden < heap.options_.nurseryBytes) {
    to = std::min(eden * 2, most);
    if (to < eden + eden / 4) to = eden;
  }
  if (to == eden) return;
  nursery.resize(to);
  embedder.tuned({Tuning::kEden, eden, to, static_cast<unsigned>(survived * 100 / filled),
                  static_cast<uint64_t>(edenCost * static_cast<double>(eden)),
                  to < eden ? "collecting it takes too long" : "much survives"});
}

/// After a full collection that was due and began then (nowNanos()).
void HeapImpl::tuneGrowth(uint64_t began) {
  const HeapOptions& o = heap.options_;
  uint64_t now = nowNanos(), nanos = now - began, since = now - std::exchange(fullEnded, now);
  size_t before = std::max(minGrowth, kMinGrowth);
  minGrowth = before;
  size_t most = o.limitBytes != 0 ? std::min(kMostMinGrowth, o.limitBytes / kMinGrowthOfLimit) : kMostMinGrowth;
  if (o.growthPercent != HeapOptions{}.growthPercent || o.moveAlways) {
    minGrowth = kMinGrowth;
  } else if (nanos > since / kMuchTime) {
    minGrowth *= 2;
  } else if (nanos < since / kLittleTime) {
    minGrowth /= 2;
  }
  minGrowth = std::max(std::min(minGrowth, most), kMinGrowth);
  if (minGrowth == before) return;
  setThreshold(tenuredUsed() + embedder.externalBytes(),
               minGrowth > before ? "collecting takes long" : "collecting is fast");
}

/// `live`: tenured and external bytes that are alive.
void HeapImpl::setThreshold(size_t live, const char* reason) {
  unsigned percent = heap.options_.growthPercent;
  size_t growth = percent > 100 ? live / 100 * (percent - 100) : 0, from = threshold;
  thresholdGrowth = std::max({growth, minGrowth, kMinGrowth});
  threshold = live + thresholdGrowth;
  if (threshold != from && from != 0) embedder.tuned({Tuning::kThreshold, from, threshold, 0, 0, reason});
}

/// What the sweeper found dead was not alive at the end of the marking.
void HeapImpl::sweptAll() {
  size_t freed = fixed.bytesSwept() + large.bytesSwept();
  setThreshold(sweptLive - std::min(sweptLive, freed), "swept");
}

}  // namespace devvm::heap
