// An interference graph and its colouring by iterated register coalescing: George & Appel, "Iterated register
// coalescing", TOPLAS 18(3), 1996, sections 4 and 5, with Briggs' optimistic colouring ("Improvements to graph coloring
// register allocation", TOPLAS 16(3), 1994, section 3). It knows nothing of programs: nodes, pairs that differ, pairs
// that would like to be equal.
//
// There are no precoloured nodes. Instead every node says which colours it may have; the number of those is its own
// K: a node with fewer neighbours than colours gets one whatever its neighbours have.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace devvm::jit::regalloc {

class InterferenceGraph {
 public:
  static constexpr int8_t kNoColour = -1;

  /// Begins a graph of so many nodes, all of which are to be set.
  void reset(uint32_t nodes);
  /// `colours`: bits of those it may have. `cost`: of having none. `must`: it cannot do without. `mayMerge`: a move may
  /// make it one with another; the two can do without if one of them can.
  void set(uint32_t node, uint16_t colours, float cost, bool must, bool mayMerge);
  void interfere(uint32_t a, uint32_t b);
  /// That a and b have the same colour is worth so much.
  void move(uint32_t a, uint32_t b, float weight);
  /// Colours what can be coloured. `last`: colours to be given when the others are taken.
  void colour(uint16_t last);

  int8_t colourOf(uint32_t node) const { return nodes_[node].colour; }
  /// Those that became one node have the same leader.
  uint32_t leaderOf(uint32_t node) const;
  /// Of nodes that got no colour: the cheapest neighbour that has one, or the number of nodes if none can do without.
  uint32_t cheapestNeighbour(uint32_t leader) const;
  uint64_t edges() const { return edges_; }
  uint32_t merged() const { return merged_; }

 private:
  enum State : uint8_t { kLow, kMoving, kHigh, kStacked, kMerged };  // the work lists of the paper
  struct Node {
    uint16_t colours;
    State state;
    int8_t colour;
    bool must, mayMerge;
    float cost;
    uint32_t degree;
    uint32_t leader;
  };
  enum MoveState : uint8_t { kReady, kWaiting, kDone };
  struct Move {
    uint32_t a, b;
    float weight;
    MoveState state;
  };

  uint32_t limit(uint32_t n) const { return static_cast<uint32_t>(__builtin_popcount(nodes_[n].colours)); }
  bool isSignificant(uint32_t n) const { return nodes_[n].degree >= limit(n); }
  bool isThere(uint32_t n) const { return nodes_[n].state != kStacked && nodes_[n].state != kMerged; }
  size_t bit(uint32_t a, uint32_t b) const {
    return a > b ? static_cast<size_t>(a) * (a - 1) / 2 + b : static_cast<size_t>(b) * (b - 1) / 2 + a;
  }
  bool differ(uint32_t a, uint32_t b) const {
    size_t i = bit(a, b);
    return a == b || (matrix_[i / 64] >> (i % 64) & 1) != 0;
  }
  void classify(uint32_t n);
  bool isMoveRelated(uint32_t n) const;
  void enableMoves(uint32_t n);
  void lowerDegree(uint32_t n);
  void simplify(uint32_t n);
  void coalesce(uint32_t m);
  bool mayMerge(uint32_t a, uint32_t b);
  void merge(uint32_t a, uint32_t b);
  void freezeMoves(uint32_t n);
  void select(uint16_t last);

  std::vector<Node> nodes_;
  std::vector<std::vector<uint32_t>> neighbours_, movesOf_;
  std::vector<uint64_t> matrix_;
  std::vector<Move> moves_;
  // Nodes of a list may have left it meanwhile: their state tells.
  std::vector<uint32_t> low_, moving_, high_, ready_, stack_;
  std::vector<uint32_t> seen_;  ///< by node: the test that looked at it
  uint32_t test_ = 0, merged_ = 0;
  uint64_t edges_ = 0;
};

}  // namespace devvm::jit::regalloc
