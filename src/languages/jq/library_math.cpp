// Mathematics: the C library's functions of one, two and three numbers.
#include <cmath>

#include "languages/jq/library.h"

namespace devvm::jq {

using namespace runtime;

namespace {

using Unary = double (*)(double);
using Binary = double (*)(double, double);

template <Unary kFunction>
NativeResult unary(NativeCall& c) {
  if (!isNumber(c.arg(0))) return raiseText(c, describe(c.isolate, c.arg(0)) + " number required");
  return number(c, kFunction(numberOf(c.arg(0))));
}
template <Unary kFunction>
Value fastUnary(Isolate&, const Value* a, uint32_t) {
  return a[0].isDouble() ? Value::canonical(kFunction(a[0].asDouble())) : Value::absent();
}
template <Binary kFunction>
NativeResult binary(NativeCall& c) {
  for (uint32_t i = 1; i <= 2; i++) {
    if (!isNumber(c.arg(i))) return raiseText(c, describe(c.isolate, c.arg(i)) + " number required");
  }
  return number(c, kFunction(numberOf(c.arg(1)), numberOf(c.arg(2))));
}

double exp10Of(double x) { return std::pow(10, x); }
double significandOf(double x) {
  if (x == 0 || std::isinf(x) || x != x) return x;
  return std::scalbn(x, -std::ilogb(x));
}
double dremOf(double a, double b) { return std::remainder(a, b); }
double ldexpOf(double a, double b) { return std::ldexp(a, static_cast<int>(b)); }
double nexttowardOf(double a, double b) { return std::nextafter(a, b); }
double jnOf(double n, double x) { return ::jn(static_cast<int>(n), x); }
double ynOf(double n, double x) { return ::yn(static_cast<int>(n), x); }
double lgammaOf(double x) {
  int sign;
  return ::lgamma_r(x, &sign);
}

NativeResult pair(NativeCall& c, double a, double b) {
  Value values[] = {Value::canonical(a), Value::canonical(b)};
  return give(c, arrayOf(c.isolate, values, 2));
}
NativeResult frexpNative(NativeCall& c) {
  if (!isNumber(c.arg(0))) return raiseText(c, describe(c.isolate, c.arg(0)) + " number required");
  int exponent = 0;
  double x = numberOf(c.arg(0)), m = std::isfinite(x) ? std::frexp(x, &exponent) : x;
  return pair(c, m, exponent);
}
NativeResult modfNative(NativeCall& c) {
  if (!isNumber(c.arg(0))) return raiseText(c, describe(c.isolate, c.arg(0)) + " number required");
  double whole, part = std::modf(numberOf(c.arg(0)), &whole);
  return pair(c, part, whole);
}
NativeResult lgammaR(NativeCall& c) {
  if (!isNumber(c.arg(0))) return raiseText(c, describe(c.isolate, c.arg(0)) + " number required");
  int sign = 1;
  double g = ::lgamma_r(numberOf(c.arg(0)), &sign);
  return pair(c, g, sign);
}
NativeResult fmaNative(NativeCall& c) {
  for (uint32_t i = 1; i <= 3; i++) {
    if (!isNumber(c.arg(i))) return raiseText(c, describe(c.isolate, c.arg(i)) + " number required");
  }
  return number(c, std::fma(numberOf(c.arg(1)), numberOf(c.arg(2)), numberOf(c.arg(3))));
}
NativeResult infinite(NativeCall& c) { return number(c, HUGE_VAL); }
NativeResult nan(NativeCall& c) { return number(c, std::nan("")); }
template <int kWhat>
NativeResult classify(NativeCall& c) {
  if (!isNumber(c.arg(0))) return raiseText(c, describe(c.isolate, c.arg(0)) + " number required");
  double x = numberOf(c.arg(0));
  return c.ret(Value::boolean(kWhat == 0 ? std::isinf(x) : kWhat == 1 ? x != x : std::isnormal(x)));
}

}  // namespace

void addMathFilters(FilterList& list) {
#define UNARY(name) {#name "/0", unary<(Unary)::name>, fastUnary<(Unary)::name>}
  const Filter all[] = {
      UNARY(floor),
      UNARY(ceil),
      UNARY(sqrt),
      UNARY(fabs),
      UNARY(round),
      UNARY(trunc),
      UNARY(rint),
      UNARY(nearbyint),
      UNARY(sin),
      UNARY(cos),
      UNARY(tan),
      UNARY(asin),
      UNARY(acos),
      UNARY(atan),
      UNARY(sinh),
      UNARY(cosh),
      UNARY(tanh),
      UNARY(asinh),
      UNARY(acosh),
      UNARY(atanh),
      UNARY(exp),
      UNARY(exp2),
      UNARY(expm1),
      UNARY(log),
      UNARY(log2),
      UNARY(log10),
      UNARY(log1p),
      UNARY(cbrt),
      UNARY(logb),
      UNARY(tgamma),
      UNARY(j0),
      UNARY(j1),
      UNARY(y0),
      UNARY(y1),
      UNARY(erf),
      UNARY(erfc),
      {"exp10/0", unary<exp10Of>},
      {"significand/0", unary<significandOf>},
      {"gamma/0", unary<lgammaOf>},
      {"lgamma/0", unary<lgammaOf>},
      {"lgamma_r/0", lgammaR},
      {"frexp/0", frexpNative},
      {"modf/0", modfNative},
      {"pow/2", binary<(Binary)::pow>},
      {"atan2/2", binary<(Binary)::atan2>},
      {"fmod/2", binary<(Binary)::fmod>},
      {"fmin/2", binary<(Binary)::fmin>},
      {"fmax/2", binary<(Binary)::fmax>},
      {"fdim/2", binary<(Binary)::fdim>},
      {"hypot/2", binary<(Binary)::hypot>},
      {"copysign/2", binary<(Binary)::copysign>},
      {"nextafter/2", binary<(Binary)::nextafter>},
      {"nexttoward/2", binary<nexttowardOf>},
      {"drem/2", binary<dremOf>},
      {"remainder/2", binary<dremOf>},
      {"ldexp/2", binary<ldexpOf>},
      {"scalb/2", binary<ldexpOf>},
      {"scalbln/2", binary<ldexpOf>},
      {"jn/2", binary<jnOf>},
      {"yn/2", binary<ynOf>},
      {"fma/3", fmaNative},
      {"infinite/0", infinite},
      {"nan/0", nan},
      {"isinfinite/0", classify<0>},
      {"isnan/0", classify<1>},
      {"isnormal/0", classify<2>},
  };
#undef UNARY
  list.insert(list.end(), std::begin(all), std::end(all));
}

}  // namespace devvm::jq
