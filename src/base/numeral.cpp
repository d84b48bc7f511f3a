#include "base/numeral.h"

#include <bit>
#include <charconv>
#include <cmath>
#include <limits>

namespace devvm::base {

namespace {

bool isSpace(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool isDigit(char c) { return c >= '0' && c <= '9'; }
int hexDigit(char c) {
  if (isDigit(c)) return c - '0';
  char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

constexpr int64_t kHugeExponent = int64_t{1} << 40;

/// Reads "[sign]digits" up to the end of the text; the value saturates.
bool parseExponent(const char* p, const char* end, int64_t& out) {
  bool negative = false;
  if (p < end && (*p == '+' || *p == '-')) negative = *p++ == '-';
  if (p == end) return false;
  int64_t value = 0;
  for (; p < end; p++) {
    if (!isDigit(*p)) return false;
    if (value < kHugeExponent) value = value * 10 + (*p - '0');
  }
  out = negative ? -value : value;
  return true;
}

/// mantissa * 2^exponent, rounded once to nearest, ties to even; `sticky`: bits below the mantissa are not all zero.
double composeBinary(uint64_t mantissa, int64_t exponent, bool sticky) {
  if (mantissa == 0) return 0.0;
  int shift = std::countl_zero(mantissa);
  mantissa <<= shift;
  exponent -= shift;
  // The value is mantissa * 2^exponent with the top bit set; floats keep 53 bits, fewer below 2^-1022.
  int64_t top = exponent + 63;
  if (top > 1023) return std::numeric_limits<double>::infinity();
  int64_t keep = top >= -1022 ? 53 : 53 - (-1022 - top);
  if (keep < 0) return 0.0;
  int64_t drop = 64 - keep;  // 11 .. 64
  uint64_t kept = drop == 64 ? 0 : mantissa >> drop;
  uint64_t half = uint64_t{1} << (drop - 1);
  uint64_t rest = drop == 64 ? mantissa : mantissa & (2 * half - 1);
  if (rest > half || (rest == half && (sticky || (kept & 1)))) kept++;
  // A carry out of the kept bits makes the next power of two, and infinity in the end: both exact here.
  return std::ldexp(static_cast<double>(kept), static_cast<int>(exponent + drop));
}

/// Hexadecimal numeral behind its "0x": an integer (wraps) or a float.
bool parseHex(const char* p, const char* end, bool negative, Number& out) {
  uint64_t wrapped = 0, mantissa = 0;
  int64_t exponent = 0;
  bool sticky = false, digits = false, point = false;
  for (; p < end; p++) {
    if (*p == '.' && !point) {
      point = true;
      continue;
    }
    int digit = hexDigit(*p);
    if (digit < 0) break;
    digits = true;
    wrapped = wrapped * 16 + static_cast<unsigned>(digit);
    if (mantissa >> 60 == 0) {
      mantissa = mantissa * 16 + static_cast<unsigned>(digit);
      if (point) exponent -= 4;
    } else {
      sticky |= digit != 0;
      if (!point) exponent += 4;
    }
  }
  if (!digits) return false;
  if (p == end && !point) {
    out.isInteger = true;
    out.integer = static_cast<int64_t>(negative ? 0 - wrapped : wrapped);
    return true;
  }
  if (p < end) {
    int64_t power;
    if ((*p | 0x20) != 'p' || !parseExponent(p + 1, end, power)) return false;
    exponent += power;
  }
  out.isInteger = false;
  double d = composeBinary(mantissa, exponent, sticky);
  out.real = negative ? -d : d;
  return true;
}

/// Out of the range of floats: whether a valid decimal numeral is huge (else it is tiny).
bool isHuge(const char* p, const char* end) {
  int64_t exponent = 0, integerDigits = 0;  // negative: zeros behind the point
  bool significant = false, point = false;
  for (; p < end && (isDigit(*p) || *p == '.'); p++) {
    if (*p == '.') {
      point = true;
      continue;
    }
    significant |= *p != '0';
    if (point && !significant) integerDigits--;
    if (!point && significant) integerDigits++;
  }
  if (p < end) parseExponent(p + 1, end, exponent);
  return integerDigits + exponent > 0;
}

bool parseDecimal(const char* p, const char* end, bool negative, Number& out) {
  // An integer if it consists of digits and fits.
  uint64_t value = 0;
  const char* q = p;
  bool fits = true;
  for (; q < end && isDigit(*q); q++) {
    auto digit = static_cast<unsigned>(*q - '0');
    constexpr uint64_t kLimit = (uint64_t{1} << 63) / 10, kLast = (uint64_t{1} << 63) % 10 - 1;
    if (value > kLimit || (value == kLimit && digit > kLast + negative)) fits = false;
    if (fits) value = value * 10 + digit;
  }
  if (q == end && q != p && fits) {
    out.isInteger = true;
    out.integer = static_cast<int64_t>(negative ? 0 - value : value);
    return true;
  }
  // The library would also take "inf" and "nan", the reference does not.
  if (p == end || !(isDigit(*p) || *p == '.')) return false;
  double d = 0;
  auto [stop, error] = std::from_chars(p, end, d, std::chars_format::general);
  if (stop != end || error == std::errc::invalid_argument) return false;
  if (error == std::errc::result_out_of_range) d = isHuge(p, end) ? std::numeric_limits<double>::infinity() : 0.0;
  out.isInteger = false;
  out.real = negative ? -d : d;
  return true;
}

}  // namespace

bool parseNumber(std::string_view text, Number& out) {
  const char* p = text.data();
  const char* end = p + text.size();
  while (p < end && isSpace(*p)) p++;
  while (p < end && isSpace(end[-1])) end--;
  bool negative = false;
  if (p < end && (*p == '-' || *p == '+')) negative = *p++ == '-';
  out = Number{};
  if (end - p >= 2 && p[0] == '0' && (p[1] | 0x20) == 'x') return parseHex(p + 2, end, negative, out);
  return parseDecimal(p, end, negative, out);
}

}  // namespace devvm::base
