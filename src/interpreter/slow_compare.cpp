// Comparisons beyond the handlers' int and float cases.

#include <algorithm>

#include "interpreter/operand_names.h"
#include "interpreter/slow_paths.h"
#include "runtime/language.h"

namespace devvm::interpreter {

using namespace runtime;

namespace {

constexpr uint32_t kJumpLength = 5;  // jump_if_false: opcode and i32

bool lessThan(Value a, Value b) {
  if (a.isDouble()) return b.isDouble() ? a.asDouble() < b.asDouble() : lessDoubleInt(a.asDouble(), integerOf(b));
  return b.isDouble() ? lessIntDouble(integerOf(a), b.asDouble()) : integerOf(a) < integerOf(b);
}
bool lessEqual(Value a, Value b) {
  if (a.isDouble()) return b.isDouble() ? a.asDouble() <= b.asDouble() : lessEqualDoubleInt(a.asDouble(), integerOf(b));
  return b.isDouble() ? lessEqualIntDouble(integerOf(a), b.asDouble()) : integerOf(a) <= integerOf(b);
}

void finish(Isolate& iso, bool result, bool jump) {
  Fiber& f = *iso.fiber;
  f.sp += iso.scratch.pops;
  f.pc += iso.scratch.length;
  if (!jump) {
    *--f.sp = Value::boolean(result);
    return;
  }
  int32_t offset;
  __builtin_memcpy(&offset, f.pc + 1, 4);
  f.pc += kJumpLength;
  if (!result) f.pc += offset;
}

/// args: metamethod, a, b, whether to negate. Gives the truth of what the metamethod says.
NativeResult compareNative(NativeCall& c) {
  if (c.state() == 0) {
    c.push(c.arg(0));
    c.push(c.arg(1));
    c.push(c.arg(2));
    return c.call(2, 1, 1);
  }
  bool truth = !c.top().isFalsy();
  return c.ret(Value::boolean(truth != c.arg(3).isTrue()));
}

void callMetamethod(Isolate& iso, Value mm, Value a, Value b, bool negate, bool jump) {
  Fiber& f = *iso.fiber;
  const uint8_t* next = f.pc + iso.scratch.length;
  f.sp += iso.scratch.pops;
  if (jump && !negate) {  // the branch takes any value
    *--f.sp = mm;
    *--f.sp = a;
    *--f.sp = b;
    return invokeMetamethod(iso, 2, 1, next);
  }
  *--f.sp = iso.compareNative;
  *--f.sp = mm;
  *--f.sp = a;
  *--f.sp = b;
  *--f.sp = Value::boolean(negate);
  invokeMetamethod(iso, 4, 1, next);
}

/// Long strings take time to compare; the next look at the budget sees it.
void chargeLong(Isolate& iso, Value a, Value b) {
  constexpr uint32_t kFree = 1024, kBytesPerUnit = 64;
  if (!a.isString() || !b.isString()) return;
  uint32_t n = std::min(asString(a)->length(), asString(b)->length());
  if (n > kFree) iso.budget -= n / kBytesPerUnit;
}

}  // namespace

const NativeInfo kCompareInfo = {
    .function = compareNative, .name = "(compare)", .intrinsic = Intrinsic::kCompare, .hidden = true};

void slowComparison(Isolate& iso, Compare op, bool jump) {
  Value a = iso.scratch.a, b = iso.scratch.b;
  chargeLong(iso, a, b);
  if (op <= Compare::kNe) {
    bool negate = op == Compare::kNe;
    if (rawEquals(a, b)) return finish(iso, !negate, jump);
    if ((a.isTable() && b.isTable()) || (isUserdata(a) && isUserdata(b))) {
      Value mm = metamethod(iso, a, Meta::kEq);
      if (mm.isNil()) mm = metamethod(iso, b, Meta::kEq);
      if (!mm.isNil()) return callMetamethod(iso, mm, a, b, negate, jump);
    }
    return finish(iso, negate, jump);
  }
  bool orEqual = op == Compare::kLe || op == Compare::kGe;
  if (op >= Compare::kGt) {
    Value t = a;
    a = b;
    b = t;
  }
  if (a.isNumber() && b.isNumber()) return finish(iso, orEqual ? lessEqual(a, b) : lessThan(a, b), jump);
  if (const Language* l = runningLanguage(iso); l != nullptr && l->order != nullptr) {
    bool holds = false;
    if (!l->order(iso, orEqual, a, b, holds)) return fail(iso);
    return finish(iso, holds, jump);
  }
  if (a.isString() && b.isString()) {
    int order = stringCompare(asString(a), asString(b));
    return finish(iso, orEqual ? order <= 0 : order < 0, jump);
  }
  Meta meta = orEqual ? Meta::kLe : Meta::kLt;
  Value mm = metamethod(iso, a, meta);
  if (mm.isNil()) mm = metamethod(iso, b, meta);
  if (!mm.isNil()) return callMetamethod(iso, mm, a, b, false, jump);
  if (orEqual) {  // as the reference built with its 5.3 compatibility: not (b < a)
    mm = metamethod(iso, b, Meta::kLt);
    if (mm.isNil()) mm = metamethod(iso, a, Meta::kLt);
    if (!mm.isNil()) return callMetamethod(iso, mm, b, a, true, jump);
  }
  std::string t1 = typeNameFull(iso, a), t2 = typeNameFull(iso, b);
  if (t1 == t2) {
    iso.raiseError("attempt to compare two %s values", t1.c_str());
  } else {
    iso.raiseError("attempt to compare %s with %s", t1.c_str(), t2.c_str());
  }
  fail(iso);
}

}  // namespace devvm::interpreter
