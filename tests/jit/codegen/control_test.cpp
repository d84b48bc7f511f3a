// Guards, loops, phis, entries, fuel.
#include "machine.h"

namespace devvm::jit::testing {
namespace {

TEST(Control, GuardsLeaveWithTheirState) {
  struct {
    const char* check;
    Value good, bad;
  } const checks[] = {
      {"check_int n1", integer(-5), number(1.5)},
      {"check_int n1", integer(7), Value::nil()},
      {"check_float n1", number(1.5), integer(1)},
      {"check_float n1", Value::canonical(__builtin_nan("")), Value::nil()},
      {"check_not_nil n1", Value::boolean(false), Value::nil()},
      {"check_is true n1", Value::boolean(true), integer(1)},
      {"check_table n1", Value::fromBits(0xFFFB'0000'0000'1000), Value::fromBits(0xFFFC'0000'0000'1000)},
      {"check_string n1", Value::fromBits(0xFFFA'0000'0000'1000), Value::fromBits(0xFFFB'0000'0000'1000)},
  };
  Machine m;
  for (const auto& c : checks) {
    ASSERT_TRUE(m.compile(std::string("fn 0 locals 3\nb0:\n  n1 = slot 0\n  n2 = slot 1\n  n3 = ") + c.check +
                          " [0 @12 n2 n1 -]\n  return n2\n"));
    EXPECT_EQ(m.call({c.good, integer(3)}), integer(3)) << c.check;
    Outcome out = m.run({c.bad, integer(3)});
    ASSERT_EQ(out.how, Outcome::How::kExit) << c.check;
    EXPECT_EQ(out.record.frames[0].offset, 12u);
    EXPECT_EQ(out.frames[0][0], integer(3));
    EXPECT_EQ(out.frames[0][1], c.bad);
  }
}

TEST(Control, CheckedFloatsKeepTheirBits) {
  Machine m;
  ASSERT_TRUE(
      m.compile("fn 0 locals 1\nb0:\n  n1 = slot 0\n  n2 = check_float n1 [0 @0 n1]\n  n3 = box_float n2\n"
                "  return n3\n"));
  for (double d : {0.0, -0.0, __builtin_nan(""), -__builtin_nan("")}) {
    EXPECT_EQ(m.call({Value::canonical(d)}), Value::canonical(d));
  }
}

TEST(Control, IndexGuards) {
  Machine m;
  ASSERT_TRUE(
      m.compile("fn 0 locals 2\nb0:\n  n1 = slot 0\n  n2 = slot 1\n  n3 = check_int n1 [0 @0 n1 n2]\n"
                "  n4 = check_int n2 [0 @0 n1 n2]\n  n5 = check_index n3 n4 [0 @1 n3 n4]\n"
                "  n6 = check_not_zero n5 [0 @2 n3 n4]\n  n7 = int_mul n6 n6\n  n8 = check_small n7 [0 @3 n3 n4]\n"
                "  n9 = box_small n8\n  return n9\n"));
  EXPECT_EQ(m.call({integer(5), integer(6)}), integer(25));
  EXPECT_EQ(m.run({integer(6), integer(6)}).record.frames[0].offset, 1u);
  EXPECT_EQ(m.run({integer(-1), integer(6)}).record.frames[0].offset, 1u);
  EXPECT_EQ(m.run({integer(0), integer(6)}).record.frames[0].offset, 2u);
  EXPECT_EQ(m.run({integer(1 << 30), integer(int64_t{1} << 40)}).record.frames[0].offset, 3u);
}

constexpr const char* kSum =
    "fn 0 locals 4\n"
    "b0:\n"
    "  n1 = slot 0\n"
    "  n2 = check_int n1 [0 @0 n1 - - -]\n"
    "  n3 = int 0\n"
    "  n4 = int 1\n"
    "  n5 = int_lt n2 n4\n"
    "  branch n5 b3 b1\n"
    "b1:\n"
    "  jump b2\n"
    "b2: loop (b1 b4) [0 @5 n1 n3 n4 -]\n"
    "  n6 = phi.int n3 n8\n"
    "  n7 = phi.int n4 n9\n"
    "  n8 = int_add n6 n7\n"
    "  n10 = int_eq n7 n2\n"
    "  branch n10 b5 b4\n"
    "b4:\n"
    "  n9 = int_add n7 n4\n"
    "  poll [0 @7 n1 n8 n9 -]\n"
    "  jump b2\n"
    "b5:\n"
    "  jump b3\n"
    "b3: (b0 b5)\n"
    "  n11 = phi.int n3 n8\n"
    "  n12 = box_small n11\n"
    "  return n12\n";

TEST(Control, Loops) {
  Machine m;
  ASSERT_TRUE(m.compile(kSum));
  for (int64_t n : {0, 1, 2, 10, 1000}) EXPECT_EQ(m.call({integer(n)}), integer(n * (n + 1) / 2)) << m.assembly();
  EXPECT_EQ(m.call({integer(-3)}), integer(0));
}

TEST(Control, FuelEndsAtTheBackEdge) {
  Machine m;
  ASSERT_TRUE(m.compile(kSum));
  m.isolate.isolate.budget = 10;
  Outcome out = m.run({integer(1000)});
  ASSERT_EQ(out.how, Outcome::How::kPoll);
  EXPECT_EQ(out.record.kind, ExitKind::kPoll);
  EXPECT_EQ(out.record.frames[0].offset, 7u);
  EXPECT_EQ(out.frames[0][0], integer(1000));
  EXPECT_EQ(out.frames[0][1], integer(66));
  EXPECT_EQ(out.frames[0][2], integer(12));
}

TEST(Control, LoopEntries) {
  Machine m;
  ASSERT_TRUE(
      m.compile("entry 5\nfn 0 locals 3\n"
                "b0:\n  n1 = slot 0\n  n2 = slot 1\n  n3 = slot 2\n  n4 = check_int n1 [0 @5 n1 n2 n3]\n"
                "  n5 = check_int n2 [0 @5 n1 n2 n3]\n  n6 = check_float n3 [0 @5 n1 n2 n3]\n  n10 = int 1\n  n13 = "
                "float 0.5\n  jump b1\n"
                "b1: loop (b0 b1) [0 @5 n4 n5 n6]\n  n7 = phi.int n5 n9\n  n8 = phi.float n6 n11\n"
                "  n9 = int_add n7 n10\n  n11 = float_mul n8 n13\n  poll [0 @6 n4 n9 n11]\n"
                "  n12 = int_lt n9 n4\n  branch n12 b1 b2\nb2:\n  n14 = box_float n11\n  return n14\n"));
  EXPECT_EQ(m.code.callEntry, OptimizedCode::kNone);
  EXPECT_EQ(m.call({integer(10), integer(0), number(1024.0)}), number(1.0));
}

TEST(Control, PhisExchange) {
  Machine m;
  // Fibonacci: both phis change at once. Values and floats rotate, too.
  ASSERT_TRUE(m.compile(
      "fn 0 locals 4\nb0:\n  n1 = slot 0\n  n2 = check_int n1 [0 @0 n1 - - -]\n  n20 = slot 1\n  n21 = slot 2\n"
      "  n22 = check_float n21 [0 @0 n1 n20 n21 -]\n  n23 = float 2.0\n  n3 = int 0\n  n4 = int 1\n"
      "  jump b1\n"
      "b1: loop (b0 b2)\n  n5 = phi.int n3 n6\n  n6 = phi.int n4 n8\n  n7 = phi.int n3 n9\n"
      "  n24 = phi.tagged n20 n25\n  n25 = phi.tagged n1 n24\n  n26 = phi.float n22 n27\n  n27 = phi.float n23 n26\n"
      "  n10 = int_lt n7 n2\n  branch n10 b2 b3\n"
      "b2:\n  n8 = int_add n5 n6\n  n9 = int_add n7 n4\n  poll [0 @1 n1 n5 n6 n7]\n  jump b1\n"
      "b3:\n  n11 = box_small n5\n  n28 = box_float n26\n  exit [0 @9 n11 n24 n28 n27]\n"));
  Outcome out = m.run({integer(50), Value::boolean(true), number(1.0)});
  ASSERT_EQ(out.how, Outcome::How::kExit);
  EXPECT_EQ(out.frames[0][0], integer(12586269025));
  EXPECT_EQ(out.frames[0][1], Value::boolean(true));
  EXPECT_EQ(out.frames[0][2], number(1.0));
  EXPECT_EQ(out.frames[0][3], number(2.0));
  out = m.run({integer(51), Value::boolean(true), number(1.0)});
  EXPECT_EQ(out.frames[0][1], integer(51));
  EXPECT_EQ(out.frames[0][2], number(2.0));
}

/// More values than registers, of both kinds: all of them must be in the exit's state.
TEST(Control, ManyValues) {
  std::string text = "fn 0 locals 40\nb0:\n  n1 = slot 0\n  n2 = check_int n1 [0 @0 n1";
  for (int i = 1; i < 40; i++) text += " -";
  text += "]\n  n3 = int_to_float n2\n";
  std::string state = "[0 @1";
  for (int i = 0; i < 20; i++) {
    std::string c = std::to_string(100 + i), v = std::to_string(200 + i);
    text += "  n" + c + " = int " + std::to_string(i * 3) + "\n  n" + v + (i % 2 == 0 ? " = int_add" : " = int_xor") +
            " n2 n" + c + "\n";
    state += " n" + v;
  }
  for (int i = 0; i < 20; i++) {
    std::string c = std::to_string(300 + i), v = std::to_string(400 + i);
    text += "  n" + c + " = float " + std::to_string(i) + ".5\n  n" + v + " = float_add n3 n" + c + "\n";
    state += " n" + v;
  }
  text += "  n500 = int_eq n219 n201\n  n501 = float_eq n419 n400\n  check_false n501 " + state +
          "]\n  check_true n500 " + state + "]\n  return n1\n";
  Machine m;
  ASSERT_TRUE(m.compile(text));
  Outcome out = m.run({integer(1000)});
  ASSERT_EQ(out.how, Outcome::How::kExit);
  for (int i = 0; i < 20; i++) {
    EXPECT_EQ(out.frames[0][static_cast<size_t>(i)], integer(i % 2 == 0 ? 1000 + i * 3 : 1000 ^ i * 3));
    EXPECT_EQ(out.frames[0][static_cast<size_t>(20 + i)], number(1000.5 + i));
  }
}

TEST(Control, InlinedFrames) {
  Machine m;
  ASSERT_TRUE(
      m.compile("fn 0 locals 2\nfn 1 locals 1 in 0 at 4\nb0:\n  n1 = slot 0\n  n2 = slot 1\n"
                "  n3 = check_int n2 [1 @6 n2 n1 / n1 [0 @8 *1 n1 - n2]]\n  return n2\n"));
  EXPECT_EQ(m.call({Value::boolean(true), integer(1)}), integer(1));
  Outcome out = m.run({Value::boolean(true), Value::nil()});
  ASSERT_EQ(out.how, Outcome::How::kExit);
  ASSERT_EQ(out.frames.size(), 2u);
  EXPECT_EQ(out.frames[0], (std::vector<Value>{Value::boolean(true), Value::nil(), Value::nil()}));
  EXPECT_EQ(out.frames[1], (std::vector<Value>{Value::nil(), Value::boolean(true)}));
  EXPECT_EQ(out.record.frames[0].wanted, 1);
}

}  // namespace
}  // namespace devvm::jit::testing
