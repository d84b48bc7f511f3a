// What every architecture's macro assembler offers: the operations that code which is not bound to one architecture is
// written in. x64/macro_assembler.h implements them for x86-64; AArch64 and RV64 will. A compiler back end may use more
// of its architecture (x64::MacroAssembler is an x64::Assembler, too).
#pragma once

#include <concepts>
#include <cstdint>

#include "jit/assembler/code_buffer.h"

namespace devvm::jit {

/// Comparisons of integers; below and above are unsigned.
enum class IntCondition : uint8_t {
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kBelow,
  kBelowEqual,
  kAbove,
  kAboveEqual,
};

/// Comparisons of doubles. The first five are false when one side is a NaN, the others, their opposites, true.
enum class DoubleCondition : uint8_t {
  kEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kNotEqual,
  kNotLess,
  kNotLessEqual,
  kNotGreater,
  kNotGreaterEqual,
};
constexpr DoubleCondition negate(DoubleCondition c) {
  return static_cast<DoubleCondition>((static_cast<unsigned>(c) + 5) % 10);
}

/// The contract. Rules that hold for all operations:
/// - Destinations come first. Operands may be the same register in any combination, the destination included.
/// - `kScratch` and `kDoubleScratch` belong to the macro assembler: any operation may change them, none may be an
/// operand.
/// - Nothing is promised about flags after an operation.
/// - Offsets and constants of 32 bits are sign-extended. An Address holds for the next operation only.
/// - Doubles follow IEEE 754; operands are never swapped, so the payload of a NaN is the architecture's choice for that
/// order.
template <typename M>
concept PortableAssembler =
    std::derived_from<M, CodeBuffer> &&
    requires(M m, typename M::Reg r, typename M::DoubleReg d, typename M::Address a, Label label, Outside outside,
             int64_t wide, int32_t small, uint8_t count, double number, IntCondition ic, DoubleCondition dc) {
      { M::kArchitecture } -> std::convertible_to<const char*>;
      { M::kScratch } -> std::convertible_to<typename M::Reg>;
      { M::kDoubleScratch } -> std::convertible_to<typename M::DoubleReg>;
      { m.address(r, small) } -> std::same_as<typename M::Address>;  // base + offset
      {
        m.element(r, r, count, small)
      } -> std::same_as<typename M::Address>;  // base + (index << count) + offset, count 0 to 3

      // Moves. Loads of fewer than 64 bits clear the rest of the register, or extend the sign where the name says so.
      m.move(r, r);
      m.moveConstant(r, wide);
      m.moveAddressOf(r, label);
      m.load64(r, a);
      m.load32(r, a);
      m.load16(r, a);
      m.load8(r, a);
      m.load32Signed(r, a);
      m.store64(a, r);
      m.store32(a, r);
      m.store16(a, r);
      m.store8(a, r);
      m.moveDouble(d, d);
      m.moveConstantDouble(d, number);
      m.loadDouble(d, a);
      m.storeDouble(a, d);
      m.moveBits(d, r);  // the 64 bits as they are
      m.moveBits(r, d);

      // Integers of 64 bits, wrapping: dst, a, b.
      m.add64(r, r, r);
      m.sub64(r, r, r);
      m.mul64(r, r, r);
      m.and64(r, r, r);
      m.or64(r, r, r);
      m.xor64(r, r, r);
      m.addConstant64(r, r, small);
      m.andConstant64(r, r, small);
      m.shiftLeft64(r, r, count);  // count 0 to 63
      m.shiftRight64(r, r, count);
      m.shiftRightSigned64(r, r, count);
      m.negate64(r, r);
      m.not64(r, r);
      m.extendSign32(r, r);  // the low 32 bits to 64
      m.extendZero32(r, r);
      // The same, but jump to the label when the result does not fit; dst is then changed, too.
      m.addChecked64(r, r, r, label);
      m.subChecked64(r, r, r, label);
      m.mulChecked64(r, r, r, label);

      // Doubles: dst, a, b.
      m.addDouble(d, d, d);
      m.subDouble(d, d, d);
      m.mulDouble(d, d, d);
      m.divDouble(d, d, d);
      m.sqrtDouble(d, d);
      m.negateDouble(d, d);
      m.int64ToDouble(d, r);
      m.doubleToInt64(r, d);  // truncates; defined only where the result fits

      // Control.
      m.branch64(ic, r, r, label);  // jumps if `a condition b`
      m.branchConstant64(ic, r, small, label);
      m.branchIfBits64(r, small, label);    // if (a & mask) != 0
      m.branchIfNoBits64(r, small, label);  // if (a & mask) == 0
      m.branchDouble(dc, d, d, label);
      m.jump(label);
      m.jump(r);
      m.jump(outside);
      m.call(label);  // where the return address goes is the architecture's convention
      m.call(r);
      m.call(outside);
      m.ret();
      m.trap();  // ends the process: for places that must not be reached
    };

}  // namespace devvm::jit
