// The portable operations of macro_assembler.h on x86-64: one to three instructions each.
#pragma once

#include "jit/assembler/macro_assembler.h"
#include "jit/assembler/x64/assembler.h"

namespace devvm::jit::x64 {

constexpr Condition conditionOf(IntCondition c) {
  switch (c) {
    case IntCondition::kEqual: return Condition::kEqual;
    case IntCondition::kNotEqual: return Condition::kNotEqual;
    case IntCondition::kLess: return Condition::kLess;
    case IntCondition::kLessEqual: return Condition::kLessEqual;
    case IntCondition::kGreater: return Condition::kGreater;
    case IntCondition::kGreaterEqual: return Condition::kGreaterEqual;
    case IntCondition::kBelow: return Condition::kBelow;
    case IntCondition::kBelowEqual: return Condition::kBelowEqual;
    case IntCondition::kAbove: return Condition::kAbove;
    case IntCondition::kAboveEqual: return Condition::kAboveEqual;
  }
  return Condition::kEqual;
}

class MacroAssembler : public Assembler {
 public:
  using Reg = Gpr;
  using DoubleReg = Xmm;
  using Address = Mem;
  static constexpr const char* kArchitecture = "x86-64";
  static constexpr Gpr kScratch = r11;
  static constexpr Xmm kDoubleScratch = xmm15;

  using Assembler::add64;
  using Assembler::and64;
  using Assembler::Assembler;
  using Assembler::not64;
  using Assembler::or64;
  using Assembler::sub64;
  using Assembler::xor64;

  static Mem address(Gpr base, int32_t offset) { return Mem(base, offset); }
  static Mem element(Gpr base, Gpr index, uint8_t shift, int32_t offset) {
    return Mem(base, index, static_cast<Scale>(shift), offset);
  }

  // -- Moves.
  void move(Gpr dst, Gpr src) {
    if (dst != src) mov64(dst, src);
  }
  void moveConstant(Gpr dst, int64_t value) {
    if (value == 0) {
      xor32(dst, dst);
    } else {
      mov64(dst, value);
    }
  }
  void moveAddressOf(Gpr dst, Label& label) { lea64(dst, Mem::at(label)); }
  void load64(Gpr dst, const Mem& src) { mov64(dst, src); }
  void load32(Gpr dst, const Mem& src) { mov32(dst, src); }
  void load16(Gpr dst, const Mem& src) { movzx16to32(dst, src); }
  void load8(Gpr dst, const Mem& src) { movzx8to32(dst, src); }
  void load32Signed(Gpr dst, const Mem& src) { movsxd(dst, src); }
  void store64(const Mem& dst, Gpr src) { mov64(dst, src); }
  void store32(const Mem& dst, Gpr src) { mov32(dst, src); }
  void store16(const Mem& dst, Gpr src) { mov16(dst, src); }
  void store8(const Mem& dst, Gpr src) { mov8(dst, src); }
  void moveDouble(Xmm dst, Xmm src) {
    if (dst != src) movaps(dst, src);
  }
  void moveConstantDouble(Xmm dst, double value) {
    if (std::bit_cast<uint64_t>(value) == 0) {
      xorps(dst, dst);
    } else {
      movsd(dst, literal(value));
    }
  }
  void loadDouble(Xmm dst, const Mem& src) { movsd(dst, src); }
  void storeDouble(const Mem& dst, Xmm src) { movsd(dst, src); }
  void moveBits(Xmm dst, Gpr src) { movq(dst, src); }
  void moveBits(Gpr dst, Xmm src) { movq(dst, src); }

  // -- Integers.
  void add64(Gpr dst, Gpr a, Gpr b) {
    if (dst == a) {
      add64(dst, b);
    } else if (dst == b) {
      add64(dst, a);
    } else {
      lea64(dst, b == rsp ? Mem(b, a) : Mem(a, b));
    }
  }
  void sub64(Gpr dst, Gpr a, Gpr b) {
    b = apart(dst, a, b);
    sub64(dst, b);
  }
  void mul64(Gpr dst, Gpr a, Gpr b) { imul64(dst, commute(dst, a, b)); }
  void and64(Gpr dst, Gpr a, Gpr b) { and64(dst, commute(dst, a, b)); }
  void or64(Gpr dst, Gpr a, Gpr b) { or64(dst, commute(dst, a, b)); }
  void xor64(Gpr dst, Gpr a, Gpr b) { xor64(dst, commute(dst, a, b)); }
  void addConstant64(Gpr dst, Gpr a, int32_t value) {
    if (dst == a) {
      add64(dst, value);
    } else {
      lea64(dst, Mem(a, value));
    }
  }
  void andConstant64(Gpr dst, Gpr a, int32_t value) {
    move(dst, a);
    and64(dst, value);
  }
  void shiftLeft64(Gpr dst, Gpr a, uint8_t count) {
    move(dst, a);
    shl64(dst, count);
  }
  void shiftRight64(Gpr dst, Gpr a, uint8_t count) {
    move(dst, a);
    shr64(dst, count);
  }
  void shiftRightSigned64(Gpr dst, Gpr a, uint8_t count) {
    move(dst, a);
    sar64(dst, count);
  }
  void negate64(Gpr dst, Gpr a) {
    move(dst, a);
    neg64(dst);
  }
  void not64(Gpr dst, Gpr a) {
    move(dst, a);
    not64(dst);
  }
  void extendSign32(Gpr dst, Gpr a) { movsxd(dst, a); }
  void extendZero32(Gpr dst, Gpr a) { mov32(dst, a); }
  void addChecked64(Gpr dst, Gpr a, Gpr b, Label& overflow) {
    add64(dst, commute(dst, a, b));
    jcc(Condition::kOverflow, overflow);
  }
  void subChecked64(Gpr dst, Gpr a, Gpr b, Label& overflow) {
    sub64(dst, a, b);
    jcc(Condition::kOverflow, overflow);
  }
  void mulChecked64(Gpr dst, Gpr a, Gpr b, Label& overflow) {
    mul64(dst, a, b);
    jcc(Condition::kOverflow, overflow);
  }

