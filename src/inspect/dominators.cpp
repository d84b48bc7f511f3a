#include "inspect/dominators.h"

#include <algorithm>

namespace devvm::inspect {

namespace {

constexpr uint32_t kNone = Dominators::kNone;

/// All numbers below are places in depth-first order.
class Solver {
 public:
  explicit Solver(const HeapGraph& graph) : graph_(graph) {
    search();
    findPredecessors();
  }

  /// Immediate dominators, by place.
  std::vector<uint32_t> solve() {
    auto count = static_cast<uint32_t>(order.size());
    semi_.resize(count);
    label_.resize(count);
    ancestor_.assign(count, kNone);
    for (uint32_t w = 0; w < count; w++) semi_[w] = label_[w] = w;
    for (uint32_t w = count - 1; w > 0 && count > 0; w--) {
      for (uint32_t i = firstPredecessor_[w]; i < firstPredecessor_[w + 1]; i++) {
        semi_[w] = std::min(semi_[w], semi_[evaluate(predecessors_[i])]);
      }
      ancestor_[w] = treeParent_[w];
    }
    std::vector<uint32_t> idom = treeParent_;
    for (uint32_t w = 1; w < count; w++) {
      while (idom[w] > semi_[w]) idom[w] = idom[idom[w]];
    }
    return idom;
  }

  std::vector<uint32_t> order;  ///< nodes by place
  std::vector<uint32_t> place;  ///< of each node; kNone: not reached

 private:
  void search() {
    place.assign(graph_.nodes.size(), kNone);
    struct Open {
      uint32_t node, nextEdge;
    };
    std::vector<Open> open;
    auto enter = [&](uint32_t node, uint32_t parent) {
      place[node] = static_cast<uint32_t>(order.size());
      order.push_back(node);
      treeParent_.push_back(parent);
      open.push_back({node, graph_.nodes[node].firstEdge});
    };
    enter(0, 0);
    while (!open.empty()) {
      Open& top = open.back();
      const HeapNode& n = graph_.nodes[top.node];
      if (top.nextEdge == n.firstEdge + n.edgeCount) {
        open.pop_back();
        continue;
      }
      const HeapEdge& e = graph_.edges[top.nextEdge++];
      if (e.type != EdgeType::kWeak && place[e.to] == kNone) enter(e.to, place[top.node]);
    }
  }

  template <typename F>
  void forEachEdge(F f) {
    for (uint32_t from = 0; from < order.size(); from++) {
      const HeapNode& n = graph_.nodes[order[from]];
      for (uint32_t i = n.firstEdge; i < n.firstEdge + n.edgeCount; i++) {
        if (graph_.edges[i].type != EdgeType::kWeak) f(from, place[graph_.edges[i].to]);
      }
    }
  }

  void findPredecessors() {
    firstPredecessor_.assign(order.size() + 1, 0);
    forEachEdge([this](uint32_t, uint32_t to) { firstPredecessor_[to + 1]++; });
    for (size_t i = 1; i < firstPredecessor_.size(); i++) firstPredecessor_[i] += firstPredecessor_[i - 1];
    predecessors_.resize(firstPredecessor_.back());
    std::vector<uint32_t> next(firstPredecessor_.begin(), firstPredecessor_.end() - 1);
    forEachEdge([&](uint32_t from, uint32_t to) { predecessors_[next[to]++] = from; });
  }

  /// The place with the least semidominator on the way from `v` up to the root of its tree in the forest of those done.
  uint32_t evaluate(uint32_t v) {
    if (ancestor_[v] == kNone) return label_[v];
    path_.clear();
    for (uint32_t u = v; ancestor_[ancestor_[u]] != kNone; u = ancestor_[u]) path_.push_back(u);
    for (size_t i = path_.size(); i-- > 0;) {
      uint32_t u = path_[i], above = ancestor_[u];
      if (semi_[label_[above]] < semi_[label_[u]]) label_[u] = label_[above];
      ancestor_[u] = ancestor_[above];
    }
    return label_[v];
  }

  const HeapGraph& graph_;
  std::vector<uint32_t> treeParent_, firstPredecessor_, predecessors_;
  std::vector<uint32_t> semi_, label_, ancestor_, path_;
};

void findWays(const HeapGraph& graph, Dominators& d) {
  d.from.assign(graph.nodes.size(), kNone);
  d.by.assign(graph.nodes.size(), kNone);
  std::vector<uint32_t> queue = {0};
  for (size_t i = 0; i < queue.size(); i++) {
    const HeapNode& n = graph.nodes[queue[i]];
    for (uint32_t e = n.firstEdge; e < n.firstEdge + n.edgeCount; e++) {
      uint32_t to = graph.edges[e].to;
      if (graph.edges[e].type == EdgeType::kWeak || to == 0 || d.by[to] != kNone) continue;
      d.from[to] = queue[i];
      d.by[to] = e;
      queue.push_back(to);
    }
  }
}

}  // namespace

Dominators dominatorsOf(const HeapGraph& graph) {
  Dominators d;
  size_t count = graph.nodes.size();
  d.parent.assign(count, kNone);
  d.retained.assign(count, 0);
  if (count == 0) return d;
  Solver solver(graph);
  std::vector<uint32_t> idom = solver.solve();
  for (size_t i = 0; i < count; i++) d.retained[i] = graph.nodes[i].bytes;
  // A dominator stands before what it dominates.
  for (size_t w = solver.order.size(); w-- > 1;) {
    uint32_t node = solver.order[w], parent = solver.order[idom[w]];
    d.parent[node] = parent;
    d.retained[parent] += d.retained[node];
  }
  findWays(graph, d);
  return d;
}

std::string wayTo(const HeapGraph& graph, const Dominators& d, uint32_t node, bool elements) {
  constexpr size_t kMostSteps = 12;
  std::vector<uint32_t> edges;
  for (uint32_t n = node; n != 0 && d.by[n] != kNone; n = d.from[n]) edges.push_back(d.by[n]);
  std::string way;
  for (size_t i = edges.size(); i-- > 0;) {
    const HeapEdge& e = graph.edges[edges[i]];
    size_t step = edges.size() - 1 - i;
    if (edges.size() > kMostSteps && step >= kMostSteps / 2 && i >= kMostSteps / 2) {
      if (step == kMostSteps / 2) way += " ... ";
      continue;
    }
    std::string name = graph.edgeName(e);
    if (elements) {
      // Tables with that many entries are maps.
      constexpr uint32_t kMap = 48;
      uint32_t from = d.from[graph.edges[edges[i]].to];
      bool entry = e.type == EdgeType::kProperty && graph.nodes[from].edgeCount > kMap && from != 0;
      if (entry || e.type == EdgeType::kElement || (name.size() > 1 && name[0] == '[' && name[1] <= '9')) name = "[*]";
    }
    if (name.empty()) {
      const HeapNode& to = graph.nodes[e.to];
      name = to.type == NodeType::kString ? "(string)" : graph.nameOf(to).substr(0, 40);
    }
    if (!way.empty() && !name.starts_with('[')) way += '.';
    way += name;
  }
  return way.empty() ? "(roots)" : way;
}

}  // namespace devvm::inspect
