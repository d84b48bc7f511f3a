// Weak references and finalizers, in the order of Lua 5.4.
#include <gtest/gtest.h>

#include <chrono>

#include "heap/mock_vm.h"

namespace devvm::heap::test {
namespace {

class Weak : public testing::TestWithParam<bool> {
 protected:
  Value make(Kind kind, uint32_t word = 0) { return MockVm::value(vm.make(kind, word)); }
  /// A full collection, or the minor one that treats the same objects (all are young).
  void collect() {
    if (GetParam()) {
      vm.heap.collectFull("test");
    } else {
      vm.heap.collectMinor("test");
    }
    EXPECT_EQ(vm.heap.verify(), "");
  }
  MockVm vm;
};

TEST_P(Weak, SlotsForgetTheDead) {
  vm.roots = {make(kWeakVector, 3), make(kPair)};
  vm.set(vm.roots[0], 0, vm.roots[1]);
  vm.set(vm.roots[0], 1, make(kPair));
  vm.set(vm.roots[0], 2, Value::smallInt(5));
  collect();
  EXPECT_EQ(vm.get(vm.roots[0], 0), vm.roots[1]);
  EXPECT_TRUE(vm.get(vm.roots[0], 1).isNil());
  EXPECT_EQ(vm.get(vm.roots[0], 2).asInt(), 5);
}

TEST_P(Weak, EphemeronsLiveWithTheirKeys) {
  vm.roots = {make(kEphemerons, 4), make(kPair)};
  Value table = vm.roots[0], key = vm.roots[1];
  vm.set(table, 0, key);  // live key
  vm.set(table, 1, make(kPair));
  Value deadKey = make(kPair);  // its value refers to it: still dead
  vm.set(table, 2, deadKey);
  vm.set(table, 3, make(kPair));
  vm.set(vm.get(table, 3), 0, deadKey);
  Value inner = make(kPair);  // key reached only through another ephemeron's value
  vm.set(vm.get(table, 1), 0, inner);
  vm.set(table, 4, inner);
  vm.set(table, 5, make(kBytes, 3));
  vm.set(table, 6, Value::smallInt(1));  // a number never dies
  vm.set(table, 7, make(kBytes, 4));
  collect();
  table = vm.roots[0];
  EXPECT_EQ(vm.get(table, 0), vm.roots[1]);
  EXPECT_TRUE(vm.get(table, 1).isHeap());
  EXPECT_TRUE(vm.get(table, 2).isAbsent());
  EXPECT_TRUE(vm.get(table, 3).isAbsent());
  EXPECT_EQ(vm.get(table, 4), vm.get(vm.get(table, 1), 0));
  EXPECT_TRUE(vm.get(table, 5).isHeap());
  EXPECT_EQ(vm.get(table, 7).asObject()->word, 4u);
}

TEST_P(Weak, ValuesGoBeforeFinalizersKeysAfter) {
  vm.roots = {make(kWeakVector, 1), make(kEphemerons, 2), make(kWeakPairs, 2), make(kDeferred, 2)};
  Value dying = make(kFinalizable), reached = make(kPair);
  vm.set(dying, 0, reached);
  vm.registerFinalizer(dying);
  vm.set(vm.roots[0], 0, dying);
  vm.set(vm.roots[1], 0, dying);  // resurrected key keeps its entry
  vm.set(vm.roots[1], 1, Value::smallInt(1));
  vm.set(vm.roots[1], 2, reached);  // so does what it reaches
  vm.set(vm.roots[1], 3, Value::smallInt(2));
  for (size_t i : {2u, 3u}) {
    vm.set(vm.roots[i], 0, dying);  // weak in both, as key
    vm.set(vm.roots[i], 1, Value::smallInt(3));
    vm.set(vm.roots[i], 2, Value::smallInt(4));  // weak in both, as value
    vm.set(vm.roots[i], 3, reached);
  }
  collect();
  ASSERT_EQ(vm.finalizeQueue.size(), 1u);
  EXPECT_TRUE(vm.get(vm.roots[0], 0).isNil());
  EXPECT_EQ(vm.get(vm.roots[1], 0), vm.finalizeQueue[0]);
  EXPECT_EQ(vm.get(vm.roots[1], 2), vm.get(vm.finalizeQueue[0], 0));
  for (size_t i : {2u, 3u}) {
    EXPECT_EQ(vm.get(vm.roots[i], 0), vm.finalizeQueue[0]);
    EXPECT_TRUE(vm.get(vm.roots[i], 2).isAbsent());
    EXPECT_TRUE(vm.get(vm.roots[i], 3).isAbsent());
  }
  // Finalized once; the next collection takes it for good.
  vm.finalizeQueue.clear();
  vm.heap.collectFull("test");
  EXPECT_TRUE(vm.finalizeQueue.empty());
  EXPECT_TRUE(vm.get(vm.roots[1], 0).isAbsent());
}

TEST_P(Weak, FinalizablesReachableFromEachOtherAllGo) {
  Value a = make(kFinalizable), b = make(kFinalizable);
  vm.set(a, 0, b);
  vm.set(b, 0, a);
  vm.registerFinalizer(a);
  vm.registerFinalizer(b);
  collect();
  EXPECT_EQ(vm.finalizeQueue.size(), 2u);
  EXPECT_EQ(vm.get(vm.finalizeQueue[0], 0), vm.finalizeQueue[1]);
}

TEST_P(Weak, ResurrectionReachesEphemerons) {
  vm.roots = {make(kEphemerons, 2)};
  Value dying = make(kFinalizable);
  vm.registerFinalizer(dying);
  vm.set(vm.roots[0], 0, dying);
  vm.set(vm.roots[0], 1, make(kPair));
  vm.set(vm.roots[0], 2, vm.get(vm.roots[0], 1));
  vm.set(vm.roots[0], 3, make(kBytes, 9));
  collect();
  EXPECT_EQ(vm.get(vm.roots[0], 0), vm.finalizeQueue.at(0));
  EXPECT_EQ(vm.get(vm.roots[0], 2), vm.get(vm.roots[0], 1));
  EXPECT_EQ(vm.get(vm.roots[0], 3).asObject()->word, 9u);
}

INSTANTIATE_TEST_SUITE_P(Minor, Weak, testing::Values(false));
INSTANTIATE_TEST_SUITE_P(Full, Weak, testing::Values(true));

TEST(WeakMinor, OldTargetsCountAsAlive) {
  MockVm vm;
  vm.roots = {MockVm::value(vm.make(kWeakVector, 1, Space::kOld))};
  Value target = MockVm::value(vm.make(kPair, 0, Space::kOld));
  vm.set(vm.roots[0], 0, target);
  vm.heap.collectMinor("test");
  EXPECT_EQ(vm.get(vm.roots[0], 0), target);
  vm.heap.collectFull("test");
  EXPECT_TRUE(vm.get(vm.roots[0], 0).isNil());
}

TEST(WeakMinor, NothingDiesWhileCollectionIsStopped) {
  MockVm vm({.nurseryBytes = 64u << 10, .verify = true});
  auto make = [&](Kind k, uint32_t w = 0) { return MockVm::value(vm.make(k, w)); };
  vm.roots = {make(kWeakVector, 1), make(kEphemerons, 1), make(kWeakPairs, 1), make(kDeferred, 1)};
  vm.set(vm.roots[0], 0, make(kPair));
  for (size_t i : {1u, 2u, 3u}) {
    vm.set(vm.roots[i], 0, make(kPair));
    vm.set(vm.roots[i], 1, make(kPair));
  }
  vm.registerFinalizer(make(kFinalizable));
  vm.heap.setAutomatic(false);
  for (int i = 0; i < 50'000; i++) make(kPair);
  EXPECT_GT(vm.heap.stats().minorCollections, 10u);
  EXPECT_EQ(vm.heap.stats().fullCollections, 0u);
  EXPECT_TRUE(vm.get(vm.roots[0], 0).isHeap());
  for (size_t i : {1u, 2u, 3u}) EXPECT_TRUE(vm.get(vm.roots[i], 0).isHeap() && vm.get(vm.roots[i], 1).isHeap());
  EXPECT_TRUE(vm.finalizeQueue.empty());
  vm.heap.setAutomatic(true);
  vm.heap.collectFull("test");
  EXPECT_TRUE(vm.get(vm.roots[0], 0).isNil());
  for (size_t i : {1u, 2u, 3u}) EXPECT_TRUE(vm.get(vm.roots[i], 0).isAbsent());
  EXPECT_EQ(vm.finalizeQueue.size(), 1u);
}

// A chain through ephemerons in the worst order: a repeated pass over the table would be quadratic.
TEST(WeakScale, LongEphemeronChains) {
  constexpr uint32_t kLength = 300'000;
  MockVm vm;
  vm.roots = {MockVm::value(vm.make(kEphemerons, kLength)), MockVm::value(vm.make(kPair))};
  Value key = vm.roots[1];
  std::vector<uint64_t> ids;
  vm.roots.push_back(key);
  for (uint32_t i = kLength; i-- > 0;) {
    Value next = MockVm::value(vm.make(kPair));
    vm.set(vm.roots[0], 2 * size_t{i}, vm.roots[2]);
    vm.set(vm.roots[0], 2 * size_t{i} + 1, next);
    vm.roots[2] = next;
  }
  vm.roots[2] = Value::nil();
  auto begin = std::chrono::steady_clock::now();
  vm.heap.collectFull("test");
  vm.heap.collectFull("test");
  auto spent = std::chrono::steady_clock::now() - begin;
  EXPECT_LT(spent, std::chrono::seconds(20));  // quadratic would take many minutes
  for (uint32_t i = 0; i < 2 * kLength; i++) ASSERT_TRUE(vm.get(vm.roots[0], i).isHeap());
  vm.roots[1] = Value::nil();
  vm.heap.collectFull("test");
  for (uint32_t i = 0; i < 2 * kLength; i++) ASSERT_TRUE(vm.get(vm.roots[0], i).isAbsent());
}

}  // namespace
}  // namespace devvm::heap::test
