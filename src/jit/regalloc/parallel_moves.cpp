#include "jit/regalloc/allocation.h"

namespace devvm::jit::regalloc {

/// Moves whose place nobody reads any more come first; of a circle, one content goes aside. There are few moves, so
/// that looking through them is quicker than a graph.
void sequence(std::vector<Move>& moves) {
  std::vector<Move> order;
  std::vector<Move> waiting;
  for (const Move& m : moves) {
    if (!(m.from == m.to)) waiting.push_back(m);
  }
  order.reserve(waiting.size() + 2);
  while (!waiting.empty()) {
    bool any = false;
    for (size_t i = 0; i < waiting.size();) {
      bool isRead = false;
      for (size_t j = 0; j < waiting.size() && !isRead; j++) isRead = j != i && waiting[j].from == waiting[i].to;
      if (isRead) {
        i++;
        continue;
      }
      order.push_back(waiting[i]);
      waiting[i] = waiting.back();
      waiting.pop_back();
      any = true;
    }
    if (any || waiting.empty()) continue;
    // Only circles are left: the content that the first move overwrites goes aside, and whoever reads it, reads there.
    Place aside = waiting[0].to;
    const ir::Node* value = nullptr;
    for (Move& m : waiting) {
      if (m.from == aside) {
        value = m.value;
        m.from = Place{};
      }
    }
    order.push_back({aside, Place{}, value});
  }
  moves = std::move(order);
}

}  // namespace devvm::jit::regalloc
