// Numbers and their texts: doubles in the reference's format, literals that keep theirs.
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <cstring>

#include "languages/jq/values.h"

namespace devvm::jq {

namespace {

/// A decimal: sign, digits without leading zeros, and the exponent of the last digit.
struct Decimal {
  bool negative = false;
  std::string digits;
  int64_t exponent = 0;
};

bool parseDecimal(std::string_view text, Decimal& d) {
  size_t i = 0;
  d = {};
  if (i < text.size() && (text[i] == '-' || text[i] == '+')) d.negative = text[i++] == '-';
  bool any = false, point = false;
  for (; i < text.size(); i++) {
    char c = text[i];
    if (c == '.' && !point) {
      point = true;
    } else if (c >= '0' && c <= '9') {
      any = true;
      if (!(d.digits.empty() && c == '0')) d.digits += c;
      if (point) d.exponent--;
    } else {
      break;
    }
  }
  if (!any) return false;
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    i++;
    bool negative = false;
    if (i < text.size() && (text[i] == '-' || text[i] == '+')) negative = text[i++] == '-';
    if (i >= text.size()) return false;
    int64_t e = 0;
    for (; i < text.size() && text[i] >= '0' && text[i] <= '9'; i++) {
      if (e < 1'000'000'000'000) e = e * 10 + (text[i] - '0');
    }
    d.exponent += negative ? -e : e;
  }
  return i == text.size();
}

/// As the General Decimal Arithmetic specification's to-scientific-string.
std::string canonicalText(const Decimal& d) {
  std::string digits = d.digits.empty() ? "0" : d.digits;
  std::string out = d.negative ? "-" : "";
  auto n = static_cast<int64_t>(digits.size());
  int64_t adjusted = d.exponent + n - 1;
  if (d.exponent <= 0 && adjusted >= -6) {
    if (d.exponent == 0) return out + digits;
    int64_t point = n + d.exponent;
    if (point > 0)
      return out + digits.substr(0, static_cast<size_t>(point)) + "." + digits.substr(static_cast<size_t>(point));
    return out + "0." + std::string(static_cast<size_t>(-point), '0') + digits;
  }
  out += digits[0];
  if (n > 1) out += "." + digits.substr(1);
  out += adjusted < 0 ? "E-" : "E+";
  return out + std::to_string(adjusted < 0 ? -adjusted : adjusted);
}

double toDouble(std::string_view text) { return std::strtod(std::string(text).c_str(), nullptr); }

int compareDecimals(const Decimal& a, const Decimal& b) {
  bool zeroA = a.digits.empty(), zeroB = b.digits.empty();
  if (zeroA || zeroB) {
    if (zeroA && zeroB) return 0;
    return zeroA ? (b.negative ? 1 : -1) : (a.negative ? -1 : 1);
  }
  if (a.negative != b.negative) return a.negative ? -1 : 1;
  int sign = a.negative ? -1 : 1;
  int64_t highA = a.exponent + static_cast<int64_t>(a.digits.size()),
          highB = b.exponent + static_cast<int64_t>(b.digits.size());
  if (highA != highB) return highA < highB ? -sign : sign;
  size_t n = std::max(a.digits.size(), b.digits.size());
  for (size_t i = 0; i < n; i++) {
    char x = i < a.digits.size() ? a.digits[i] : '0', y = i < b.digits.size() ? b.digits[i] : '0';
    if (x != y) return x < y ? -sign : sign;
  }
  return 0;
}

}  // namespace

size_t formatNumber(double d, char* out) {
  char* p = out;
  if (d != d) {
    std::memcpy(out, "null", 4);
    return 4;
  }
  if (std::isinf(d)) d = d > 0 ? 1.7976931348623157e308 : -1.7976931348623157e308;
  if (std::abs(d) < 1e15 && d == std::trunc(d)) {  // the usual case
    if (d == 0 && std::signbit(d)) *p++ = '-';
    return static_cast<size_t>(std::to_chars(p, out + 32, static_cast<int64_t>(d)).ptr - out);
  }
  char buffer[40];
  auto end = std::to_chars(buffer, buffer + sizeof buffer, d, std::chars_format::scientific).ptr;
  char* b = buffer;
  if (*b == '-') *p++ = *b++;
  char digits[24];
  int n = 0;
  digits[n++] = *b++;
  if (*b == '.') {
    for (b++; *b != 'e'; b++) digits[n++] = *b;
  }
  int exponent = 0;
  std::from_chars(b + 1 + (b[1] == '+'), end, exponent);
  while (n > 1 && digits[n - 1] == '0') n--;
  int point = exponent + 1;  // position of the decimal point relative to the digits
  if (point <= -4 || point > n + 15) {
    *p++ = digits[0];
    if (n > 1) {
      *p++ = '.';
      std::memcpy(p, digits + 1, static_cast<size_t>(n - 1));
      p += n - 1;
    }
    *p++ = 'e';
    *p++ = exponent < 0 ? '-' : '+';
    int e = exponent < 0 ? -exponent : exponent;
    if (e < 10) *p++ = '0';
    return static_cast<size_t>(std::to_chars(p, p + 8, e).ptr - out);
  }
  if (point <= 0) {
    *p++ = '0';
    *p++ = '.';
    for (int i = point; i < 0; i++) *p++ = '0';
    std::memcpy(p, digits, static_cast<size_t>(n));
    return static_cast<size_t>(p + n - out);
  }
  for (int i = 0; i < point; i++) *p++ = i < n ? digits[i] : '0';
  if (n > point) {
    *p++ = '.';
    std::memcpy(p, digits + point, static_cast<size_t>(n - point));
    p += n - point;
  }
  return static_cast<size_t>(p - out);
}

std::string exactText(const std::string& literal, double& value) {
  Decimal d;
  if (!parseDecimal(literal, d)) {
    value = std::nan("");
    return "";
  }
  value = toDouble(literal);
  std::string canonical = canonicalText(d);
  char text[40];
  return std::string_view(text, formatNumber(value, text)) == canonical ? "" : canonical;
}

Value numberFromText(Isolate& isolate, std::string_view text) {
  double value;
  std::string exact = exactText(std::string(text), value);
  if (exact.empty()) return Value::canonical(value);
  Rooted string(isolate, runtime::newString(isolate, exact)), number(isolate, Value::canonical(value));
  if ((*string).isNil()) return Value::nil();
  return newBlock(isolate, kLiteralTag, number, string);
}

int compareNumbers(Value a, Value b) {
  if (a.isDouble() && b.isDouble()) {
    double x = a.asDouble(), y = b.asDouble();
    return x < y || x != x ? -1 : x == y ? 0 : 1;
  }
  double x = numberOf(a), y = numberOf(b);
  if (x != x || y != y) return x != x ? -1 : 1;
  auto decimal = [](Value v, double d) {
    Decimal out;
    if (isLiteral(v)) {
      parseDecimal(runtime::asString(asBlock(v)->slots[1])->view(), out);
    } else {
      char text[40];
      parseDecimal(std::string_view(text, formatNumber(d, text)), out);
    }
    return out;
  };
  return compareDecimals(decimal(a, x), decimal(b, y));
}

}  // namespace devvm::jq
