#include "jit/regalloc/interference.h"

#include <algorithm>
#include <bit>

namespace devvm::jit::regalloc {

void InterferenceGraph::reset(uint32_t nodes) {
  nodes_.assign(nodes, Node{});
  if (neighbours_.size() < nodes) {
    neighbours_.resize(nodes);
    movesOf_.resize(nodes);
  }
  for (uint32_t n = 0; n < nodes; n++) {
    neighbours_[n].clear();
    movesOf_[n].clear();
  }
  matrix_.assign(static_cast<size_t>(nodes) * (nodes + 1) / 128 + 1, 0);
  seen_.assign(nodes, 0);
  test_ = merged_ = 0;
  edges_ = 0;
  moves_.clear();
  low_.clear();
  moving_.clear();
  high_.clear();
  ready_.clear();
  stack_.clear();
}

void InterferenceGraph::set(uint32_t node, uint16_t colours, float cost, bool must, bool mayMerge) {
  nodes_[node] = {colours, kLow, kNoColour, must, mayMerge, cost, 0, node};
}

void InterferenceGraph::interfere(uint32_t a, uint32_t b) {
  if (differ(a, b)) return;
  size_t i = bit(a, b);
  matrix_[i / 64] |= uint64_t{1} << (i % 64);
  neighbours_[a].push_back(b);
  neighbours_[b].push_back(a);
  nodes_[a].degree++;
  nodes_[b].degree++;
  edges_++;
}

void InterferenceGraph::move(uint32_t a, uint32_t b, float weight) {
  if (differ(a, b)) return;
  auto m = static_cast<uint32_t>(moves_.size());
  moves_.push_back({a, b, weight, kReady});
  movesOf_[a].push_back(m);
  movesOf_[b].push_back(m);
}

uint32_t InterferenceGraph::leaderOf(uint32_t node) const {
  while (nodes_[node].leader != node) node = nodes_[node].leader;
  return node;
}

bool InterferenceGraph::isMoveRelated(uint32_t n) const {
  return std::any_of(movesOf_[n].begin(), movesOf_[n].end(), [this](uint32_t m) { return moves_[m].state != kDone; });
}

/// Puts a node into the list where it belongs.
void InterferenceGraph::classify(uint32_t n) {
  Node& node = nodes_[n];
  if (isSignificant(n)) {
    node.state = kHigh;
    high_.push_back(n);
  } else if (isMoveRelated(n)) {
    node.state = kMoving;
    moving_.push_back(n);
  } else {
    node.state = kLow;
    low_.push_back(n);
  }
}

void InterferenceGraph::enableMoves(uint32_t n) {
  for (uint32_t m : movesOf_[n]) {
    if (moves_[m].state != kWaiting) continue;
    moves_[m].state = kReady;
    ready_.push_back(m);
  }
}

void InterferenceGraph::lowerDegree(uint32_t n) {
  bool was = isSignificant(n);
  nodes_[n].degree--;
  if (!was || isSignificant(n)) return;
  enableMoves(n);
  for (uint32_t m : neighbours_[n]) {
    if (isThere(m)) enableMoves(m);
  }
  if (nodes_[n].state == kHigh) classify(n);
}

void InterferenceGraph::simplify(uint32_t n) {
  nodes_[n].state = kStacked;
  stack_.push_back(n);
  for (uint32_t m : neighbours_[n]) {
    if (isThere(m)) lowerDegree(m);
  }
}

/// Whether two nodes may be one without making the graph harder to colour: Briggs' test (few neighbours of the two
/// are significant) or George's (each neighbour of the one is harmless or a neighbour of the other already).
bool InterferenceGraph::mayMerge(uint32_t a, uint32_t b) {
  if (!nodes_[a].mayMerge || !nodes_[b].mayMerge) return false;
  auto common = static_cast<uint16_t>(nodes_[a].colours & nodes_[b].colours);
  auto k = static_cast<uint32_t>(std::popcount(common));
  if (k == 0) return false;
  uint32_t significant = 0;
  test_++;
  for (uint32_t from : {a, b}) {
    for (uint32_t n : neighbours_[from]) {
      if (!isThere(n) || seen_[n] == test_) continue;
      seen_[n] = test_;
      // A common neighbour loses one.
      uint32_t degree = nodes_[n].degree - (differ(n, a) && differ(n, b) ? 1 : 0);
      if (degree >= limit(n)) significant++;
    }
  }
  if (significant < k) return true;
  auto george = [&](uint32_t one, uint32_t other) {
    if (nodes_[other].colours != common) return false;
    return std::all_of(neighbours_[one].begin(), neighbours_[one].end(),
                       [&](uint32_t n) { return !isThere(n) || !isSignificant(n) || differ(n, other); });
  };
  return george(a, b) || george(b, a);
}

void InterferenceGraph::merge(uint32_t a, uint32_t b) {
  Node &into = nodes_[a], &from = nodes_[b];
  from.state = kMerged;
  from.leader = a;
  merged_++;
  into.colours &= from.colours;
  into.cost += from.cost;
  into.must = into.must && from.must;
  movesOf_[a].insert(movesOf_[a].end(), movesOf_[b].begin(), movesOf_[b].end());
  enableMoves(b);
  for (uint32_t n : neighbours_[b]) {
    if (!isThere(n)) continue;
    if (differ(n, a)) {
      lowerDegree(n);  // two of its neighbours are one now
      continue;
    }
    interfere(n, a);
    nodes_[n].degree--;  // and it had the other one
  }
  // Among those that are gone only the colouring asks.
  for (uint32_t n : neighbours_[b]) {
    if (nodes_[n].state != kStacked || differ(n, a)) continue;
    interfere(n, a);
    nodes_[a].degree--;
  }
  if (into.state != kHigh || !isSignificant(a)) classify(a);
}

void InterferenceGraph::coalesce(uint32_t m) {
  Move& move = moves_[m];
  uint32_t a = leaderOf(move.a), b = leaderOf(move.b);
  auto settle = [this](uint32_t n) {
    if (nodes_[n].state == kMoving && !isMoveRelated(n)) classify(n);
  };
  if (a == b || differ(a, b) || !isThere(a) || !isThere(b)) {
    move.state = kDone;
    settle(a);
    if (b != a) settle(b);
    return;
  }
  if (!mayMerge(a, b)) {
    move.state = kWaiting;
    return;
  }
  move.state = kDone;
  // Into the one that has more neighbours: fewer are to be told.
  neighbours_[a].size() >= neighbours_[b].size() ? merge(a, b) : merge(b, a);
}

void InterferenceGraph::freezeMoves(uint32_t n) {
  for (uint32_t m : movesOf_[n]) {
    if (moves_[m].state == kDone) continue;
    moves_[m].state = kDone;
    uint32_t a = leaderOf(moves_[m].a), other = a == leaderOf(n) ? leaderOf(moves_[m].b) : a;
    if (nodes_[other].state == kMoving && !isMoveRelated(other)) classify(other);
  }
}

void InterferenceGraph::select(uint16_t last) {
  while (!stack_.empty()) {
    uint32_t n = stack_.back();
    stack_.pop_back();
    unsigned free = nodes_[n].colours;
    for (uint32_t m : neighbours_[n]) {
      int8_t colour = nodes_[leaderOf(m)].colour;
      if (colour != kNoColour) free &= ~(1u << colour);
    }
    if (free == 0) continue;
    // Moves that were given up may be saved by luck.
    float worth[16] = {};
    for (uint32_t m : movesOf_[n]) {
      uint32_t a = leaderOf(moves_[m].a), b = leaderOf(moves_[m].b);
      int8_t colour = nodes_[a == n ? b : a].colour;
      if (a != b && colour != kNoColour) worth[colour] += moves_[m].weight;
    }
    unsigned best = static_cast<unsigned>(std::countr_zero((free & ~last) != 0 ? free & ~last : free));
    for (unsigned rest = free; rest != 0; rest &= rest - 1) {
      auto r = static_cast<unsigned>(std::countr_zero(rest));
      if (worth[r] > worth[best]) best = r;
    }
    nodes_[n].colour = static_cast<int8_t>(best);
  }
  for (uint32_t n = 0; n < nodes_.size(); n++) {
    if (nodes_[n].state == kMerged) nodes_[n].colour = nodes_[leaderOf(n)].colour;
  }
}

void InterferenceGraph::colour(uint16_t last) {
  for (uint32_t m = 0; m < moves_.size(); m++) ready_.push_back(m);
  std::sort(ready_.begin(), ready_.end(), [this](uint32_t x, uint32_t y) {
    return moves_[x].weight != moves_[y].weight ? moves_[x].weight < moves_[y].weight : x < y;
  });
  for (uint32_t n = 0; n < nodes_.size(); n++) classify(n);
  auto next = [this](std::vector<uint32_t>& list, State state, uint32_t* n) {
    while (!list.empty()) {
      *n = list.back();
      list.pop_back();
      if (nodes_[*n].state == state) return true;
    }
    return false;
  };
  for (uint32_t n;;) {
    if (next(low_, kLow, &n)) {
      simplify(n);
    } else if (!ready_.empty()) {
      uint32_t m = ready_.back();
      ready_.pop_back();
      if (moves_[m].state == kReady) coalesce(m);
    } else if (next(moving_, kMoving, &n)) {
      freezeMoves(n);
      classify(n);
    } else {
      // All that is left has many neighbours: the cheapest one for what it takes away goes first, and perhaps without.
      uint32_t best = static_cast<uint32_t>(nodes_.size());
      float least = 0;
      size_t end = 0;
      for (uint32_t h : high_) {
        if (nodes_[h].state != kHigh) continue;
        high_[end++] = h;
        constexpr float kMust = 1e30f;
        float price = (nodes_[h].must ? kMust : nodes_[h].cost) / static_cast<float>(nodes_[h].degree + 1);
        if (best == nodes_.size() || price < least) {
          best = h;
          least = price;
        }
      }
      high_.resize(end);
      if (best == nodes_.size()) break;
      freezeMoves(best);
      simplify(best);
    }
  }
  select(last);
}

uint32_t InterferenceGraph::cheapestNeighbour(uint32_t leader) const {
  auto best = static_cast<uint32_t>(nodes_.size());
  for (uint32_t m : neighbours_[leader]) {
    uint32_t n = leaderOf(m);
    if (nodes_[n].colour == kNoColour || nodes_[n].must) continue;
    if ((nodes_[leader].colours >> nodes_[n].colour & 1) == 0) continue;
    if (best == nodes_.size() || nodes_[n].cost < nodes_[best].cost) best = n;
  }
  return best;
}

}  // namespace devvm::jit::regalloc
