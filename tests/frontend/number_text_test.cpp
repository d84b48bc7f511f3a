#include "frontend/number_text.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <random>
#include <string>

namespace devvm::frontend {
namespace {

Number integer(int64_t value) { return value; }
Number real(double value) { return value; }
const Number kNone;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(NumberText, DecimalIntegers) {
  EXPECT_EQ(parseNumeral("0"), integer(0));
  EXPECT_EQ(parseNumeral("007"), integer(7));
  EXPECT_EQ(parseNumeral("9223372036854775807"), integer(INT64_MAX));
  EXPECT_EQ(parseNumeral("9223372036854775808"), real(0x1p63));
  EXPECT_EQ(parseNumeral("123456789012345678901234567890"), real(123456789012345678901234567890.0));
}

TEST(NumberText, HexadecimalIntegersWrap) {
  EXPECT_EQ(parseNumeral("0x10"), integer(16));
  EXPECT_EQ(parseNumeral("0XfF"), integer(255));
  EXPECT_EQ(parseNumeral("0xffffffffffffffff"), integer(-1));
  EXPECT_EQ(parseNumeral("0x1ffffffffffffffff"), integer(-1));
  EXPECT_EQ(parseNumeral("0x10000000000000001"), integer(1));
}

TEST(NumberText, DecimalFloats) {
  EXPECT_EQ(parseNumeral("3."), real(3));
  EXPECT_EQ(parseNumeral(".5"), real(0.5));
  EXPECT_EQ(parseNumeral("1e2"), real(100));
  EXPECT_EQ(parseNumeral("1E+2"), real(100));
  EXPECT_EQ(parseNumeral("0.1"), real(0.1));
  EXPECT_EQ(parseNumeral("2.2250738585072014e-308"), real(std::numeric_limits<double>::min()));
  EXPECT_EQ(parseNumeral("5e-324"), real(std::numeric_limits<double>::denorm_min()));
  EXPECT_EQ(parseNumeral("2e-324"), real(0));
  EXPECT_EQ(parseNumeral("1e999"), real(kInfinity));
  EXPECT_EQ(parseNumeral("1e-999"), real(0));
  EXPECT_EQ(parseNumeral("0e999999999999999999999"), real(0));
  EXPECT_EQ(parseNumeral("1e999999999999999999999"), real(kInfinity));
  EXPECT_EQ(parseNumeral("1" + std::string(400, '0')), real(kInfinity));
  EXPECT_EQ(parseNumeral("0." + std::string(400, '0') + "1"), real(0));
  EXPECT_EQ(parseNumeral("0." + std::string(400, '0') + "1e401"), real(1));
}

TEST(NumberText, HexadecimalFloats) {
  EXPECT_EQ(parseNumeral("0x1p4"), real(16));
  EXPECT_EQ(parseNumeral("0x.8"), real(0.5));
  EXPECT_EQ(parseNumeral("0xA.8p-1"), real(5.25));
  EXPECT_EQ(parseNumeral("0x1p1024"), real(kInfinity));
  EXPECT_EQ(parseNumeral("0x1.fffffffffffffp1023"), real(std::numeric_limits<double>::max()));
  EXPECT_EQ(parseNumeral("0x1.fffffffffffff8p1023"), real(kInfinity));
  EXPECT_EQ(parseNumeral("0x1p-1074"), real(std::numeric_limits<double>::denorm_min()));
  EXPECT_EQ(parseNumeral("0x1p-1075"), real(0));
  EXPECT_EQ(parseNumeral("0x1.8p-1075"), real(std::numeric_limits<double>::denorm_min()));
  EXPECT_EQ(parseNumeral("0x1p-99999999999999999999"), real(0));
  EXPECT_EQ(parseNumeral("0x0p99999999999999999999"), real(0));
  EXPECT_EQ(parseNumeral("0x0." + std::string(300, '0') + "1p1204"), real(1));
}

TEST(NumberText, HexadecimalFloatsRoundAsTheCLibrary) {
  std::mt19937_64 random(1);
  const char* digits = "0123456789abcdefABCDEF";
  for (int i = 0; i < 20'000; ++i) {
    std::string text = "0x";
    for (size_t n = random() % 25; n > 0; --n) text += digits[random() % 22];
    if (random() % 2 == 0) text += '.';
    for (size_t n = random() % 25 + 1; n > 0; --n) text += random() % 3 == 0 ? '0' : digits[random() % 22];
    text += 'p' + std::to_string(static_cast<int>(random() % 2400) - 1200);
    Number number = parseNumeral(text);
    ASSERT_TRUE(std::holds_alternative<double>(number)) << text;
    EXPECT_EQ(std::get<double>(number), std::strtod(text.c_str(), nullptr)) << text;
  }
}

TEST(NumberText, DecimalFloatsRoundAsTheCLibrary) {
  std::mt19937_64 random(2);
  for (int i = 0; i < 20'000; ++i) {
    std::string text;
    for (size_t n = random() % 20; n > 0; --n) text += static_cast<char>('0' + random() % 10);
    text += '.';
    for (size_t n = random() % 20 + 1; n > 0; --n) text += static_cast<char>('0' + random() % 10);
    text += 'e' + std::to_string(static_cast<int>(random() % 700) - 350);
    Number number = parseNumeral(text);
    ASSERT_TRUE(std::holds_alternative<double>(number)) << text;
    EXPECT_EQ(std::get<double>(number), std::strtod(text.c_str(), nullptr)) << text;
  }
}

TEST(NumberText, WhatIsNoNumeral) {
  for (const char* text : {"",      ".",       "e",  "x",   "0x",    "0xg",     "0x.",   "0xp1", "0x.p1", "0x1p",
                           "0x1p+", "0x1.2.3", "1e", "1e+", "1e1.5", "1.2.3",   "1a",    "inf",  "nan",   "infinity",
                           "-1",    "+1",      " 1", "1 ",  "0x-1",  "0x1p1p1", "1e5e5", "1_0"}) {
    EXPECT_EQ(parseNumeral(text), kNone) << text;
  }
}

}  // namespace
}  // namespace devvm::frontend
