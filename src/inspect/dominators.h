// Which object keeps which alive: dominators of the reference graph, retained sizes, and ways from the roots.
//
// An object dominates another if every way from the roots to the other leads through it: were it gone, the other would
// be, too. The retained size of an object is its own size and that of all that it dominates.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "inspect/heap_graph.h"

namespace devvm::inspect {

struct Dominators {
  static constexpr uint32_t kNone = UINT32_MAX;
  std::vector<uint32_t>
      parent;  ///< immediate dominator of each node; the roots': kNone, as of what only weak references reach
  std::vector<uint64_t> retained;  ///< bytes
  std::vector<uint32_t> from;      ///< the node before each on a shortest way from the roots
  std::vector<uint32_t> by;        ///< the edge (index) by which that way comes
};

/// Linear in practice: the semidominator algorithm with path compression and nearest common ancestors (Georgiadis,
/// "Linear-time algorithms for dominators and related problems", 2005, section 2.3). No recursion.
Dominators dominatorsOf(const HeapGraph& graph);

/// A shortest way from the roots to `node`: "(globals).cache[3].owner". Long ones have their middle left out.
/// `elements`: "[*]" stands for all indices, so that ways of like objects are equal.
std::string wayTo(const HeapGraph& graph, const Dominators& d, uint32_t node, bool elements = false);

}  // namespace devvm::inspect
