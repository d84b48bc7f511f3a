// The math library.
#include <cmath>

#include "languages/lua/library/library.h"
#include "languages/lua/library/math_random.h"

namespace devvm::lua {

using runtime::Rooted;

namespace {

constexpr double kPi = 3.141592653589793238462643383279502884;

/// A float that was rounded, as an integer if it fits. nil when out of memory. MAY COLLECT.
Value roundedValue(Isolate& isolate, double d) {
  int64_t i;
  return runtime::doubleToInteger(d, i) ? runtime::makeInteger(isolate, i) : Value::canonical(d);
}
/// The same without allocating; absent() if it would have to.
Value fastRounded(double d) {
  if (d >= static_cast<double>(Value::kIntMin) && d <= static_cast<double>(Value::kIntMax))
    return Value::smallInt(static_cast<int64_t>(d));
  return Value::absent();
}
NativeResult answer(NativeCall& c, Value v) { return v.isNil() ? c.outOfMemory() : c.ret(v); }

// ---- functions of one float ----

using Function = double (*)(double);

template <Function f>
NativeResult floatFunction(NativeCall& c) {
  double d;
  if (!c.checkNumber(0, d)) return c.raisePending();
  return c.ret(Value::canonical(f(d)));
}
template <Function f>
Value fastFunction(Isolate&, const Value* args, uint32_t count) {
  if (count == 0) return Value::absent();
  if (args[0].isDouble()) return Value::canonical(f(args[0].asDouble()));
  return args[0].isInt() ? Value::canonical(f(static_cast<double>(args[0].asInt()))) : Value::absent();
}

double squareRoot(double d) { return std::sqrt(d); }
double sine(double d) { return std::sin(d); }
double cosine(double d) { return std::cos(d); }
double tangent(double d) { return std::tan(d); }
double arcSine(double d) { return std::asin(d); }
double arcCosine(double d) { return std::acos(d); }
double hyperbolicSine(double d) { return std::sinh(d); }
double hyperbolicCosine(double d) { return std::cosh(d); }
double hyperbolicTangent(double d) { return std::tanh(d); }
double logarithm10(double d) { return std::log10(d); }
double exponential(double d) { return std::exp(d); }
double degrees(double d) { return d * (180.0 / kPi); }
double radians(double d) { return d * (kPi / 180.0); }

NativeResult mathAtan(NativeCall& c) {
  double y, x;
  if (!c.checkNumber(0, y) || !c.optNumber(1, 1, x)) return c.raisePending();
  return c.ret(Value::canonical(std::atan2(y, x)));
}

double logarithm(double x, double base) {
  if (base == 2) return std::log2(x);
  if (base == 10) return std::log10(x);
  return std::log(x) / std::log(base);
}
NativeResult mathLog(NativeCall& c) {
  double x, base;
  if (!c.checkNumber(0, x)) return c.raisePending();
  if (c.isNoneOrNil(1)) return c.ret(Value::canonical(std::log(x)));
  if (!c.checkNumber(1, base)) return c.raisePending();
  return c.ret(Value::canonical(logarithm(x, base)));
}
Value fastLog(Isolate& isolate, const Value* args, uint32_t count) {
  return count == 1 ? fastFunction<static_cast<Function>(std::log)>(isolate, args, count) : Value::absent();
}

// ---- integers and floats ----

NativeResult mathAbs(NativeCall& c) {
  Value v = c.arg(0);
  if (v.isAnyInt()) {
    int64_t i = runtime::integerOf(v);
    return answer(c, runtime::makeInteger(c.isolate, i < 0 ? runtime::wrapSub(0, i) : i));
  }
  double d;
  if (!c.checkNumber(0, d)) return c.raisePending();
  return c.ret(Value::canonical(std::fabs(d)));
}
Value fastAbs(Isolate&, const Value* args, uint32_t count) {
  if (count == 0) return Value::absent();
  if (args[0].isDouble()) return Value::canonical(std::fabs(args[0].asDouble()));
  if (!args[0].isInt()) return Value::absent();
  int64_t i = args[0].asInt() < 0 ? -args[0].asInt() : args[0].asInt();
  return Value::fitsInt(i) ? Value::smallInt(i) : Value::absent();
}

template <Function round>
NativeResult roundTo(NativeCall& c) {
  if (c.arg(0).isAnyInt()) return c.ret(c.arg(0));
  double d;
  if (!c.checkNumber(0, d)) return c.raisePending();
  return answer(c, roundedValue(c.isolate, round(d)));
}
template <Function round>
Value fastRound(Isolate&, const Value* args, uint32_t count) {
  if (count == 0) return Value::absent();
  if (args[0].isDouble()) return fastRounded(round(args[0].asDouble()));
  return args[0].isAnyInt() ? args[0] : Value::absent();
}
double roundDown(double d) { return std::floor(d); }
double roundUp(double d) { return std::ceil(d); }

NativeResult mathFmod(NativeCall& c) {
  Value a = c.arg(0), b = c.arg(1);
  if (a.isAnyInt() && b.isAnyInt()) {
    int64_t divisor = runtime::integerOf(b);
    if (divisor == 0) return c.argError(1, "zero");
    // -1 apart: the smallest integer divided by it overflows.
    return answer(c, runtime::makeInteger(c.isolate, divisor == -1 ? 0 : runtime::integerOf(a) % divisor));
  }
  double x, y;
  // The reference, as compiled, looks at the second argument first.
  if (!c.checkNumber(1, y) || !c.checkNumber(0, x)) return c.raisePending();
  return c.ret(Value::canonical(std::fmod(x, y)));
}
Value fastFmod(Isolate&, const Value* args, uint32_t count) {
  if (count < 2) return Value::absent();
  Value a = args[0], b = args[-1];
  if (a.isDouble() && b.isDouble()) return Value::canonical(std::fmod(a.asDouble(), b.asDouble()));
  if (!a.isInt() || !b.isInt() || b.asInt() == 0) return Value::absent();
  return Value::smallInt(a.asInt() % b.asInt());
}

NativeResult mathModf(NativeCall& c) {
  Value v = c.arg(0);
  if (v.isAnyInt()) return c.ret(v, Value::number(0.0));
  double d;
  if (!c.checkNumber(0, d)) return c.raisePending();
  double whole = d < 0 ? std::ceil(d) : std::floor(d);
  Value first = roundedValue(c.isolate, whole);
  if (first.isNil()) return c.outOfMemory();
  return c.ret(first, Value::canonical(d == whole ? 0.0 : d - whole));
}

NativeResult mathToInteger(NativeCall& c) {
  Value v = c.arg(0);
  int64_t i;
  if (v.isAnyInt()) return c.ret(v);
  c.isolate.chargeNumeral(v);
  if (runtime::toInteger(v, i)) return answer(c, runtime::makeInteger(c.isolate, i));
  if (!c.checkAny(0)) return c.raisePending();
  return c.ret(Value::nil());
}
Value fastToInteger(Isolate&, const Value* args, uint32_t count) {
  if (count == 0) return Value::absent();
  if (args[0].isAnyInt()) return args[0];
  int64_t i;
  if (!args[0].isDouble()) return Value::absent();
  if (!runtime::doubleToInteger(args[0].asDouble(), i)) return Value::nil();
  return Value::fitsInt(i) ? Value::smallInt(i) : Value::absent();
}

NativeResult mathUlt(NativeCall& c) {
  int64_t a, b;
  if (!c.checkInteger(0, a) || !c.checkInteger(1, b)) return c.raisePending();
  return c.ret(Value::boolean(static_cast<uint64_t>(a) < static_cast<uint64_t>(b)));
}
Value fastUlt(Isolate&, const Value* args, uint32_t count) {
  if (count < 2 || !args[0].isAnyInt() || !args[-1].isAnyInt()) return Value::absent();
  return Value::boolean(static_cast<uint64_t>(runtime::integerOf(args[0])) <
                        static_cast<uint64_t>(runtime::integerOf(args[-1])));
}

NativeResult mathType(NativeCall& c) {
  Value v = c.arg(0);
  if (v.isNumber()) return answer(c, runtime::intern(c.isolate, v.isDouble() ? "float" : "integer"));
  if (!c.checkAny(0)) return c.raisePending();
  return c.ret(Value::nil());
}
Value fastType(Isolate& isolate, const Value* args, uint32_t count) {
  if (count == 0) return Value::absent();
  if (!args[0].isNumber()) return Value::nil();
  runtime::String* s = runtime::findInterned(isolate, args[0].isDouble() ? "float" : "integer");
  return s != nullptr ? runtime::stringValue(s) : Value::absent();
}

// ---- functions of older versions, which the reference is usually built with ----

NativeResult mathPow(NativeCall& c) {
  double x, y;
  if (!c.checkNumber(0, x) || !c.checkNumber(1, y)) return c.raisePending();
  return c.ret(Value::canonical(std::pow(x, y)));
}

NativeResult mathFrexp(NativeCall& c) {
  double d;
  int exponent = 0;
  if (!c.checkNumber(0, d)) return c.raisePending();
  double fraction = std::frexp(d, &exponent);
  return c.ret(Value::canonical(fraction), Value::smallInt(exponent));
}

NativeResult mathLdexp(NativeCall& c) {
  double d;
  int64_t exponent;
  if (!c.checkNumber(0, d) || !c.checkInteger(1, exponent)) return c.raisePending();
  return c.ret(Value::canonical(std::ldexp(d, static_cast<int>(exponent))));
}

// ---- min and max: any values with an order ----

struct ExtremeLocals {
  uint32_t best, next;
};

/// Is argument `next` better than argument `best`? Pushes the answer.
template <bool largest>
Step isBetter(NativeCall& c, const ExtremeLocals& v) {
  return largest ? lessThan(c, c.arg(v.best), c.arg(v.next)) : lessThan(c, c.arg(v.next), c.arg(v.best));
}

template <bool largest>
NativeResult extreme(NativeCall& c) {
  ExtremeLocals v{0, 1};
  if (c.state() != 0) loadLocals(c, v);
  switch (c.state()) {
    case 0:
      if (c.count() == 0) return c.argError(0, "value expected");
      c.setSlots(localSlots<ExtremeLocals>());
      if (!chargeElements(c, c.count())) return c.raisePending();
      for (; v.next < c.count(); v.next++) {
        DEVVM_AWAIT(c, v, isBetter<largest>(c, v), 1);
        if (!c.pop().isFalsy()) v.best = v.next;
      }
      break;
    default: break;
  }
  return c.ret(c.arg(v.best));
}
template <bool largest>
Value fastExtreme(Isolate&, const Value* args, uint32_t count) {
  if (count == 0 || !args[0].isNumber()) return Value::absent();
  Value best = args[0];
  for (uint32_t i = 1; i < count; i++) {
    Value v = args[-static_cast<int64_t>(i)];
    if (!v.isNumber()) return Value::absent();
    if (largest ? numberLess(best, v) : numberLess(v, best)) best = v;
  }
  return best;
}

template <Function f>
constexpr LibraryEntry floatEntry(const char* key, const char* name, const char* signature, const char* documentation) {
  return {key,
          {.function = floatFunction<f>,
           .name = name,
           .fast = fastFunction<f>,
           .oneResult = true,
           .signature = signature,
           .documentation = documentation}};
}

const LibraryEntry kEntries[] = {
    {"abs",
     {.function = mathAbs,
      .name = "math.abs",
      .fast = fastAbs,
      .oneResult = true,
      .signature = "abs(x)",
      .documentation = "Gives the distance of x from zero."}},
    floatEntry<arcCosine>("acos", "math.acos", "acos(x)", "Gives the arc cosine of x in radians."),
    floatEntry<arcSine>("asin", "math.asin", "asin(x)", "Gives the arc sine of x in radians."),
    // In front of atan: messages name the first entry with the function.
    {"atan2",
     {.function = mathAtan,
      .name = "math.atan2",
      .signature = "atan2(y, x)",
      .documentation = "An older name of math.atan."}},
    {"atan",
     {.function = mathAtan,
      .name = "math.atan",
      .signature = "atan(y [, x])",
      .documentation = "Gives the arc tangent of y/x in radians, in the right quadrant."}},
    {"ceil",
     {.function = roundTo<roundUp>,
      .name = "math.ceil",
      .fast = fastRound<roundUp>,
      .oneResult = true,
      .signature = "ceil(x)",
      .documentation = "Gives the smallest integer that is not less than x."}},
    floatEntry<cosine>("cos", "math.cos", "cos(x)", "Gives the cosine of x radians."),
    floatEntry<hyperbolicCosine>("cosh", "math.cosh", "cosh(x)", "Gives the hyperbolic cosine of x."),
    floatEntry<degrees>("deg", "math.deg", "deg(x)", "Converts radians to degrees."),
    floatEntry<exponential>("exp", "math.exp", "exp(x)", "Gives e to the power x."),
    {"floor",
     {.function = roundTo<roundDown>,
      .name = "math.floor",
      .fast = fastRound<roundDown>,
      .oneResult = true,
      .signature = "floor(x)",
      .documentation = "Gives the largest integer that is not greater than x."}},
    {"fmod",
     {.function = mathFmod,
      .name = "math.fmod",
      .fast = fastFmod,
      .oneResult = true,
      .signature = "fmod(x, y)",
      .documentation = "Gives the rest of x/y with the quotient rounded towards zero."}},
    {"frexp",
     {.function = mathFrexp,
      .name = "math.frexp",
      .signature = "frexp(x)",
      .documentation = "Gives the fraction and the exponent of x to the base 2."}},
    {"ldexp",
     {.function = mathLdexp,
      .name = "math.ldexp",
      .signature = "ldexp(m, e)",
      .documentation = "Gives m times 2 to the power e."}},
    floatEntry<logarithm10>("log10", "math.log10", "log10(x)", "Gives the logarithm of x to the base 10."),
    {"log",
     {.function = mathLog,
      .name = "math.log",
      .fast = fastLog,
      .oneResult = true,
      .signature = "log(x [, base])",
      .documentation = "Gives the logarithm of x to a base, e if none is given."}},
    {"max",
     {.function = extreme<true>,
      .name = "math.max",
      .fast = fastExtreme<true>,
      .oneResult = true,
      .signature = "max(x, ...)",
      .documentation = "Gives the greatest of its arguments."}},
    {"min",
     {.function = extreme<false>,
      .name = "math.min",
      .fast = fastExtreme<false>,
      .oneResult = true,
      .signature = "min(x, ...)",
      .documentation = "Gives the least of its arguments."}},
    {"modf",
     {.function = mathModf,
      .name = "math.modf",
      .signature = "modf(x)",
      .documentation = "Gives the integral and the fractional part of x."}},
    {"pow",
     {.function = mathPow,
      .name = "math.pow",
      .signature = "pow(x, y)",
      .documentation = "Gives x to the power y as a float."}},
    floatEntry<radians>("rad", "math.rad", "rad(x)", "Converts degrees to radians."),
    {"random",
     {.function = mathRandom,
      .name = "math.random",
      .fast = fastRandom,
      .oneResult = true,
      .signature = "random([m [, n]])",
      .documentation = "Gives a random float in [0,1), or a random integer in an interval."}},
    {"randomseed",
     {.function = mathRandomSeed,
      .name = "math.randomseed",
      .signature = "randomseed([x [, y]])",
      .documentation = "Seeds the generator and gives the two parts of the seed."}},
    floatEntry<sine>("sin", "math.sin", "sin(x)", "Gives the sine of x radians."),
    floatEntry<hyperbolicSine>("sinh", "math.sinh", "sinh(x)", "Gives the hyperbolic sine of x."),
    floatEntry<squareRoot>("sqrt", "math.sqrt", "sqrt(x)", "Gives the square root of x."),
    floatEntry<tangent>("tan", "math.tan", "tan(x)", "Gives the tangent of x radians."),
    floatEntry<hyperbolicTangent>("tanh", "math.tanh", "tanh(x)", "Gives the hyperbolic tangent of x."),
    {"tointeger",
     {.function = mathToInteger,
      .name = "math.tointeger",
      .fast = fastToInteger,
      .oneResult = true,
      .signature = "tointeger(x)",
      .documentation = "Gives x as an integer if it has that value, else nil."}},
    {"type",
     {.function = mathType,
      .name = "math.type",
      .fast = fastType,
      .oneResult = true,
      .signature = "type(x)",
      .documentation = "Tells \"integer\", \"float\", or nil if x is no number."}},
    {"ult",
     {.function = mathUlt,
      .name = "math.ult",
      .fast = fastUlt,
      .oneResult = true,
      .signature = "ult(m, n)",
      .documentation = "Compares two integers as if they had no sign."}},
};

}  // namespace

bool openMath(Isolate& isolate, Handle globals) {
  Rooted module(isolate, Value::nil()), value(isolate, Value::nil());
  if (!newModule(isolate, globals, "math", kEntries, std::size(kEntries), module)) return false;
  auto set = [&](const char* name, Value v) {
    value.set(v);
    return !v.isNil() && runtime::tableSetName(isolate, module, name, value);
  };
  seedFromSystem(isolate);
  return set("pi", Value::number(kPi)) && set("huge", Value::number(HUGE_VAL)) &&
         set("maxinteger", runtime::makeInteger(isolate, INT64_MAX)) &&
         set("mininteger", runtime::makeInteger(isolate, INT64_MIN));
}

}  // namespace devvm::lua
