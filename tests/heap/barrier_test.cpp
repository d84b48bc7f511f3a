// The write barrier and the cards. Each test has a twin without the barrier, which must be caught: a barrier test that
// cannot fail proves nothing.
#include <gtest/gtest.h>

#include "heap/mock_vm.h"

namespace devvm::heap::test {
namespace {

struct Case {
  const char* name;
  Kind kind;
  uint32_t word;
  Space space;
  size_t slot;
};
constexpr Case kCases[] = {
    {"OldPair", kPair, 0, Space::kOld, 1},
    {"FixedPair", kPair, 0, Space::kFixed, 0},
    {"OldVector", kVector, 500, Space::kOld, 499},
    {"LargeFirst", kVector, 50'000, Space::kNursery, 0},
    {"LargeCardEdge", kVector, 50'000, Space::kNursery, 62},   // last slot of the first card
    {"LargeCardEdge2", kVector, 50'000, Space::kNursery, 63},  // first slot of the second
    {"LargeLast", kVector, 50'000, Space::kNursery, 49'999},
    {"WeakVector", kWeakVector, 4, Space::kOld, 2},
    {"Ephemerons", kEphemerons, 4, Space::kOld, 3},
    {"LargeEphemerons", kEphemerons, 5000, Space::kOld, 5001},
};

class Barrier : public testing::TestWithParam<Case> {
 protected:
  /// An old holder in roots[0] that no collection considers remembered any more, a young object in roots[1].
  void build(MockVm& vm) {
    const Case& c = GetParam();
    vm.roots.push_back(MockVm::value(vm.make(c.kind, c.word, c.space)));
    ASSERT_FALSE(vm.heap.isYoung(vm.roots[0].asObject()));
    vm.heap.collectMinor("test");
    vm.roots.push_back(MockVm::value(vm.make(kPair)));
    ASSERT_TRUE(vm.heap.isYoung(vm.roots[1].asObject()));
  }
};

TEST_P(Barrier, StoreKeepsTheTarget) {
  MockVm vm;
  build(vm);
  size_t slot = GetParam().slot;
  vm.set(vm.roots[0], slot, vm.roots[1]);
  uint64_t id = MockVm::node(vm.roots[1])->id;
  EXPECT_EQ(vm.heap.verify(), "");
  // Nothing else keeps the target, save for weak holders.
  if (GetParam().kind == kPair || GetParam().kind == kVector) vm.roots[1] = Value::nil();
  for (int i = 0; i < 4; i++) {
    vm.heap.collectMinor("test");
    ASSERT_EQ(vm.heap.verify(), "");
    ASSERT_TRUE(vm.get(vm.roots[0], slot).isHeap());
    ASSERT_EQ(MockVm::node(vm.get(vm.roots[0], slot))->id, id);
  }
  EXPECT_FALSE(vm.heap.isYoung(vm.get(vm.roots[0], slot).asObject()));
}

TEST_P(Barrier, VerifyMissesTheBarrier) {
  MockVm vm;
  build(vm);
  initSlot(&MockVm::node(vm.roots[0])->slots[GetParam().slot], vm.roots[1]);
  EXPECT_NE(vm.heap.verify(), "");
  vm.heap.writeBarrierAll(vm.roots[0].asObject());
  EXPECT_EQ(vm.heap.verify(), "");
  vm.heap.collectMinor("test");
  EXPECT_EQ(vm.heap.verify(), "");
}

TEST_P(Barrier, FreshHoldersNeedNone) {
  MockVm vm;
  const Case& c = GetParam();
  vm.roots.push_back(MockVm::value(vm.make(kPair)));
  vm.roots.push_back(MockVm::value(vm.make(c.kind, c.word, c.space)));
  initSlot(&MockVm::node(vm.roots[1])->slots[c.slot], vm.roots[0]);
  EXPECT_EQ(vm.heap.verify(), "");
  vm.heap.collectMinor("test");
  EXPECT_EQ(vm.get(vm.roots[1], c.slot), vm.roots[0]);
  EXPECT_EQ(vm.heap.verify(), "");
}

INSTANTIATE_TEST_SUITE_P(All, Barrier, testing::ValuesIn(kCases), [](const auto& i) { return i.param.name; });

TEST(Cards, OnlyDirtyOnesAreScanned) {
  MockVm vm;
  vm.roots.push_back(MockVm::value(vm.make(kVector, 2'000'000)));
  vm.heap.collectMinor("test");
  // A young pointer smuggled under a clean card is not found: so the others were not looked at.
  vm.roots.push_back(MockVm::value(vm.make(kPair)));
  vm.set(vm.roots[0], 1'000'000, vm.roots[1]);
  Value smuggled = vm.roots[1];
  initSlot(&MockVm::node(vm.roots[0])->slots[1'500'000], smuggled);
  vm.heap.collectMinor("test");
  EXPECT_EQ(vm.get(vm.roots[0], 1'000'000), vm.roots[1]);
  EXPECT_EQ(vm.get(vm.roots[0], 1'500'000), smuggled);
  EXPECT_NE(vm.roots[1], smuggled);
  initSlot(&MockVm::node(vm.roots[0])->slots[1'500'000], Value::nil());
}

TEST(Cards, OfArraysInBlocksToo) {
  MockVm vm;
  vm.roots.push_back(MockVm::value(vm.make(kVector, 1000, Space::kOld)));
  vm.heap.collectMinor("test");
  vm.roots.push_back(MockVm::value(vm.make(kPair)));
  vm.set(vm.roots[0], 100, vm.roots[1]);
  Value smuggled = vm.roots[1];
  initSlot(&MockVm::node(vm.roots[0])->slots[900], smuggled);
  vm.heap.collectMinor("test");
  EXPECT_EQ(vm.get(vm.roots[0], 100), vm.roots[1]);
  EXPECT_EQ(vm.get(vm.roots[0], 900), smuggled);
  EXPECT_NE(vm.roots[1], smuggled);
  initSlot(&MockVm::node(vm.roots[0])->slots[900], Value::nil());
  EXPECT_EQ(vm.heap.verify(), "");
}

TEST(Cards, NeighboursShareThem) {
  // Arrays that end and begin on the same card: both are remembered, whichever is looked at first.
  MockVm vm({.verify = true});
  for (uint32_t i = 0; i < 40; i++) vm.roots.push_back(MockVm::value(vm.make(kVector, 133, Space::kOld)));
  vm.heap.collectMinor("test");
  for (size_t i = 0; i < 40; i++) {
    Value v = MockVm::value(vm.make(kPair));
    vm.set(vm.roots[i], i % 2 == 0 ? 132 : 0, v);
  }
  for (int i = 0; i < 3; i++) vm.heap.collectMinor("test");
  for (size_t i = 0; i < 40; i++) {
    ASSERT_EQ(MockVm::node(vm.get(vm.roots[i], i % 2 == 0 ? 132 : 0))->id, 41 + i);
  }
}

TEST(Cards, StayDirtyWhileTheTargetIsYoung) {
  MockVm vm({.verify = true});
  vm.roots.push_back(MockVm::value(vm.make(kVector, 100'000)));
  vm.heap.collectMinor("test");
  for (uint32_t i = 0; i < 100'000; i += 777) {
    Value v = MockVm::value(vm.make(kPair));
    vm.set(vm.roots[0], i, v);
  }
  for (int i = 0; i < 3; i++) vm.heap.collectMinor("test");
  uint64_t id = 2;
  for (uint32_t i = 0; i < 100'000; i += 777) ASSERT_EQ(MockVm::node(vm.get(vm.roots[0], i))->id, id++);
}

TEST(Barrier, UntaggedPointers) {
  MockVm vm;
  vm.roots.push_back(MockVm::value(vm.make(kPointers, 0, Space::kOld)));
  vm.heap.collectMinor("test");
  Object* target = vm.make(kPair);
  MockVm::target(vm.roots[0].asObject()) = target;
  EXPECT_NE(vm.heap.verify(), "");
  vm.heap.writeBarrierAll(vm.roots[0].asObject());
  EXPECT_EQ(vm.heap.verify(), "");
  for (int i = 0; i < 3; i++) vm.heap.collectMinor("test");
  EXPECT_EQ(MockVm::node(MockVm::target(vm.roots[0].asObject()))->id, 2u);
}

}  // namespace
}  // namespace devvm::heap::test
