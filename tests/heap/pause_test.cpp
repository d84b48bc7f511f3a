// What a pause target asks of the heap: an eden that fits, marking and sweeping in slices, and what it tells of that.
#include <gtest/gtest.h>

#include <algorithm>

#include "heap/mock_vm.h"
#include "heap/space_stats.h"

namespace devvm::heap::test {
namespace {

/// Pairs in a list that keeps the last `kept` of them alive.
void makePairs(MockVm& vm, size_t count, size_t kept) {
  if (vm.roots.empty()) vm.roots.push_back(Value::nil());
  for (size_t i = 0; i < count; i++) {
    if (i % kept == 0) vm.roots[0] = Value::nil();
    Object* o = vm.make(kPair);
    ASSERT_NE(o, nullptr);
    initSlot(&MockVm::node(o)->slots[0], vm.roots[0]);
    vm.roots[0] = MockVm::value(o);
  }
}

size_t told(const MockVm& vm, Tuning::Kind kind) {
  return static_cast<size_t>(
      std::count_if(vm.tunings.begin(), vm.tunings.end(), [kind](const Tuning& t) { return t.kind == kind; }));
}

TEST(PauseTarget, EdenShrinksToFit) {
  MockVm vm({.nurseryBytes = 4u << 20, .mostNurseryBytes = 16u << 20, .pauseTarget = 2'000'000});
  makePairs(vm, 1'000'000, 1'000'000);
  ASSERT_GT(told(vm, Tuning::kEden), 0u);
  size_t last = 0;
  for (const Tuning& t : vm.tunings) {
    if (t.kind != Tuning::kEden) continue;
    EXPECT_NE(t.from, t.to);
    EXPECT_GE(t.to, 256u << 10);
    EXPECT_NE(t.reason, nullptr);
    if (t.to < t.from) EXPECT_GT(t.nanos, 800'000u);
    last = t.to;
  }
  // All survives, and copying takes more than half a nanosecond for each byte.
  EXPECT_LT(last, 2'000'000u);
}

TEST(PauseTarget, EdenGrowsWhileThatPays) {
  MockVm vm({.nurseryBytes = 512u << 10, .mostNurseryBytes = 4u << 20, .pauseTarget = 1'000'000'000});
  makePairs(vm, 500'000, 100'000);
  EXPECT_EQ(told(vm, Tuning::kEden), 3u);
  for (const Tuning& t : vm.tunings) {
    if (t.kind == Tuning::kEden) EXPECT_GT(t.survival, 12u);
  }
}

TEST(PauseTarget, NoEdenOfTheUsersSize) {
  MockVm vm({.nurseryBytes = 1u << 20, .pauseTarget = 10'000});
  makePairs(vm, 200'000, 200'000);
  EXPECT_EQ(told(vm, Tuning::kEden), 0u);
}

/// The old generation is marked, swept, and what died there is used again.
TEST(PauseTarget, OldGenerationIsCollectedInSlices) {
  MockVm vm({.nurseryBytes = 64u << 10, .pauseTarget = 2'000'000});
  constexpr size_t kRecords = 60'000;
  vm.roots.push_back(MockVm::value(vm.make(kVector, kRecords)));
  size_t most = 0;
  for (size_t i = 0; i < 3'000'000; i++) {
    Object* o = vm.make(kVector, 20);
    ASSERT_NE(o, nullptr);
    vm.set(vm.roots[0], i * 7919 % kRecords, MockVm::value(o));
    most = std::max(most, vm.heap.bytesInUse());
  }
  HeapStats s = vm.heap.stats();
  EXPECT_GT(s.cycles, 3u);
  EXPECT_EQ(told(vm, Tuning::kCycle), s.cycles + (vm.heap.markingActive() ? 1 : 0));
  EXPECT_EQ(s.fullCollections, 0u);
  // A cycle that finds as much alive as the one before leaves the threshold as it is, which is not told: there are
  // fewer events than cycles, but every change is one.
  size_t threshold = 0;
  for (const Tuning& t : vm.tunings) {
    if (t.kind != Tuning::kThreshold) continue;
    EXPECT_NE(t.from, t.to);
    if (threshold != 0) EXPECT_EQ(t.from, threshold);
    threshold = t.to;
  }
  EXPECT_EQ(threshold, spaceStats(vm.heap).threshold);
  EXPECT_GT(told(vm, Tuning::kThreshold), s.cycles / 2);
  // About 11 MB are alive.
  EXPECT_LT(most, 48u << 20);
  EXPECT_EQ(vm.heap.verify(), "");
}

/// A limit is as exact with dead objects waiting to be swept as without.
TEST(PauseTarget, LimitCountsNoUnsweptOnes) {
  MockVm vm({.nurseryBytes = 64u << 10, .limitBytes = 16u << 20, .markAlways = true});
  vm.roots.resize(3, Value::nil());
  // Large objects of a quarter of the limit, two alive at a time.
  for (size_t i = 0; i < 200; i++) {
    Object* o = vm.make(kBytes, 4u << 20);
    ASSERT_NE(o, nullptr) << i;
    vm.roots[i % 2] = MockVm::value(o);
    for (int n = 0; n < 500; n++) ASSERT_NE(vm.make(kPair), nullptr);
  }
}

}  // namespace
}  // namespace devvm::heap::test
