#include "frontend/number_text.h"

#include <bit>
#include <charconv>
#include <limits>

namespace devvm::frontend {
namespace {

bool isDigit(char c) { return c >= '0' && c <= '9'; }

int hexValue(char c) {
  if (isDigit(c)) return c - '0';
  char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// The decimal exponent after an exponent mark, saturated far outside of the range of floats. False if there
/// are no digits or something follows them.
bool parseExponent(std::string_view text, int64_t& exponent) {
  constexpr int64_t kHuge = int64_t{1} << 40;
  bool negative = false;
  size_t i = 0;
  if (i < text.size() && (text[i] == '+' || text[i] == '-')) negative = text[i++] == '-';
  if (i == text.size()) return false;
  int64_t value = 0;
  for (; i < text.size(); ++i) {
    if (!isDigit(text[i])) return false;
    if (value < kHuge) value = value * 10 + (text[i] - '0');
  }
  exponent = negative ? -value : value;
  return true;
}

/// mantissa * 2^exponent rounded once; `sticky` says that non-zero bits were cut off below the mantissa.
double scale(uint64_t mantissa, int64_t exponent, bool sticky) {
  constexpr int kPrecision = 53, kMinExponent = -1074, kMaxExponent = 971;
  if (mantissa == 0) return 0.0;
  int leading = std::countl_zero(mantissa);
  mantissa <<= leading;
  exponent -= leading;
  // Now the top bit is set; the lowest bit kept has weight 2^(exponent + drop).
  int64_t drop = 64 - kPrecision;
  if (exponent + drop < kMinExponent) drop = kMinExponent - exponent;
  uint64_t kept = 0;
  if (drop > 64) {
    return 0.0;  // below half of the smallest float
  } else if (drop == 64) {
    // Everything is cut off: rounds up if above half of the smallest float, or never on the tie to even.
    kept = mantissa > (uint64_t{1} << 63) || sticky ? 1 : 0;
  } else {
    kept = mantissa >> drop;
    uint64_t rest = mantissa & ((uint64_t{1} << drop) - 1);
    uint64_t half = uint64_t{1} << (drop - 1);
    if (rest > half || (rest == half && (sticky || (kept & 1) != 0))) ++kept;
  }
  int64_t power = exponent + drop;
  if (power > kMaxExponent || (power == kMaxExponent && kept >= (uint64_t{1} << kPrecision))) {
    return std::numeric_limits<double>::infinity();
  }
  // kept has at most 54 bits and its product with the power of two is exact.
  auto result = static_cast<double>(kept);
  for (; power > 1000; power -= 1000) result *= 0x1p1000;
  for (; power < -1000; power += 1000) result *= 0x1p-1000;
  return result * std::bit_cast<double>(static_cast<uint64_t>(power + 1023) << 52);
}

/// Hexadecimal numeral after the 0x.
Number parseHexadecimal(std::string_view text) {
  uint64_t wrapped = 0;   // of all digits, for integers
  uint64_t mantissa = 0;  // of the first 16 significant digits, for floats
  int64_t exponent = 0;
  int significant = 0;
  bool sticky = false, anyDigit = false, point = false;
  size_t i = 0;
  for (; i < text.size(); ++i) {
    if (text[i] == '.') {
      if (point) return {};
      point = true;
      continue;
    }
    int digit = hexValue(text[i]);
    if (digit < 0) break;
    anyDigit = true;
    wrapped = wrapped << 4 | static_cast<unsigned>(digit);
    if (significant == 0 && digit == 0) {
      if (point) exponent -= 4;
    } else if (significant < 16) {
      ++significant;
      mantissa = mantissa << 4 | static_cast<unsigned>(digit);
      if (point) exponent -= 4;
    } else {
      sticky = sticky || digit != 0;
      if (!point) exponent += 4;
    }
  }
  if (!anyDigit) return {};
  if (i == text.size() && !point) return static_cast<int64_t>(wrapped);
  if (i < text.size()) {
    int64_t power = 0;
    if ((text[i] | 0x20) != 'p' || !parseExponent(text.substr(i + 1), power)) return {};
    exponent += power;
  }
  return scale(mantissa, exponent, sticky);
}

/// Whether a decimal numeral that no float can hold is too large, not too small.
bool isHuge(std::string_view text) {
  int64_t exponent = 0, pointAt = 0;
  bool point = false, significant = false;
  size_t i = 0;
  for (; i < text.size() && (isDigit(text[i]) || text[i] == '.'); ++i) {
    if (text[i] == '.') {
      point = true;
    } else {
      significant = significant || text[i] != '0';
      if (!point && significant) ++pointAt;
      if (point && !significant) --pointAt;
    }
  }
  if (i < text.size()) parseExponent(text.substr(i + 1), exponent);
  return exponent + pointAt > 0;
}

}  // namespace

Number parseNumeral(std::string_view text) {
  if (text.size() > 2 && text[0] == '0' && (text[1] | 0x20) == 'x') return parseHexadecimal(text.substr(2));
  if (text.empty() || !(isDigit(text[0]) || text[0] == '.')) return {};
  const char* begin = text.data();
  const char* end = begin + text.size();
  int64_t integer = 0;
  auto [integerEnd, integerError] = std::from_chars(begin, end, integer);
  if (integerEnd == end && integerError == std::errc()) return integer;
  double value = 0;
  auto [floatEnd, floatError] = std::from_chars(begin, end, value);
  // from_chars leaves an exponent mark without digits unread, and so refuses it here.
  if (floatError == std::errc::invalid_argument || floatEnd != end) return {};
  if (floatError == std::errc::result_out_of_range) {
    return isHuge(text) ? std::numeric_limits<double>::infinity() : 0.0;
  }
  return value;
}

}  // namespace devvm::frontend
