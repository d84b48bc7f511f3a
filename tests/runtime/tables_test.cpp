#include <cmath>
#include <map>
#include <set>
#include <vector>

#include "fixture.h"
#include "runtime/dict.h"

namespace devvm::runtime::testing {
namespace {

/// All keys of a traversal by next, as integers (other keys must not be there).
std::vector<int64_t> integerKeys(TestIsolate& t, Handle table) {
  std::vector<int64_t> keys;
  Value k, v;
  while (tableNext(*t, table.table(), k, k, v) && !k.isNil()) keys.push_back(integerOf(k));
  return keys;
}

class Tables : public ::testing::TestWithParam<Mode> {
 protected:
  TestIsolate t{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(Modes, Tables, ::testing::Values(Mode::kNormal, Mode::kSmallNursery, Mode::kMoveAlways));

TEST_P(Tables, FloatKeysAreNormalised) {
  Handle a = t.table();
  t.set(a, number(1.0), integer(10));
  EXPECT_TRUE(t.get(a, 1) == integer(10));
  EXPECT_EQ(a.table()->arrayStorage()->length, 1u);
  t.set(a, number(0x1p53), integer(11));
  EXPECT_TRUE(t.get(a, int64_t{1} << 53) == integer(11));
  t.set(a, number(-0.0), integer(12));
  EXPECT_TRUE(t.get(a, 0) == integer(12));
  EXPECT_TRUE(t.get(a, number(0.0)) == integer(12));
  t.set(a, number(-0x1p63), integer(13));
  EXPECT_TRUE(t.get(a, INT64_MIN) == integer(13));
  t.set(a, number(1.5), integer(14));
  EXPECT_TRUE(t.get(a, number(1.5)) == integer(14));
  EXPECT_TRUE(t.get(a, number(std::nan(""))).isNil());
  EXPECT_TRUE(t.get(a, Value::nil()).isNil());
  t.set(a, number(0x1p63), integer(15));
  EXPECT_TRUE(t.get(a, number(0x1p63)) == integer(15));
}

TEST_P(Tables, ConstructorsKeepPositionalNils) {
  auto lengthOf = [&](std::vector<Value> values) {
    Handle a = t.table();
    std::vector<Value> reversed(values.rbegin(), values.rend());
    EXPECT_TRUE(tableInitList(*t, a, 0, &reversed.back(), static_cast<uint32_t>(values.size())));
    for (size_t i = 0; i < values.size(); i++) EXPECT_TRUE(t.get(a, static_cast<int64_t>(i) + 1) == values[i]);
    return t.length(a);
  };
  Value n = Value::nil(), x = integer(5);
  EXPECT_EQ(lengthOf({x, x, n, x}), 4);
  EXPECT_EQ(lengthOf({n, n, x}), 3);
  EXPECT_EQ(lengthOf({x, n}), 1);
  EXPECT_EQ(lengthOf({n, n}), 0);
  EXPECT_EQ(lengthOf({x, n, x, n}), 3);
  EXPECT_EQ(lengthOf({n}), 0);
}

TEST_P(Tables, ConstructorsInPieces) {
  Handle a = t.table();
  Value first[] = {Value::nil(), integer(1)};  // 1, nil
  Value second[] = {integer(4), integer(3)};
  ASSERT_TRUE(tableInitList(*t, a, 0, &first[1], 2));
  ASSERT_TRUE(tableInitList(*t, a, 2, &second[1], 2));
  EXPECT_EQ(t.length(a), 4);
  EXPECT_TRUE(t.get(a, 2).isNil());
  EXPECT_TRUE(t.get(a, 4) == integer(4));
}

TEST_P(Tables, ConstructorListWinsOverIntegerKeys) {
  Handle a = t.table();
  t.set(a, 3, integer(-3));
  t.set(a, 5, integer(-5));
  Value list[] = {integer(4), integer(3), integer(2), integer(1)};
  ASSERT_TRUE(tableInitList(*t, a, 0, &list[3], 4));
  EXPECT_TRUE(t.get(a, 3) == integer(3));
  EXPECT_TRUE(t.get(a, 5) == integer(-5));
  EXPECT_EQ(t.length(a), 5);
  EXPECT_EQ(integerKeys(t, a), (std::vector<int64_t>{1, 2, 3, 4, 5}));
}

TEST_P(Tables, LengthFollowsTheEnd) {
  Handle a = t.table();
  for (int i = 1; i <= 20; i++) t.set(a, i, integer(i));
  EXPECT_EQ(t.length(a), 20);
  t.set(a, 10, Value::nil());
  EXPECT_EQ(t.length(a), 20);
  for (int i = 20; i > 10; i--) {
    t.set(a, i, Value::nil());
    EXPECT_EQ(t.length(a), i == 11 ? 9 : i - 1);
  }
  t.set(a, 10, integer(1));
  EXPECT_EQ(t.length(a), 10);
}

TEST_P(Tables, BackwardAndRandomFillingBecomesAnArray) {
  int n = GetParam() == Mode::kMoveAlways ? 40 : 1000;
  Handle backward = t.table();
  for (int i = n; i >= 1; i--) t.set(backward, i, integer(i));
  Handle shuffled = t.table();
  for (int i = 0; i < n; i++) t.set(shuffled, i * 7 % n + 1, integer(i * 7 % n + 1));
  if (n % 7 == 0) GTEST_FAIL();
  for (Handle a : {backward, shuffled}) {
    EXPECT_EQ(t.length(a), n);
    EXPECT_EQ(a.table()->arrayStorage()->length, static_cast<uint32_t>(n));
    for (int i = 1; i <= n; i++) EXPECT_TRUE(t.get(a, i) == integer(i));
    EXPECT_FALSE(t.shape(a).dictionary());
  }
}

TEST_P(Tables, SparseKeysStaySparse) {
  Handle a = t.table();
  for (int64_t i = 1; i < int64_t{1} << 40; i *= 2) t.set(a, i, integer(i));
  EXPECT_LT(a.table()->arrayStorage()->capacity(), 16u);
  for (int64_t i = 1; i < int64_t{1} << 40; i *= 2) EXPECT_TRUE(t.get(a, i) == integer(i));
  EXPECT_TRUE(t.get(a, 3).isNil());
  t.set(a, -5, integer(1));
  t.set(a, INT64_MAX, integer(2));
  EXPECT_TRUE(t.get(a, INT64_MAX) == integer(2));
  t.set(a, INT64_MAX, Value::nil());
  EXPECT_TRUE(t.get(a, INT64_MAX).isNil());
}

TEST_P(Tables, AppendingMeetsWhatTheDictionaryHas) {
  Handle a = t.table();
  for (int i : {5, 4, 8, 7}) t.set(a, i, integer(i));
  for (int i : {1, 2, 3}) t.set(a, i, integer(i));
  EXPECT_EQ(t.length(a), 5);
  t.set(a, 6, integer(6));
  EXPECT_EQ(t.length(a), 8);
  EXPECT_EQ(integerKeys(t, a), (std::vector<int64_t>{1, 2, 3, 4, 5, 6, 7, 8}));
}

TEST_P(Tables, QueuesDoNotGrow) {
  Handle a = t.table();
  int64_t head = 1, tail = 1;
  int n = GetParam() == Mode::kMoveAlways ? 200 : 20000;
  for (int i = 0; i < n; i++) {
    t.set(a, tail++, integer(i));
    if (tail - head > 5) t.set(a, head++, Value::nil());
  }
  EXPECT_LE(a.table()->arrayStorage()->capacity(), 32u);
  if (t.shape(a).dictionary()) {
    EXPECT_LE(as<Dict>(a.table()->props)->capacity(), 64u);
  }
  for (int64_t i = head; i < tail; i++) EXPECT_TRUE(t.get(a, i) == integer(i - 1));
}

TEST_P(Tables, ManyFieldsMakeADictionary) {
  Handle a = t.table(0, 2);
  for (int i = 0; i < 100; i++) {
    t.set(a, "field" + std::to_string(i), integer(i));
    EXPECT_EQ(t.shape(a).dictionary(), i >= 64) << i;
  }
  for (int i = 0; i < 100; i++) EXPECT_TRUE(t.get(a, "field" + std::to_string(i)) == integer(i));
  Value k, v;
  int n = 0;
  while (tableNext(*t, a.table(), k, k, v) && !k.isNil()) EXPECT_TRUE(v == integer(n++));
  EXPECT_EQ(n, 100);
}

TEST_P(Tables, ClearingDuringNext) {
  // Elements, sparse integers, fields, objects; in every mode of fields, with collections in between.
  for (int variant = 0; variant < 3; variant++) {
    Handle a = t.table();
    std::set<int64_t> wanted;
    for (int i = 1; i <= 10; i++) t.set(a, i, integer(i)), wanted.insert(i);
    for (int i = 0; i < 10; i++) t.set(a, "name" + std::to_string(i), integer(100 + i)), wanted.insert(100 + i);
    if (variant >= 1) {
      for (int i = 0; i < 10; i++) t.set(a, i * 1000 - 4, integer(200 + i)), wanted.insert(200 + i);
      for (int i = 0; i < 10; i++) t.set(a, newTable(*t), integer(300 + i)), wanted.insert(300 + i);
      for (int i = 0; i < 10; i++) t.set(a, makeInteger(*t, INT64_MAX - i), integer(400 + i)), wanted.insert(400 + i);
    }
    if (variant == 2) t.setMetatable(a, t.metatable("__mode", intern(*t, "k")));
    if (variant == 2) {
      for (int i = 0; i < 10; i++) wanted.erase(300 + i);  // nobody else knows them, but they may still be there
    }
    Handle key = t.root(), value = t.root();
    std::set<int64_t> seen;
    for (;;) {
      Value k, v;
      ASSERT_TRUE(tableNext(*t, a.table(), *key, k, v));
      key.set(k);
      value.set(v);
      if (k.isNil()) break;
      EXPECT_TRUE(seen.insert(integerOf(v)).second);
      t.set(a, k, Value::nil());
      if (seen.size() % 3 == 0) t->heap.collectMinor("test");
      if (seen.size() % 7 == 0) t.collect();
    }
    for (int64_t w : wanted) EXPECT_TRUE(seen.count(w)) << w << " in variant " << variant;
    Value k, v;
    ASSERT_TRUE(tableNext(*t, a.table(), Value::nil(), k, v));
    EXPECT_TRUE(k.isNil());
    EXPECT_EQ(t.length(a), 0);
  }
}

TEST_P(Tables, ConversionsDuringTraversal) {
  // Setting a metatable converts tables; a traversal that is under way must find its place by key and by position.
  for (bool weak : {false, true}) {
    for (bool byPosition : {false, true}) {
      Handle a = t.table();
      for (int i = 1; i <= 5; i++) t.set(a, i, integer(i));
      for (int i = 0; i < 5; i++) t.set(a, "f" + std::to_string(i), integer(100 + i));
      Handle mt = weak ? t.metatable("__mode", intern(*t, "v")) : t.table();
      Handle key = t.root();
      std::vector<int64_t> seen;
      uint32_t position = 0;
      for (;;) {
        Value k, v;
        if (byPosition) {
          position = tableNextAt(*t, a.table(), position, k, v);
        } else {
          ASSERT_TRUE(tableNext(*t, a.table(), *key, k, v));
        }
        key.set(k);
        if (k.isNil()) break;
        seen.push_back(integerOf(v));
        t.set(a, k, Value::nil());
        if (seen.size() == 3) t.setMetatable(a, mt);
        if (seen.size() == 7) t.setMetatable(a, t.root());
        if (seen.size() == 8 && !weak) {
          ASSERT_TRUE(tableToDictionary(*t, a, false));
        }
      }
      EXPECT_EQ(seen, (std::vector<int64_t>{1, 2, 3, 4, 5, 100, 101, 102, 103, 104}));
    }
  }
}

TEST_P(Tables, UnknownKeysAreNoPlace) {
  Handle a = t.table();
  t.set(a, 1, integer(1));
  t.set(a, "x", integer(2));
  Value k, v;
  EXPECT_FALSE(tableNext(*t, a.table(), integer(1000), k, v));
  EXPECT_FALSE(tableNext(*t, a.table(), Value::boolean(true), k, v));
  EXPECT_FALSE(tableNext(*t, a.table(), *t.string("nowhere"), k, v));
  EXPECT_FALSE(tableNext(*t, a.table(), number(1.5), k, v));
  EXPECT_TRUE(tableNext(*t, a.table(), number(1.0), k, v));
  EXPECT_TRUE(v == integer(2));
}

TEST_P(Tables, RevivedKeysKeepTheirPlace) {
  Handle a = t.table();
  t.set(a, number(0.5), integer(1));
  t.set(a, number(1.5), integer(2));
  t.set(a, number(0.5), Value::nil());
  t.set(a, number(0.5), integer(3));
  Value k, v;
  ASSERT_TRUE(tableNext(*t, a.table(), Value::nil(), k, v));
  EXPECT_TRUE(v == integer(3));
  EXPECT_EQ(as<Dict>(a.table()->props)->used, 2u);
}

TEST_P(Tables, ObjectKeysSurviveMoves) {
  Handle a = t.table();
  std::vector<Handle> keys;
  int n = GetParam() == Mode::kMoveAlways ? 20 : 300;
  for (int i = 0; i < n; i++) {
    keys.push_back(t.table());
    t.set(a, *keys.back(), integer(i));
    if (i % 50 == 0) t->heap.collectMinor("test");
    for (int j = 0; j <= i; j += 7) ASSERT_TRUE(t.get(a, *keys[static_cast<size_t>(j)]) == integer(j));
  }
  t.collect();
  for (int i = 0; i < n; i++) ASSERT_TRUE(t.get(a, *keys[static_cast<size_t>(i)]) == integer(i));
  Handle missing = t.table();
  EXPECT_TRUE(t.get(a, *missing).isNil());
}

TEST_P(Tables, BoxedIntegersAreValues) {
  Handle a = t.table();
  t.set(a, makeInteger(*t, INT64_MAX), integer(1));
  t.set(a, makeInteger(*t, INT64_MIN), integer(2));
  EXPECT_TRUE(t.get(a, INT64_MAX) == integer(1));
  t.set(a, makeInteger(*t, INT64_MAX), integer(3));
  EXPECT_TRUE(t.get(a, INT64_MAX) == integer(3));
  EXPECT_TRUE(t.get(a, INT64_MIN) == integer(2));
  EXPECT_TRUE(t.get(a, number(-0x1p63)) == integer(2));
}

TEST_P(Tables, StringKeysByContent) {
  Handle a = t.table();
  t.set(a, newString(*t, "some key"), integer(1));
  EXPECT_TRUE(t.get(a, newString(*t, "some key")) == integer(1));
  EXPECT_TRUE(t.get(a, newString(*t, "other key")).isNil());
  EXPECT_EQ(findInterned(*t, "other key"), nullptr);
  t.set(a, newString(*t, "third key"), Value::nil());
  EXPECT_EQ(findInterned(*t, "third key"), nullptr);
  t.set(a, newString(*t, "some key"), Value::nil());
  EXPECT_TRUE(t.get(a, "some key").isNil());
}

TEST(TableStorage, RemovedKeysDoNotKeepObjects) {
  TestIsolate t;
  Handle a = t.table(), weak = t.table();
  t.setMetatable(weak, t.metatable("__mode", intern(*t, "v")));
  {
    Rooted key(*t, newTable(*t));
    t.set(weak, 1, *key);
    t.set(a, *key, integer(1));
    t.set(a, *key, Value::nil());
  }
  t.set(a, "x", integer(1));
  t.collect();
  EXPECT_TRUE(t.get(weak, 1).isNil());
  EXPECT_TRUE(t.get(a, "x") == integer(1));
}

TEST(TableStorage, FieldPlaces) {
  TestIsolate t;
  Handle a = t.table(0, 2);
  for (const char* name : {"a", "b", "c", "d"}) t.set(a, name, integer(name[0]));
  using How = FieldPlace::How;
  FieldPlace p = fieldPlace(*t, a.table(), t.string("b").string());
  EXPECT_TRUE(p.how == How::kInline && p.slot == 1);
  EXPECT_TRUE(*fieldSlot(a.table(), p) == integer('b'));
  p = fieldPlace(*t, a.table(), t.string("d").string());
  EXPECT_TRUE(p.how == How::kOverflow && p.slot == 1);
  EXPECT_TRUE(*fieldSlot(a.table(), p) == integer('d'));
  EXPECT_TRUE(fieldPlace(*t, a.table(), t.string("e").string()).how == How::kNone);
  t.set(a, number(0.5), integer(1));
  EXPECT_TRUE(fieldPlace(*t, a.table(), t.string("d").string()).how == How::kDictionary);
}

TEST(TableStorage, LargeOnes) {
  TestIsolate t(Mode::kSmallNursery, false);
  Handle a = t.table();
  for (int i = 1; i <= 300000; i++) t.set(a, i, integer(i));
  EXPECT_EQ(t.length(a), 300000);
  Handle d = t.table();
  for (int i = 0; i < 200000; i++) t.set(d, number(i + 0.5), integer(i));
  for (int i = 0; i < 200000; i++) ASSERT_TRUE(t.get(d, number(i + 0.5)) == integer(i));
  for (int i = 0; i < 200000; i++) t.set(d, number(i + 0.5), Value::nil());
  for (int i = 0; i < 100; i++) t.set(d, number(i + 0.25), integer(i));
  for (int i = 1; i <= 300000; i++) ASSERT_TRUE(t.get(a, i) == integer(i));
}

TEST(TableStorage, OutOfMemoryIsReported) {
  IsolateOptions o;
  o.limits.memoryBytes = 4 << 20;
  Isolate isolate(o);
  Rooted a(isolate, newTable(isolate)), v(isolate, integer(1));
  int64_t i = 1;
  while (tableSetInt(isolate, a, i, v)) i++;
  EXPECT_GT(i, 10000);
  EXPECT_TRUE(tableGetInt(isolate, a.table(), i - 1) == integer(1));
  EXPECT_TRUE(tableGetInt(isolate, a.table(), i).isNil());
  a.set(Value::nil());
  isolate.heap.collectFull("test");
  a.set(newTable(isolate));
  ASSERT_TRUE(a.get().isTable());
  for (i = 1; i < 1000000; i++) {
    Rooted key(isolate, number(static_cast<double>(i) + 0.5));
    if (!tableSet(isolate, a, key, v)) break;
  }
  EXPECT_LT(i, 1000000);
}

}  // namespace
}  // namespace devvm::runtime::testing
