// Arithmetic on raw integers.

#include <bit>

#include "jit/codegen/emitter.h"

namespace devvm::jit {

using namespace x64;

/// f(register, operand) does the operation in place. The result may be in the register of either input.
template <typename F>
void Emitter::commutative(const Node* n, F f) {
  const Node *x = n->input(0), *y = n->input(1);
  Gpr out = result();
  if (isIn(y, out) || (isConstant(x) && !isConstant(y))) std::swap(x, y);
  if (!isIn(x, out) && isIn(y, out)) std::swap(x, y);
  load(out, x);
  operand(y, [&](const auto& by) { f(out, by); });
}

void Emitter::emitIntAdd(const Node* n) {
  const Node *x = n->input(0), *y = n->input(1);
  Gpr out = result();
  Place px = placeOf(x), py = placeOf(y);
  if (px.kind == Place::kConstant) {
    std::swap(x, y);
    std::swap(px, py);
  }
  if (px.kind == Place::kGpr && static_cast<Gpr>(px.index) != out) {
    auto first = static_cast<Gpr>(px.index);
    if (isSmallConstant(y)) return a.lea64(out, Mem(first, Imm(static_cast<int32_t>(bitsOf(y)))));
    if (py.kind == Place::kGpr && static_cast<Gpr>(py.index) != out) {
      return a.lea64(out, Mem(first, static_cast<Gpr>(py.index)));
    }
  }
  commutative(n, [this](Gpr to, const auto& by) { a.add64(to, by); });
}

void Emitter::emitIntSub(const Node* n) {
  const Node *x = n->input(0), *y = n->input(1);
  Gpr out = result();
  Place px = placeOf(x);
  if (isSmallConstant(y) && bitsOf(y) != static_cast<uint64_t>(INT32_MIN) && px.kind == Place::kGpr &&
      static_cast<Gpr>(px.index) != out) {
    return a.lea64(out, Mem(static_cast<Gpr>(px.index), Imm(-static_cast<int32_t>(bitsOf(y)))));
  }
  if (isIn(y, out) && !isIn(x, out)) {
    a.neg64(out);
    operand(x, [&](const auto& by) { a.add64(out, by); });
    return;
  }
  load(out, x);
  operand(y, [&](const auto& by) { a.sub64(out, by); });
}

void Emitter::emitIntMul(const Node* n) {
  const Node *x = n->input(0), *y = n->input(1);
  if (isConstant(x)) std::swap(x, y);
  Gpr out = result();
  if (isSmallConstant(y)) {
    Imm factor(static_cast<int32_t>(bitsOf(y)));
    Place px = placeOf(x);
    if (px.isWord()) return a.imul64(out, word(px.index), factor);
    return a.imul64(out, gpr(x), factor);
  }
  if (isIn(y, out)) std::swap(x, y);
  load(out, x);
  // A constant that does not fit comes from memory.
  Place py = placeOf(y);
  if (py.isWord()) return a.imul64(out, word(py.index));
  if (py.kind == Place::kConstant) return a.imul64(out, a.literal64(bitsOf(y)));
  a.imul64(out, gpr(y));
}

void Emitter::emitIntNeg(const Node* n) {
  load(result(), n->input(0));
  a.neg64(result());
}

void Emitter::emitIntNot(const Node* n) {
  load(result(), n->input(0));
  a.not64(result());
}

void Emitter::emitIntAnd(const Node* n) {
  commutative(n, [this](Gpr to, const auto& by) { a.and64(to, by); });
}
void Emitter::emitIntOr(const Node* n) {
  commutative(n, [this](Gpr to, const auto& by) { a.or64(to, by); });
}
void Emitter::emitIntXor(const Node* n) {
  commutative(n, [this](Gpr to, const auto& by) { a.xor64(to, by); });
}

/// Rounding to minus infinity is what arithmetic shifts and masks do.
void Emitter::divideByPowerOfTwo(const Node* n, uint64_t divisor, bool quotient) {
  Gpr out = result();
  load(out, n->input(0));
  if (quotient) {
    if (divisor != 1) a.sar64(out, static_cast<uint8_t>(std::countr_zero(divisor)));
  } else if (divisor <= uint64_t{1} << 31) {
    a.and64(out, Imm(static_cast<int32_t>(divisor - 1)));
  } else {
    a.and64(out, a.literal64(divisor - 1));
  }
}

/// Numbers below 2^31 are multiplied by 2^p / divisor, rounded up: with p = 31 and the divisor's bits the error is less
/// than one unit in 2^31, so the quotient is right, and the product fits 63 bits (Granlund & Montgomery, "Division by
/// invariant integers using multiplication", PLDI 1994). The others are divided out of line. rdx is free.
void Emitter::divideByConstant(const Node* n, int64_t divisor, bool quotient) {
  auto by = static_cast<Gpr>(l_.temp(step_, 0));
  auto p = static_cast<uint8_t>(31 + std::bit_width(static_cast<uint64_t>(divisor)));
  Label &wide = newLabel(), &done = newLabel();
  load(rax, n->input(0));
  a.mov64(rdx, rax);
  a.shr64(rdx, 31);
  a.jcc(Condition::kNotZero, wide, Distance::kNear);
  loadConstant(rdx, (uint64_t{1} << p) / static_cast<uint64_t>(divisor) + 1);
  if (quotient) {
    a.imul64(rax, rdx);
    a.shr64(rax, p);
  } else {
    a.imul64(rdx, rax);
    a.shr64(rdx, p);
    a.imul64(rdx, rdx, Imm(static_cast<int32_t>(divisor)));
    a.sub64(rax, rdx);
  }
  a.bind(done);
  storeResult(rax);
  cold([this, by, divisor, quotient, &wide, &done] {
    a.bind(wide);
    loadConstant(by, static_cast<uint64_t>(divisor));
    a.cqo();
    a.idiv64(by);
    // Below 0 the remainder is negative, or 0.
    if (quotient) {
      a.sar64(rdx, 63);
      a.add64(rax, rdx);
    } else {
      a.mov64(rax, rdx);
      a.sar64(rdx, 63);
      a.and64(rdx, by);
      a.add64(rax, rdx);
    }
    a.jmp(done);
  });
}

/// Numbers below 2^32 are divided without their signs, which takes a fraction of the time; the others at `wide`, with
/// rax and the divisor, which is the answer; from there to `done`. rdx is free.
Gpr Emitter::divideSmall(const Node* n, bool quotient, Label& wide, Label& done) {
  const Node* y = n->input(1);
  Gpr by;
  if (isConstant(y)) {
    by = static_cast<Gpr>(l_.temp(step_, 0));
    loadConstant(by, bitsOf(y));
  } else {
    by = gpr(y);
  }
  load(rax, n->input(0));
  a.mov64(rdx, rax);
  a.or64(rdx, by);
  a.shr64(rdx, 32);
  a.jcc(Condition::kNotZero, wide, Distance::kNear);
  // rdx is 0.
  a.div32(by);
  a.bind(done);
  storeResult(quotient ? rax : rdx);
  return by;
}

/// Rounded down.
void Emitter::divide(const Node* n, bool quotient) {
  const Node* y = n->input(1);
  auto constant = static_cast<int64_t>(isConstant(y) ? bitsOf(y) : 0);
  if (constant > 0 && std::has_single_bit(static_cast<uint64_t>(constant))) {
    return divideByPowerOfTwo(n, static_cast<uint64_t>(constant), quotient);
  }
  if (constant > 0 && constant <= INT32_MAX) return divideByConstant(n, constant, quotient);
  Label &wide = newLabel(), &done = newLabel();
  Gpr by = divideSmall(n, quotient, wide, done);
  cold([this, by, quotient, constant, &wide, &done] {
    Label usual;
    a.bind(wide);
    if (constant == 0) {
      // The smallest integer divided by -1 would trap.
      a.cmp64(by, -1);
      a.jcc(Condition::kNotEqual, usual, Distance::kShort);
      a.neg64(rax);
      a.xor32(rdx, rdx);
      a.jmp(done);
      a.bind(usual);
    } else if (constant == -1) {
      a.neg64(rax);
      a.xor32(rdx, rdx);
      a.jmp(done);
      return;
    }
    a.cqo();
    a.idiv64(by);
    a.test64(rdx, rdx);
    a.jcc(Condition::kZero, done);
    if (quotient) {
      a.xor64(rdx, by);
      a.jcc(Condition::kNoSign, done);
      a.sub64(rax, 1);
    } else {
      a.mov64(rax, rdx);
      a.xor64(rax, by);
      a.jcc(Condition::kNoSign, done);
      a.add64(rdx, by);
    }
    a.jmp(done);
  });
}

/// Rounded to zero, as the processor does it.
void Emitter::divideToZero(const Node* n, bool quotient) {
  Label &wide = newLabel(), &done = newLabel();
  Gpr by = divideSmall(n, quotient, wide, done);
  cold([this, by, &wide, &done] {
    Label usual;
    a.bind(wide);
    // The smallest integer divided by -1 would trap.
    a.cmp64(by, -1);
    a.jcc(Condition::kNotEqual, usual, Distance::kShort);
    a.neg64(rax);
    a.xor32(rdx, rdx);
    a.jmp(done);
    a.bind(usual);
    a.cqo();
    a.idiv64(by);
    a.jmp(done);
  });
}

void Emitter::emitIntQuot(const Node* n) { divideToZero(n, true); }
void Emitter::emitIntRem(const Node* n) { divideToZero(n, false); }
void Emitter::emitIntDiv(const Node* n) { divide(n, true); }
void Emitter::emitIntMod(const Node* n) { divide(n, false); }

void Emitter::shiftByConstant(const Node* n, bool left, int64_t count) {
  Gpr out = result();
  if (count < 0 && count > -64) {
    left = !left;
    count = -count;
  }
  if (count < 0 || count >= 64) return loadConstant(out, 0);
  load(out, n->input(0));
  if (count == 0) return;
  left ? a.shl64(out, static_cast<uint8_t>(count)) : a.shr64(out, static_cast<uint8_t>(count));
}

/// Counts from 0 to 63 are what the processor knows; others shift the other way, or everything out. rcx is free.
void Emitter::shift(const Node* n, bool left) {
  const Node *x = n->input(0), *y = n->input(1);
  if (isConstant(y)) return shiftByConstant(n, left, static_cast<int64_t>(bitsOf(y)));
  Label &odd = newLabel(), &done = newLabel();
  a.mov64(rcx, gpr(y));
  load(rax, x);
  a.cmp64(rcx, 64);
  a.jcc(Condition::kAboveEqual, odd, Distance::kNear);
  left ? a.shl64Cl(rax) : a.shr64Cl(rax);
  a.bind(done);
  storeResult(rax);
  cold([this, left, &odd, &done] {
    Label nothing;
    a.bind(odd);
    a.neg64(rcx);
    a.cmp64(rcx, 64);
    a.jcc(Condition::kAboveEqual, nothing);
    left ? a.shr64Cl(rax) : a.shl64Cl(rax);
    a.jmp(done);
    a.bind(nothing);
    a.xor32(rax, rax);
    a.jmp(done);
  });
}

void Emitter::emitIntShl(const Node* n) { shift(n, true); }
void Emitter::emitIntShr(const Node* n) { shift(n, false); }

void Emitter::emitIntShlBy(const Node* n) {
  load(result(), n->input(0));
  if (n->aux != 0) a.shl64(result(), static_cast<uint8_t>(n->aux));
}
void Emitter::emitIntShrBy(const Node* n) {
  load(result(), n->input(0));
  if (n->aux != 0) a.shr64(result(), static_cast<uint8_t>(n->aux));
}
void Emitter::emitIntSarBy(const Node* n) {
  load(result(), n->input(0));
  if (n->aux != 0) a.sar64(result(), static_cast<uint8_t>(n->aux));
}

void Emitter::emitIntWrap63(const Node* n) {
  load(result(), n->input(0));
  a.shl64(result(), 1);
  a.sar64(result(), 1);
}

void Emitter::emitIntRor32By(const Node* n) {
  load(result(), n->input(0));
  a.ror32(result(), static_cast<uint8_t>(n->aux));
}

/// What stands between the comparison and the choice keeps the flags.
void Emitter::emitIntSelect(const Node* n) {
  const Node *yes = n->input(1), *no = n->input(2);
  Test t = test(n->input(0));
  if (t.parityIsFalse) {
    setBool(t, rax);
    a.test32(rax, rax);
    t = {Condition::kNotZero};
  }
  Gpr out = result();
  if (isIn(yes, out)) {
    std::swap(yes, no);
    t = t.opposite();
  }
  load(out, no);
  Place p = placeOf(yes);
  if (p.kind == Place::kGpr) return a.cmov64(t.condition, out, static_cast<Gpr>(p.index));
  if (p.isWord()) return a.cmov64(t.condition, out, word(p.index));
  if (p.kind == Place::kConstant) return a.cmov64(t.condition, out, a.literal64(bitsOf(yes)));
  refuse("an integer in a place for floats");
}

}  // namespace devvm::jit
