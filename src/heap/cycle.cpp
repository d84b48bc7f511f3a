// When the old generation is marked in slices, how much each slice does, and the end of it.
#include <algorithm>

#include "heap/heap_impl.h"
#include "heap/marking_cycle.h"
#include "heap/phase_scope.h"

namespace devvm::heap {

namespace {

/// Bytes marked in a nanosecond, about: what would take longer than a pause may, at once, is marked in slices.
constexpr uint64_t kMarkedPerNano = 1;
/// A cycle begins when so much of the growth is left until a full collection is due.
constexpr size_t kRoomPart = 4;
/// At least that is marked in a slice, so that every cycle comes to its end; and in the stress mode.
constexpr size_t kLeastSlice = size_t{256} << 10, kStressSlice = 2048;
/// A slice has this part of the pause target at least, however long the minor collection before it took.
constexpr uint64_t kLeastShare = 8;
/// After so many looks in vain for an end, the next is the last.
constexpr unsigned kMostLooks = 50;
/// Outside the nursery, so many bytes make a step.
constexpr size_t kTenuredStep = size_t{1} << 20;

}  // namespace

bool HeapImpl::marksInSlices() const {
  const HeapOptions& o = heap.options_;
  if (o.markAlways) return true;
  return o.pauseTarget != 0 && !o.moveAlways && tenuredUsed() / kMarkedPerNano > o.pauseTarget;
}

bool HeapImpl::cycleIsDue() const {
  if (!heap.automatic_) return false;
  if (heap.options_.markAlways) return true;
  return marksInSlices() && tenuredUsed() + embedder.externalBytes() + thresholdGrowth / kRoomPart > threshold;
}

bool HeapImpl::cycleWantsStep() const {
  return (cycle != nullptr || cycleIsDue()) && tenuredUsed() > cyclePace + std::max(kTenuredStep, thresholdGrowth / 64);
}

void HeapImpl::advanceCycle(uint64_t pauseBegan) {
  // While collections are stopped nobody may see anything die.
  if (!heap.automatic_ || (cycle == nullptr && !cycleIsDue())) return;
  size_t tenured = tenuredUsed();
  if (cycle == nullptr) {
    PhaseScope phase(stats(), CollectorPhase::kMark);
    cycle = std::make_unique<MarkingCycle>(*this);
    heap.markingActive_ = true;
    cycleBytes = cyclePace = tenured;
    cycleRoom = std::max<size_t>(threshold - std::min(threshold, tenured + embedder.externalBytes()), 1);
    cycleLooks = 0;
    cycle->begin();
    return;
  }
  bool over;
  {
    PhaseScope phase(stats(), CollectorPhase::kMark);
    size_t grown = tenured > cyclePace ? tenured - cyclePace : 0;
    cyclePace = tenured;
    // A quarter more than the growth asks for, so that the end comes before the threshold does.
    double pace = 1.25 * static_cast<double>(grown) / static_cast<double>(cycleRoom);
    size_t bytes = kLeastSlice + static_cast<size_t>(pace * static_cast<double>(cycleBytes));
    uint64_t target = heap.options_.pauseTarget, now = nowNanos();
    uint64_t deadline = std::max(pauseBegan + target / 2, now + target / kLeastShare);
    if (heap.options_.markAlways) {
      bytes = kStressSlice;
      deadline = 0;
    }
    over = cycle->work(bytes, deadline);
    if (over)
      over = cycle->lookAgain(std::max(deadline, nowNanos() + target / kLeastShare)) || ++cycleLooks > kMostLooks;
  }
  if (over) finishCycle();
}

void HeapImpl::finishCycle() {
  setLive(reinterpret_cast<uintptr_t>(nursery.survivorsStart()), std::max<size_t>(nursery.survivorBytes(), 1),
          kOld | color);
  heap.markingActive_ = false;
  running = cycle.get();
  cycle->finish();
  running = nullptr;
  releaseDead(true);
  PhaseScope phase(stats(), CollectorPhase::kSweep);
  // What is dead is not to be scanned any more.
  size_t kept = 0;
  for (Object* o : remembered) {
    if (isLive(o)) remembered[kept++] = o;
  }
  remembered.shrinkTo(kept);
  kept = 0;
  for (LargeHeader* l : large.dirty()) {
    if (isLive(l->object())) large.dirty()[kept++] = l;
  }
  large.dirty().shrinkTo(kept);
  old.finishCycle();
  fixed.sweep(color, false);
  large.sweep(color);
  cycle = nullptr;
  setLive(0, 0, 0);
  setThreshold();
  giveBack();
  stats().cycles++;
}

/// Whether an allocation of `size` bytes outside the nursery or a full eden has to stop for a full collection though a
/// cycle could do that: it fell behind.
bool HeapImpl::stopsForCycle(size_t size) const {
  return tenuredUsed() + size + embedder.externalBytes() > threshold + thresholdGrowth / kRoomPart;
}

}  // namespace devvm::heap
