#include "jit/passes/interval.h"

#include <bit>

namespace devvm::jit::passes {

using ir::Op;

namespace {

constexpr Interval kAll{};

Interval sum(Interval a, Interval b) {
  Interval r;
  if (__builtin_add_overflow(a.low, b.low, &r.low) || __builtin_add_overflow(a.high, b.high, &r.high)) return kAll;
  return r;
}

Interval difference(Interval a, Interval b) {
  Interval r;
  if (__builtin_sub_overflow(a.low, b.high, &r.low) || __builtin_sub_overflow(a.high, b.low, &r.high)) return kAll;
  return r;
}

Interval product(Interval a, Interval b) {
  Interval r{INT64_MAX, INT64_MIN};
  for (int64_t x : {a.low, a.high}) {
    for (int64_t y : {b.low, b.high}) {
      int64_t p;
      if (__builtin_mul_overflow(x, y, &p)) return kAll;
      r = r.join({p, p});
    }
  }
  return r;
}

/// All non-negative integers of as many bits as `i` has.
int64_t allBits(int64_t i) {
  return i == 0 ? 0 : static_cast<int64_t>(~uint64_t{0} >> std::countl_zero(static_cast<uint64_t>(i)));
}

}  // namespace

Interval transfer(const ir::Node& n, Interval a, Interval b) {
  switch (n.op) {
    case Op::kIntConstant: return {n.integer(), n.integer()};
    case Op::kCheckInt:
    case Op::kUnboxInt: return kImmediate;
    case Op::kCheckSmall: return a.meet(kImmediate);
    case Op::kCheckNotZero:
      if (a.low == 0) a.low = 1;
      if (a.high == 0) a.high = -1;
      return a;
    case Op::kCheckIndex: return a.meet({0, b.high == INT64_MIN ? b.high : b.high - 1});
    case Op::kLoadLength:
    case Op::kStringLength: return kLengths;
    case Op::kObjectLength: return kLengths;
    case Op::kBlockTag:
    case Op::kLoadByte:
    case Op::kStringByte: return {0, 255};
    case Op::kVarargCount: return {0, 0x3FFFFF};
    case Op::kIntAdd: return sum(a, b);
    case Op::kIntSub: return difference(a, b);
    case Op::kIntMul: return product(a, b);
    case Op::kIntNeg: return difference({0, 0}, a);
    case Op::kIntDiv:
      // By a positive divisor quotients come nearer to 0 (or -1).
      if (b.low < 1) return kAll;
      return {std::min(a.low, a.low < 0 ? int64_t{-1} : int64_t{0}), std::max(a.high, int64_t{0})};
    case Op::kIntQuot:
      if (b.low < 1) return kAll;
      return {std::min(a.low, int64_t{0}), std::max(a.high, int64_t{0})};
    case Op::kIntRem:
      if (b.low < 1) return kAll;
      return {a.low >= 0 ? 0 : std::max(a.low, 1 - b.high), a.high <= 0 ? 0 : std::min(a.high, b.high - 1)};
    case Op::kIntMod:
      if (b.low >= 1) return {0, a.low >= 0 ? std::min(a.high, b.high - 1) : b.high - 1};
      if (b.high <= -1 && b.low != INT64_MIN) return {b.low + 1, 0};
      return kAll;
    case Op::kIntAnd:
      if (a.low >= 0 && b.low >= 0) return {0, std::min(a.high, b.high)};
      if (a.low >= 0) return {0, a.high};
      if (b.low >= 0) return {0, b.high};
      return kAll;
    case Op::kIntOr:
    case Op::kIntXor:
      if (a.low >= 0 && b.low >= 0) return {0, allBits(a.high | b.high)};
      return kAll;
    case Op::kIntNot: return {~a.high, ~a.low};
    case Op::kIntShlBy: {
      if (n.aux > 62) return kAll;
      return product(a, {int64_t{1} << n.aux, int64_t{1} << n.aux});
    }
    case Op::kIntShrBy:
      if (a.low >= 0) return {a.low >> n.aux, a.high >> n.aux};
      return n.aux == 0 ? kAll : Interval{0, static_cast<int64_t>(~uint64_t{0} >> n.aux)};
    case Op::kIntSarBy: return {a.low >> n.aux, a.high >> n.aux};
    case Op::kIntWrap63: return a.isWithin(k63Bits) ? a : k63Bits;
    case Op::kIntRor32By: return kWords;
    case Op::kIntSelect: return a.join(b);
    default: return kAll;
  }
}

Interval intervalOf(const ir::Node* n, int depth) {
  if (n->type != ir::Type::kInt || n->isPhi()) return kAll;
  Interval inputs[2];
  uint32_t first = firstInteger(n);
  for (uint32_t i = first; i < n->inputCount() && i < first + 2 && depth > 0; i++) {
    inputs[i - first] = intervalOf(n->input(i), depth - 1);
  }
  return transfer(*n, inputs[0], inputs[1]);
}

}  // namespace devvm::jit::passes
