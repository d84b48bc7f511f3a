// Allocation, spaces, accounting, release, verification: one property a test.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "heap/mock_vm.h"

namespace devvm::heap::test {
namespace {

TEST(Heap, FreshObjectsAreClean) {
  MockVm vm({.nurseryBytes = 64u << 10});
  vm.roots.push_back(Value::nil());
  // Over several collections, so that memory is reused.
  for (int i = 0; i < 20000; i++) {
    auto word = static_cast<uint32_t>(i % 40);
    Space space = i % 3 == 0 ? Space::kNursery : i % 3 == 1 ? Space::kOld : Space::kFixed;
    Object* v = vm.make(kVector, word, space);
    ASSERT_EQ(v->word, word);
    ASSERT_EQ(v->kind, kVector);
    ASSERT_EQ(v->flags, 0);
    for (uint32_t s = 0; s < word; s++) ASSERT_TRUE(MockVm::node(v)->slots[s].isNil());
    for (uint32_t s = 0; s < word; s++) initSlot(&MockVm::node(v)->slots[s], Value::smallInt(7));
    Object* b = vm.make(kBytes, word, space);
    auto* bytes = reinterpret_cast<uint8_t*>(MockVm::node(b)->slots);
    for (uint32_t s = 0; s < word; s++) ASSERT_EQ(bytes[s], 0);
    std::fill(bytes, bytes + word, 0xFF);
    if (i % 100 == 0) vm.roots[0] = MockVm::value(b);
  }
  EXPECT_EQ(vm.heap.verify(), "");
}

TEST(Heap, SizesFollowTheKind) {
  KindInfo k{.name = "k", .base = 8, .perWord = 1, .perAux = 8};
  EXPECT_EQ(objectSize(k, 0, 0), 16u);
  EXPECT_EQ(objectSize(k, 9, 0), 24u);
  EXPECT_EQ(objectSize(k, 9, 2), 40u);
}

TEST(Heap, SurvivorsAgeThenArePromoted) {
  MockVm vm;
  vm.roots.push_back(MockVm::value(vm.make(kPair)));
  EXPECT_TRUE(vm.heap.isYoung(vm.roots[0].asObject()));
  vm.heap.collectMinor("test");
  EXPECT_TRUE(vm.heap.isYoung(vm.roots[0].asObject()));
  EXPECT_TRUE(vm.roots[0].asObject()->gc & kAged);
  vm.heap.collectMinor("test");
  EXPECT_FALSE(vm.heap.isYoung(vm.roots[0].asObject()));
  EXPECT_EQ(MockVm::node(vm.roots[0])->id, 1u);
}

TEST(Heap, MoreSurvivorsThanTheirHalfHolds) {
  MockVm vm({.nurseryBytes = 64u << 10});
  for (int i = 0; i < 1800; i++) vm.roots.push_back(MockVm::value(vm.make(kPair)));
  vm.heap.collectMinor("test");
  EXPECT_EQ(vm.heap.verify(), "");
  for (size_t i = 0; i < vm.roots.size(); i++) ASSERT_EQ(MockVm::node(vm.roots[i])->id, i + 1);
}

TEST(Heap, FixedAndLargeObjectsStay) {
  MockVm vm;
  vm.roots.push_back(MockVm::value(vm.make(kPair, 0, Space::kFixed)));
  vm.roots.push_back(MockVm::value(vm.make(kVector, 100'000)));
  vm.roots.push_back(MockVm::value(vm.make(kBytes, 100'000, Space::kFixed)));
  std::vector<Value> before = vm.roots;
  for (int i = 0; i < 3; i++) {
    vm.heap.collectMinor("test");
    vm.heap.collectFull("test");
  }
  EXPECT_EQ(vm.roots, before);
}

TEST(Heap, MediumObjectsMoveFromTheNurseryToRegionsOfTheirOwn) {
  MockVm vm;
  vm.roots.push_back(MockVm::value(vm.make(kVector, 2000)));  // 16 KB
  EXPECT_TRUE(vm.heap.isYoung(vm.roots[0].asObject()));
  vm.set(vm.roots[0], 1999, Value::smallInt(42));
  for (int i = 0; i < 2; i++) vm.heap.collectMinor("test");
  EXPECT_TRUE(vm.roots[0].asObject()->gc & kLarge);
  EXPECT_EQ(vm.get(vm.roots[0], 1999).asInt(), 42);
  EXPECT_EQ(vm.heap.verify(), "");
}

TEST(Heap, LongArraysGrowInPlace) {
  MockVm vm({.verify = true});
  vm.roots.push_back(MockVm::value(vm.make(kVector, 100)));
  EXPECT_FALSE(vm.heap.tryGrow(vm.roots[0].asObject(), 200));
  uint32_t length = 100'000;
  vm.roots[0] = MockVm::value(vm.make(kVector, length));
  Object* place = vm.roots[0].asObject();
  vm.set(vm.roots[0], 0, Value::smallInt(1));
  for (int i = 0; i < 5; i++) {
    size_t used = vm.heap.bytesInUse();
    uint32_t to = length + length / 2;
    ASSERT_TRUE(vm.heap.tryGrow(place, to));
    EXPECT_GE(vm.heap.bytesInUse(), used + (to - length) * size_t{8});
    ASSERT_EQ(place->word, to);
    for (uint32_t s = length; s < to; s++) ASSERT_TRUE(vm.get(vm.roots[0], s).isNil());
    Value young = MockVm::value(vm.make(kPair));
    vm.set(vm.roots[0], to - 1, young);
    vm.heap.collectMinor("test");
    EXPECT_EQ(MockVm::node(vm.get(vm.roots[0], to - 1))->kind, kPair);
    length = to;
  }
  EXPECT_EQ(vm.get(vm.roots[0], 0).asInt(), 1);
  EXPECT_EQ(vm.roots[0].asObject(), place);
  EXPECT_FALSE(vm.heap.tryGrow(place, 0x40000000));
  vm.heap.setLimit(vm.heap.bytesInUse() + 1000);
  EXPECT_FALSE(vm.heap.tryGrow(place, length + 1000));
  EXPECT_TRUE(vm.heap.tryGrow(place, length));
}

TEST(Heap, RegionsOfLongArraysAreReused) {
  MockVm vm({.verify = true});
  constexpr uint32_t kShort = 100'000, kLong = 400'000;
  // Numbers in all slots, and a young object, whose card is set when the array dies.
  vm.roots.push_back(MockVm::value(vm.make(kVector, kShort)));
  Object* place = vm.roots[0].asObject();
  ASSERT_TRUE(vm.heap.tryGrow(place, kLong));
  for (uint32_t s = 0; s < kLong; s++) vm.set(vm.roots[0], s, Value::smallInt(7));
  Value young = MockVm::value(vm.make(kPair));
  vm.set(vm.roots[0], kShort + 5, young);
  vm.roots[0] = Value::nil();
  vm.heap.collectFull("test");
  EXPECT_GE(vm.heap.bytesCommitted(), vm.heap.bytesInUse() + kLong * size_t{8});

  vm.roots[0] = MockVm::value(vm.make(kVector, kShort));
  EXPECT_EQ(vm.roots[0].asObject(), place);
  EXPECT_LT(vm.heap.bytesCommitted(), kLong * size_t{8});
  for (uint32_t s = 0; s < kShort; s++) ASSERT_TRUE(vm.get(vm.roots[0], s).isNil());
  ASSERT_TRUE(vm.heap.tryGrow(place, kLong));
  for (uint32_t s = kShort; s < kLong; s++) ASSERT_TRUE(vm.get(vm.roots[0], s).isNil());
  young = MockVm::value(vm.make(kPair));
  vm.set(vm.roots[0], kLong - 1, young);
  vm.heap.collectMinor("test");
  EXPECT_EQ(MockVm::node(vm.get(vm.roots[0], kLong - 1))->kind, kPair);
  EXPECT_EQ(vm.heap.verify(), "");

  // What nobody took until the next sweep is given back.
  vm.roots[0] = Value::nil();
  for (int i = 0; i < 2; i++) vm.heap.collectFull("test");
  EXPECT_LT(vm.heap.bytesCommitted(), kLong * size_t{8});
}

TEST(Heap, FixedCellsAreReused) {
  MockVm vm;
  for (int round = 0; round < 5; round++) {
    for (uint32_t i = 0; i < 20000; i++) {
      Object* o = vm.make(kBytes, i % 2000, Space::kFixed);
      ASSERT_FALSE(vm.heap.isYoung(o));
      if (i % 1000 == 0) vm.roots.push_back(MockVm::value(o));
    }
    vm.heap.collectFull("test");
    EXPECT_LT(vm.heap.bytesInUse(), 200u * 2100);
    EXPECT_EQ(vm.heap.verify(), "");
    vm.roots.clear();
  }
}

TEST(Heap, GarbageIsFreedAndMemoryReturned) {
  MockVm vm;
  for (int i = 0; i < 300'000; i++) vm.roots.push_back(MockVm::value(vm.make(kPair)));
  vm.heap.collectFull("test");
  size_t used = vm.heap.bytesInUse(), committed = vm.heap.bytesCommitted();
  EXPECT_GE(used, 300'000u * 32);
  EXPECT_LT(used, 300'000u * 34);
  EXPECT_GE(committed, used);
  vm.roots.clear();
  vm.heap.collectFull("test");
  EXPECT_EQ(vm.heap.bytesInUse(), 0u);
  EXPECT_LT(vm.heap.bytesCommitted(), committed);
  EXPECT_LT(vm.heap.bytesCommitted(), size_t{24} << 20);
}

TEST(Heap, CountsWhatItAllocates) {
  MockVm vm;
  for (int i = 0; i < 1000; i++) vm.make(kPair);
  vm.make(kPair, 0, Space::kOld);
  EXPECT_EQ(vm.heap.stats().bytesAllocated, 1001u * 32);
  vm.heap.collectMinor("test");
  EXPECT_EQ(vm.heap.stats().bytesAllocated, 1001u * 32);
  EXPECT_EQ(vm.heap.stats().minorCollections, 1u);
  EXPECT_EQ(vm.events, 2u);
}

/// Minor collections that a program makes which keeps the last `kept` of 1,000,000 pairs.
uint64_t minorsKeeping(size_t kept, const HeapOptions& options) {
  MockVm vm(options);
  vm.roots.assign(kept, Value::nil());
  for (size_t i = 0; i < 1'000'000; i++) vm.roots[i % kept] = MockVm::value(vm.make(kPair));
  EXPECT_EQ(vm.heap.verify(), "");
  return vm.heap.stats().minorCollections;
}

TEST(Heap, EdenGrowsWhileMuchSurvives) {
  HeapOptions growing = {.nurseryBytes = 256u << 10, .mostNurseryBytes = 2u << 20};
  uint64_t fixed = minorsKeeping(6000, {.nurseryBytes = 256u << 10});
  EXPECT_GT(fixed, 100u);
  EXPECT_LT(minorsKeeping(6000, growing), fixed / 4);
  EXPECT_EQ(minorsKeeping(10, growing), minorsKeeping(10, {.nurseryBytes = 256u << 10}));
  growing.limitBytes = 4u << 20;
  EXPECT_GT(minorsKeeping(6000, growing), fixed / 4);
}

TEST(Heap, LongArraysDieYoung) {
  MockVm vm;
  vm.roots.assign(2, Value::nil());
  for (int i = 0; i < 3; i++) {
    vm.roots[0] = MockVm::value(vm.make(kVector, 10'000));  // 80 KB
    EXPECT_TRUE(vm.heap.isYoung(vm.roots[0].asObject()));
    vm.set(vm.roots[0], 0, MockVm::value(vm.make(kExternal)));
  }
  vm.heap.collectMinor("test");
  // What the two dead arrays refer to is dead, too.
  EXPECT_EQ(vm.released.size(), 2u);
  EXPECT_TRUE(vm.heap.isYoung(vm.roots[0].asObject()));
  vm.heap.collectMinor("test");
  EXPECT_TRUE(vm.roots[0].asObject()->gc & kLarge);
  vm.roots[1] = MockVm::value(vm.make(kBytes, 80'000));
  EXPECT_TRUE(vm.roots[1].asObject()->gc & kLarge);
  EXPECT_EQ(vm.heap.verify(), "");
}

TEST(Heap, NothingIsTouchedBeforeUse) {
  MockVm vm({.nurseryBytes = 64u << 20});
  for (int i = 0; i < 100; i++) vm.make(kPair);
  EXPECT_LT(vm.heap.bytesCommitted(), 64u << 10);
}

TEST(Heap, ReleasesEachDeadOwnerOnce) {
  std::vector<uint64_t> released;
  {
    MockVm vm;
    for (int i = 0; i < 5; i++) vm.roots.push_back(MockVm::value(vm.make(kExternal)));
    vm.roots[0] = Value::nil();
    vm.heap.collectMinor("test");
    EXPECT_EQ(vm.released, (std::vector<uint64_t>{1}));
    vm.heap.collectMinor("test");
    vm.roots[1] = Value::nil();
    vm.heap.collectMinor("test");  // old by now: not noticed
    EXPECT_EQ(vm.released.size(), 1u);
    vm.heap.collectFull("test");
    EXPECT_EQ(vm.released, (std::vector<uint64_t>{1, 2}));
    vm.roots[2] = Value::nil();
    vm.heap.collectFull("test");
    EXPECT_EQ(vm.released, (std::vector<uint64_t>{1, 2, 3}));
  }
}

int releasedAtEnd;
TEST(Heap, ReleasesTheRestAtItsEnd) {
  static constexpr KindInfo kinds[] = {
      {.name = "owner", .base = 16, .release = [](Object*, void* context) { *static_cast<int*>(context) += 1; }}};
  class Empty final : public Embedder {
    void visitRoots(SlotVisitor&, bool) override {}
    void processWeak(Heap&, WeakPhase, bool) override {}
    void clearWeak(Heap&, Object*, WeakPhase, bool) override {}
    size_t externalBytes() const override { return 0; }
    void collectionEvent(bool, bool, const char*) override {}
  } embedder;
  releasedAtEnd = 0;
  {
    Heap heap({}, embedder, kinds, 1);
    heap.setReleaseContext(&releasedAtEnd);
    for (int i = 0; i < 3; i++) heap.allocate(0, 0, 0);
    heap.allocate(0, 0, 0, Space::kOld);
  }
  EXPECT_EQ(releasedAtEnd, 4);
}

TEST(Heap, WalksLiveObjects) {
  MockVm vm;
  vm.roots.push_back(MockVm::value(vm.make(kPair)));
  Value other = MockVm::value(vm.make(kVector, 3));
  vm.set(vm.roots[0], 0, other);
  vm.make(kPair);  // garbage
  vm.heap.collectFull("test");
  std::multiset<int> kinds;
  vm.heap.forEachObject([&](Object* o) { kinds.insert(o->kind); });
  EXPECT_EQ(kinds, (std::multiset<int>{kPair, kVector}));
}

TEST(Heap, StressModeMovesEveryMovableObject) {
  MockVm vm({.moveAlways = true});
  vm.roots.push_back(MockVm::value(vm.make(kPair)));
  vm.roots.push_back(MockVm::value(vm.make(kPair, 0, Space::kOld)));
  unsigned moves[2] = {};
  for (int i = 0; i < 64; i++) {
    std::vector<Value> before = vm.roots;
    vm.make(kPair);
    for (size_t r : {0u, 1u}) moves[r] += vm.roots[r] != before[r];
  }
  EXPECT_EQ(moves[0], 5u);  // promoted (it had aged already), then moved by each full collection
  EXPECT_EQ(moves[1], 4u);
}

TEST(Heap, StressModePoisonsWhatWasFreed) {
  if (DEVVM_HEAP_TEST_SANITIZED) GTEST_SKIP() << "the sanitizer forbids looking";
  MockVm vm({.moveAlways = true});
  Object* stale = vm.make(kPair);
  vm.make(kPair);
  EXPECT_EQ(*reinterpret_cast<uint64_t*>(stale), 0xDBDBDBDBDBDBDBDBu);
}

TEST(Heap, SanitizerCatchesStalePointers) {
  if (!kAsan) GTEST_SKIP() << "needs the address sanitizer";
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  auto useStale = [](Space space, unsigned allocations) {
    MockVm vm({.moveAlways = true});
    vm.roots.push_back(MockVm::value(vm.make(kPair, 0, space)));
    Object* stale = vm.roots[0].asObject();
    for (unsigned i = 0; i < allocations; i++) vm.make(kPair);
    std::exit(static_cast<int>(static_cast<volatile Node*>(MockVm::node(stale))->id));
  };
  EXPECT_DEATH(useStale(Space::kNursery, 1), "use-after-poison");
  EXPECT_DEATH(useStale(Space::kNursery, 100), "use-after-poison");
  EXPECT_DEATH(useStale(Space::kOld, 20), "use-after-poison");
}

// Pointers that must not be: verify() has to say so.
TEST(Verify, FindsDamage) {
  MockVm vm;
  vm.roots.push_back(MockVm::value(vm.make(kPair)));
  Node* n = MockVm::node(vm.roots[0]);
  EXPECT_EQ(vm.heap.verify(), "");
  initSlot(&n->slots[0], Value::pointer(Tag::kTable, reinterpret_cast<Object*>(uintptr_t{0x1000})));
  EXPECT_NE(vm.heap.verify().find("outside the heap"), std::string::npos);
  initSlot(&n->slots[0], Value::pointer(Tag::kTable, reinterpret_cast<Object*>(reinterpret_cast<char*>(n) + 4096)));
  EXPECT_NE(vm.heap.verify().find("unused nursery"), std::string::npos);
  initSlot(&n->slots[0], Value::pointer(Tag::kString, n));
  EXPECT_NE(vm.heap.verify().find("tag and kind differ"), std::string::npos);
  initSlot(&n->slots[0], Value::pointer(Tag::kTable, reinterpret_cast<Object*>(n->slots)));
  initSlot(&n->slots[1], Value::fromBits(0));
  EXPECT_NE(vm.heap.verify(), "");
  initSlot(&n->slots[0], Value::nil());
  n->kind = 77;
  EXPECT_NE(vm.heap.verify().find("no such kind"), std::string::npos);
  n->kind = kPair;
  EXPECT_EQ(vm.heap.verify(), "");
  vm.heap.collectFull("test");
  vm.roots[0].asObject()->gc ^= kMarked;
  EXPECT_NE(vm.heap.verify().find("swept"), std::string::npos);
  vm.roots[0].asObject()->gc ^= kMarked;
}

}  // namespace
}  // namespace devvm::heap::test
