// Arithmetic beyond the handlers' int and float cases: wide integers, strings, metamethods, errors; length; concat.

#include <cstring>

#include "interpreter/operand_names.h"
#include "interpreter/slow_paths.h"
#include "runtime/frames.h"
#include "runtime/language.h"

namespace devvm::interpreter {

using namespace runtime;

namespace {

constexpr Meta kMetaOf[] = {Meta::kAdd,  Meta::kSub, Meta::kMul,  Meta::kDiv, Meta::kMod, Meta::kPow, Meta::kIDiv,
                            Meta::kBAnd, Meta::kBOr, Meta::kBXor, Meta::kShl, Meta::kShr, Meta::kUnm, Meta::kBNot};

bool isBitwise(Arith op) { return (op >= Arith::kBAnd && op <= Arith::kShr) || op == Arith::kBNot; }
bool isUnary(Arith op) { return op >= Arith::kUnm; }

void finish(Isolate& iso, Value result) {
  Fiber& f = *iso.fiber;
  f.sp += iso.scratch.pops;
  *--f.sp = result;
  f.pc += iso.scratch.length;
}

void operandError(Isolate& iso, uint32_t index, uint32_t operands, const char* what) {
  Value culprit = index == 0 ? iso.scratch.a : iso.scratch.b;
  std::string type = typeNameFull(iso, culprit);
  std::string name = describeOperand(iso, index, operands);
  iso.raiseError("attempt to %s a %s value%s", what, type.c_str(), name.c_str());
  fail(iso);
}

}  // namespace

void slowArithmetic(Isolate& iso, Arith op) {
  Value out;
  Value a = iso.scratch.a, b = iso.scratch.b;
  uint32_t operands = isUnary(op) ? 1 : 2;
  switch (arithmetic(iso, op, a, b, out)) {
    case ArithStatus::kOk: return finish(iso, out);
    case ArithStatus::kDivideByZero: iso.raiseError("attempt to divide by zero"); return fail(iso);
    case ArithStatus::kModByZero: iso.raiseError("attempt to perform 'n%%0'"); return fail(iso);
    case ArithStatus::kOutOfMemory: iso.raiseOutOfMemory(); return fail(iso);
    case ArithStatus::kNotNumbers:
    case ArithStatus::kNoInteger: break;
  }
  if (const Language* l = runningLanguage(iso); l != nullptr && l->arithmetic != nullptr) {
    if (!l->arithmetic(iso, op, Handle(&iso.scratch.a), Handle(&iso.scratch.b), out)) return fail(iso);
    return finish(iso, out);
  }
  a = iso.scratch.a;
  b = iso.scratch.b;
  Value mm = metamethod(iso, a, kMetaOf[static_cast<int>(op)]);
  if (mm.isNil()) mm = metamethod(iso, b, kMetaOf[static_cast<int>(op)]);
  if (!mm.isNil()) {
    Fiber& f = *iso.fiber;
    const uint8_t* next = f.pc + iso.scratch.length;
    f.sp += iso.scratch.pops;
    *--f.sp = mm;
    *--f.sp = a;
    *--f.sp = b;
    return invokeMetamethod(iso, 2, 1, next);
  }
  if (isBitwise(op)) {
    if (a.isNumber() && b.isNumber()) {
      int64_t x;
      uint32_t culprit = toIntegerNoString(a, x) ? 1 : 0;
      std::string name = describeOperand(iso, isUnary(op) ? 0 : culprit, operands);
      iso.raiseError("number%s has no integer representation", name.c_str());
      return fail(iso);
    }
    return operandError(iso, a.isNumber() && !isUnary(op) ? 1 : 0, operands, "perform bitwise operation on");
  }
  operandError(iso, a.isNumber() && !isUnary(op) ? 1 : 0, operands, "perform arithmetic on");
}

template <Arith op>
Value wideArithmetic(Isolate& iso, Value a, Value b) {
  int64_t x = integerOf(a), y = integerOf(b), r;
  switch (op) {
    case Arith::kAdd: r = wrapAdd(x, y); break;
    case Arith::kSub: r = wrapSub(x, y); break;
    case Arith::kMul: r = wrapMul(x, y); break;
    case Arith::kBAnd: r = x & y; break;
    case Arith::kBOr: r = x | y; break;
    case Arith::kBXor: r = x ^ y; break;
    case Arith::kShl: r = shiftLeft(x, y); break;
    default: r = y <= -64 || y >= 64 ? 0 : shiftLeft(x, -y); break;
  }
  if (Value::fitsInt(r)) return Value::smallInt(r);
  Object* box = iso.heap.tryAllocate(static_cast<uint8_t>(Kind::kWideInt), sizeof(WideInt));
  if (box == nullptr) return Value::absent();
  reinterpret_cast<WideInt*>(box)->value = r;
  return Value::pointer(Tag::kWideInt, box);
}
template Value wideArithmetic<Arith::kAdd>(Isolate&, Value, Value);
template Value wideArithmetic<Arith::kSub>(Isolate&, Value, Value);
template Value wideArithmetic<Arith::kMul>(Isolate&, Value, Value);
template Value wideArithmetic<Arith::kBAnd>(Isolate&, Value, Value);
template Value wideArithmetic<Arith::kBOr>(Isolate&, Value, Value);
template Value wideArithmetic<Arith::kBXor>(Isolate&, Value, Value);
template Value wideArithmetic<Arith::kShl>(Isolate&, Value, Value);
template Value wideArithmetic<Arith::kShr>(Isolate&, Value, Value);

void slowLength(Isolate& iso) {
  Fiber& f = *iso.fiber;
  Value v = f.sp[0];
  uint32_t length = iso.scratch.length;
  if (v.isString()) {
    f.sp[0] = Value::smallInt(asString(v)->length());
    f.pc += length;
    return;
  }
  Value mm = metamethod(iso, v, Meta::kLen);
  if (!mm.isNil()) {
    const uint8_t* next = f.pc + length;
    f.sp[0] = mm;
    *--f.sp = v;
    *--f.sp = v;
    return invokeMetamethod(iso, 2, 1, next);
  }
  if (v.isTable()) {
    f.sp[0] = Value::smallInt(tableLength(iso, asTable(v)));
    f.pc += length;
    return;
  }
  iso.scratch.a = v;
  iso.scratch.b = v;
  operandError(iso, 0, 1, "get length of");
}

namespace {

bool isStringable(Value v) { return v.isString() || v.isNumber(); }

/// Joins the `n` topmost slots (strings and numbers) into one string. False: error raised.
bool joinTop(Isolate& iso, Fiber& f, uint32_t n) {
  size_t total = 0;
  char text[64];
  for (uint32_t i = 0; i < n; i++) {
    Value v = f.sp[i];
    total += v.isString() ? asString(v)->length() : formatNumber(v, text);
  }
  if (total > kMaxString) {
    return iso.raiseError("string length overflow");
  }
  if (total > 1024 && !iso.charge(total / 64)) return false;
  char* out;
  Value result;
  char small[128];
  if (total <= sizeof small) {
    out = small;
  } else {
    result = newStringRaw(iso, total);
    if (result.isNil()) return iso.raiseOutOfMemory();
    out = asString(result)->bytes;
  }
  char* at = out;
  for (uint32_t i = n; i-- > 0;) {
    Value v = f.sp[i];
    if (v.isString()) {
      String* s = asString(v);
      std::memcpy(at, s->bytes, s->length());
      at += s->length();
    } else {
      size_t length = formatNumber(v, text);
      std::memcpy(at, text, length);
      at += length;
    }
  }
  if (result.isNil()) {
    result = newString(iso, {small, total});
    if (result.isNil()) return iso.raiseOutOfMemory();
  }
  f.sp += n - 1;
  f.sp[0] = result;
  return true;
}

/// How many of the `n` topmost slots can be joined at once, from the top: 0 or 1: a metamethod is needed.
uint32_t joinable(Fiber& f, uint32_t n) {
  uint32_t k = 0;
  while (k < n && isStringable(f.sp[k])) k++;
  return k;
}

/// Concatenation that met a metamethod: its values are this native's slots.
NativeResult concatNative(NativeCall& c) {
  Fiber& f = c.fiber;
  if (c.state() == 0) {
    uint32_t n = c.count();
    if (!c.ensure(n)) return c.raisePending();
    for (uint32_t i = 0; i < n; i++) c.push(c.arg(i));
  }
  while (c.slots() > 1) {
    uint32_t k = joinable(f, c.slots());
    if (k >= 2) {
      if (!joinTop(c.isolate, f, k)) return c.raisePending();
      continue;
    }
    Value a = f.sp[1], b = f.sp[0];
    Value mm = metamethod(c.isolate, a, Meta::kConcat);
    if (mm.isNil()) mm = metamethod(c.isolate, b, Meta::kConcat);
    if (mm.isNil()) {
      Value culprit = isStringable(a) ? b : a;
      std::string type = typeNameFull(c.isolate, culprit);
      return c.error("attempt to concatenate a %s value", type.c_str());
    }
    f.sp[1] = mm;
    f.sp[0] = a;
    *--f.sp = b;
    return c.call(2, 1, 1);
  }
  return c.retTop(1);
}

}  // namespace

const NativeInfo kConcatInfo = {.function = concatNative, .name = "(concat)", .hidden = true};

void slowConcat(Isolate& iso) {
  Fiber& f = *iso.fiber;
  uint32_t n = f.pc[1];
  uint32_t k = joinable(f, n);
  if (k == n) {
    if (!joinTop(iso, f, n)) return fail(iso);
    f.pc += 2;
    return;
  }
  // The pair that fails first, seen from the right: an error here keeps this frame innermost.
  uint32_t left = k >= 1 ? k : 1;
  Value a = f.sp[left], b = k >= 2 ? iso.emptyString : f.sp[left - 1];
  if (metamethod(iso, a, Meta::kConcat).isNil() && metamethod(iso, b, Meta::kConcat).isNil()) {
    bool second = isStringable(a);
    Value culprit = second ? b : a;
    std::string type = typeNameFull(iso, culprit);
    uint32_t depth = second ? left - 1 : left;
    std::string name = describeOperand(iso, n - 1 - depth, n);
    iso.raiseError("attempt to concatenate a %s value%s", type.c_str(), name.c_str());
    return fail(iso);
  }
  const uint8_t* next = f.pc + 2;
  f.sp--;
  std::memmove(static_cast<void*>(f.sp), f.sp + 1, n * sizeof(Value));
  f.sp[n] = iso.concatNative;
  invokeMetamethod(iso, n, 1, next);
}

}  // namespace devvm::interpreter
