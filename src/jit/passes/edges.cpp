#include "jit/passes/edges.h"

namespace devvm::jit::passes {

using ir::Block;
using ir::Graph;
using ir::Node;

uint32_t predecessorIndex(const Block* from, uint32_t n) {
  const Block* to = from->successors[n];
  uint32_t nth = 0;
  for (uint32_t i = 0; i < n; i++) nth += from->successors[i] == to;
  for (uint32_t i = 0;; i++) {
    if (to->predecessors[i] == from && nth-- == 0) return i;
  }
}

void removeEdge(Graph& graph, Block* from, uint32_t n) {
  Block* to = from->successors[n];
  uint32_t i = predecessorIndex(from, n);
  for (Node* phi = to->first; phi != nullptr && phi->isPhi(); phi = phi->next) graph.removeInput(phi, i);
  to->predecessors.erase(to->predecessors.begin() + i);
  from->successors.erase(from->successors.begin() + n);
}

void keepOnly(Graph& graph, Block* from, uint32_t n) {
  for (uint32_t i = static_cast<uint32_t>(from->successors.size()); i-- > 0;) {
    if (i != n) removeEdge(graph, from, i);
  }
  Node* jump = graph.newNode(ir::Op::kJump, {});
  jump->origin = from->last->origin;
  graph.unlink(from->last);
  graph.append(from, jump);
}

}  // namespace devvm::jit::passes
