// What integers a node can be, as far as its own operation and those near it tell.
#pragma once

#include <algorithm>
#include <cstdint>

#include "heap/value.h"
#include "jit/ir/ir.h"

namespace devvm::jit::passes {

/// All integers from low to high, both included; low > high: none.
struct Interval {
  int64_t low = INT64_MIN, high = INT64_MAX;

  bool isSmall() const { return low >= heap::Value::kIntMin && high <= heap::Value::kIntMax; }
  bool isEverything() const { return low == INT64_MIN && high == INT64_MAX; }
  bool isWithin(Interval o) const { return low >= o.low && high <= o.high; }
  bool contains(int64_t i) const { return low <= i && i <= high; }
  Interval meet(Interval o) const { return {std::max(low, o.low), std::min(high, o.high)}; }
  Interval join(Interval o) const { return {std::min(low, o.low), std::max(high, o.high)}; }
  friend bool operator==(const Interval&, const Interval&) = default;
};

inline constexpr Interval kImmediate{heap::Value::kIntMin, heap::Value::kIntMax};
/// Lengths of arrays and strings.
inline constexpr Interval kLengths{0, int64_t{1} << 40};

/// Of the two inputs whose intervals count, the number of the first.
inline uint32_t firstInteger(const ir::Node* n) { return n->op == ir::Op::kIntSelect ? 1 : 0; }
/// Of 63 bits.
inline constexpr Interval k63Bits{-(int64_t{1} << 62), (int64_t{1} << 62) - 1};
/// Of 32 bits, without sign.
inline constexpr Interval kWords{0, UINT32_MAX};

/// What the operation makes of intervals of its integer inputs (others are ignored), from firstInteger() on. Sums that
/// may wrap are anything.
Interval transfer(const ir::Node& n, Interval a, Interval b);
/// By looking at most `depth` inputs deep, and behind no phi.
Interval intervalOf(const ir::Node* n, int depth = 4);

}  // namespace devvm::jit::passes
