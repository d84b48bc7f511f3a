#include "base/numeral.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <random>
#include <string>

namespace devvm::base {
namespace {

bool isInteger(std::string_view text, int64_t value) {
  Number n;
  return parseNumber(text, n) && n.isInteger && n.integer == value;
}

bool isFloat(std::string_view text, double value) {
  Number n;
  return parseNumber(text, n) && !n.isInteger && std::bit_cast<uint64_t>(n.real) == std::bit_cast<uint64_t>(value);
}

constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(Numeral, DecimalIntegers) {
  EXPECT_TRUE(isInteger("0", 0));
  EXPECT_TRUE(isInteger("007", 7));
  EXPECT_TRUE(isInteger("9223372036854775807", INT64_MAX));
  EXPECT_TRUE(isFloat("9223372036854775808", 0x1p63));
  EXPECT_TRUE(isFloat("123456789012345678901234567890", 123456789012345678901234567890.0));
}

TEST(Numeral, HexadecimalIntegersWrap) {
  EXPECT_TRUE(isInteger("0x10", 16));
  EXPECT_TRUE(isInteger("0XfF", 255));
  EXPECT_TRUE(isInteger("0xffffffffffffffff", -1));
  EXPECT_TRUE(isInteger("0x1ffffffffffffffff", -1));
  EXPECT_TRUE(isInteger("0x10000000000000001", 1));
}

TEST(Numeral, DecimalFloats) {
  EXPECT_TRUE(isFloat("3.", 3));
  EXPECT_TRUE(isFloat(".5", 0.5));
  EXPECT_TRUE(isFloat("1e2", 100));
  EXPECT_TRUE(isFloat("1E+2", 100));
  EXPECT_TRUE(isFloat("0.1", 0.1));
  EXPECT_TRUE(isFloat("2.2250738585072014e-308", std::numeric_limits<double>::min()));
  EXPECT_TRUE(isFloat("5e-324", std::numeric_limits<double>::denorm_min()));
  EXPECT_TRUE(isFloat("2e-324", 0));
  EXPECT_TRUE(isFloat("1e999", kInfinity));
  EXPECT_TRUE(isFloat("1e-999", 0));
  EXPECT_TRUE(isFloat("0e999999999999999999999", 0));
  EXPECT_TRUE(isFloat("1e999999999999999999999", kInfinity));
  EXPECT_TRUE(isFloat("1" + std::string(400, '0'), kInfinity));
  EXPECT_TRUE(isFloat("0." + std::string(400, '0') + "1", 0));
  EXPECT_TRUE(isFloat("0." + std::string(400, '0') + "1e401", 1));
}

TEST(Numeral, HexadecimalFloats) {
  EXPECT_TRUE(isFloat("0x1p4", 16));
  EXPECT_TRUE(isFloat("0x.8", 0.5));
  EXPECT_TRUE(isFloat("0xA.8p-1", 5.25));
  EXPECT_TRUE(isFloat("0x1p1024", kInfinity));
  EXPECT_TRUE(isFloat("0x1.fffffffffffffp1023", std::numeric_limits<double>::max()));
  EXPECT_TRUE(isFloat("0x1.fffffffffffff8p1023", kInfinity));
  EXPECT_TRUE(isFloat("0x1p-1074", std::numeric_limits<double>::denorm_min()));
  EXPECT_TRUE(isFloat("0x1p-1075", 0));
  EXPECT_TRUE(isFloat("0x1.8p-1075", std::numeric_limits<double>::denorm_min()));
  EXPECT_TRUE(isFloat("0x1p-99999999999999999999", 0));
  EXPECT_TRUE(isFloat("0x0p99999999999999999999", 0));
  EXPECT_TRUE(isFloat("0x0." + std::string(300, '0') + "1p1204", 1));
}

TEST(Numeral, HexadecimalFloatsRoundAsTheCLibrary) {
  std::mt19937_64 random(1);
  const char* digits = "0123456789abcdefABCDEF";
  for (int i = 0; i < 20'000; ++i) {
    std::string text = "0x";
    for (size_t n = random() % 25; n > 0; --n) text += digits[random() % 22];
    if (random() % 2 == 0) text += '.';
    for (size_t n = random() % 25 + 1; n > 0; --n) text += random() % 3 == 0 ? '0' : digits[random() % 22];
    text += 'p' + std::to_string(static_cast<int>(random() % 2400) - 1200);
    EXPECT_TRUE(isFloat(text, std::strtod(text.c_str(), nullptr))) << text;
  }
}

TEST(Numeral, DecimalFloatsRoundAsTheCLibrary) {
  std::mt19937_64 random(2);
  for (int i = 0; i < 20'000; ++i) {
    std::string text;
    for (size_t n = random() % 20; n > 0; --n) text += static_cast<char>('0' + random() % 10);
    text += '.';
    for (size_t n = random() % 20 + 1; n > 0; --n) text += static_cast<char>('0' + random() % 10);
    text += 'e' + std::to_string(static_cast<int>(random() % 700) - 350);
    EXPECT_TRUE(isFloat(text, std::strtod(text.c_str(), nullptr))) << text;
  }
}

TEST(Numeral, ParsesIntegers) {
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
    ASSERT_TRUE(parseNumber(c.text, n)) << c.text;
    EXPECT_TRUE(n.isInteger) << c.text;
    EXPECT_EQ(n.integer, c.value) << c.text;
  }
}

TEST(Numeral, ParsesFloatsAsStrtod) {
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
    ASSERT_TRUE(parseNumber(s, n)) << s;
    double wanted = std::strtod(s, nullptr);
    if (n.isInteger) {
      EXPECT_EQ(static_cast<double>(n.integer), wanted) << s;
    } else {
      EXPECT_EQ(std::bit_cast<uint64_t>(n.real), std::bit_cast<uint64_t>(wanted)) << s;
    }
  }
}

