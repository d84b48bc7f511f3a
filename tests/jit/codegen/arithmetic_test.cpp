// Numbers: every operation against C++, over values at all edges, from registers, words and constants.
#include <bit>
#include <cmath>

#include "jit/regalloc/allocation.h"
#include "machine.h"
#include "runtime/numbers.h"

namespace devvm::jit::testing {
namespace {

using runtime::floorDiv;
using runtime::floorMod;

constexpr int64_t kInts[] = {0,
                             1,
                             -1,
                             2,
                             -2,
                             3,
                             7,
                             -7,
                             10,
                             63,
                             64,
                             -63,
                             -64,
                             65,
                             100,
                             255,
                             -256,
                             1 << 20,
                             123456789,
                             -987654321,
                             4294967295,
                             4294967296,
                             -4294967296,
                             140737488355327,
                             -140737488355328};
const double kFloats[] = {0.0,      -0.0,      1.0,          -1.0,         0.5,          -2.5,
                          3.0,      1e300,     -1e300,       1e-300,       123456789.25, 4503599627370497.0,
                          HUGE_VAL, -HUGE_VAL, std::nan(""), -std::nan("")};

uint64_t bitsOf(double d) { return Value::canonical(d).bits(); }

/// The low 48 bits of a raw result, by way of an exit that holds it.
std::string binary(const char* op, const std::string& x, const std::string& y) {
  return std::string(
             "fn 0 locals 3\nb0:\n  n1 = slot 0\n  n2 = slot 1\n  n3 = check_int n1 [0 @0 n1 n2 -]\n"
             "  n4 = check_int n2 [0 @0 n1 n2 -]\n") +
         "  n5 = " + op + " " + x + " " + y +
         "\n  n6 = int_shl_by 16 n5\n  n7 = int_sar_by 16 n6\n"
         "  n8 = box_small n7\n  return n8\n";
}

int64_t low48(int64_t i) { return static_cast<int64_t>(static_cast<uint64_t>(i) << 16) >> 16; }

struct IntOp {
  const char* name;
  int64_t (*expected)(int64_t, int64_t);
  bool notByZero = false;
};
const IntOp kIntOps[] = {
    {"int_add", [](int64_t a, int64_t b) { return a + b; }},
    {"int_sub", [](int64_t a, int64_t b) { return a - b; }},
    {"int_mul",
     [](int64_t a, int64_t b) { return static_cast<int64_t>(static_cast<uint64_t>(a) * static_cast<uint64_t>(b)); }},
    {"int_and", [](int64_t a, int64_t b) { return a & b; }},
    {"int_or", [](int64_t a, int64_t b) { return a | b; }},
    {"int_xor", [](int64_t a, int64_t b) { return a ^ b; }},
    {"int_div", [](int64_t a, int64_t b) { return floorDiv(a, b); }, true},
    {"int_mod", [](int64_t a, int64_t b) { return floorMod(a, b); }, true},
    {"int_shl", [](int64_t a, int64_t b) { return runtime::shiftLeft(a, b); }},
    {"int_shr", [](int64_t a, int64_t b) { return runtime::shiftLeft(a, -b); }},
};

TEST(Integers, BinaryOfRegisters) {
  Machine m;
  for (const IntOp& op : kIntOps) {
    for (bool same : {false, true}) {
      ASSERT_TRUE(m.compile(binary(op.name, "n3", same ? "n3" : "n4")));
      for (int64_t x : kInts) {
        for (int64_t y : kInts) {
          if (op.notByZero && (same ? x : y) == 0) continue;
          EXPECT_EQ(m.call({integer(x), integer(y)}).asInt(), low48(op.expected(x, same ? x : y)))
              << op.name << " " << x << " " << y;
        }
      }
    }
  }
}

TEST(Integers, BinaryWithConstants) {
  Machine m;
  for (const IntOp& op : kIntOps) {
    for (int64_t c : kInts) {
      for (bool left : {false, true}) {
        if (op.notByZero && !left && c == 0) continue;
        std::string text = binary(op.name, left ? "n9" : "n3", left ? "n3" : "n9");
        text.insert(text.find("  n5"), "  n9 = int " + std::to_string(c) + "\n");
        ASSERT_TRUE(m.compile(text));
        for (int64_t x : kInts) {
          if (op.notByZero && left && x == 0) continue;
          EXPECT_EQ(m.call({integer(x), integer(1)}).asInt(), low48(left ? op.expected(c, x) : op.expected(x, c)))
              << op.name << " " << x << " " << c << " " << left;
        }
      }
    }
  }
}

TEST(Integers, Rotations) {
  Machine m;
  for (int by : {1, 7, 16, 31}) {
    std::string text = binary(("int_ror32_by " + std::to_string(by)).c_str(), "n11", "");
    text.insert(text.find("  n5"), "  n10 = int 4294967295\n  n11 = int_and n3 n10\n");
    ASSERT_TRUE(m.compile(text));
    for (int64_t x : kInts) {
      EXPECT_EQ(m.call({integer(x), integer(0)}).asInt(), std::rotr(static_cast<uint32_t>(x), by)) << x << " " << by;
    }
  }
}

TEST(Integers, Select) {
  Machine m;
  // Conditions fused and in a register, of integers and doubles; either choice a constant, or what was compared.
  for (const char* condition :
       {"int_lt n3 n4", "int_eq n3 n4", "int_lt_u n3 n4", "float_lt n15 n16", "float_eq n15 n16"}) {
    for (bool twice : {false, true}) {
      for (const char* chosen : {"n3 n4", "n4 n3", "n3 n3", "n9 n4", "n4 n9", "n9 n10"}) {
        std::string text = binary("int_select n17", chosen, "");
        std::string all =
            "  n9 = int 1000000000000\n  n10 = int -5\n  n15 = int_to_float n3\n  n16 = int_to_float n4\n  n17 = ";
        all = all + condition + "\n";
        if (twice) all += "  n18 = box_bool n17\n  n19 = check_not_nil n18 [0 @0 n1 n2 -]\n";
        text.insert(text.find("  n5"), all);
        ASSERT_TRUE(m.compile(text));
        for (int64_t x : kInts) {
          for (int64_t y : kInts) {
            bool holds = condition[4] == 'e' || condition[6] == 'e' ? x == y : x < y;
            if (condition[4] == 'l' && condition[7] == 'u') holds = static_cast<uint64_t>(x) < static_cast<uint64_t>(y);
            std::string name = std::string(chosen).substr(holds ? 0 : chosen[2] == ' ' ? 3 : 4, 3);
            int64_t expected = name[1] == '3' ? x : name[1] == '4' ? y : name[1] == '9' ? 1000000000000 : -5;
            EXPECT_EQ(m.call({integer(x), integer(y)}).asInt(), low48(expected))
                << condition << ", " << chosen << ", " << x << " " << y;
          }
        }
      }
    }
  }
}

TEST(Integers, Wide) {
  Machine m;
  // 2^62 + x, halved three times by a division that sees 64 bits.
  ASSERT_TRUE(
      m.compile("fn 0 locals 2\nb0:\n  n1 = slot 0\n  n2 = check_int n1 [0 @0 n1 -]\n"
                "  n3 = int 4611686018427387904\n  n4 = int_add n3 n2\n  n5 = int 1000003\n"
                "  n6 = int_div n4 n5\n  n7 = int_mod n4 n5\n  n8 = int_sub n6 n7\n  n9 = box_small n8\n"
                "  return n9\n"));
  for (int64_t x : kInts) {
    int64_t wide = (int64_t{1} << 62) + x;
    EXPECT_EQ(m.call({integer(x)}).asInt(), wide / 1000003 - wide % 1000003);
  }
  ASSERT_TRUE(
      m.compile("fn 0 locals 2\nb0:\n  n1 = slot 0\n  n2 = check_int n1 [0 @0 n1 -]\n"
                "  n3 = int -9223372036854775808\n  n6 = int_div n3 n2\n  n7 = int_shr_by 32 n6\n"
                "  n9 = box_small n7\n  return n9\n"));
  EXPECT_EQ(m.call({integer(-1)}).asInt(), int64_t{1} << 31);
}

TEST(Integers, Boxes) {
  Machine m;
  ASSERT_TRUE(
      m.compile("fn 0 locals 2\nb0:\n  n1 = slot 0\n  n2 = check_int n1 [0 @0 n1 -]\n"
                "  n3 = int 1000003\n  n4 = int_mul n2 n3\n  n5 = box_int n4 [0 @1 n1 n4]\n  return n5\n"));
  for (int64_t x : kInts) {
    Value v = m.call({integer(x)});
    auto product = static_cast<int64_t>(static_cast<uint64_t>(x) * 1000003u);
    ASSERT_TRUE(v.isAnyInt());
    EXPECT_EQ(v.isInt(), Value::fitsInt(product));
    EXPECT_EQ(runtime::integerOf(v), product);
  }
}

TEST(Integers, Unary) {
  Machine m;
  ASSERT_TRUE(
      m.compile("fn 0 locals 2\nb0:\n  n1 = slot 0\n  n2 = check_int n1 [0 @0 n1 -]\n  n3 = int_neg n2\n"
                "  n4 = int_not n2\n  n5 = int_sub n3 n4\n  n6 = int_mul n5 n3\n  n7 = box_small n6\n"
                "  return n7\n"));
  for (int64_t x : {0, 1, -1, 5, 1 << 20}) EXPECT_EQ(m.call({integer(x)}).asInt(), -x);
}

struct FloatOp {
  const char* name;
  double (*expected)(double, double);
};
const FloatOp kFloatOps[] = {
    {"float_add", [](double a, double b) { return runtime::addFloats(a, b); }},
    {"float_sub", [](double a, double b) { return a - b; }},
    {"float_mul", [](double a, double b) { return runtime::multiplyFloats(a, b); }},
    {"float_div", [](double a, double b) { return a / b; }},
    {"float_mod", [](double a, double b) { return runtime::floorModDouble(a, b); }},
    {"float_pow", [](double a, double b) { return std::pow(a, b); }},
};

/// What else is alive must stay alive.
std::string floatBinary(const char* op, const char* x, const char* y, const char* constant) {
  return std::string(
             "fn 0 locals 3\nb0:\n  n1 = slot 0\n  n2 = slot 1\n  n3 = check_float n1 [0 @0 n1 n2 -]\n"
             "  n4 = check_float n2 [0 @0 n1 n2 -]\n") +
         constant + "  n5 = " + op + " " + x + " " + y +
         "\n  n6 = box_float n5\n  n7 = float_eq n5 n5\n  branch n7 b1 b2\nb1:\n  return n6\nb2:\n  return n6\n";
}

TEST(Floats, Binary) {
  Machine m;
  for (const FloatOp& op : kFloatOps) {
    ASSERT_TRUE(m.compile(floatBinary(op.name, "n3", "n4", "")));
    for (double x : kFloats) {
      for (double y : kFloats) {
        Value v = m.call({Value::canonical(x), Value::canonical(y)});
        EXPECT_EQ(v.bits(), bitsOf(op.expected(x, y))) << op.name << " " << x << " " << y;
      }
    }
    ASSERT_TRUE(m.compile(floatBinary(op.name, "n4", "n3", "")));
    EXPECT_EQ(m.call({number(3.5), number(-2.0)}).bits(), bitsOf(op.expected(-2.0, 3.5)));
    ASSERT_TRUE(m.compile(floatBinary(op.name, "n3", "n9", "  n9 = float 2.5\n")));
    EXPECT_EQ(m.call({number(3.5), number(-2.0)}).bits(), bitsOf(op.expected(3.5, 2.5)));
    ASSERT_TRUE(m.compile(floatBinary(op.name, "n9", "n3", "  n9 = float 2.5\n")));
    EXPECT_EQ(m.call({number(3.5), number(-2.0)}).bits(), bitsOf(op.expected(2.5, 3.5)));
  }
}

TEST(Floats, Unary) {
  struct {
    const char* name;
    double (*expected)(double);
  } const ops[] = {{"float_neg", [](double a) { return -a; }},
                   {"float_abs", [](double a) { return std::fabs(a); }},
                   {"float_floor", [](double a) { return std::floor(a); }},
                   {"float_ceil", [](double a) { return std::ceil(a); }},
                   {"float_sqrt", [](double a) { return std::sqrt(a); }}};
  Machine m;
  for (const auto& op : ops) {
    ASSERT_TRUE(m.compile(std::string("fn 0 locals 2\nb0:\n  n1 = slot 0\n  n2 = check_float n1 [0 @0 n1 -]\n  n3 = ") +
                          op.name + " n2\n  n6 = box_float n3\n  return n6\n"));
    for (double x : kFloats) EXPECT_EQ(m.call({Value::canonical(x)}).bits(), bitsOf(op.expected(x))) << op.name << x;
  }
}

TEST(Floats, Conversions) {
  Machine m;
  ASSERT_TRUE(
      m.compile("fn 0 locals 2\nb0:\n  n1 = slot 0\n  n2 = check_number n1 [0 @5 n1 -]\n"
                "  n3 = check_integral n2 [0 @7 n1 n2]\n  n4 = int_to_float n3\n  n5 = float 0.5\n"
                "  n6 = float_add n4 n5\n  n7 = box_float n6\n  return n7\n"));
  EXPECT_EQ(m.call({number(3.0)}).asDouble(), 3.5);
  EXPECT_EQ(m.call({integer(-3)}).asDouble(), -2.5);
  for (double odd : {0.5, 1e19, -1e300, HUGE_VAL, std::nan("")}) {
    Outcome out = m.run({Value::canonical(odd)});
    ASSERT_EQ(out.how, Outcome::How::kExit);
    EXPECT_EQ(out.record.reason, ir::Op::kCheckIntegral);
    EXPECT_EQ(out.frames[0][1].bits(), bitsOf(odd));
  }
  Outcome out = m.run({Value::boolean(true)});
  ASSERT_EQ(out.how, Outcome::How::kExit);
  EXPECT_EQ(out.record.frames[0].offset, 5u);
  EXPECT_EQ(out.frames[0][0], Value::boolean(true));
}

TEST(Conditions, Registers) {
  struct {
    const char* name;
    bool isFloat;
    bool (*ints)(int64_t, int64_t);
    bool (*floats)(double, double);
  } const ops[] = {
      {"int_eq", false, [](int64_t a, int64_t b) { return a == b; }, nullptr},
      {"int_lt", false, [](int64_t a, int64_t b) { return a < b; }, nullptr},
      {"int_le", false, [](int64_t a, int64_t b) { return a <= b; }, nullptr},
      {"int_lt_u", false, [](int64_t a, int64_t b) { return static_cast<uint64_t>(a) < static_cast<uint64_t>(b); },
       nullptr},
      {"float_eq", true, nullptr, [](double a, double b) { return a == b; }},
      {"float_lt", true, nullptr, [](double a, double b) { return a < b; }},
      {"float_le", true, nullptr, [](double a, double b) { return a <= b; }},
  };
  // As a branch, a branch of the opposite, a guard, a value, a value that is used twice.
  const char* uses[] = {
      "  branch n5 b1 b2\nb1:\n  return n30\nb2:\n  return n31\n",
      "  n8 = not n5\n  branch n8 b2 b1\nb1:\n  return n30\nb2:\n  return n31\n",
      "  n6 = box_bool n5\n  return n6\n",
      "  n8 = not n5\n  n6 = box_bool n8\n  n10 = same n6 n30\n  n11 = not n10\n  n12 = box_bool n11\n  return n12\n",
      "  n6 = box_bool n5\n  branch n5 b1 b2\nb1:\n  return n6\nb2:\n  return n6\n",
  };
  Machine m;
  for (const auto& op : ops) {
    for (const char* use : uses) {
      for (int constant = 0; constant < 3; constant++) {
        const char* check = op.isFloat ? "check_float" : "check_int";
        std::string text = std::string("fn 0 locals 2\nb0:\n  n1 = slot 0\n  n2 = slot 1\n  n3 = ") + check +
                           " n1 [0 @0 n1 n2]\n  n4 = " + check + " n2 [0 @0 n1 n2]\n" +
                           (op.isFloat ? "  n20 = float 0.5\n" : "  n20 = int 7\n") +
                           "  n30 = constant true\n  n31 = constant false\n" + "  n5 = " + op.name +
                           (constant == 1   ? " n20 n4\n"
                            : constant == 2 ? " n3 n20\n"
                                            : " n3 n4\n") +
                           use;
        ASSERT_TRUE(m.compile(text));
        if (op.isFloat) {
          for (double x : kFloats) {
            for (double y : kFloats) {
              bool expected = op.floats(constant == 1 ? 0.5 : x, constant == 2 ? 0.5 : y);
              ASSERT_EQ(m.call({Value::canonical(x), Value::canonical(y)}), Value::boolean(expected))
                  << text << x << " " << y;
            }
          }
        } else {
          for (int64_t x : kInts) {
            for (int64_t y : {int64_t{0}, int64_t{7}, int64_t{-7}, x}) {
              bool expected = op.ints(constant == 1 ? 7 : x, constant == 2 ? 7 : y);
              ASSERT_EQ(m.call({integer(x), integer(y)}), Value::boolean(expected)) << text << x << " " << y;
            }
          }
        }
      }
    }
  }
}

TEST(Conditions, Guards) {
  Machine m;
  for (bool holds : {true, false}) {
    ASSERT_TRUE(
        m.compile(std::string("fn 0 locals 2\nb0:\n  n1 = slot 0\n  n2 = slot 1\n  n3 = check_float n1 [0 @0 n1 n2]\n"
                              "  n4 = check_float n2 [0 @0 n1 n2]\n  n5 = float_eq n3 n4\n  ") +
                  (holds ? "check_true" : "check_false") + " n5 [0 @9 n3 n4]\n  return n1\n"));
    for (double x : kFloats) {
      for (double y : kFloats) {
        Outcome out = m.run({Value::canonical(x), Value::canonical(y)});
        ASSERT_EQ(out.how == Outcome::How::kReturned, (x == y) == holds) << x << " " << y;
        if (out.how == Outcome::How::kExit) EXPECT_EQ(out.frames[0][1].bits(), bitsOf(y));
      }
    }
  }
}

}  // namespace
}  // namespace devvm::jit::testing
