// Numbers: integers of 64 bits over immediates and boxes, floats, conversions and arithmetic as Lua 5.4 defines them.
#pragma once

#include <cmath>
#include <string>
#include <string_view>

#include "base/numeral.h"
#include "runtime/objects.h"

namespace devvm::runtime {

using base::Number;
using base::parseNumber;

// Which of two NaNs a sum or product keeps is the processor's choice by operand order, and compilers exchange the
// operands of commutative operations as they like. Here the order is fixed: sums keep the second, products the first,
// as the usual builds of the reference do, so that the sign of NaN is the same in all tiers.
inline double addFloats(double a, double b) {
#if defined(__x86_64__) && defined(__GNUC__)
  __asm__("addsd %1, %0" : "+x"(b) : "x"(a));
  return b;
#else
  return b + a;
#endif
}
inline double multiplyFloats(double a, double b) {
#if defined(__x86_64__) && defined(__GNUC__)
  __asm__("mulsd %1, %0" : "+x"(a) : "x"(b));
  return a;
#else
  return a * b;
#endif
}

/// Integer value of any 64-bit integer; boxes it if it does not fit. MAY COLLECT then; nil when out of memory.
Value makeIntegerSlow(Isolate& isolate, int64_t i);
inline Value makeInteger(Isolate& isolate, int64_t i) {
  return Value::fitsInt(i) ? Value::smallInt(i) : makeIntegerSlow(isolate, i);
}
/// The 64-bit integer of an isAnyInt() value.
inline int64_t integerOf(Value v) { return v.isInt() ? v.asInt() : as<WideInt>(v)->value; }
inline double doubleOf(Value number) {  // number: isNumber()
  return number.isDouble() ? number.asDouble() : static_cast<double>(integerOf(number));
}

/// Float to integer if it has an exact integer value.
bool doubleToInteger(double d, int64_t& out);
/// Number or numeric string to integer / float, as lua_tointegerx / lua_tonumberx.
bool toInteger(Value v, int64_t& out);
bool toIntegerNoString(Value v, int64_t& out);
bool toDouble(Value v, double& out);

/// As lua_tostring of a number: integers in decimal, floats as "%.14g" with ".0" added if it looks like an integer;
/// inf, -inf, nan, -nan. Returns the length written (buffer of 64 bytes is enough).
size_t formatNumber(Value number, char* buffer);
size_t formatDouble(double d, char* buffer);
size_t formatInteger(int64_t i, char* buffer);

// ---- arithmetic on raw numbers (the reference's luai_num*/luaV_*) ----
inline int64_t wrapAdd(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
}
inline int64_t wrapSub(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) - static_cast<uint64_t>(b));
}
inline int64_t wrapMul(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) * static_cast<uint64_t>(b));
}
inline int64_t floorDiv(int64_t a, int64_t b) {  // b != 0
  if (b == -1) return wrapSub(0, a);
  int64_t q = a / b;
  return q - ((a % b != 0) && ((a ^ b) < 0));
}
inline int64_t floorMod(int64_t a, int64_t b) {  // b != 0
  if (b == -1) return 0;
  int64_t r = a % b;
  return r != 0 && (r ^ b) < 0 ? r + b : r;
}
inline double floorModDouble(double a, double b) {
  double r = std::fmod(a, b);
  if (r != 0 && (r < 0) != (b < 0)) r += b;  // an exact 0 keeps fmod's sign, as the reference does
  return r;
}
inline int64_t shiftLeft(int64_t a, int64_t n) {
  if (n <= -64 || n >= 64) return 0;
  return n >= 0 ? static_cast<int64_t>(static_cast<uint64_t>(a) << n)
                : static_cast<int64_t>(static_cast<uint64_t>(a) >> -n);
}
/// Integer against float comparisons without rounding.
bool lessIntDouble(int64_t i, double d);
bool lessEqualIntDouble(int64_t i, double d);
bool lessDoubleInt(double d, int64_t i);
bool lessEqualDoubleInt(double d, int64_t i);

/// Equality without metamethods: numbers by value, strings by content, else identity.
bool rawEquals(Value a, Value b);

enum class Arith : uint8_t { kAdd, kSub, kMul, kDiv, kMod, kPow, kIDiv, kBAnd, kBOr, kBXor, kShl, kShr, kUnm, kBNot };
enum class ArithStatus : uint8_t { kOk, kNotNumbers, kDivideByZero, kModByZero, kNoInteger, kOutOfMemory };
/// The operation on two numbers (no strings, no metamethods). MAY COLLECT (boxing). kNotNumbers if either is no
/// number; kNoInteger if a bitwise operand is a float without an integer value.
ArithStatus arithmetic(Isolate& isolate, Arith op, Value a, Value b, Value& out);

}  // namespace devvm::runtime