  // -- Doubles.
  void addDouble(Xmm dst, Xmm a, Xmm b) {
    b = apart(dst, a, b);
    addsd(dst, b);
  }
  void subDouble(Xmm dst, Xmm a, Xmm b) {
    b = apart(dst, a, b);
    subsd(dst, b);
  }
  void mulDouble(Xmm dst, Xmm a, Xmm b) {
    b = apart(dst, a, b);
    mulsd(dst, b);
  }
  void divDouble(Xmm dst, Xmm a, Xmm b) {
    b = apart(dst, a, b);
    divsd(dst, b);
  }
  void sqrtDouble(Xmm dst, Xmm a) {
    moveDouble(dst, a);  // else the result would wait for the old upper half
    sqrtsd(dst, dst);
  }
  void negateDouble(Xmm dst, Xmm a) {
    moveDouble(dst, a);
    xorps(dst, literal128(uint64_t{1} << 63, 0));
  }
  void int64ToDouble(Xmm dst, Gpr a) {
    xorps(dst, dst);
    cvtsi2sd64(dst, a);
  }
  void doubleToInt64(Gpr dst, Xmm a) { cvttsd2si64(dst, a); }

  // -- Control.
  void branch64(IntCondition c, Gpr a, Gpr b, Label& target) {
    cmp64(a, b);
    jcc(conditionOf(c), target);
  }
  void branchConstant64(IntCondition c, Gpr a, int32_t b, Label& target) {
    if (b == 0 && (c == IntCondition::kEqual || c == IntCondition::kNotEqual)) {
      test64(a, a);
    } else {
      cmp64(a, b);
    }
    jcc(conditionOf(c), target);
  }
  void branchIfBits64(Gpr a, int32_t mask, Label& target) {
    test64(a, mask);
    jcc(Condition::kNotZero, target);
  }
  void branchIfNoBits64(Gpr a, int32_t mask, Label& target) {
    test64(a, mask);
    jcc(Condition::kZero, target);
  }
  /// A comparison with a NaN sets carry, zero and parity: above and above-or-equal are then false.
  void branchDouble(DoubleCondition c, Xmm a, Xmm b, Label& target) {
    switch (c) {
      case DoubleCondition::kGreater: return branchUnsigned(a, b, Condition::kAbove, target);
      case DoubleCondition::kGreaterEqual: return branchUnsigned(a, b, Condition::kAboveEqual, target);
      case DoubleCondition::kLess: return branchUnsigned(b, a, Condition::kAbove, target);
      case DoubleCondition::kLessEqual: return branchUnsigned(b, a, Condition::kAboveEqual, target);
      case DoubleCondition::kNotGreater: return branchUnsigned(a, b, Condition::kBelowEqual, target);
      case DoubleCondition::kNotGreaterEqual: return branchUnsigned(a, b, Condition::kBelow, target);
      case DoubleCondition::kNotLess: return branchUnsigned(b, a, Condition::kBelowEqual, target);
      case DoubleCondition::kNotLessEqual: return branchUnsigned(b, a, Condition::kBelow, target);
      case DoubleCondition::kNotEqual:
        ucomisd(a, b);
        jcc(Condition::kParity, target);
        return jcc(Condition::kNotEqual, target);
      case DoubleCondition::kEqual: {
        Label isNaN;
        ucomisd(a, b);
        jcc(Condition::kParity, isNaN, Distance::kShort);
        jcc(Condition::kEqual, target);
        return bind(isNaN);
      }
    }
  }
  void jump(Label& target) { jmp(target); }
  void jump(Gpr target) { jmp(target); }
  void jump(Outside target) { jmp(target); }
  void trap() { ud2(); }

 private:
  // Moves one operand of a commutative operation to dst and returns the other.
  Gpr commute(Gpr dst, Gpr a, Gpr b) {
    if (dst == b) return a;
    move(dst, a);
    return b;
  }
  // Moves a to dst and returns where b is then.
  Gpr apart(Gpr dst, Gpr a, Gpr b) {
    if (dst == b && a != b) {
      mov64(kScratch, b);
      b = kScratch;
    }
    move(dst, a);
    return b;
  }
  Xmm apart(Xmm dst, Xmm a, Xmm b) {
    if (dst == b && a != b) {
      movaps(kDoubleScratch, b);
      b = kDoubleScratch;
    }
    moveDouble(dst, a);
    return b;
  }
  void branchUnsigned(Xmm a, Xmm b, Condition c, Label& target) {
    ucomisd(a, b);
    jcc(c, target);
  }
};

static_assert(PortableAssembler<MacroAssembler>);

}  // namespace devvm::jit::x64
