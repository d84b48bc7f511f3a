// Which types of values a place has seen: one bit a type.
#pragma once

#include <cstdint>
#include <string>

#include "heap/value.h"

namespace devvm::jit {

class TypeSet {
 public:
  enum Bit : uint16_t {
    kInt = 1,      ///< an immediate integer
    kFloat = 2,    ///< a double
    kWideInt = 4,  ///< an integer in a box
    kString = 8,
    kTable = 16,
    kFunction = 32,
    kNil = 64,
    kBoolean = 128,
    kOther = 256,  ///< userdata, coroutines, light pointers
  };
  static constexpr unsigned kBits = 9;

  constexpr TypeSet() = default;
  // NOLINTNEXTLINE(google-explicit-constructor): one type is a set, too
  constexpr TypeSet(Bit b) : bits_(b) {}
  static constexpr TypeSet fromBits(uint16_t bits) {
    TypeSet s;
    s.bits_ = bits & ((1u << kBits) - 1);
    return s;
  }
  static constexpr TypeSet of(heap::Value v) {
    if (v.isDouble()) return kFloat;
    switch (v.tag()) {
      case heap::Tag::kInt: return kInt;
      case heap::Tag::kWideInt: return kWideInt;
      case heap::Tag::kString: return kString;
      case heap::Tag::kTable: return kTable;
      case heap::Tag::kFunction: return kFunction;
      case heap::Tag::kSpecial: return v.isNil() ? kNil : v.isBoolean() ? kBoolean : kOther;
      default: return kOther;
    }
  }

  constexpr uint16_t bits() const { return bits_; }
  constexpr void add(TypeSet s) { bits_ = static_cast<uint16_t>(bits_ | s.bits_); }
  /// Nothing was seen: nothing is known, either.
  constexpr bool isEmpty() const { return bits_ == 0; }
  constexpr bool has(Bit b) const { return bits_ & b; }
  /// Something was seen, and nothing that is not in `s`.
  constexpr bool isOnly(TypeSet s) const { return bits_ != 0 && (bits_ & ~s.bits_) == 0; }
  constexpr bool isOnlyInts() const { return isOnly(kInt); }
  constexpr bool isOnlyFloats() const { return isOnly(kFloat); }
  /// Immediate integers and floats, or one of them.
  constexpr bool isOnlyNumbers() const { return isOnly(fromBits(kInt | kFloat)); }

  /// "int|float"; "-" for none.
  std::string text() const;

  friend constexpr bool operator==(TypeSet a, TypeSet b) { return a.bits_ == b.bits_; }

 private:
  uint16_t bits_ = 0;
};

/// The name of one type: "int", "float" ...
const char* typeBitName(unsigned bit);

}  // namespace devvm::jit
