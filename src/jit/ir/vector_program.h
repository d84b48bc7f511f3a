// What a vector_map or vector_map_ints does with the elements of each round: a program of 16 digits of 4 bits in its
// aux, the lowest one first. Operands are pushed on a stack, operations take theirs from it.
#pragma once

#include <cstdint>

namespace devvm::jit::ir {

enum class VectorCode : uint8_t {
  kEnd,
  kArray0,  ///< pushes the element of an array; kArray0 + 1 and + 2 those of the others
  kArray2 = kArray0 + 2,
  kScalar0,  ///< pushes a double (or an integer); four more follow
  kScalar4 = kScalar0 + 4,
  kAdd,
  kSub,
  kMul,
  kDiv,
  kSqrt,
  kNeg,
  kStore,  ///< stores in the array whose code (kArray0 ...) is the next digit
  kCount,
  // Of integers:
  kAnd = kMul,
  kOr = kDiv,
  kXor = kSqrt,
  kShift = kNeg,  ///< the next two digits: kShiftRight, or 0, and the upper two bits of the count; the lower four bits
};
static_assert(static_cast<unsigned>(VectorCode::kCount) <= 16);

inline constexpr uint32_t kShiftRight = 4;
inline constexpr uint32_t kVectorArrays = 3, kVectorScalars = 5, kVectorDigits = 16;
inline constexpr uint32_t kVectorStack = 3;  ///< how deep the stack may become, arrays and scalars not counted, but
                                             ///< integers that are to be stored
/// Inputs in front of the arrays, and in front of the doubles.
inline constexpr uint32_t kVectorFirstArray = 2, kVectorFirstScalar = kVectorFirstArray + kVectorArrays;

constexpr VectorCode vectorCode(uint64_t program, uint32_t digit) {
  return static_cast<VectorCode>(digit < kVectorDigits ? program >> (4 * digit) & 15 : 0);
}

}  // namespace devvm::jit::ir
