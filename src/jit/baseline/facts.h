// What the compiler is certain of: facts about values, gained from checks that the code has passed and from results.
//
// A fact holds because whatever contradicts it leaves machine code (docs/baseline-jit.md, "Facts"). Facts about locals
// are carried along straight code and met where paths join; those about types survive calls, those about shapes do not.
#pragma once

#include <cstdint>

#include "heap/value.h"

namespace devvm::jit {

enum class Known : uint8_t { kNothing, kInt, kFloat, kTable };

/// The type of a constant, as far as facts tell types apart.
inline Known knownOfConstant(heap::Value v) {
  return v.isInt() ? Known::kInt : v.isDouble() ? Known::kFloat : Known::kNothing;
}

struct Fact {
  Known known = Known::kNothing;
  uint32_t shape = 0;  ///< of a table, 0: not known
  uint64_t bits = 0;   ///< of a value that is a constant, 0: not known (no constant is the float 0.0)
  bool operator==(const Fact&) const = default;
  bool empty() const { return known == Known::kNothing && bits == 0; }
  /// What is left where this and `other` meet.
  void meet(const Fact& other) {
    if (known != other.known) known = Known::kNothing;
    if (shape != other.shape || known != Known::kTable) shape = 0;
    if (bits != other.bits) bits = 0;
  }
};

}  // namespace devvm::jit
