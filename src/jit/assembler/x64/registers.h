// Operands of x86-64 instructions: registers, memory, immediates, conditions.
#pragma once

#include <cassert>
#include <concepts>
#include <cstdint>
#include <type_traits>

#include "jit/assembler/code_buffer.h"

namespace devvm::jit::x64 {

/// A general purpose register; the name of the method says which part of it is meant (add32 means eax for kRax).
/// The 8-bit parts are the low bytes: ah, bh, ch and dh are not offered.
enum class Gpr : uint8_t {
  kRax,
  kRcx,
  kRdx,
  kRbx,
  kRsp,
  kRbp,
  kRsi,
  kRdi,
  kR8,
  kR9,
  kR10,
  kR11,
  kR12,
  kR13,
  kR14,
  kR15,
};
/// A vector register, its low 128 bits (or the low double).
enum class Xmm : uint8_t {
  k0,
  k1,
  k2,
  k3,
  k4,
  k5,
  k6,
  k7,
  k8,
  k9,
  k10,
  k11,
  k12,
  k13,
  k14,
  k15,
};
/// The same registers, all 256 bits.
enum class Ymm : uint8_t {
  k0,
  k1,
  k2,
  k3,
  k4,
  k5,
  k6,
  k7,
  k8,
  k9,
  k10,
  k11,
  k12,
  k13,
  k14,
  k15,
};

// Registers are written as the manuals write them.
// NOLINTBEGIN(readability-identifier-naming)
inline constexpr Gpr rax = Gpr::kRax, rcx = Gpr::kRcx, rdx = Gpr::kRdx, rbx = Gpr::kRbx, rsp = Gpr::kRsp,
                     rbp = Gpr::kRbp, rsi = Gpr::kRsi, rdi = Gpr::kRdi, r8 = Gpr::kR8, r9 = Gpr::kR9, r10 = Gpr::kR10,
                     r11 = Gpr::kR11, r12 = Gpr::kR12, r13 = Gpr::kR13, r14 = Gpr::kR14, r15 = Gpr::kR15;
inline constexpr Xmm xmm0 = Xmm::k0, xmm1 = Xmm::k1, xmm2 = Xmm::k2, xmm3 = Xmm::k3, xmm4 = Xmm::k4, xmm5 = Xmm::k5,
                     xmm6 = Xmm::k6, xmm7 = Xmm::k7, xmm8 = Xmm::k8, xmm9 = Xmm::k9, xmm10 = Xmm::k10, xmm11 = Xmm::k11,
                     xmm12 = Xmm::k12, xmm13 = Xmm::k13, xmm14 = Xmm::k14, xmm15 = Xmm::k15;
inline constexpr Ymm ymm0 = Ymm::k0, ymm1 = Ymm::k1, ymm2 = Ymm::k2, ymm3 = Ymm::k3, ymm4 = Ymm::k4, ymm5 = Ymm::k5,
                     ymm6 = Ymm::k6, ymm7 = Ymm::k7, ymm8 = Ymm::k8, ymm9 = Ymm::k9, ymm10 = Ymm::k10, ymm11 = Ymm::k11,
                     ymm12 = Ymm::k12, ymm13 = Ymm::k13, ymm14 = Ymm::k14, ymm15 = Ymm::k15;
// NOLINTEND(readability-identifier-naming)

constexpr unsigned code(Gpr r) { return static_cast<unsigned>(r); }
constexpr unsigned code(Xmm r) { return static_cast<unsigned>(r); }
constexpr unsigned code(Ymm r) { return static_cast<unsigned>(r); }

/// A signed immediate of up to 32 bits; instructions of 64 bits extend its sign. Made from an int32_t, or from a
/// constant of any integer type whose value fits; anything else needs a cast, so nothing is cut off silently.
class Imm {
 public:
  // NOLINTNEXTLINE(google-explicit-constructor)
  constexpr Imm(int32_t value) : value_(value) {}
  template <std::integral T>
    requires(!std::same_as<T, int32_t>)
  // NOLINTNEXTLINE(google-explicit-constructor)
  consteval Imm(T value) : value_(static_cast<int32_t>(value)) {
    if (static_cast<T>(value_) != value || (value_ < 0) != (value < T{})) doesNotFit();
  }
  constexpr int32_t value() const { return value_; }
  constexpr bool fits8() const { return value_ == static_cast<int8_t>(value_); }

