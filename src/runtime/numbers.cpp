// Integers and their boxes, conversions, exact comparisons. To text in number_text.cpp, operators in arithmetic.cpp.
#include "runtime/numbers.h"

#include "runtime/isolate.h"
#include "runtime/strings.h"

namespace devvm::runtime {

Value makeIntegerSlow(Isolate& isolate, int64_t i) {
  auto* box = static_cast<WideInt*>(isolate.heap.allocate(static_cast<uint8_t>(Kind::kWideInt), 0, 0));
  if (box == nullptr) return Value::nil();
  box->value = i;
  return Value::pointer(Tag::kWideInt, box);
}

namespace {
constexpr double kTwo63 = 9223372036854775808.0;
/// Integers of up to 53 bits are floats without rounding.
bool exactAsDouble(int64_t i) { return static_cast<uint64_t>(i) + (uint64_t{1} << 53) <= uint64_t{1} << 54; }
/// `d` (not NaN) is an integer or lies between the two given for it.
bool inRange(double d) { return d >= -kTwo63 && d < kTwo63; }
}  // namespace

bool doubleToInteger(double d, int64_t& out) {
  if (!inRange(d)) return false;  // also NaN
  auto i = static_cast<int64_t>(d);
  if (static_cast<double>(i) != d) return false;
  out = i;
  return true;
}

bool toIntegerNoString(Value v, int64_t& out) {
  if (v.isAnyInt()) {
    out = integerOf(v);
    return true;
  }
  return v.isDouble() && doubleToInteger(v.asDouble(), out);
}

bool toInteger(Value v, int64_t& out) {
  if (!v.isString()) return toIntegerNoString(v, out);
  Number n;
  if (!parseNumber(asString(v)->view(), n)) return false;
  if (!n.isInteger) return doubleToInteger(n.real, out);
  out = n.integer;
  return true;
}

bool toDouble(Value v, double& out) {
  if (v.isNumber()) {
    out = doubleOf(v);
    return true;
  }
  Number n;
  if (!v.isString() || !parseNumber(asString(v)->view(), n)) return false;
  out = n.isInteger ? static_cast<double>(n.integer) : n.real;
  return true;
}

// An integer that is no float is compared with the float rounded towards the side that keeps the answer right; a float
// outside the range of integers is greater or smaller than all of them; NaN makes every comparison false.

bool lessIntDouble(int64_t i, double d) {
  if (exactAsDouble(i)) return static_cast<double>(i) < d;
  if (inRange(d)) return i < static_cast<int64_t>(std::ceil(d));
  return d > 0;
}

bool lessEqualIntDouble(int64_t i, double d) {
  if (exactAsDouble(i)) return static_cast<double>(i) <= d;
  if (inRange(d)) return i <= static_cast<int64_t>(std::floor(d));
  return d > 0;
}

bool lessDoubleInt(double d, int64_t i) {
  if (exactAsDouble(i)) return d < static_cast<double>(i);
  if (inRange(d)) return static_cast<int64_t>(std::floor(d)) < i;
  return d < 0;
}

bool lessEqualDoubleInt(double d, int64_t i) {
  if (exactAsDouble(i)) return d <= static_cast<double>(i);
  if (inRange(d)) return static_cast<int64_t>(std::ceil(d)) <= i;
  return d < 0;
}

bool rawEquals(Value a, Value b) {
  if (a == b) return !a.isDouble() || a.asDouble() == a.asDouble();
  if (a.isDouble()) {
    if (b.isDouble()) return a.asDouble() == b.asDouble();
    int64_t i;
    return b.isAnyInt() && doubleToInteger(a.asDouble(), i) && i == integerOf(b);
  }
  if (b.isDouble()) return a.isAnyInt() && rawEquals(b, a);
  if (a.isWideInt()) return b.isWideInt() && integerOf(a) == integerOf(b);
  return a.isString() && b.isString() && stringEqualsFast(asString(a), asString(b));
}

}  // namespace devvm::runtime
