#include <vector>

#include "fixture.h"
#include "runtime/code.h"

namespace devvm::runtime::testing {
namespace {

TEST(Shapes, AreSharedByOrderOfFields) {
  TestIsolate t;
  auto make = [&](std::initializer_list<const char*> names) {
    Handle a = t.table(0, 4);
    for (const char* n : names) t.set(a, n, integer(1));
    return a;
  };
  Handle a = make({"x", "y"}), b = make({"x", "y"}), c = make({"y", "x"});
  EXPECT_EQ(&t.shape(a), &t.shape(b));
  EXPECT_NE(&t.shape(a), &t.shape(c));
  EXPECT_EQ(t.shape(a).slotCount, 2u);
  EXPECT_EQ(ShapeTable::inlineClass(0), 0);
  EXPECT_EQ(ShapeTable::inlineClass(3), 4);
  EXPECT_EQ(ShapeTable::inlineClass(33), 32);
}

TEST(Shapes, MetatableBeforeOrAfterFieldsIsTheSame) {
  TestIsolate t;
  Handle mt = t.table();
  Handle a = t.table(0, 4), b = t.table(0, 4);
  t.setMetatable(a, mt);
  t.set(a, "x", integer(1));
  t.set(a, "y", integer(2));
  t.set(b, "x", integer(3));
  t.set(b, "y", integer(4));
  t.setMetatable(b, mt);
  EXPECT_EQ(&t.shape(a), &t.shape(b));
  EXPECT_TRUE(t.shape(mt).unique());
  EXPECT_TRUE(t.shape(mt).flags & kIsPrototype);
  EXPECT_TRUE(tableMetatable(*t, b.table()) == *mt);
  t.setMetatable(b, t.root());
  EXPECT_TRUE(tableMetatable(*t, b.table()).isNil());
  EXPECT_TRUE(t.get(b, "y") == integer(4));
  EXPECT_NE(&t.shape(a), &t.shape(b));
}

TEST(Shapes, UniqueOnesGrowInPlace) {
  TestIsolate t;
  Handle a = t.table();
  t.set(a, "x", integer(1));
  EXPECT_TRUE(tableMakeUnique(*t, a, false));
  uint32_t id = a.table()->shapeId();
  for (int i = 0; i < 1000; i++) t.set(a, "field" + std::to_string(i), integer(i));
  EXPECT_EQ(a.table()->shapeId(), id);
  EXPECT_TRUE(t.shape(a).owner == *a);
  t.collect();
  t->heap.collectMinor("test");
  EXPECT_TRUE(t.shape(a).owner == *a);
  for (int i = 0; i < 1000; i++) EXPECT_TRUE(t.get(a, "field" + std::to_string(i)) == integer(i));
  t.set(a, number(0.5), integer(1));
  EXPECT_TRUE(t.shape(a).dictionary());
  EXPECT_NE(a.table()->shapeId(), id);
  EXPECT_TRUE(t.get(a, "field5") == integer(5));
}

TEST(Shapes, UniqueTablesUsedAsMapsBecomeDictionaries) {
  TestIsolate t;
  Handle a = t.table();
  tableMakeUnique(*t, a, false);
  for (int i = 0; i < 3000; i++) {
    t.set(a, "field" + std::to_string(i), integer(i));
    t.set(a, "field" + std::to_string(i), Value::nil());
  }
  EXPECT_TRUE(t.shape(a).dictionary());
  EXPECT_LT(t.shape(a).slotCount, 1000u);
}

TEST(Shapes, AbsentMetamethodsAreRememberedAndForgotten) {
  for (bool dictionary : {false, true}) {
    TestIsolate t;
    Handle mt = t.table(), a = t.table();
    if (dictionary) t.set(mt, number(0.5), integer(1));
    t.setMetatable(a, mt);
    EXPECT_EQ(t.shape(mt).dictionary(), dictionary);
    EXPECT_TRUE(metamethod(*t, *a, Meta::kIndex).isNil());
    EXPECT_NE(t.shape(mt).absentMeta, 0u);
    EXPECT_TRUE(metamethod(*t, *a, Meta::kIndex).isNil());
    uint32_t epoch = t->shapes.prototypeEpoch;
    t.set(mt, "__index", integer(7));
    EXPECT_TRUE(metamethod(*t, *a, Meta::kIndex) == integer(7));
    EXPECT_NE(t->shapes.prototypeEpoch, epoch);
    t.set(mt, "__index", Value::nil());
    EXPECT_TRUE(metamethod(*t, *a, Meta::kIndex).isNil());
    t.set(mt, "__index", integer(8));
    EXPECT_TRUE(metamethod(*t, *a, Meta::kIndex) == integer(8));
    if (!dictionary) {
      t.set(mt, number(0.5), integer(1));  // becomes a dictionary
      EXPECT_TRUE(metamethod(*t, *a, Meta::kIndex) == integer(8));
      EXPECT_TRUE(metamethod(*t, *a, Meta::kCall).isNil());
      t.set(mt, "__call", integer(9));
      EXPECT_TRUE(metamethod(*t, *a, Meta::kCall) == integer(9));
    }
  }
}

TEST(Shapes, EpochFollowsPrototypes) {
  TestIsolate t;
  Handle base = t.table(), a = t.table();
  t.setMetatable(a, base);
  auto changes = [&](auto f) {
    uint32_t before = t->shapes.prototypeEpoch;
    f();
    return t->shapes.prototypeEpoch != before;
  };
  EXPECT_TRUE(changes([&] { t.set(base, "method", integer(1)); }));
  EXPECT_FALSE(changes([&] { t.set(base, "method", integer(2)); }));
  EXPECT_TRUE(changes([&] { t.set(base, "__index", integer(1)); }));
  EXPECT_TRUE(changes([&] { t.set(base, "__index", integer(2)); }));
  EXPECT_TRUE(changes([&] { t.setMetatable(base, t.table()); }));
  EXPECT_FALSE(changes([&] { t.set(a, "own", integer(2)); }));
  EXPECT_TRUE(changes([&] { t.set(base, integer(-1), integer(2)); }));
  EXPECT_FALSE(changes([&] { t.set(base, integer(-1), integer(3)); }));
}

TEST(Shapes, SelfAsMetatable) {
  TestIsolate t(Mode::kMoveAlways);
  Handle a = t.table();
  t.set(a, "__index", *a);
  t.setMetatable(a, a);
  EXPECT_TRUE(tableMetatable(*t, a.table()) == *a);
  t.collect();
  EXPECT_TRUE(tableMetatable(*t, a.table()) == *a);
  EXPECT_TRUE(metamethod(*t, *a, Meta::kIndex) == *a);
}

TEST(Shapes, UnusedMetatablesAreCollected) {
  TestIsolate t;
  Handle watch = t.table();
  t.setMetatable(watch, t.metatable("__mode", intern(*t, "v")));
  {
    Rooted mt(*t, newTable(*t)), a(*t, newTable(*t, 0, 4));
    t.set(watch, 1, *mt);
    t.set(a, "x", integer(1));
    ASSERT_TRUE(tableSetMetatable(*t, a, mt));
  }
  t.collect();
  EXPECT_TRUE(t.get(watch, 1).isNil());
}

TEST(Shapes, DeadShapesGoAfterAWhile) {
  TestIsolate t;
  size_t before = t->shapes.count();
  {
    Rooted a(*t, newTable(*t));
    for (int i = 0; i < 50; i++) t.set(a, "x" + std::to_string(i), integer(i));
  }
  EXPECT_GE(t->shapes.count(), before + 50);
  for (int i = 0; i < 4; i++) t.collect();
  EXPECT_LE(t->shapes.count(), before + 1);
}

TEST(Shapes, AMetatablePerObject) {
  for (Mode mode : {Mode::kNormal, Mode::kSmallNursery}) {
    TestIsolate t(mode, false);
    Handle all = t.table();
    constexpr int kObjects = 30000;
    for (int i = 1; i <= kObjects; i++) {
      Rooted o(*t, newTable(*t, 0, 2)), mt(*t, newTable(*t, 0, 2));
      t.set(o, "a", integer(i));
      t.set(o, "b", integer(i));
      t.set(mt, "__index", integer(i));
      ASSERT_TRUE(tableSetMetatable(*t, o, mt));
      if (i % 3 == 0) t.set(all, i / 3, *o);  // the others die
      t.set(o, "c", integer(i));
    }
    for (int i = 3; i <= kObjects; i += 3) {
      Value o = t.get(all, i / 3);
      ASSERT_TRUE(metamethod(*t, o, Meta::kIndex) == integer(i));
      ASSERT_TRUE(tableGetName(*t, asTable(o), "c") == integer(i));
    }
    all.set(Value::nil());
    for (int i = 0; i < 4; i++) t.collect();
    EXPECT_LT(t->shapes.count(), 50u);
  }
}

TEST(Shapes, MapsDoNotMakeShapesWithoutEnd) {
  TestIsolate t;
  for (int i = 0; i < 40000; i++) {
    Rooted a(*t, newTable(*t));
    for (int j = 0; j < 5; j++) t.set(a, "k" + std::to_string(i * 7919 % 9973 + j * 31), integer(j));
    for (int j = 0; j < 5; j++) {
      ASSERT_TRUE(t.get(Handle(a), "k" + std::to_string(i * 7919 % 9973 + j * 31)) == integer(j));
    }
  }
  EXPECT_LE(t->shapes.count(), ShapeTable::kMaxShared + 100);
}

TEST(Shapes, FeedbackOfDeadShapesIsCleared) {
  TestIsolate t;
  bytecode::Module m;
  m.functions.emplace_back();
  m.functions[0].feedbackSlots = 3;
  Handle p = t.root(loadModule(*t, std::move(m)));
  FeedbackCell* cells = p.as<PrototypeObject>()->code->feedback();
  Handle live = t.table(0, 2);
  t.set(live, "x", integer(1));
  {
    Rooted dead(*t, newTable(*t, 0, 2));
    t.set(dead, "y", integer(1));
    cells[1].shape = dead.table()->shapeId();
    cells[1].offset = 24;
    cells[2].shape = live.table()->shapeId();
    cells[2].offset = 24;
  }
  for (int i = 0; i < 4; i++) t.collect();
  EXPECT_EQ(cells[1].shape, 0u);
  EXPECT_EQ(cells[1].offset, 0u);
  EXPECT_EQ(cells[2].shape, live.table()->shapeId());
  EXPECT_EQ(cells[2].offset, 24u);
}

}  // namespace
}  // namespace devvm::runtime::testing