 private:
  static void doesNotFit() {}  // not constexpr: calling it ends the compilation
  int32_t value_;
};

enum class Scale : uint8_t { k1, k2, k4, k8 };

/// A memory operand: base + index * scale + displacement, or a place in the code itself.
class Mem {
 public:
  enum class Kind : uint8_t { kAddress, kLabel, kConstant };
  static constexpr uint8_t kHasBase = 1, kHasIndex = 2;

  constexpr explicit Mem(Gpr base) : Mem(base, 0) {}
  constexpr Mem(Gpr base, Imm displacement) : displacement_(displacement.value()), base_(base), parts_(kHasBase) {}
  constexpr Mem(Gpr base, Gpr index, Scale scale = Scale::k1, Imm displacement = 0)
      : displacement_(displacement.value()), base_(base), index_(index), scale_(scale), parts_(kHasBase | kHasIndex) {
    assert(index != rsp);  // its code means "no index"
  }
  /// Without a base.
  static constexpr Mem indexed(Gpr index, Scale scale, Imm displacement = 0) {
    Mem m(rax, index, scale, displacement);
    m.parts_ = kHasIndex;
    return m;
  }
  /// An address in the lowest or highest 2 GiB.
  static constexpr Mem absolute(Imm address) {
    Mem m(rax, address);
    m.parts_ = 0;
    return m;
  }
  /// The place of a label in this code, relative to the instruction. The label must outlive the emitting call only.
  static Mem at(Label& label) {
    Mem m(rax);
    m.parts_ = 0;
    m.kind_ = Kind::kLabel;
    m.label_ = &label;
    return m;
  }
  /// A constant of the buffer's pool.
  static constexpr Mem at(ConstantRef constant) {
    Mem m(rax, static_cast<int32_t>(constant.index));
    m.parts_ = 0;
    m.kind_ = Kind::kConstant;
    return m;
  }

  constexpr Kind kind() const { return kind_; }
  constexpr bool hasBase() const { return (parts_ & kHasBase) != 0; }
  constexpr bool hasIndex() const { return (parts_ & kHasIndex) != 0; }
  /// rax where there is none.
  constexpr Gpr base() const { return base_; }
  constexpr Gpr index() const { return index_; }
  constexpr Scale scale() const { return scale_; }
  constexpr int32_t displacement() const { return displacement_; }
  Label& label() const { return *label_; }
  ConstantRef constant() const { return {static_cast<uint32_t>(displacement_)}; }

 private:
  Label* label_ = nullptr;
  int32_t displacement_ = 0;
  Gpr base_ = rax;
  Gpr index_ = rax;
  Scale scale_ = Scale::k1;
  uint8_t parts_ : 4 = 0;
  Kind kind_ : 4 = Kind::kAddress;
};

/// Conditions by their codes in instructions. Signed: less, greater; unsigned: below, above. After comisd and ucomisd
/// the unsigned ones hold for doubles, and parity means "one is a NaN".
enum class Condition : uint8_t {
#define X64_CONDITION(text, name) name,
#include "jit/assembler/x64/forms.def"
#undef X64_CONDITION
  kCarry = kBelow,
  kNoCarry = kAboveEqual,
  kZero = kEqual,
  kNotZero = kNotEqual,
};
/// The condition that holds when `c` does not.
constexpr Condition negate(Condition c) { return static_cast<Condition>(static_cast<uint8_t>(c) ^ 1); }
/// The condition to use when the two sides of the comparison are swapped (less becomes greater).
constexpr Condition swapSides(Condition c) {
  switch (c) {
    case Condition::kBelow: return Condition::kAbove;
    case Condition::kAbove: return Condition::kBelow;
    case Condition::kBelowEqual: return Condition::kAboveEqual;
    case Condition::kAboveEqual: return Condition::kBelowEqual;
    case Condition::kLess: return Condition::kGreater;
    case Condition::kGreater: return Condition::kLess;
    case Condition::kLessEqual: return Condition::kGreaterEqual;
    case Condition::kGreaterEqual: return Condition::kLessEqual;
    default: return c;
  }
}

/// Predicates of cmpsd: the result is all ones where it holds, else zero. Without "Not": false for NaNs.
enum class DoublePredicate : uint8_t {
  kEqual,
  kLess,
  kLessEqual,
  kUnordered,
  kNotEqual,
  kNotLess,
  kNotLessEqual,
  kOrdered
};

/// How roundsd rounds; inexact results raise no flag.
enum class Rounding : uint8_t { kNearest = 8, kDown = 9, kUp = 10, kTruncate = 11 };

}  // namespace devvm::jit::x64
