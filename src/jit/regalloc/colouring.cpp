// Registers by graph colouring, over the same intervals as linear scan. Values are cut before they are coloured, as
// little as possible: at calls, behind which they are in memory until they are used. A piece that gets no register is
// cut more finely, by the levels of `Cut`, and the graph is coloured again: what is spilled is not a value, but its
// life outside of the loops, then outside of the blocks where it is used, and at last between its uses (Cooper &
// Simpson, "Live range splitting in a graph coloring register allocator", CC 1998, have cuts around whole live ranges;
// here the places are those of the program's loops).

#include <algorithm>
#include <bit>

#include "jit/regalloc/interference.h"
#include "jit/regalloc/intervals.h"

namespace devvm::jit::regalloc {

namespace {

/// The graph has a bit for each pair: beyond these it would take too much memory and time.
constexpr uint32_t kMostNodes = 6000, kMostRounds = 24;
constexpr uint64_t kMostEdges = 1'000'000;

/// Where a piece is cut when it gets no register.
enum class Cut : uint8_t {
  kCalls,   ///< where all values begin
  kLoops,   ///< where loops and rare blocks begin and end
  kBlocks,  ///< between blocks
  kEnds,    ///< within a block, in front of its first use and behind the last
  kUses,    ///< between uses
};

class Colouring {
 public:
  explicit Colouring(LiveIntervals& live) : live_(live), c_(live.constraints()) {}
  const char* run();

 private:
  /// A piece that needs a register, or would like one.
  struct Piece {
    Interval* interval;
    Cut cut;
    bool mayMerge = true;
  };

  void begin(uint32_t value);
  bool isBorder(uint32_t block, Cut cut) const;
  void cut(const Piece& piece);
  void borders(const Interval& i, Cut cut, std::vector<Position>& out) const;
  void consider(Interval* i, Cut cut);
  bool hasHome(const LiveIntervals::Value& value) const {
    return !value.isPhi && c_.steps[stepAt(value.definedAt)].hasHome;
  }
  static bool isTiny(const Interval& i) { return i.end - i.start() <= 4; }

  uint16_t coloursOf(const Interval& i) const;
  static bool mustHave(const Piece& piece);
  float costOf(const Interval& i) const;
  float weightAt(Position p) const { return weights_[live_.blockAt(p)]; }
  uint32_t nodeOf(uint32_t value, Position p) const;
  void interferences();
  void moves();
  bool round(Bank bank);

