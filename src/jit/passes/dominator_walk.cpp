#include "jit/passes/dominator_walk.h"

namespace devvm::jit::passes {

std::vector<ir::Block*> dominatorPreorder(const ir::Graph& graph) {
  const auto& blocks = graph.blocks();
  constexpr uint32_t kNone = UINT32_MAX;
  // Children in reverse postorder: first child and next sibling, by the blocks' numbers.
  std::vector<uint32_t> child(blocks.size(), kNone), sibling(blocks.size(), kNone);
  for (size_t i = blocks.size(); i-- > 1;) {
    uint32_t parent = blocks[i]->dominator->number;
    sibling[i] = child[parent];
    child[parent] = static_cast<uint32_t>(i);
  }
  std::vector<ir::Block*> order;
  order.reserve(blocks.size());
  std::vector<uint32_t> stack{0};
  while (!stack.empty()) {
    uint32_t i = stack.back();
    stack.pop_back();
    order.push_back(blocks[i]);
    if (sibling[i] != kNone) stack.push_back(sibling[i]);
    if (child[i] != kNone) stack.push_back(child[i]);
  }
  return order;
}

DominatorNumbers::DominatorNumbers(const ir::Graph& graph)
    : place_(graph.blocks().size()), size_(graph.blocks().size(), 1) {
  std::vector<ir::Block*> order = dominatorPreorder(graph);
  for (size_t i = order.size(); i-- > 0;) {
    place_[order[i]->number] = static_cast<uint32_t>(i);
    if (i > 0) size_[order[i]->dominator->number] += size_[order[i]->number];
  }
}

}  // namespace devvm::jit::passes
