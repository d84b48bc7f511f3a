#include <bit>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <random>

#include "fixture.h"

namespace devvm::runtime::testing {
namespace {

std::string format(double d) {
  char buffer[64];
  return {buffer, formatDouble(d, buffer)};
}

/// What the reference does with printf.
std::string expected(double d) {
  char buffer[64];
  std::snprintf(buffer, sizeof buffer, "%.14g", d);
  std::string s = buffer;
  if (s.find_first_not_of("-0123456789") == std::string::npos) s += ".0";
  return s;
}

double randomBits(std::mt19937_64& r) { return std::bit_cast<double>(r()); }

TEST(NumberText, FormatsAsPrintf) {
  for (double d : {0.0,
                   -0.0,
                   1.0,
                   -1.0,
                   0.1,
                   1e14,
                   1e15,
                   99999999999999.0,
                   100000000000000.0,
                   12345678901234.5,
                   1e100,
                   123456789012345.0,
                   -1e14,
                   0.5,
                   1e-5,
                   1e-4,
                   5e-324,
                   1.7976931348623157e308,
                   3.14159265358979312,
                   9007199254740993.0,
                   0.00001234567890123456,
                   999999999999995.0,
                   99999999999999.5,
                   2.5,
                   1e300}) {
    EXPECT_EQ(format(d), expected(d)) << d;
  }
  double zero = 0, infinity = HUGE_VAL;
  EXPECT_EQ(format(infinity), "inf");
  EXPECT_EQ(format(-infinity), "-inf");
  EXPECT_EQ(format(std::copysign(std::nan(""), 1.0)), "nan");
  EXPECT_EQ(format(std::copysign(std::nan(""), -1.0)), "-nan");
  EXPECT_EQ(format(-zero), "-0.0");
}

TEST(NumberText, FormatsRandomFloatsAsPrintf) {
  std::mt19937_64 r(1);
  for (int i = 0; i < 150'000; i++) {
    double d = randomBits(r);
    if (d != d || std::isinf(d)) continue;
    ASSERT_EQ(format(d), expected(d)) << std::hexfloat << d;
  }
  for (int i = 0; i < 150'000; i++) {
    // Near powers of ten, halves and short decimals, where digits end or ties are.
    double d = static_cast<double>(static_cast<int64_t>(r() >> (r() % 50 + 8)));
    d = i % 3 == 0 ? d / 8 : i % 3 == 1 ? d / 1000 : d;
    if (r() & 1) d = -d;
    ASSERT_EQ(format(d), expected(d)) << std::hexfloat << d;
  }
}

TEST(NumberText, FormatsIntegers) {
  char b[64];
  EXPECT_EQ(std::string(b, formatInteger(INT64_MIN, b)), "-9223372036854775808");
  EXPECT_EQ(std::string(b, formatInteger(INT64_MAX, b)), "9223372036854775807");
  EXPECT_EQ(std::string(b, formatNumber(integer(-7), b)), "-7");
}

TEST(Numbers, ExactComparisons) {
  const int64_t big = int64_t{1} << 53;
  EXPECT_TRUE(lessIntDouble(big, 9007199254740994.0));
  EXPECT_FALSE(lessIntDouble(big + 1, 9007199254740992.0));
  EXPECT_TRUE(lessDoubleInt(9007199254740992.0, big + 1));
  EXPECT_FALSE(lessEqualIntDouble(big + 1, 9007199254740992.0));
  EXPECT_FALSE(lessIntDouble(INT64_MAX, 9223372036854774784.0));
  EXPECT_TRUE(lessIntDouble(INT64_MAX, 9223372036854775808.0));
  EXPECT_TRUE(lessEqualDoubleInt(-9223372036854775808.0, INT64_MIN));
  EXPECT_FALSE(lessDoubleInt(-9223372036854775808.0, INT64_MIN));
  EXPECT_TRUE(lessDoubleInt(-HUGE_VAL, INT64_MIN));
  EXPECT_TRUE(lessIntDouble(INT64_MAX, HUGE_VAL));
  double nan = std::nan("");
  for (int64_t i : {int64_t{0}, INT64_MAX, INT64_MIN}) {
    EXPECT_FALSE(lessIntDouble(i, nan));
    EXPECT_FALSE(lessEqualIntDouble(i, nan));
    EXPECT_FALSE(lessDoubleInt(nan, i));
    EXPECT_FALSE(lessEqualDoubleInt(nan, i));
  }
}

TEST(Numbers, RandomComparisonsAgreeWithLongDouble) {
  static_assert(std::numeric_limits<long double>::digits >= 64, "holds every integer and float exactly");
  std::mt19937_64 r(3);
  for (int i = 0; i < 300'000; i++) {
    auto a = static_cast<int64_t>(r() >> (r() % 64));
    if (r() & 1) a = static_cast<int64_t>(0 - static_cast<uint64_t>(a));
    double d = static_cast<double>(a);
    for (int steps = static_cast<int>(r() % 3); steps > 0; steps--)
      d = std::nextafter(d, r() & 1 ? HUGE_VAL : -HUGE_VAL);
    auto x = static_cast<long double>(a), y = static_cast<long double>(d);
    ASSERT_EQ(lessIntDouble(a, d), x < y);
    ASSERT_EQ(lessEqualIntDouble(a, d), x <= y);
    ASSERT_EQ(lessDoubleInt(d, a), y < x);
    ASSERT_EQ(lessEqualDoubleInt(d, a), y <= x);
    int64_t back;
    ASSERT_EQ(doubleToInteger(d, back), y >= -0x1p63L && y < 0x1p63L && y == std::floor(y));
  }
}

class Arithmetic : public ::testing::Test {
 protected:
  TestIsolate t;
  Value run(Arith op, Value a, Value b, ArithStatus wanted = ArithStatus::kOk) {
    Value out = Value::absent();
    EXPECT_EQ(arithmetic(*t, op, a, b, out), wanted);
    return out;
  }
  Value wide(int64_t i) { return *t.root(makeInteger(*t, i)); }
};

TEST_F(Arithmetic, IntegersWrap) {
  EXPECT_EQ(integerOf(run(Arith::kAdd, wide(INT64_MAX), integer(1))), INT64_MIN);
  EXPECT_EQ(integerOf(run(Arith::kSub, wide(INT64_MIN), integer(1))), INT64_MAX);
  EXPECT_EQ(integerOf(run(Arith::kMul, wide(INT64_MAX), integer(2))), -2);
  EXPECT_EQ(integerOf(run(Arith::kUnm, wide(INT64_MIN), integer(0))), INT64_MIN);
  EXPECT_EQ(integerOf(run(Arith::kIDiv, wide(INT64_MIN), integer(-1))), INT64_MIN);
  EXPECT_EQ(integerOf(run(Arith::kMod, wide(INT64_MIN), integer(-1))), 0);
  Value small = run(Arith::kSub, wide(Value::kIntMax + 1), integer(1));
  EXPECT_TRUE(small.isInt());
  EXPECT_TRUE(run(Arith::kAdd, integer(Value::kIntMax), integer(1)).isWideInt());
}

TEST_F(Arithmetic, DivisionRoundsDown) {
  EXPECT_EQ(integerOf(run(Arith::kIDiv, integer(-7), integer(2))), -4);
  EXPECT_EQ(integerOf(run(Arith::kMod, integer(-7), integer(2))), 1);
  EXPECT_EQ(integerOf(run(Arith::kMod, integer(7), integer(-2))), -1);
  EXPECT_EQ(run(Arith::kMod, number(-5.5), integer(2)).asDouble(), 0.5);
  EXPECT_EQ(run(Arith::kMod, number(5.5), integer(-2)).asDouble(), -0.5);
  EXPECT_EQ(run(Arith::kMod, number(-5.0), number(-3)).asDouble(), -2);
  EXPECT_EQ(run(Arith::kMod, integer(5), number(HUGE_VAL)).asDouble(), 5);
  EXPECT_EQ(run(Arith::kMod, integer(-5), number(HUGE_VAL)).asDouble(), HUGE_VAL);
  EXPECT_EQ(run(Arith::kIDiv, number(-7), integer(2)).asDouble(), -4);
  EXPECT_EQ(run(Arith::kDiv, integer(1), integer(4)).asDouble(), 0.25);
  run(Arith::kIDiv, integer(1), integer(0), ArithStatus::kDivideByZero);
  run(Arith::kMod, integer(1), integer(0), ArithStatus::kModByZero);
  EXPECT_EQ(run(Arith::kIDiv, number(1), integer(0)).asDouble(), HUGE_VAL);
  EXPECT_EQ(run(Arith::kPow, integer(2), integer(10)).asDouble(), 1024);
  EXPECT_EQ(run(Arith::kPow, number(3.5), integer(2)).asDouble(), 12.25);
}

TEST_F(Arithmetic, SignOfNaN) {
  auto text = [](Value v) { return format(v.asDouble()); };
  EXPECT_EQ(text(run(Arith::kDiv, integer(0), integer(0))), "-nan");
  Value nan = run(Arith::kDiv, integer(0), integer(0));
  EXPECT_EQ(text(run(Arith::kUnm, nan, nan)), "nan");
  EXPECT_EQ(text(run(Arith::kSub, number(HUGE_VAL), number(HUGE_VAL))), "-nan");
  EXPECT_EQ(text(run(Arith::kMul, number(HUGE_VAL), number(0))), "-nan");
  EXPECT_LE(run(Arith::kMod, number(1), number(0)).bits(), Value::kLastDouble);
  EXPECT_LE(run(Arith::kPow, number(-8), number(1.0 / 3)).bits(), Value::kLastDouble);
}

TEST_F(Arithmetic, Bits) {
  EXPECT_EQ(integerOf(run(Arith::kShl, integer(1), integer(63))), INT64_MIN);
  EXPECT_EQ(integerOf(run(Arith::kShl, integer(1), integer(64))), 0);
  EXPECT_EQ(integerOf(run(Arith::kShl, integer(-1), integer(-1))), INT64_MAX);
  EXPECT_EQ(integerOf(run(Arith::kShr, integer(-1), integer(1))), INT64_MAX);
  EXPECT_EQ(integerOf(run(Arith::kShr, integer(-1), wide(INT64_MIN))), 0);
  EXPECT_EQ(integerOf(run(Arith::kShr, integer(1), integer(-4))), 16);
  EXPECT_EQ(integerOf(run(Arith::kBAnd, number(7.0), integer(5))), 5);
  EXPECT_EQ(integerOf(run(Arith::kBNot, integer(0), integer(0))), -1);
  run(Arith::kBOr, number(1.5), integer(1), ArithStatus::kNoInteger);
  run(Arith::kBOr, number(0x1p63), integer(1), ArithStatus::kNoInteger);
  run(Arith::kAdd, t->emptyString, integer(1), ArithStatus::kNotNumbers);
}

TEST_F(Arithmetic, RawEquality) {
  EXPECT_TRUE(rawEquals(integer(1), number(1.0)));
  EXPECT_TRUE(rawEquals(number(-0.0), integer(0)));
  EXPECT_TRUE(rawEquals(number(-0.0), number(0.0)));
  EXPECT_FALSE(rawEquals(number(std::nan("")), number(std::nan(""))));
  EXPECT_TRUE(rawEquals(wide(INT64_MAX), wide(INT64_MAX)));
  EXPECT_FALSE(rawEquals(wide(INT64_MAX), number(0x1p63)));
  EXPECT_TRUE(rawEquals(wide(INT64_MIN), number(-0x1p63)));
  EXPECT_FALSE(rawEquals(Value::nil(), Value::boolean(false)));
  Handle a = t.root(newString(*t, "some text that is long")), b = t.root(newString(*t, "some text that is long"));
  EXPECT_FALSE(*a == *b);
  EXPECT_TRUE(rawEquals(*a, *b));
}

TEST_F(Arithmetic, Conversions) {
  int64_t i;
  double d;
  Handle ten = t.root(newString(*t, " 0x0A "));
  EXPECT_TRUE(toInteger(*ten, i) && i == 10);
  EXPECT_TRUE(toDouble(*ten, d) && d == 10);
  EXPECT_FALSE(toIntegerNoString(*ten, i));
  Handle half = t.root(newString(*t, "1.5"));
  EXPECT_FALSE(toInteger(*half, i));
  EXPECT_TRUE(toDouble(*half, d) && d == 1.5);
  EXPECT_TRUE(toInteger(number(3.0), i) && i == 3);
  EXPECT_FALSE(toInteger(number(3.5), i));
  EXPECT_FALSE(toInteger(Value::nil(), i));
  EXPECT_FALSE(toDouble(Value::boolean(true), d));
}

}  // namespace
}  // namespace devvm::runtime::testing