  LiveIntervals& live_;
  const Constraints& c_;
  InterferenceGraph graph_;
  std::vector<float> weights_;   ///< by block
  std::vector<Piece> pieces_;    ///< of both banks
  std::vector<uint32_t> nodes_;  ///< of the present round: index in pieces_
  std::vector<Interval*> ofNode_;
  std::vector<uint32_t> nodeOf_;  ///< by number of the interval, see Interval::reg
  bool tooLarge_ = false, stuck_ = false;
};

/// The pieces of a value with which colouring begins.
void Colouring::begin(uint32_t v) {
  const LiveIntervals::Value& value = live_.values[v];
  for (Interval* i = value.first; i != nullptr;) {
    Position call = live_.nextClobberAll(i);
    Interval* rest = nullptr;
    if (call != kNever) rest = call > i->start() ? live_.splitAt(i, call) : i;
    if (rest != i) {
      // A piece without uses, and what is in memory when the code begins, needs no register.
      bool wants = i->uses != nullptr || (i->isFirst && !hasHome(value));
      if (i->isFirst && (hasHome(value) || value.isPhi) && call != kNever && i->neededFrom(i->start()) == kNever) {
        wants = false;
      }
      wants ? consider(i, Cut::kCalls) : void(i->inMemory = true);
    }
    if (rest == nullptr) return;
    // Behind the call it is in memory until it is needed.
    rest->inMemory = true;
    Position needed = rest->neededFrom(rest->start());
    if (needed == kNever) return;
    Position gap = live_.bestGap(rest->start(), needed);
    if (gap <= rest->start()) {
      stuck_ = true;
      return;
    }
    // Another call may lie between.
    i = live_.splitAt(rest, gap);
  }
}

void Colouring::consider(Interval* i, Cut cut) {
  if (coloursOf(*i) == 0 && !isTiny(*i)) return this->cut({i, cut});
  pieces_.push_back({i, cut});
}

bool Colouring::isBorder(uint32_t b, Cut cut) const {
  if (cut == Cut::kBlocks) return true;
  const ir::Block *now = c_.blocks[b].block, *before = c_.blocks[b - 1].block;
  if (now->loopDepth != before->loopDepth || now->isRare != before->isRare) return true;
  // Two loops side by side: the second one's header has an edge from behind.
  return std::any_of(now->predecessors.begin(), now->predecessors.end(),
                     [&](const ir::Block* p) { return live_.numberOf[p->id] >= b; });
}

/// Positions, ascending, at which a piece is cut.
void Colouring::borders(const Interval& i, Cut cut, std::vector<Position>& out) const {
  auto add = [&](Position p) {
    if (p > i.start() && p < i.end && (out.empty() || p > out.back())) out.push_back(p);
  };
  if (cut == Cut::kLoops || cut == Cut::kBlocks) {
    uint32_t last = live_.blockAt(i.end - 1);
    for (uint32_t b = live_.blockAt(i.start()) + 1; b <= last; b++) {
      if (isBorder(b, cut)) add(live_.blockFrom(b));
    }
    return;
  }
  auto endOf = [&](const UsePosition& u) {
    return i.isFirst && u.at == i.start() ? writeAt(stepAt(u.at)) + 1 : u.at + 1;
  };
  Position behind = 0;
  for (const UsePosition* u = i.uses; u != nullptr; u = u->next) {
    if (!u->needsRegister) continue;
    Position gap = gapAtOrBelow(u->at);
    if (behind != 0 && cut == Cut::kUses && gap >= behind) add(behind);
    if (behind == 0 || (cut == Cut::kUses && gap >= behind)) add(gap);
    behind = std::max(behind, endOf(*u));
  }
  if (behind != 0) add(behind);
}

/// Cuts a piece more finely than it is; what is not used has no register from now on.
void Colouring::cut(const Piece& piece) {
  std::vector<Position> at;
  Cut finer = piece.cut;
  while (at.empty() && finer != Cut::kUses) {
    finer = static_cast<Cut>(static_cast<uint8_t>(finer) + 1);
    borders(*piece.interval, finer, at);
  }
  Interval* i = piece.interval;
  for (size_t n = 0; n <= at.size(); n++) {
    Interval* rest = nullptr;
    if (n < at.size()) {
      // In a hole the next range begins behind.
      if (at[n] >= i->end || at[n] <= i->start()) continue;
      rest = live_.splitAt(i, at[n]);
    }
    if (i->neededFrom(i->start()) == kNever) {
      i->inMemory = true;
    } else if (at.empty()) {
      pieces_.push_back({i, finer});
    } else {
      consider(i, finer);
    }
    if (rest == nullptr) break;
    i = rest;
  }
}

/// Registers that no step destroys while the piece is alive.
uint16_t Colouring::coloursOf(const Interval& i) const {
  if (i.bank == Bank::kXmm) return c_.xmms;
  unsigned colours = c_.gprs;
  auto at = live_.clobberSteps.begin();
  for (const Range* r = i.ranges; r != nullptr; r = r->next) {
    at = std::lower_bound(at, live_.clobberSteps.end(), r->from,
                          [](uint32_t step, Position p) { return writeAt(step) < p; });
    for (auto step = at; step != live_.clobberSteps.end() && readAt(*step) < r->to; ++step) {
      colours &= ~unsigned{c_.steps[*step].clobberedGprs};
    }
  }
  return static_cast<uint16_t>(colours);
}

/// Whether cutting would change nothing.
bool Colouring::mustHave(const Piece& piece) {
  const Interval& i = *piece.interval;
  return i.isTemp || ((isTiny(i) || piece.cut == Cut::kUses) && i.neededFrom(i.start()) != kNever);
}

float Colouring::costOf(const Interval& i) const {
  float cost = 0.01f;
  for (const UsePosition* u = i.uses; u != nullptr; u = u->next) {
    cost += weightAt(u->at) * (u->needsRegister ? 1.0f : 0.5f);
  }
  return cost;
}

uint32_t Colouring::nodeOf(uint32_t value, Position p) const {
  for (const Interval* i = live_.values[value].first; i != nullptr; i = i->next) {
    if (i->start() > p) break;
    if (p < i->end && !i->inMemory) return i->reg >= 0 ? UINT32_MAX : i->number;
  }
  return UINT32_MAX;
}

void Colouring::interferences() {
  struct Event {
    Position from, to;
    uint32_t node;
  };
  std::vector<Event> events;
  for (uint32_t n = 0; n < ofNode_.size(); n++) {
    for (const Range* r = ofNode_[n]->ranges; r != nullptr; r = r->next) events.push_back({r->from, r->to, n});
  }
  std::sort(events.begin(), events.end(), [](const Event& x, const Event& y) { return x.from < y.from; });
  std::vector<Event> alive;
  for (const Event& e : events) {
    size_t end = 0;
    for (const Event& a : alive) {
      if (a.to <= e.from) continue;
      graph_.interfere(a.node, e.node);
      alive[end++] = a;
    }
    alive.resize(end);
    alive.push_back(e);
    if (graph_.edges() > kMostEdges) {
      tooLarge_ = true;
      return;
    }
  }
}

/// Pairs that would cost a move if they were in different registers.
void Colouring::moves() {
  Bank bank = ofNode_[0]->bank;
  auto pair = [&](uint32_t a, uint32_t b, float weight) {
    if (a != UINT32_MAX && b != UINT32_MAX && a != b) graph_.move(a, b, weight);
  };
  // Pieces of one value, and phis.
  for (uint32_t n = 0; n < ofNode_.size(); n++) {
    const Interval* i = ofNode_[n];
    if (i->isTemp || i->isFirst) continue;
    Position p = i->start();
    if (live_.blockFrom(live_.blockAt(p)) != p) pair(nodeOf(i->value, p - 1), n, weightAt(p));
  }
  for (uint32_t b = 0; b < c_.blocks.size(); b++) {
    const ir::Block* block = c_.blocks[b].block;
    for (size_t edge = 0; edge < block->predecessors.size(); edge++) {
      uint32_t from = live_.numberOf[block->predecessors[edge]->id];
      float weight = std::min(weights_[from], weights_[b]);
      Position end = live_.blockTo(from) - 1, begin = live_.blockFrom(b);
      live_.forLiveIn(b, [&](uint32_t v) {
        const Interval* first = live_.values[v].first;
        if (first->next != nullptr && first->bank == bank) pair(nodeOf(v, end), nodeOf(v, begin), weight);
      });
      for (const ir::Node* n = block->first; n != nullptr && n->isPhi(); n = n->next) {
        uint32_t phi = live_.valueOf[n->id], in = live_.valueOf[n->input(static_cast<uint32_t>(edge))->id];
        if (phi == UINT32_MAX || in == UINT32_MAX) continue;
        if (c_.banks[n->id] != bank || live_.values[in].first->bank != bank) continue;
        pair(nodeOf(in, end), nodeOf(phi, begin), weight);
      }
    }
    for (uint32_t s = c_.blocks[b].first; s < c_.blocks[b].end; s++) {
      const Step& step = c_.steps[s];
      if (step.like < 0 || step.result != bank) continue;
      uint32_t in = live_.valueOf[c_.uses[step.firstUse + static_cast<uint32_t>(step.like)].value->id];
      if (in == UINT32_MAX || live_.values[in].first->bank != bank) continue;
      pair(nodeOf(in, readAt(s)), nodeOf(live_.valueOf[step.node->id], writeAt(s)), weights_[b]);
    }
  }
}

/// Colours all pieces of one bank. False: some were cut more finely, and wait for the next round.
bool Colouring::round(Bank bank) {
  nodes_.clear();
  ofNode_.clear();
  for (uint32_t p = 0; p < pieces_.size(); p++) {
    if (pieces_[p].interval->bank != bank) continue;
    pieces_[p].interval->number = static_cast<uint32_t>(nodes_.size());
    pieces_[p].interval->reg = -1;
    nodes_.push_back(p);
    ofNode_.push_back(pieces_[p].interval);
  }
  if (nodes_.empty()) return true;
  auto count = static_cast<uint32_t>(nodes_.size());
  if (count > kMostNodes) {
    tooLarge_ = true;
    return true;
  }
  graph_.reset(count);
  for (uint32_t n = 0; n < count; n++) {
    const Piece& piece = pieces_[nodes_[n]];
    graph_.set(n, coloursOf(*piece.interval), costOf(*piece.interval), mustHave(piece), piece.mayMerge);
  }
  interferences();
  if (tooLarge_) return true;
  moves();
  graph_.colour(bank == Bank::kGpr ? c_.lastGprs : 0);
  std::vector<uint8_t> victims(count);  // by node that leads
  bool any = false, progress = false;
  for (uint32_t n = 0; n < count; n++) {
    uint32_t leader = graph_.leaderOf(n);
    if (graph_.colourOf(leader) != InterferenceGraph::kNoColour) {
      ofNode_[n]->reg = graph_.colourOf(leader);
      continue;
    }
    victims[leader] = 1;
    any = true;
  }
  if (!any) return true;
  for (uint32_t n = 0; n < count; n++) {
    // What cannot do without a register takes one away.
    if (victims[n] == 0 || !mustHave(pieces_[nodes_[n]])) continue;
    uint32_t other = graph_.cheapestNeighbour(n);
    if (other != count) victims[other] = 1;
  }
  std::vector<Piece> cuts;
  for (uint32_t n = 0; n < count; n++) {
    if (victims[graph_.leaderOf(n)] == 0) continue;
    Piece& piece = pieces_[nodes_[n]];
    if (!mustHave(piece)) {
      cuts.push_back(piece);
      piece.interval = nullptr;
      progress = true;
    } else if (piece.mayMerge) {
      piece.mayMerge = false;
      progress = true;
    }
  }
  std::erase_if(pieces_, [](const Piece& p) { return p.interval == nullptr; });
  for (const Piece& p : cuts) cut(p);
  stuck_ = stuck_ || !progress;
  return false;
}

const char* Colouring::run() {
  for (const CodeBlock& b : c_.blocks) weights_.push_back(static_cast<float>(weightOf(b.block)));
  for (uint32_t v = 0; v < live_.values.size(); v++) begin(v);
  for (Interval* t : live_.temps) pieces_.push_back({t, Cut::kUses});
  for (Bank bank : {Bank::kGpr, Bank::kXmm}) {
    for (uint32_t n = 0; !stuck_ && !tooLarge_ && !round(bank); n++) stuck_ = stuck_ || n == kMostRounds;
  }
  if (tooLarge_) return "the graph is too large to be coloured";
  return stuck_ ? "more values are needed at once than there are registers" : nullptr;
}

}  // namespace

const char* colour(LiveIntervals& live) { return Colouring(live).run(); }

}  // namespace devvm::jit::regalloc
