// Arithmetic on strings: the metamethods of the string metatable. Operands that look like numbers are converted; else
// the other operand's metamethod is called.
#include "languages/lua/library/string_library.h"

namespace devvm::lua {

using runtime::Arith;
using runtime::ArithStatus;
using runtime::Meta;

namespace {

/// The number that an operand stands for. MAY COLLECT. False if it is none; nil in `out` when out of memory.
bool toNumber(NativeCall& c, uint32_t i, Value& out) {
  Value v = c.arg(i);
  out = v;
  if (v.isNumber()) return true;
  c.isolate.chargeNumeral(v);
  runtime::Number n;
  if (!v.isString() || !runtime::parseNumber(runtime::asString(v)->view(), n)) return false;
  out = n.isInteger ? runtime::makeInteger(c.isolate, n.integer) : Value::canonical(n.real);
  return true;
}

NativeResult compute(NativeCall& c, Arith op, Meta m, const char* verb) {
  Value a, b, result;
  bool numbers = toNumber(c, 0, a);
  if (numbers) {
    c.push(a);  // rooted: the second conversion may collect
    // Called with one operand, the reference takes it twice.
    numbers = c.count() == 1 ? toNumber(c, 0, b) : toNumber(c, 1, b);
    a = c.pop();
  }
  if (!numbers) {
    Value second = c.arg(1);
    Value handler = second.isString() ? Value::nil() : runtime::metamethod(c.isolate, second, m);
    if (handler.isNil())
      return c.error("attempt to %s a '%s' with a '%s'", verb, runtime::typeName(c.arg(0)), runtime::typeName(second));
    c.push(handler);
    c.push(c.arg(0));
    c.push(second);
    return c.call(2, 1, 1);
  }
  if (a.isNil() || b.isNil()) return c.outOfMemory();
  switch (runtime::arithmetic(c.isolate, op, a, b, result)) {
    case ArithStatus::kOk: return c.ret(result);
    case ArithStatus::kDivideByZero: raiseText(c, "attempt to divide by zero"); break;
    case ArithStatus::kModByZero: raiseText(c, "attempt to perform 'n%0'"); break;
    case ArithStatus::kOutOfMemory: return c.outOfMemory();
    case ArithStatus::kNotNumbers:
    case ArithStatus::kNoInteger: return c.error("attempt to %s numbers", verb);  // cannot happen
  }
  return c.raisePending();
}

template <Arith op, Meta m>
NativeResult metamethodOn(NativeCall& c) {
  if (c.state() != 0) return c.retTop(1);  // the other operand's metamethod has answered
  static constexpr const char* kVerbs[] = {"add", "sub", "mul", "div", "mod", "pow", "idiv",
                                           "",    "",    "",    "",    "",    "unm", ""};
  return compute(c, op, m, kVerbs[static_cast<int>(op)]);
}

template <Arith op, Meta m>
constexpr LibraryEntry entry(const char* key) {
  return {key,
          {.function = metamethodOn<op, m>,
           .name = key,
           .signature = "metamethod(a, b)",
           .documentation = "Converts strings that look like numbers and computes."}};
}

}  // namespace

const LibraryEntry kStringMetamethods[] = {
    entry<Arith::kAdd, Meta::kAdd>("__add"),    entry<Arith::kSub, Meta::kSub>("__sub"),
    entry<Arith::kMul, Meta::kMul>("__mul"),    entry<Arith::kMod, Meta::kMod>("__mod"),
    entry<Arith::kPow, Meta::kPow>("__pow"),    entry<Arith::kDiv, Meta::kDiv>("__div"),
    entry<Arith::kIDiv, Meta::kIDiv>("__idiv"), entry<Arith::kUnm, Meta::kUnm>("__unm"),
};
const size_t kStringMetamethodCount = std::size(kStringMetamethods);

}  // namespace devvm::lua
