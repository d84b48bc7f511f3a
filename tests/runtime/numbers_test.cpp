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

bool parse(std::string_view s, Number& n) { return parseNumber(s, n); }

TEST(NumberText, ParsesIntegers) {
  Number n;
  struct {
    const char* text;
    int64_t value;
  } cases[] = {{"0", 0},
               {"  42  ", 42},
               {"\t-7\n", -7},
               {"+5", 5},
               {"9223372036854775807", INT64_MAX},
               {"-9223372036854775808", INT64_MIN},
               {"0x10", 16},
               {"-0xA", -10},
               {"0xffffffffffffffff", -1},
               {"0x1ffffffffffffffff", -1},
               {"0X7fffffffffffffff", INT64_MAX},
               {"000123", 123}};
  for (auto& c : cases) {
    ASSERT_TRUE(parse(c.text, n)) << c.text;
    EXPECT_TRUE(n.isInteger) << c.text;
    EXPECT_EQ(n.integer, c.value) << c.text;
  }
}

TEST(NumberText, ParsesFloatsAsStrtod) {
  Number n;
  for (const char* s :
       {"0.0",
        "1.",
        ".5",
        "1e5",
        "1E-5",
        "-1.25e+3",
        "9223372036854775808",
        "-9223372036854775809",
        "1e308",
        "1e309",
        "-1e400",
        "1e-400",
        "4.9406564584124654e-324",
        "2.4703282292062327e-324",
        "2.4703282292062328e-324",
        "0x1p4",
        "0x.8",
        "0x1.8p1",
        "0xA.8p-2",
        "0x1p-1074",
        "0x1p-1075",
        "0x1.8p-1075",
        "0x1.0000000000001p-1075",
        "0x1p1023",
        "0x1p1024",
        "0x1.fffffffffffff8p1023",
        "0x1.fffffffffffff7p1023",
        "0x1.00000000000008p0",
        "0x1.00000000000018p0",
        "0x1.000000000000080000000000000000001p0",
        "0x.00000000000000000000001p0",
        "0x123456789abcdef123456789abcdefp0",
        "0x1p99999999999999999999",
        "0x1p-99999999999999999999",
        "0x0p5",
        "0x0.0p-5",
        "-0x1p0",
        "-0",
        "-0.0",
        "0e99999999999",
        "0.000000000000000000001e330",
        "123456789e-400",
        "1e+5",
        "17976931348623158079372897140530341507993413271003782693617377898044496829276475094664901797758720709633"
        "02864166928879109465555478519404026306574886715058206819089020007083836762738548458177115317644757302700698555"
        "71366"
        "9596228429148198608349364752927190741684443655107043427115596995080930428801779041744977919",
        "5e-1"}) {
    ASSERT_TRUE(parse(s, n)) << s;
    double wanted = std::strtod(s, nullptr);
    if (n.isInteger) {
      EXPECT_EQ(static_cast<double>(n.integer), wanted) << s;
    } else {
      EXPECT_EQ(std::bit_cast<uint64_t>(n.real), std::bit_cast<uint64_t>(wanted)) << s;
    }
  }
}

TEST(NumberText, RefusesWhatIsNoNumber) {
  Number n;
  for (std::string_view s : {"",     " ",       "abc",   "1a",   "0x",    "0xg",      "1e",   "1e+",   "--1", "+-1",
                             "1 2",  "inf",     "nan",   "-inf", "INF",   "infinity", "0x1p", "0x.p1", ".",   "e5",
                             "1..2", "0x1.2.3", "1_000", "0b1",  "1e5.5", "0x1e+",    "- 1",  "1\v-"}) {
    EXPECT_FALSE(parse(s, n)) << s;
  }
  EXPECT_FALSE(parse(std::string_view("1\0", 2), n));
  EXPECT_FALSE(parse(std::string_view("\0001", 2), n));
  EXPECT_TRUE(parse("0x1e", n) && n.isInteger && n.integer == 30);
  EXPECT_TRUE(parse("\v\f\r 1\v\f\r ", n));
}

TEST(NumberText, RandomFloatsComeBack) {
  std::mt19937_64 r(2);
  char b[128];
  Number n;
  const char* formats[] = {"%.17g", "%a", "%.3g", "%.20e", "%.14g"};
  for (int i = 0; i < 300'000; i++) {
    double d = randomBits(r);
    if (d != d || std::isinf(d)) continue;
    int length = std::snprintf(b, sizeof b, formats[i % 5], d);
    ASSERT_TRUE(parse({b, static_cast<size_t>(length)}, n)) << b;
    double wanted = std::strtod(b, nullptr);
    double got = n.isInteger ? static_cast<double>(n.integer) : n.real;
    ASSERT_EQ(std::bit_cast<uint64_t>(got), std::bit_cast<uint64_t>(wanted)) << b;
  }
  // Random hexadecimal mantissas and exponents around the ends of the range.
  for (int i = 0; i < 100'000; i++) {
    int length = std::snprintf(b, sizeof b, "0x%llx.%llxp%d", static_cast<unsigned long long>(r() >> (r() % 64)),
                               static_cast<unsigned long long>(r() >> (r() % 64)),
                               i & 1 ? static_cast<int>(r() % 2200) - 1150 : -1074 - static_cast<int>(r() % 80));
    ASSERT_TRUE(parse({b, static_cast<size_t>(length)}, n)) << b;
    ASSERT_EQ(std::bit_cast<uint64_t>(n.real), std::bit_cast<uint64_t>(std::strtod(b, nullptr))) << b;
  }
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
