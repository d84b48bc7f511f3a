// From decisions to moves: loads and stores where a value changes its place within a block, and on edges whose ends
// have different places for a value. A phi is nothing but moves on edges.

#include <algorithm>

#include "jit/regalloc/intervals.h"

namespace devvm::jit::regalloc {

namespace {

class Resolver {
 public:
  Resolver(const LiveIntervals& live, Allocation& out) : live_(live), c_(live.constraints()), out_(out) {}
  const char* run();

 private:
  void decideStores();
  double weightAt(Position p) const { return weight(c_.blocks[live_.blockAt(p)].block); }
  static double weight(const ir::Block* b) { return weightOf(b); }
  void pieces();
  void withinBlocks();
  void edges();
  void edge(uint32_t from, const ir::Block* to);
  void safepoints();
  bool isBlockStart(Position p) const { return live_.blockFrom(live_.blockAt(p)) == p; }

  const LiveIntervals& live_;
  const Constraints& c_;
  Allocation& out_;
  std::vector<int32_t> words_;           ///< by value
  std::vector<uint8_t> storedAtSplits_;  ///< by value: whenever it goes to memory, instead of once when it is defined
};

/// Where values are stored that are in memory somewhere: at their definition, or wherever they go to memory, if that is
/// seldom.
void Resolver::decideStores() {
  storedAtSplits_.assign(live_.values.size(), 0);
  std::vector<double> cost(live_.values.size());
  std::vector<uint8_t> goes(live_.values.size());
  for (uint32_t v = 0; v < live_.values.size(); v++) {
    for (const Interval *i = live_.values[v].first, *before = nullptr; i != nullptr; before = i, i = i->next) {
      if (!i->inMemory || before == nullptr || before->inMemory) continue;
      goes[v] = 1;
      if (!isBlockStart(i->start())) cost[v] += weightAt(i->start());
    }
  }
  for (uint32_t b = 0; b < c_.blocks.size(); b++) {
    for (const ir::Block* p : c_.blocks[b].block->predecessors) {
      uint32_t from = live_.numberOf[p->id];
      live_.forLiveIn(b, [&](uint32_t v) {
        if (goes[v] == 0) return;
        const ir::Node* n = live_.values[v].node;
        if (!out_.at(n, live_.blockFrom(b)).isWord() || out_.at(n, live_.blockTo(from) - 1).isWord()) return;
        cost[v] += std::min(weight(p), weight(c_.blocks[b].block));
      });
    }
  }
  for (uint32_t v = 0; v < live_.values.size(); v++) {
    if (goes[v] == 0) continue;
    const LiveIntervals::Value& value = live_.values[v];
    if (!value.isPhi && c_.steps[stepAt(value.definedAt)].hasHome) continue;
    storedAtSplits_[v] = cost[v] < weight(c_.blocks[value.block].block);
    if (storedAtSplits_[v] == 0 && !value.first->inMemory) out_.values[v].store = Place::word(words_[v]);
  }
}

void Resolver::pieces() {
  out_.valueOf = live_.valueOf;
  out_.values.resize(live_.values.size());
  for (uint32_t v = 0; v < live_.values.size(); v++) {
    Allocation::Value& value = out_.values[v];
    value.node = live_.values[v].node;
    value.firstPiece = static_cast<uint32_t>(out_.pieces.size());
    for (const Interval* i = live_.values[v].first; i != nullptr; i = i->next) {
      Place place = i->inMemory ? Place::word(words_[v]) : Place::reg(i->bank, static_cast<unsigned>(i->reg));
      if (place.kind == Place::kGpr) out_.usedGprs |= static_cast<uint16_t>(1u << place.index);
      out_.pieces.push_back({i->start(), i->end, place});
      value.pieceCount++;
    }
  }
  for (const Interval* t : live_.temps) {
    out_.temps.push_back(static_cast<uint8_t>(t->reg));
    if (t->bank == Bank::kGpr) out_.usedGprs |= static_cast<uint16_t>(1u << t->reg);
  }
  out_.firstTemp = live_.firstTemp;
}

void Resolver::withinBlocks() {
  std::vector<std::pair<uint32_t, Move>> moves;  // in front of which step
  for (uint32_t v = 0; v < out_.values.size(); v++) {
    const Allocation::Value& value = out_.values[v];
    for (uint32_t i = 1; i < value.pieceCount; i++) {
      const Allocation::Piece &before = out_.pieces[value.firstPiece + i - 1], &now = out_.pieces[value.firstPiece + i];
      if (before.to != now.from || before.place == now.place) continue;
      // What changes at the beginning of a block changes on the edges to it; stores within the first step do not.
      if (isBlockStart(now.from)) continue;
      uint32_t step = stepAt(now.from);
      if (!now.place.isWord()) {
        moves.push_back({step, {before.place, now.place, value.node}});
        continue;
      }
      if (storedAtSplits_[v] == 0) continue;
      // What was loaded in the same gap is in memory already, or comes from another register.
      Position gap = gapBefore(step);
      Place was = before.from == gap && !isBlockStart(gap) ? out_.at(value.node, gap - 1) : before.place;
      if (!was.isWord()) moves.push_back({step, {was, now.place, value.node}});
    }
  }
  std::sort(moves.begin(), moves.end(), [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first < b.first : a.second.value->id < b.second.value->id;
  });
  for (const auto& [step, move] : moves) {
    auto at = static_cast<uint32_t>(out_.moves.size());
    if (out_.stepMoves.empty() || out_.stepMoves.back().step != step) out_.stepMoves.push_back({step, at, at});
    out_.moves.push_back(move);
    out_.stepMoves.back().end = at + 1;
  }
}

void Resolver::edge(uint32_t from, const ir::Block* to) {
  const ir::Block* block = c_.blocks[from].block;
  uint32_t t = live_.numberOf[to->id];
  auto first = static_cast<uint32_t>(out_.moves.size());
  Position end = live_.blockTo(from) - 1, begin = live_.blockFrom(t);
  live_.forLiveIn(t, [&](uint32_t v) {
    const ir::Node* n = live_.values[v].node;
    Place was = out_.at(n, end), is = out_.at(n, begin);
    if (was == is || (is.isWord() && storedAtSplits_[v] == 0)) return;
    out_.moves.push_back({was, is, n});
  });
  if (to->first != nullptr && to->first->isPhi()) {
    size_t i = static_cast<size_t>(std::find(to->predecessors.begin(), to->predecessors.end(), block) -
                                   to->predecessors.begin());
    for (const ir::Node* n = to->first; n != nullptr && n->isPhi(); n = n->next) {
      if (out_.valueOf[n->id] == UINT32_MAX) continue;
      const ir::Node* in = n->input(static_cast<uint32_t>(i));
      Place was = out_.at(in, end), is = out_.at(n, begin);
      if (!(was == is)) out_.moves.push_back({was, is, c_.sameAs[in->id]});
    }
  }
  auto last = static_cast<uint32_t>(out_.moves.size());
  bool atEnd = block->successors.size() == 1;
  if (first != last) out_.edgeMoves.push_back({atEnd ? from : t, atEnd, first, last});
}

void Resolver::edges() {
  for (uint32_t b = 0; b < c_.blocks.size(); b++) {
    for (const ir::Block* s : c_.blocks[b].block->successors) edge(b, s);
  }
  std::sort(out_.edgeMoves.begin(), out_.edgeMoves.end(),
            [](const auto& a, const auto& b) { return a.block != b.block ? a.block < b.block : a.atEnd < b.atEnd; });
}

/// Where safepoints find values: what the step uses, and what is alive behind it. A word that was written when its
/// value was defined is read again later, so it is one of the value's places, too.
void Resolver::safepoints() {
  std::vector<Position> waits;
  for (uint32_t i = 0; i < c_.steps.size(); i++) {
    if (c_.steps[i].isSafepoint) waits.push_back(c_.steps[i].clobbersAll ? clobberAt(i) : readAt(i));
  }
  if (waits.empty()) return;
  for (uint32_t v = 0; v < live_.values.size(); v++) {
    const Allocation::Value& value = out_.values[v];
    Place stored;
    const ir::Node* n = value.node;
    bool hasHome = !live_.values[v].isPhi && c_.steps[stepAt(live_.values[v].definedAt)].hasHome;
    if (value.store.isWord() || hasHome || out_.pieces[value.firstPiece].place.isWord()) {
      for (uint32_t i = 0; i < value.pieceCount; i++) {
        if (out_.pieces[value.firstPiece + i].place.isWord()) stored = out_.pieces[value.firstPiece + i].place;
      }
    }
    for (const Interval* i = live_.values[v].first; i != nullptr; i = i->next) {
      for (const Range* r = i->ranges; r != nullptr; r = r->next) {
        auto at = std::lower_bound(waits.begin(), waits.end(), r->from);
        for (; at != waits.end() && *at < r->to; ++at) {
          Place place = out_.at(n, *at);
          out_.live.push_back({stepAt(*at), n, place});
          if (stored.isWord() && !place.isWord()) out_.live.push_back({stepAt(*at), n, stored});
        }
      }
    }
  }
  std::sort(out_.live.begin(), out_.live.end(), [](const auto& a, const auto& b) {
    return a.step != b.step ? a.step < b.step : a.value->id < b.value->id;
  });
}

const char* Resolver::run() {
  std::vector<uint8_t> needsWord(live_.values.size());
  for (uint32_t v = 0; v < live_.values.size(); v++) {
    for (const Interval* i = live_.values[v].first; i != nullptr; i = i->next) needsWord[v] |= i->inMemory;
  }
  if (const char* why = assignWords(live_, needsWord, words_, out_)) return why;
  pieces();
  decideStores();
  withinBlocks();
  edges();
  safepoints();
  return nullptr;
}

}  // namespace

const char* resolve(const LiveIntervals& live, Allocation& allocation) { return Resolver(live, allocation).run(); }

Place Allocation::at(const ir::Node* node, Position position) const {
  uint32_t v = valueOf[node->id];
  if (v == UINT32_MAX) return Place::ofConstant(constraints->sameAs[node->id]);
  const Value& value = values[v];
  const Piece* p = &pieces[value.firstPiece];
  const Piece* end = p + value.pieceCount;
  while (p + 1 != end && p[1].from <= position) p++;
  return p->place;
}

bool Allocation::diesAt(const ir::Node* node, uint32_t step) const {
  uint32_t v = valueOf[node->id];
  if (v == UINT32_MAX) return false;
  const Value& value = values[v];
  for (uint32_t i = 0; i < value.pieceCount; i++) {
    const Piece& p = pieces[value.firstPiece + i];
    if (p.to != readAt(step) + 1) continue;
    return i + 1 == value.pieceCount || pieces[value.firstPiece + i + 1].from != p.to;
  }
  return false;
}

Place Allocation::storeOf(const ir::Node* node) const {
  uint32_t v = valueOf[node->id];
  return v == UINT32_MAX ? Place{} : values[v].store;
}

}  // namespace devvm::jit::regalloc
