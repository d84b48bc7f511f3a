// Dominators and retained sizes against their definitions, on random graphs.

#include "inspect/dominators.h"

#include <gtest/gtest.h>

#include <random>

namespace devvm::inspect {
namespace {

HeapGraph randomGraph(std::mt19937& random, uint32_t nodes, uint32_t edgesEach, bool weak) {
  HeapGraph g;
  g.names.emplace_back("x");
  for (uint32_t i = 0; i < nodes; i++) {
    HeapNode n{NodeType::kObject, 0, i + 1, random() % 100, static_cast<uint32_t>(g.edges.size()), 0};
    uint32_t count = static_cast<uint32_t>(random()) % (edgesEach + 1);
    for (uint32_t k = 0; k < count; k++) {
      bool isWeak = weak && random() % 4 == 0;
      g.edges.push_back({isWeak ? EdgeType::kWeak : EdgeType::kProperty, 0, static_cast<uint32_t>(random()) % nodes});
    }
    n.edgeCount = count;
    g.nodes.push_back(n);
  }
  return g;
}

/// Nodes reached from the roots without passing `without`.
std::vector<bool> reached(const HeapGraph& g, uint32_t without) {
  std::vector<bool> seen(g.nodes.size());
  std::vector<uint32_t> todo;
  if (without != 0) {
    seen[0] = true;
    todo.push_back(0);
  }
  while (!todo.empty()) {
    const HeapNode& n = g.nodes[todo.back()];
    todo.pop_back();
    for (uint32_t e = n.firstEdge; e < n.firstEdge + n.edgeCount; e++) {
      uint32_t to = g.edges[e].to;
      if (g.edges[e].type == EdgeType::kWeak || to == without || seen[to]) continue;
      seen[to] = true;
      todo.push_back(to);
    }
  }
  return seen;
}

void check(const HeapGraph& g) {
  Dominators d = dominatorsOf(g);
  auto count = static_cast<uint32_t>(g.nodes.size());
  std::vector<bool> alive = reached(g, Dominators::kNone);
  std::vector<std::vector<bool>> dominated(count);  // [a][b]: without a, b is not reached
  for (uint32_t a = 0; a < count; a++) {
    if (!alive[a]) {
      EXPECT_EQ(d.parent[a], Dominators::kNone);
      continue;
    }
    std::vector<bool> rest = reached(g, a);
    dominated[a].resize(count);
    uint64_t bytes = 0;
    for (uint32_t b = 0; b < count; b++) {
      dominated[a][b] = alive[b] && (a == 0 || !rest[b]);
      if (dominated[a][b]) bytes += g.nodes[b].bytes;
    }
    EXPECT_EQ(d.retained[a], bytes) << a;
  }
  for (uint32_t b = 1; b < count; b++) {
    if (!alive[b]) continue;
    // The immediate one is dominated by all others.
    uint32_t parent = d.parent[b];
    ASSERT_NE(parent, Dominators::kNone);
    EXPECT_TRUE(dominated[parent][b]);
    for (uint32_t a = 0; a < count; a++) {
      if (a != b && alive[a] && dominated[a][b]) EXPECT_TRUE(dominated[a][parent]) << a << " " << b;
    }
  }
}

TEST(Dominators, RandomGraphs) {
  std::mt19937 random(1);
  for (int round = 0; round < 300; round++) {
    check(randomGraph(random, 2 + static_cast<uint32_t>(random()) % 40, 1 + static_cast<uint32_t>(random()) % 4,
                      round % 2 == 1));
  }
}

TEST(Dominators, LongChains) {
  HeapGraph g;
  g.names.emplace_back("next");
  constexpr uint32_t kLength = 1'000'000;
  for (uint32_t i = 0; i < kLength; i++) {
    g.nodes.push_back({NodeType::kObject, 0, i + 1, 1, i, i + 1 < kLength ? 1u : 0u});
    if (i + 1 < kLength) g.edges.push_back({EdgeType::kProperty, 0, i + 1});
  }
  Dominators d = dominatorsOf(g);
  EXPECT_EQ(d.retained[0], kLength);
  EXPECT_EQ(d.parent[kLength - 1], kLength - 2);
  EXPECT_LT(wayTo(g, d, kLength - 1).size(), 200u);
}

TEST(Dominators, Ways) {
  HeapGraph g;
  g.names = {"a", "(metatable)", ""};
  g.nodes = {
      {NodeType::kSynthetic, 2, 1, 0, 0, 1}, {NodeType::kObject, 0, 2, 8, 1, 2}, {NodeType::kObject, 0, 3, 8, 3, 0}};
  g.edges = {{EdgeType::kProperty, 0, 1}, {EdgeType::kElement, 7, 2}, {EdgeType::kWeak, 1, 2}};
  Dominators d = dominatorsOf(g);
  EXPECT_EQ(wayTo(g, d, 2), "a[7]");
  EXPECT_EQ(wayTo(g, d, 2, true), "a[*]");
  EXPECT_EQ(wayTo(g, d, 0), "(roots)");
}

}  // namespace
}  // namespace devvm::inspect
