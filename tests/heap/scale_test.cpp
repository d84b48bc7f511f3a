// Large and awkward heaps: deep structures, long arrays, a million owners, fragmentation.
#include <gtest/gtest.h>

#include "heap/mock_vm.h"

namespace devvm::heap::test {
namespace {

TEST(Scale, MillionDeepList) {
  MockVm vm;
  vm.roots = {Value::nil()};
  for (int i = 0; i < 1'000'000; i++) {
    Value v = MockVm::value(vm.make(kPair));
    vm.set(v, i % 2, vm.roots[0]);
    vm.roots[0] = v;
  }
  vm.heap.collectMinor("test");
  vm.heap.collectFull("test");
  EXPECT_EQ(vm.heap.verify(), "");
  Value v = vm.roots[0];
  for (uint64_t id = 1'000'000; id > 0; id--) {
    ASSERT_EQ(MockVm::node(v)->id, id);
    v = vm.get(v, (id - 1) % 2);
  }
  EXPECT_TRUE(v.isNil());
}

TEST(Scale, LongArrayOfYoungObjects) {
  constexpr uint32_t kLength = 1'000'000;
  MockVm vm({.nurseryBytes = 512u << 10});
  vm.roots = {MockVm::value(vm.make(kVector, kLength))};
  uint64_t first = vm.nextId;
  for (uint32_t i = 0; i < kLength; i++) {
    Value v = MockVm::value(vm.make(kPair));
    vm.set(vm.roots[0], i, v);
  }
  vm.heap.collectFull("test");
  for (uint32_t i = 0; i < kLength; i++) ASSERT_EQ(MockVm::node(vm.get(vm.roots[0], i))->id, first + i);
  EXPECT_EQ(vm.heap.verify(), "");
}

TEST(Scale, MillionOwnersOfExternalMemory) {
  MockVm vm;
  for (int i = 0; i < 1'000'000; i++) {
    Value v = MockVm::value(vm.make(kExternal));
    if (i % 10 == 0) vm.roots.push_back(v);
  }
  vm.heap.collectFull("test");
  EXPECT_EQ(vm.released.size(), 900'000u);
  vm.roots.clear();
  vm.heap.collectFull("test");
  EXPECT_EQ(vm.released.size(), 1'000'000u);
}

TEST(Scale, FragmentationIsRecovered) {
  // Every block keeps a few objects: without moving them hardly a block could be given back.
  MockVm vm;
  constexpr uint32_t kObjects = 1'000'000;
  vm.roots = {MockVm::value(vm.make(kVector, kObjects))};
  for (uint32_t i = 0; i < kObjects; i++) {
    Value v = MockVm::value(vm.make(kPair));
    vm.set(vm.roots[0], i, v);
  }
  vm.heap.collectFull("test");
  uint64_t random = 1;
  size_t kept = 0;
  for (uint32_t i = 0; i < kObjects; i++) {
    random = random * 6364136223846793005u + 1442695040888963407u;
    if ((random >> 33) % 20 == 0) {
      kept++;
    } else {
      vm.set(vm.roots[0], i, Value::nil());
    }
  }
  vm.heap.collectFull("test");  // finds out
  vm.heap.collectFull("test");  // moves
  EXPECT_EQ(vm.heap.verify(), "");
  size_t live = kept * 32 + kObjects * 8;
  EXPECT_LT(vm.heap.bytesInUse(), live + live / 7);
  // Beyond the live objects: nursery, the growth that the next cycle may fill, chunk headers.
  EXPECT_LT(vm.heap.bytesCommitted(), live * 2 + (size_t{16} << 20));
}

TEST(Scale, ManyHeaps) {
  for (int i = 0; i < 300; i++) {
    MockVm vm;
    vm.roots = {MockVm::value(vm.make(kPair))};
    vm.heap.collectFull("test");
  }
}

}  // namespace
}  // namespace devvm::heap::test
