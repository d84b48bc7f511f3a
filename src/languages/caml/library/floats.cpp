// Functions of floats.
#include <bit>
#include <cmath>

#include "languages/caml/library/natives.h"
#include "runtime/isolate.h"
#include "runtime/numbers.h"

namespace devvm::caml {

using namespace runtime;

namespace {

template <double (*F)(double)>
NativeResult unary(NativeCall& c) {
  return c.ret(Value::canonical(F(doubleOf(c.arg(0)))));
}

template <double (*F)(double, double)>
NativeResult binary(NativeCall& c) {
  return c.ret(Value::canonical(F(doubleOf(c.arg(0)), doubleOf(c.arg(1)))));
}

double ldexpOf(double x, double n) { return std::ldexp(x, static_cast<int>(n)); }

/// The mantissa or exponent of frexp, as asked by the second argument.
NativeResult frexpPart(NativeCall& c) {
  int exponent = 0;
  double m = std::frexp(doubleOf(c.arg(0)), &exponent);
  return c.arg(1).asInt() == 0 ? c.ret(Value::canonical(m)) : c.ret(Value::smallInt(exponent));
}

NativeResult bitsOf(NativeCall& c) {
  Value v = makeInteger(c.isolate, static_cast<int64_t>(std::bit_cast<uint64_t>(doubleOf(c.arg(0)))));
  return v.isNil() ? c.outOfMemory() : c.ret(v);
}

NativeResult ofBits(NativeCall& c) {
  return c.ret(Value::canonical(std::bit_cast<double>(static_cast<uint64_t>(integerOf(c.arg(0))))));
}

constexpr NativeEntry kEntries[] = {
    {"caml_exp", unary<std::exp>},
    {"caml_log", unary<std::log>},
    {"caml_log10", unary<std::log10>},
    {"caml_log2", unary<std::log2>},
    {"caml_sin", unary<std::sin>},
    {"caml_cos", unary<std::cos>},
    {"caml_tan", unary<std::tan>},
    {"caml_asin", unary<std::asin>},
    {"caml_acos", unary<std::acos>},
    {"caml_atan", unary<std::atan>},
    {"caml_sinh", unary<std::sinh>},
    {"caml_cosh", unary<std::cosh>},
    {"caml_tanh", unary<std::tanh>},
    {"caml_ceil", unary<std::ceil>},
    {"caml_floor", unary<std::floor>},
    {"caml_trunc", unary<std::trunc>},
    {"caml_round", unary<std::round>},
    {"caml_expm1", unary<std::expm1>},
    {"caml_log1p", unary<std::log1p>},
    {"caml_cbrt", unary<std::cbrt>},
    {"caml_power", binary<std::pow>},
    {"caml_atan2", binary<std::atan2>},
    {"caml_fmod", binary<std::fmod>},
    {"caml_hypot", binary<std::hypot>},
    {"caml_copysign", binary<std::copysign>},
    {"caml_ldexp", binary<ldexpOf>},
    {"caml_frexp_part", frexpPart},
    {"caml_bits_of_float", bitsOf},
    {"caml_float_of_bits", ofBits},
};

}  // namespace

std::span<const NativeEntry> floatNatives() { return kEntries; }

}  // namespace devvm::caml
