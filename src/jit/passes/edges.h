// Changes of the control-flow graph that passes share. Graph::order() has to follow them.
#pragma once

#include "jit/ir/ir.h"

namespace devvm::jit::passes {

/// Which of `to`'s predecessors is the edge from `from` that is its n-th successor.
uint32_t predecessorIndex(const ir::Block* from, uint32_t n);
/// Removes the edge that is the n-th successor of `from`, with the inputs of phis; the terminator is the caller's.
void removeEdge(ir::Graph& graph, ir::Block* from, uint32_t n);
/// Makes `from` end with a jump to its n-th successor.
void keepOnly(ir::Graph& graph, ir::Block* from, uint32_t n);

}  // namespace devvm::jit::passes
