// Memory limits, and a system that refuses memory.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "heap/mock_vm.h"

namespace devvm::heap::test {
namespace {

constexpr size_t kMiB = size_t{1} << 20;

/// Extends the list in roots[0] by pairs until the heap refuses; returns how many.
size_t fill(MockVm& vm, Space space = Space::kNursery) {
  size_t n = 0;
  while (Object* o = vm.make(kPair, 0, space)) {
    Value v = MockVm::value(o);
    vm.set(v, 0, vm.roots[0]);
    vm.roots[0] = v;
    n++;
    if (n > 100'000'000) break;
  }
  return n;
}

class Limit : public testing::TestWithParam<size_t> {};

TEST_P(Limit, HoldsAndRecovers) {
  size_t limit = GetParam();
  MockVm vm({.limitBytes = limit});
  vm.roots = {Value::nil()};
  for (int round = 0; round < 3; round++) {
    size_t n = fill(vm);
    EXPECT_GE(n * 32, limit / 10 * 9);
    EXPECT_LE(n * 32, limit);
    EXPECT_LE(vm.heap.bytesInUse(), limit + 64 * 1024);
    // Raising the error: some small objects must be had.
    for (int i = 0; i < 100; i++) ASSERT_NE(vm.make(kPair), nullptr);
    ASSERT_NE(vm.make(kBytes, 500), nullptr);
    EXPECT_EQ(vm.heap.verify(), "");
    vm.roots[0] = Value::nil();
    vm.heap.collectFull("test");
    EXPECT_EQ(vm.heap.bytesInUse(), 0u);
  }
  EXPECT_LT(vm.heap.stats().fullCollections, 100u);
}

INSTANTIATE_TEST_SUITE_P(Sizes, Limit, testing::Values(256 * 1024, kMiB, 4 * kMiB, 20 * kMiB, 100 * kMiB));

TEST(Limits, GarbageIsNoReasonToFail) {
  MockVm vm({.limitBytes = kMiB});
  for (int i = 0; i < 1'000'000; i++) ASSERT_NE(vm.make(kPair), nullptr);
  for (int i = 0; i < 1'000; i++) ASSERT_NE(vm.make(kVector, 60'000), nullptr);
  for (int i = 0; i < 100'000; i++) ASSERT_NE(vm.make(kPair, 0, Space::kOld), nullptr);
  for (int i = 0; i < 100'000; i++) ASSERT_NE(vm.make(kPair, 0, Space::kFixed), nullptr);
}

TEST(Limits, LoopsOfFailuresStayBounded) {
  MockVm vm({.limitBytes = 2 * kMiB});
  vm.roots = {Value::nil()};
  fill(vm);
  // A program that catches the error and goes on, keeping everything.
  for (int i = 0; i < 200; i++) fill(vm);
  EXPECT_LE(vm.heap.bytesInUse(), 2 * kMiB + 320 * 1024);
  EXPECT_EQ(vm.heap.verify(), "");
}

TEST(Limits, LargeAndTenuredObjectsCount) {
  for (Space space : {Space::kOld, Space::kFixed}) {
    MockVm vm({.limitBytes = 8 * kMiB});
    vm.roots = {Value::nil()};
    size_t n = fill(vm, space);
    EXPECT_GE(n * 32, 7 * kMiB);
    EXPECT_LE(n * 32, 8 * kMiB);
  }
  MockVm vm({.limitBytes = 8 * kMiB});
  EXPECT_EQ(vm.make(kBytes, 9 * kMiB), nullptr);
  EXPECT_EQ(vm.heap.stats().fullCollections, 0u);  // hopeless: not worth a collection
  vm.roots = {MockVm::value(vm.make(kBytes, 5 * kMiB))};
  EXPECT_EQ(vm.make(kBytes, 4 * kMiB), nullptr);
  vm.roots.clear();
  EXPECT_NE(vm.make(kBytes, 5 * kMiB), nullptr);
}

TEST(Limits, ExternalMemoryCounts) {
  MockVm vm({.limitBytes = 8 * kMiB});
  vm.external = 6 * kMiB;
  EXPECT_TRUE(vm.heap.adjustExternal(static_cast<ptrdiff_t>(vm.external)));
  EXPECT_EQ(vm.make(kBytes, 3 * kMiB), nullptr);
  vm.roots = {Value::nil()};
  EXPECT_LE(fill(vm) * 32, 2 * kMiB);
  vm.external = 9 * kMiB;
  EXPECT_FALSE(vm.heap.adjustExternal(3 * kMiB));
  ASSERT_NE(vm.heap.allocateNoCollect(kPair, 0, 0), nullptr);
  vm.external = 0;
  vm.roots[0] = Value::nil();
  EXPECT_TRUE((vm.heap.collectFull("test"), vm.heap.adjustExternal(-static_cast<ptrdiff_t>(9 * kMiB))));
  EXPECT_NE(vm.make(kBytes, 3 * kMiB), nullptr);
}

TEST(Limits, ExternalGrowthTriggersACollection) {
  MockVm vm;
  vm.external = 100 * kMiB;
  vm.heap.adjustExternal(static_cast<ptrdiff_t>(vm.external));
  EXPECT_EQ(vm.heap.stats().fullCollections, 0u);
  vm.make(kPair);
  EXPECT_EQ(vm.heap.stats().fullCollections, 1u);
  for (int i = 0; i < 1000; i++) vm.make(kPair);
  EXPECT_EQ(vm.heap.stats().fullCollections, 1u);
}

TEST(Limits, LoweredLimit) {
  MockVm vm;
  vm.roots = {Value::nil()};
  for (int i = 0; i < 100'000; i++) {
    Value v = MockVm::value(vm.make(kPair));
    vm.set(v, 0, vm.roots[0]);
    vm.roots[0] = v;
  }
  vm.heap.setLimit(kMiB);
  EXPECT_EQ(fill(vm), 0u);
  vm.heap.setLimit(0);
  EXPECT_NE(vm.make(kPair), nullptr);
}

TEST(Limits, SmallObjectsAloneInTheirLines) {
  // One object kept in each line fills five times its size; before failing, the heap moves them together.
  MockVm vm({.limitBytes = 8 * kMiB});
  vm.roots = {MockVm::value(vm.make(kVector, 50'000))};
  uint32_t kept = 0;
  for (uint32_t i = 0; i < 180'000; i++) {
    Value v = MockVm::value(vm.make(kPair, 0, Space::kOld));
    ASSERT_TRUE(v.isHeap());
    if (i % 4 == 0) vm.set(vm.roots[0], kept++, v);
  }
  // 45,000 kept pairs are 1.4 MB, in lines of 5.7 MB.
  EXPECT_NE(vm.make(kBytes, 5 * kMiB), nullptr);
  for (uint32_t i = 0; i < kept; i++) ASSERT_EQ(MockVm::node(vm.get(vm.roots[0], i))->kind, kPair);
  EXPECT_EQ(vm.heap.verify(), "");
}

// The system refuses memory: the same as a limit, no crash.
void withLittleAddressSpace() {
  rlimit r{256 * kMiB, 256 * kMiB};
  setrlimit(RLIMIT_AS, &r);
  MockVm vm;
  vm.roots = {Value::nil()};
  for (int round = 0; round < 2; round++) {
    size_t n = fill(vm);
    if (n * 32 < 32 * kMiB) std::exit(1);
    vm.roots[0] = Value::nil();
    vm.heap.collectFull("test");
    if (!vm.heap.verify().empty()) std::exit(2);
    if (vm.make(kBytes, 1000 * kMiB) != nullptr) std::exit(3);
    if (vm.make(kBytes, 10 * kMiB) == nullptr) std::exit(4);
  }
  std::exit(0);
}

TEST(Limits, SystemRefusesMemory) {
  if (DEVVM_HEAP_TEST_SANITIZED) GTEST_SKIP() << "sanitizers reserve address space of their own";
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(withLittleAddressSpace(), testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace devvm::heap::test
