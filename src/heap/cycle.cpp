// When the old generation is marked in slices, how much each slice does, and the end of it.
#include <algorithm>

#include "heap/heap_impl.h"
#include "heap/marking_cycle.h"
#include "heap/phase_scope.h"

namespace devvm::heap {

namespace {

/// Bytes marked in a nanosecond, about: what would take longer than a pause may, at once, is marked in slices.
constexpr uint64_t kMarkedPerNano = 1;
/// A cycle begins when so much of the growth is left until a full collection is due, or when what the slices need will
/// be allocated until then, but not before so much has grown.
constexpr size_t kRoomPart = 4, kGrownPart = 8;
/// What is marked in a slice of the stress mode, and steps of sweeping, at most.
constexpr size_t kStressSlice = 4096;
constexpr unsigned kStressSteps = 24;
/// A slice ends when the pause has all of the target but this part behind it (an eighth when the marking falls behind),
/// but has an eighth of the target at least, however long the minor collection before it took.
constexpr uint64_t kPauseShare = 4, kLeastShare = 8;
/// A slice marks at least this part of what its time would do at the pace so far, however fast the clock goes: a thread
/// that has to wait for its processor does not fall behind by that.
constexpr double kLeastWork = 0.5;
/// So many times the target are taken when the memory grows far beyond what it should.
constexpr uint64_t kLateShare = 4;
/// The end of a cycle waits for a pause that is not yet as long as this part of the target, but not for long.
constexpr uint64_t kEndShare = 2;
/// After so many looks in vain for an end, the next is the last.
constexpr unsigned kMostLooks = 50;
/// Outside the nursery, so many bytes make a step.
constexpr size_t kTenuredStep = size_t{1} << 20;

/// In the stress mode slices stop at random, but in the same way in each run.
size_t stressedUpTo(const HeapStats& s, size_t most) {
  uint64_t x = (s.minorCollections * 2 + s.cycles + 1) * 0x9E37'79B9'7F4A'7C15;
  return (x >> 40) % (most + 1);
}

}  // namespace

bool HeapImpl::marksInSlices() const {
  const HeapOptions& o = heap.options_;
  if (study != nullptr) return false;
  if (o.markAlways) return true;
  return o.pauseTarget != 0 && !o.moveAlways && tenuredUsed() / kMarkedPerNano > o.pauseTarget;
}

/// Bytes that will be allocated outside the nursery while everything there is marked.
size_t HeapImpl::cycleNeeds() const {
  double slice = static_cast<double>(heap.options_.pauseTarget) * (1.0 - 1.0 / kPauseShare) -
                 edenCost * static_cast<double>(nursery.edenBytes());
  slice = std::max(slice, static_cast<double>(heap.options_.pauseTarget / kLeastShare) + 1);
  double needs = static_cast<double>(tenuredUsed()) / (markedPerNano * slice) * promotedAtATime * 1.25;
  return needs < 1e15 ? static_cast<size_t>(needs) : size_t{1} << 50;
}

bool HeapImpl::cycleIsDue() const {
  if (!heap.automatic_ || study != nullptr) return false;
  if (heap.options_.markAlways) return true;
  if (!marksInSlices()) return false;
  size_t used = tenuredUsed() + embedder.externalBytes();
  size_t room = threshold - std::min(threshold, used);
  return room < thresholdGrowth / kRoomPart ||
         (room < thresholdGrowth - thresholdGrowth / kGrownPart && room < cycleNeeds());
}

bool HeapImpl::cycleWantsStep() const {
  bool wanted = cycle != nullptr || sweeper.pending() || cycleIsDue();
  return wanted && tenuredUsed() > cyclePace + std::max(kTenuredStep, thresholdGrowth / 64);
}

/// Whether more of the room is used than there would be if marking and allocation ended together.
bool HeapImpl::cycleIsBehind() const {
  size_t tenured = tenuredUsed(), grown = tenured - std::min(tenured, cycleBytes);
  double used = static_cast<double>(grown) / static_cast<double>(cycleRoom);
  return used > 0.1 + static_cast<double>(cycle->marked()) / static_cast<double>(cycleBytes + 1);
}

void HeapImpl::beginCycle() {
  PhaseScope phase(stats(), CollectorPhase::kMark);
  size_t tenured = tenuredUsed();
  if (!heap.options_.markAlways) {
    embedder.tuned({Tuning::kCycle, tenured, cycleNeeds(), 0,
                    static_cast<uint64_t>(static_cast<double>(tenured) / markedPerNano), "old generation grew"});
  }
  cycle = std::make_unique<MarkingCycle>(*this);
  heap.markingActive_ = true;
  cycleBytes = cyclePace = tenured;
  cycleRoom = std::max<size_t>(threshold - std::min(threshold, tenured + embedder.externalBytes()), 1);
  cycleLooks = 0;
  cycle->begin();
}

/// A slice of marking. True: the cycle may end here.
bool HeapImpl::advanceMarking(uint64_t pauseBegan) {
  PhaseScope phase(stats(), CollectorPhase::kMark);
  uint64_t target = heap.options_.pauseTarget, now = nowNanos();
  if (heap.options_.markAlways) {
    return cycle->work(stressedUpTo(stats(), kStressSlice), 0) && (cycle->lookAgain(now) || ++cycleLooks > kMostLooks);
  }
  uint64_t deadline = pauseBegan + target - target / (cycleIsBehind() ? kLeastShare : kPauseShare);
  deadline = std::max(deadline, now + target / kLeastShare);
  if (tenuredUsed() + embedder.externalBytes() > threshold + thresholdGrowth / 2) deadline = now + target * kLateShare;
  if (target == 0) deadline = ~uint64_t{0};  // the program has switched slices off
  size_t before = cycle->marked();
  double planned = target == 0 ? 0 : static_cast<double>(deadline - now) * markedPerNano;
  bool over = cycle->work(static_cast<size_t>(planned * kLeastWork), deadline);
  uint64_t nanos = nowNanos() - now;
  if (size_t marked = cycle->marked() - before; marked > target / kLeastShare) {
    double rate = static_cast<double>(marked) / static_cast<double>(nanos + 1);
    markedPerNano += (rate - markedPerNano) / 16;
  }
  if (!over) return false;
  bool late = ++cycleLooks > kMostLooks || tenuredUsed() + embedder.externalBytes() > threshold;
  if (!late && nowNanos() > pauseBegan + target / kEndShare) return false;
  return cycle->lookAgain(std::max(deadline, nowNanos() + target / kLeastShare)) || late;
}

/// At the end of a minor collection: a slice of what is under way.
void HeapImpl::advanceCycle(uint64_t pauseBegan) {
  cyclePace = tenuredUsed();
  if (sweeper.pending()) {
    PhaseScope phase(stats(), CollectorPhase::kSweep);
    uint64_t target = heap.options_.pauseTarget;
    if (target == 0 && !heap.options_.markAlways) {
      sweeper.work(1, ~uint64_t{0});  // the program has switched slices off
    } else if (heap.options_.markAlways) {
      sweeper.work(static_cast<unsigned>(stressedUpTo(stats(), kStressSteps)), 0);
    } else {
      sweeper.work(1, std::max(pauseBegan + target - target / kPauseShare, nowNanos() + target / kLeastShare));
    }
    return;
  }
  // While collections are stopped nobody may see anything die.
  if (!heap.automatic_) return;
  if (cycle == nullptr) {
    if (cycleIsDue()) beginCycle();
    return;
  }
  if (advanceMarking(pauseBegan)) finishCycle();
}

void HeapImpl::finishCycle() {
  setLive(reinterpret_cast<uintptr_t>(nursery.survivorsStart()), std::max<size_t>(nursery.survivorBytes(), 1),
          kOld | color);
  heap.markingActive_ = false;
  running = cycle.get();
  cycle->finish();
  stats().bytesMarked += cycle->marked();
  running = nullptr;
  PhaseScope phase(stats(), CollectorPhase::kSweep);
  // What is dead is not to be scanned any more.
  auto keepLive = [this](auto& list, auto objectOf) {
    size_t kept = 0;
    for (auto entry : list) {
      if (isLive(objectOf(entry))) list[kept++] = entry;
    }
    list.shrinkTo(kept);
  };
  keepLive(remembered, [](Object* o) { return o; });
  keepLive(dirtyArrays, [](Object* o) { return o; });
  keepLive(large.dirty(), [](LargeHeader* l) { return l->object(); });
  old.finishCycle();
  cycle = nullptr;
  setLive(0, 0, 0);
  sweptLive = tenuredUsed() + embedder.externalBytes();
  setThreshold(sweptLive, "marked");
  sweeper.begin();
  stats().cycles++;
}

/// Whether an allocation of `size` bytes outside the nursery or a full eden has to stop for a full collection though a
/// cycle could do that: it fell behind.
bool HeapImpl::stopsForCycle(size_t size) const {
  return tenuredUsed() + size + embedder.externalBytes() > threshold + thresholdGrowth;
}

}  // namespace devvm::heap
