// Numbers to text, exactly as the reference's "%.14g" in the C locale.
#include <charconv>
#include <cstring>

#include "runtime/numbers.h"

namespace devvm::runtime {

size_t formatInteger(int64_t i, char* buffer) {
  return static_cast<size_t>(std::to_chars(buffer, buffer + 32, i).ptr - buffer);
}

size_t formatDouble(double d, char* buffer) {
  constexpr int kDigits = 14;
  constexpr double kFirstScientific = 1e14;  // needs more than kDigits digits
  char* p = buffer;
  if (d != d || d - d != 0) {
    if (std::signbit(d)) *p++ = '-';
    std::memcpy(p, d != d ? "nan" : "inf", 3);
    return static_cast<size_t>(p + 3 - buffer);
  }
  if (d > -kFirstScientific && d < kFirstScientific && static_cast<double>(static_cast<int64_t>(d)) == d) {
    if (std::signbit(d)) {
      *p++ = '-';
      d = -d;
    }
    p += formatInteger(static_cast<int64_t>(d), p);
    *p++ = '.';
    *p++ = '0';
    return static_cast<size_t>(p - buffer);
  }
  // Not an integer of few digits: there is a point or an exponent in the result, unless it was rounded to an integer.
  p = std::to_chars(p, p + 48, d, std::chars_format::general, kDigits).ptr;
  for (const char* q = buffer; q < p; q++) {
    if (*q == '.' || *q == 'e') return static_cast<size_t>(p - buffer);
  }
  *p++ = '.';
  *p++ = '0';
  return static_cast<size_t>(p - buffer);
}

size_t formatNumber(Value number, char* buffer) {
  return number.isDouble() ? formatDouble(number.asDouble(), buffer) : formatInteger(integerOf(number), buffer);
}

}  // namespace devvm::runtime
