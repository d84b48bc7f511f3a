// Tables, arrays, strings, new objects, the write barrier.
#include "machine.h"
#include "runtime/tables.h"

namespace devvm::jit::testing {
namespace {

constexpr const char* kSumOfProducts =
    "fn 0 locals 4\n"
    "b0:\n"
    "  n1 = slot 0\n"
    "  n2 = slot 1\n"
    "  n3 = check_table n1 [0 @0 n1 n2 - -]\n"
    "  n4 = check_table n2 [0 @0 n1 n2 - -]\n"
    "  n5 = load_array n3\n"
    "  n6 = load_array n4\n"
    "  n7 = load_length n5\n"
    "  n8 = load_length n6\n"
    "  n9 = int 0\n"
    "  n10 = float 0.0\n"
    "  n22 = int 1\n"
    "  jump b1\n"
    "b1: loop (b0 b2)\n"
    "  n11 = phi.int n9 n12\n"
    "  n13 = phi.float n10 n14\n"
    "  n15 = int_lt n11 n7\n"
    "  branch n15 b2 b3\n"
    "b2:\n"
    "  n16 = load_element n5 n11\n"
    "  n17 = check_float n16 [0 @5 n1 n2 n11 n13 n16]\n"
    "  n18 = check_index n11 n8 [0 @6 n1 n2 n11 n13]\n"
    "  n19 = load_element n6 n18\n"
    "  n20 = check_float n19 [0 @7 n1 n2 n11 n13 n17 n19]\n"
    "  n21 = float_mul n17 n20\n"
    "  n14 = float_add n13 n21\n"
    "  n12 = int_add n11 n22\n"
    "  poll [0 @8 n1 n2 n12 n14]\n"
    "  jump b1\n"
    "b3:\n"
    "  n23 = box_float n13\n"
    "  return n23\n";

TEST(Memory, SumOfProducts) {
  Machine m;
  auto a = m.isolate.table(), b = m.isolate.table();
  double sum = 0;
  for (int i = 1; i <= 100; i++) {
    m.isolate.set(a, i, number(i * 0.5));
    m.isolate.set(b, i, number(i * 1.25));
    sum += (i * 0.5) * (i * 1.25);
  }
  ASSERT_TRUE(m.compile(kSumOfProducts));
  EXPECT_EQ(m.call({a.get(), b.get()}), number(sum)) << m.assembly();
  // A value of another type in the middle.
  m.isolate.set(b, 50, integer(3));
  Outcome out = m.run({a.get(), b.get()});
  ASSERT_EQ(out.how, Outcome::How::kExit);
  EXPECT_EQ(out.record.frames[0].offset, 7u);
  EXPECT_EQ(out.frames[0][0], a.get());
  EXPECT_EQ(out.frames[0][2], integer(49));
  EXPECT_EQ(out.frames[0][4], number(25.0));
  EXPECT_EQ(out.frames[0][5], integer(3));
  // NaNs are floats.
  m.isolate.set(b, 50, Value::canonical(-__builtin_nan("")));
  EXPECT_TRUE(m.call({a.get(), b.get()}).isDouble());
}

TEST(Memory, Elements) {
  Machine m;
  auto t = m.isolate.table();
  for (int i = 1; i <= 10; i++) m.isolate.set(t, i, integer(i));
  struct {
    const char* make;
    const char* name;
    Value expected;
  } const values[] = {{"  n6 = box_small n4\n", "n6", integer(3)},
                      {"  n6 = constant true\n", "n6", Value::boolean(true)},
                      {"  n6 = constant 0xfffaffffffffffff\n", "n6", Value::fromBits(0xFFFA'FFFF'FFFF'FFFF)},
                      {"  n5 = int_to_float n4\n  n6 = box_float n5\n", "n6", number(3.0)},
                      {"", "n2", integer(3)}};
  for (const auto& v : values) {
    for (const char* index : {"n4", "n9", "n10"}) {
      // Index 3, 5, and 3 - 1 as a part of the address.
      ASSERT_TRUE(
          m.compile(std::string("fn 0 locals 2\nb0:\n  n1 = slot 0\n  n2 = slot 1\n"
                                "  n4 = check_int n2 [0 @0 n1 n2]\n  n7 = load_array n1\n  n8 = int 1\n  n9 = int 5\n"
                                "  n10 = int_sub n4 n8\n") +
                    v.make + "  store_element n7 " + index + " " + v.name + "\n  n11 = load_element n7 " + index +
                    "\n  return n11\n"));
      EXPECT_EQ(m.call({t.get(), integer(3)}), v.expected);
      int64_t at = std::string(index) == "n4" ? 4 : std::string(index) == "n9" ? 6 : 3;
      EXPECT_EQ(m.isolate.get(t, at), v.expected);
      for (int i = 1; i <= 10; i++) m.isolate.set(t, i, integer(i));
    }
  }
}

/// A young object in an old one survives a minor collection only if the collector was told.
TEST(Memory, WriteBarrier) {
  for (const char* store : {"  n7 = load_array n1\n  n8 = int 0\n  store_element n7 n8 n2\n",
                            "  n7 = load_array n1\n  n9 = check_int n3 [0 @0 n1 n2 n3]\n  store_element n7 n9 n2\n"
                            "  n10 = load_element n7 n9\n  n11 = check_not_nil n7 [0 @0 n7 n2 n3]\n",
                            "  store_field 24 n1 n2\n"}) {
    Machine m;
    auto t = m.isolate.table(4, 2);
    m.isolate.set(t, 1, integer(1));
    m.isolate.set(t, "x", integer(1));
    m.isolate.collect();
    ASSERT_FALSE(m.isolate->heap.isYoung(t.get().asObject()));
    auto young = m.isolate.table();
    m.isolate.set(young, 1, integer(77));
    ASSERT_TRUE(m.isolate->heap.isYoung(young.get().asObject()));
    ASSERT_TRUE(m.compile(std::string("fn 0 locals 3\nb0:\n  n1 = slot 0\n  n2 = slot 1\n  n3 = slot 2\n") + store +
                          "  return n2\n"));
    Value v = young.get();
    EXPECT_EQ(m.call({t.get(), v, integer(0)}), v);
    young.set(Value::nil());
    m.isolate->heap.collectMinor("test");
    Value kept = std::string(store).find("field") != std::string::npos ? m.isolate.get(t, "x") : m.isolate.get(t, 1);
    ASSERT_TRUE(kept.isTable());
    EXPECT_EQ(runtime::tableGetInt(*m.isolate, runtime::asTable(kept), 1), integer(77));
  }
}

TEST(Memory, FieldsAndShapes) {
  Machine m;
  auto t = m.isolate.table(0, 2);
  m.isolate.set(t, "x", integer(5));
  m.isolate.set(t, "y", number(0.5));
  uint32_t shape = m.isolate.shape(t).id;
  std::string text = "fn 0 locals 1\nb0:\n  n1 = slot 0\n  n2 = check_table n1 [0 @0 n1]\n  n3 = check_shape " +
                     std::to_string(shape) +
                     " n2 [0 @1 n1]\n  n4 = load_field 24 n3\n  n5 = check_int n4 [0 @2 n4]\n"
                     "  n6 = load_field 32 n3\n  n7 = check_float n6 [0 @3 n6]\n"
                     "  n8 = int_to_float n5\n  n9 = float_add n8 n7\n  n10 = box_float n9\n"
                     "  store_field 32 n3 n10\n  return n10\n";
  ASSERT_TRUE(m.compile(text));
  EXPECT_EQ(m.code.shapes, std::vector<uint32_t>{shape});
  ASSERT_EQ(m.code.shapeChecks.size(), 1u);
  EXPECT_EQ(m.call({t.get()}), number(5.5));
  EXPECT_EQ(m.isolate.get(t, "y"), number(5.5));
  m.isolate.set(t, "z", integer(1));
  EXPECT_EQ(m.run({t.get()}).record.frames[0].offset, 1u);
  ASSERT_TRUE(m.compile("fn 0 locals 1\nb0:\n  n1 = slot 0\n  n2 = has_shape " + std::to_string(shape) +
                        " n1\n  n3 = box_bool n2\n  return n3\n"));
  EXPECT_EQ(m.call({t.get()}), Value::boolean(false));
}

TEST(Memory, NewObjects) {
  Machine m;
  ASSERT_TRUE(
      m.compile("fn 0 locals 2\nb0:\n  n1 = slot 0\n  n8 = slot 1\n  n9 = check_float n8 [0 @0 n1 n8]\n"
                "  n2 = new_table 4:2 [0 @0 n1 n9]\n"
                "  n3 = new_cell n2 [0 @1 n1 n9]\n  n4 = load_cell n3\n  store_cell n3 n1\n  n5 = load_cell n3\n"
                "  n6 = same n5 n1\n  check_true n6 [0 @2 n1 n4]\n  n7 = same n4 n2\n"
                "  check_true n7 [0 @3 n1 n4]\n  exit [0 @9 n4 n9]\n"));
  Outcome out = m.run({integer(1), number(0.25)});
  ASSERT_EQ(out.how, Outcome::How::kExit);
  ASSERT_EQ(out.record.frames[0].offset, 9u);
  ASSERT_TRUE(out.frames[0][0].isTable());
  EXPECT_EQ(runtime::asTable(out.frames[0][0])->aux, 2);
  EXPECT_EQ(out.frames[0][1], number(0.25));
}

TEST(Memory, Strings) {
  Machine m;
  auto s = m.isolate.string("hello");
  ASSERT_TRUE(
      m.compile("fn 0 locals 2\nb0:\n  n1 = slot 0\n  n2 = slot 1\n  n3 = check_int n2 [0 @0 n1 n2]\n"
                "  n4 = check_string n1 [0 @0 n1 n2]\n  n5 = string_length n4\n  n6 = check_index n3 n5 [0 @1 n1 n2]\n"
                "  n7 = string_byte n4 n6\n  n8 = int 0\n  n9 = string_byte n4 n8\n  n10 = int 1000\n"
                "  n11 = int_mul n9 n10\n  n12 = int_add n7 n11\n  n13 = box_small n12\n  return n13\n"));
  EXPECT_EQ(m.call({s.get(), integer(1)}), integer('h' * 1000 + 'e'));
  EXPECT_EQ(m.run({s.get(), integer(5)}).how, Outcome::How::kExit);
}

TEST(Memory, LeafCalls) {
  Machine m;
  auto t = m.isolate.table();
  ASSERT_TRUE(m.compile(
      "fn 0 locals 3\nb0:\n  n1 = slot 0\n  n2 = slot 1\n  n3 = slot 2\n  n4 = check_int n3 [0 @0 n1 n2 n3]\n"
      "  n5 = call_leaf set_element n1 n2 n3 [0 @1 n1 n2 n4]\n  n6 = call_leaf get_element n1 n2 [0 @2 n1 n2 n4]\n"
      "  n7 = call_leaf add n6 n3 [0 @3 n1 n2 n4]\n  n8 = check_int n7 [0 @4 n1 n2 n4]\n"
      "  n9 = int_add n8 n4\n  n10 = box_small n9\n  return n10\n"));
  EXPECT_EQ(m.call({t.get(), integer(1), integer(21)}), integer(63));
  EXPECT_EQ(m.isolate.get(t, 1), integer(21));
  // No key of a table: the interpreter is to say so.
  Outcome out = m.run({t.get(), Value::nil(), integer(21)});
  ASSERT_EQ(out.how, Outcome::How::kExit);
  EXPECT_EQ(out.record.frames[0].offset, 1u);
  EXPECT_EQ(out.frames[0][2], integer(21));
}

}  // namespace
}  // namespace devvm::jit::testing
