#include <vector>

#include "fixture.h"

namespace devvm::runtime::testing {
namespace {

class Weak : public ::testing::TestWithParam<Mode> {
 protected:
  TestIsolate t{GetParam()};
  Handle weakTable(std::string_view mode) {
    Handle a = t.table();
    t.setMetatable(a, t.metatable("__mode", intern(*t, mode)));
    return a;
  }
  int count(Handle a) {
    int n = 0;
    Value k, v;
    uint32_t p = 0;
    while ((p = tableNextAt(*t, a.table(), p, k, v)) != UINT32_MAX) n++;
    return n;
  }
};
INSTANTIATE_TEST_SUITE_P(Modes, Weak, ::testing::Values(Mode::kNormal, Mode::kSmallNursery, Mode::kMoveAlways));

TEST_P(Weak, Values) {
  Handle a = weakTable("v");
  Handle kept = t.table();
  t.set(a, 1, *kept);
  t.set(a, 2, newTable(*t));
  t.set(a, 3, newString(*t, "strings are values"));
  t.set(a, 4, integer(5));
  t.set(a, 5, makeInteger(*t, INT64_MAX));
  t.set(a, "name", newTable(*t));
  t.collect();
  EXPECT_TRUE(t.get(a, 1) == *kept);
  EXPECT_TRUE(t.get(a, 2).isNil());
  EXPECT_TRUE(t.get(a, 3).isString());
  EXPECT_TRUE(t.get(a, 4) == integer(5));
  EXPECT_EQ(integerOf(t.get(a, 5)), INT64_MAX);
  EXPECT_TRUE(t.get(a, "name").isNil());
  EXPECT_EQ(count(a), 4);
  t.set(a, "name", integer(1));
  EXPECT_TRUE(t.get(a, "name") == integer(1));
}

TEST_P(Weak, KeysAreEphemerons) {
  Handle a = weakTable("k");
  Handle kept = t.table();
  {
    Rooted k1(*t, newTable(*t)), k2(*t, newTable(*t));
    t.set(a, *k1, *k2);  // k2 lives only as long as k1 does
    t.set(a, *k2, *k1);  // and the other way round
    t.set(a, *kept, newTable(*t));
    t.set(a, "string key", newTable(*t));
    t.set(a, 1, newTable(*t));
  }
  t.collect();
  EXPECT_EQ(count(a), 3);
  EXPECT_TRUE(t.get(a, *kept).isTable());
  EXPECT_TRUE(t.get(a, "string key").isTable());
  EXPECT_TRUE(t.get(a, 1).isTable());
}

TEST_P(Weak, KeysAndValues) {
  Handle a = weakTable("kv");
  Handle k = t.table(), v = t.table();
  t.set(a, *k, *v);
  t.set(a, *v, newTable(*t));
  t.set(a, newTable(*t), *v);
  t.set(a, newTable(*t), newTable(*t));
  t.set(a, newTable(*t), integer(1));
  t.set(a, 7, newTable(*t));
  t.set(a, 8, *v);
  t.collect();
  EXPECT_EQ(count(a), 2);
  EXPECT_TRUE(t.get(a, *k) == *v);
  EXPECT_TRUE(t.get(a, 8) == *v);
}

TEST_P(Weak, GrowAndShrinkThroughCollections) {
  Handle a = weakTable("k");
  std::vector<Handle> kept;
  int n = GetParam() == Mode::kMoveAlways ? 100 : 5000;
  for (int i = 0; i < n; i++) {
    Rooted key(*t, newTable(*t));
    if (i % 10 == 0) kept.push_back(t.root(*key));
    t.set(a, *key, integer(i));
    if (i % 1000 == 0) t.collect();
  }
  t.collect();
  EXPECT_EQ(count(a), n / 10);
  for (size_t i = 0; i < kept.size(); i++) ASSERT_TRUE(t.get(a, *kept[i]) == integer(static_cast<int64_t>(i) * 10));
}

TEST_P(Weak, ModeAssignedLater) {
  Handle mt = t.table();
  Handle a = t.table();
  t.setMetatable(a, mt);
  t.set(a, 1, newTable(*t));
  t.set(a, "x", newTable(*t));
  t.collect();
  EXPECT_EQ(count(a), 2);
  t.set(mt, "__mode", intern(*t, "v"));
  EXPECT_TRUE(t.shape(a).weak());
  t.collect();
  EXPECT_EQ(count(a), 0);
  t.set(a, 1, newTable(*t));
  t.set(mt, "__mode", Value::nil());
  EXPECT_FALSE(t.shape(a).weak());
  t.set(a, 2, newTable(*t));
  t.collect();
  EXPECT_TRUE(t.get(a, 2).isTable());
}

TEST_P(Weak, StrongAgain) {
  Handle a = weakTable("k");
  for (int i = 1; i <= 20; i++) t.set(a, i, integer(i));
  EXPECT_EQ(t.length(a), 20);
  EXPECT_EQ(a.table()->arrayStorage()->capacity(), 0u);
  t.setMetatable(a, t.root());
  t.set(a, 21, integer(21));
  for (int i = 1; i <= 21; i++) EXPECT_TRUE(t.get(a, i) == integer(i));
  EXPECT_EQ(t.length(a), 21);
  t.setMetatable(a, t.metatable("__mode", intern(*t, "v")));
  EXPECT_EQ(t.length(a), 21);
}

TEST_P(Weak, LengthOfWeakTables) {
  Handle a = weakTable("v");
  EXPECT_EQ(t.length(a), 0);
  Rooted v(*t, integer(1));
  for (int i = 1; i <= 100; i++) {
    ASSERT_TRUE(tableAppend(*t, a, v));
    EXPECT_EQ(t.length(a), i);
  }
}

// ---- finalizers ----

class Finalizers : public Weak {
 protected:
  Handle gc = t.metatable("__gc", integer(1));
  /// Identity of a new object with a finalizer.
  Value make(int64_t number) {
    Rooted o(*t, newTable(*t));
    t.set(o, "number", integer(number));
    t.setMetatable(o, gc);
    return *o;
  }
  std::vector<int64_t> take() {
    std::vector<int64_t> numbers;
    for (;;) {
      Value v = t->takeFinalizable();
      if (v.isNil()) return numbers;
      numbers.push_back(integerOf(tableGetName(*t, asTable(v), "number")));
    }
  }
};
INSTANTIATE_TEST_SUITE_P(Modes, Finalizers, ::testing::Values(Mode::kNormal, Mode::kSmallNursery, Mode::kMoveAlways));

TEST_P(Finalizers, ReverseOrderOfMarking) {
  {
    std::vector<Handle> all;
    for (int i = 0; i < 10; i++) all.push_back(t.root(make(i)));
    t.collect();
    EXPECT_FALSE(t->finalizersDue);
    for (Handle h : all) h.set(Value::nil());
  }
  t.collect();
  EXPECT_TRUE(t->finalizersDue);
  EXPECT_EQ(take(), (std::vector<int64_t>{9, 8, 7, 6, 5, 4, 3, 2, 1, 0}));
  EXPECT_FALSE(t->finalizersDue);
  t.collect();
  EXPECT_TRUE(take().empty());
}

TEST_P(Finalizers, OnlyWithGcAtSetmetatable) {
  Handle late = t.table();
  Handle o = t.table();
  t.setMetatable(o, late);
  t.set(late, "__gc", integer(1));
  o.set(Value::nil());
  t.collect();
  EXPECT_FALSE(t->finalizersDue);
}

TEST_P(Finalizers, ResurrectionAndMarkingAgain) {
  make(1);
  t.collect();
  Handle back = t.root(t->takeFinalizable());
  ASSERT_TRUE(back.get().isTable());
  EXPECT_TRUE(t->takeFinalizable().isNil());
  t.collect();
  EXPECT_TRUE(t.get(back, "number") == integer(1));
  back.set(*back);
  t.setMetatable(back, gc);  // marks it once more
  back.set(Value::nil());
  t.collect();
  EXPECT_EQ(take(), std::vector<int64_t>{1});
}

TEST_P(Finalizers, ChainsDieTogether) {
  {
    Rooted first(*t, make(1));
    Rooted second(*t, make(2));
    t.set(second, "next", *first);
    t.set(first, "next", *second);
  }
  t.collect();
  EXPECT_EQ(take(), (std::vector<int64_t>{2, 1}));
}

TEST_P(Finalizers, WeakValuesGoBeforeWeakKeysAfter) {
  Handle values = weakTable("v"), keys = weakTable("k");
  {
    Rooted o(*t, make(1));
    t.set(values, 1, *o);
    t.set(keys, *o, integer(5));
  }
  t.collect();
  EXPECT_TRUE(t.get(values, 1).isNil());
  Handle o = t.root(t->takeFinalizable());
  ASSERT_TRUE(o.get().isTable());
  EXPECT_TRUE(t.get(keys, *o) == integer(5));
  o.set(Value::nil());
  t.collect();
  EXPECT_EQ(count(keys), 0);
}

TEST_P(Finalizers, ClosingTakesAll) {
  std::vector<Handle> all;
  for (int i = 0; i < 5; i++) all.push_back(t.root(make(i)));
  t->closeFinalizers();
  make(99);  // too late
  EXPECT_EQ(take(), (std::vector<int64_t>{4, 3, 2, 1, 0}));
}

TEST_P(Finalizers, ManyYoungOnes) {
  int n = GetParam() == Mode::kMoveAlways ? 50 : 20000;
  size_t taken = 0;
  for (int i = 0; i < n; i++) {
    make(i);
    if (i % 1000 == 0) taken += take().size();
  }
  t.collect();
  taken += take().size();
  EXPECT_EQ(taken, static_cast<size_t>(n));
  EXPECT_EQ(t->finalizers->pending(), 0u);
}

// ---- identity ----

TEST_P(Weak, IdentityStays) {
  std::vector<Handle> objects;
  std::vector<uint64_t> numbers;
  int n = GetParam() == Mode::kMoveAlways ? 30 : 1000;
  for (int i = 0; i < n; i++) {
    objects.push_back(t.table());
    numbers.push_back(t->identityOf(*objects.back()));
    Value passing = newTable(*t);
    t->identityOf(passing);
  }
  t->heap.collectMinor("test");
  for (int i = 0; i < n; i++)
    ASSERT_EQ(t->identityOf(*objects[static_cast<size_t>(i)]), numbers[static_cast<size_t>(i)]);
  t.collect();
  for (int i = 0; i < n; i++)
    ASSERT_EQ(t->identityOf(*objects[static_cast<size_t>(i)]), numbers[static_cast<size_t>(i)]);
  Handle fresh = t.table();
  uint64_t number = t->identityOf(*fresh);
  for (uint64_t other : numbers) ASSERT_NE(number, other);
  EXPECT_LT(t->weakMaps->bytes(), 200'000u);
}

}  // namespace
}  // namespace devvm::runtime::testing