TEST(Numeral, RandomFloatsComeBack) {
  std::mt19937_64 r(2);
  char b[128];
  Number n;
  const char* formats[] = {"%.17g", "%a", "%.3g", "%.20e", "%.14g"};
  for (int i = 0; i < 300'000; i++) {
    double d = std::bit_cast<double>(r());
    if (d != d || std::isinf(d)) continue;
    int length = std::snprintf(b, sizeof b, formats[i % 5], d);
    ASSERT_TRUE(parseNumber({b, static_cast<size_t>(length)}, n)) << b;
    double wanted = std::strtod(b, nullptr);
    double got = n.isInteger ? static_cast<double>(n.integer) : n.real;
    ASSERT_EQ(std::bit_cast<uint64_t>(got), std::bit_cast<uint64_t>(wanted)) << b;
  }
  // Random hexadecimal mantissas and exponents around the ends of the range.
  for (int i = 0; i < 100'000; i++) {
    int length = std::snprintf(b, sizeof b, "0x%llx.%llxp%d", static_cast<unsigned long long>(r() >> (r() % 64)),
                               static_cast<unsigned long long>(r() >> (r() % 64)),
                               i & 1 ? static_cast<int>(r() % 2200) - 1150 : -1074 - static_cast<int>(r() % 80));
    ASSERT_TRUE(parseNumber({b, static_cast<size_t>(length)}, n)) << b;
    ASSERT_EQ(std::bit_cast<uint64_t>(n.real), std::bit_cast<uint64_t>(std::strtod(b, nullptr))) << b;
  }
}

TEST(Numeral, RefusesWhatIsNoNumber) {
  Number n;
  for (std::string_view s :
       {"",      " ",     "abc", "1a",       "0x",   "0xg",   "1e",    "1e+",  "--1",     "+-1",     "1 2",   "inf",
        "nan",   "-inf",  "INF", "infinity", "0x1p", "0x.p1", ".",     "e5",   "1..2",    "0x1.2.3", "1_000", "0b1",
        "1e5.5", "0x1e+", "- 1", "1\v-",     "x",    "0x.",   "0x1p+", "0x-1", "0x1p1p1", "1e5e5",   "1_0"}) {
    EXPECT_FALSE(parseNumber(s, n)) << s;
  }
  EXPECT_FALSE(parseNumber(std::string_view("1\0", 2), n));
  EXPECT_FALSE(parseNumber(std::string_view("\0001", 2), n));
  EXPECT_TRUE(parseNumber("0x1e", n) && n.isInteger && n.integer == 30);
  EXPECT_TRUE(parseNumber("\v\f\r 1\v\f\r ", n));
}

}  // namespace
}  // namespace devvm::base
