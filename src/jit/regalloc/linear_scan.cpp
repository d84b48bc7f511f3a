// Linear scan with splitting (Wimmer & Franz, "Linear scan register allocation on SSA form", CGO 2010; the choice of
// what to split and where is that of Wimmer & Mössenböck, "Optimized interval splitting in a linear scan register
// allocator", VEE 2005).
//
// A value that is anywhere in memory is stored once, right behind its definition, in a word of its own: splitting costs
// at most a load. Values that are needed by frame states alone take the registers that nobody else wants.

#include <algorithm>
#include <bit>
#include <queue>

#include "jit/regalloc/intervals.h"

namespace devvm::jit::regalloc {

namespace {

constexpr unsigned kRegisters = 16;

class LinearScan {
 public:
  explicit LinearScan(LiveIntervals& live) : live_(live), c_(live.constraints()) {}
  const char* run();

 private:
  struct Later {
    bool operator()(const Interval* a, const Interval* b) const { return a->start() > b->start(); }
  };

  uint16_t registersOf(const Interval* i) const { return i->bank == Bank::kXmm ? c_.xmms : c_.gprs; }
  void advance(Position p);
  void place(Interval* cur);
  bool tryFree(Interval* cur);
  void takeBlocked(Interval* cur);
  void assign(Interval* cur, unsigned reg);
  void toMemory(Interval* cur, Position from);
  void toMemory(Interval* cur) { toMemory(cur, cur->start()); }
  bool isUsedOutside(Position sooner, Position later) const;
  Position beforeLoop(const Interval* i, Position p) const;
  static Position lastUseBefore(const Interval* i, Position p);
  Interval* splitAt(Interval* i, Position p) { return live_.splitAt(i, p); }
  Position bestGap(Position least, Position most) const { return live_.bestGap(least, most); }
  Position nextClobberAll(const Interval* i) const { return live_.nextClobberAll(i); }
  void meetClobbers(const Interval* i, Position* until) const;
  void preferences(const Interval* cur);
  void prefer(const ir::Node* n, Position p);
  static const UsePosition* useFrom(const Interval* i, Position p) {
    const UsePosition* u = i->uses;
    while (u != nullptr && u->at < p) u = u->next;
    return u;
  }
  static Position neededFrom(const Interval* i, Position p) { return i->neededFrom(p); }
  void fail(const char* why) {
    if (failure_ == nullptr) failure_ = why;
  }

  LiveIntervals& live_;
  const Constraints& c_;
  std::priority_queue<Interval*, std::vector<Interval*>, Later> unhandled_;
  std::vector<Interval*> active_[kBanks], inactive_[kBanks];
  Position nextWake_[kBanks] = {};  ///< where the first of the inactive ones goes on
  std::vector<uint8_t> wanted_;     ///< registers that would save a move for the present interval, best first
  std::vector<std::vector<uint32_t>> phisOf_;
  uint16_t clobbered_ = 0;  ///< registers that some step destroys
  const char* failure_ = nullptr;
};

/// Lowers `until`, by register, to where the interval meets a step that destroys the register.
void LinearScan::meetClobbers(const Interval* i, Position* until) const {
  if (i->bank != Bank::kGpr || live_.clobberSteps.empty()) return;
  auto at = live_.clobberSteps.begin();
  uint16_t met = 0;
  for (const Range* r = i->ranges; r != nullptr; r = r->next) {
    at = std::lower_bound(at, live_.clobberSteps.end(), r->from,
                          [](uint32_t step, Position p) { return writeAt(step) < p; });
    for (; at != live_.clobberSteps.end() && readAt(*at) < r->to; ++at) {
      auto more = static_cast<uint16_t>(c_.steps[*at].clobberedGprs & ~met);
      met |= more;
      for (unsigned rest = more; rest != 0; rest &= rest - 1) {
        auto reg = static_cast<unsigned>(std::countr_zero(rest));
        until[reg] = std::min(until[reg], std::max(readAt(*at), r->from));
      }
      if (met == clobbered_) return;
    }
    if (at != live_.clobberSteps.begin()) --at;  // one step may lie in two ranges
  }
}

void LinearScan::advance(Position p) {
  for (unsigned bank = 1; bank < kBanks; bank++) {
    auto settle = [p](Interval* i) {
      while (i->cursor != nullptr && i->cursor->to <= p) i->cursor = i->cursor->next;
    };
    auto &active = active_[bank], &inactive = inactive_[bank];
    size_t before = active.size();
    bool wakes = p >= nextWake_[bank];
    if (wakes) nextWake_[bank] = kNever;
    for (size_t n = 0; wakes && n < inactive.size();) {
      Interval* i = inactive[n];
      settle(i);
      if (i->cursor != nullptr && i->cursor->from > p) {
        nextWake_[bank] = std::min(nextWake_[bank], i->cursor->from);
        n++;
        continue;
      }
      if (i->cursor != nullptr) active.push_back(i);
      inactive[n] = inactive.back();
      inactive.pop_back();
    }
    for (size_t n = 0; n < before;) {
      Interval* i = active[n];
      settle(i);
      if (i->cursor != nullptr && i->cursor->from <= p) {
        n++;
        continue;
      }
      if (i->cursor != nullptr) {
        inactive.push_back(i);
        nextWake_[bank] = std::min(nextWake_[bank], i->cursor->from);
      }
      // The ones that came from the inactive stand at the end, and are settled.
      active[n] = active[before - 1];
      active[before - 1] = active.back();
      active.pop_back();
      before--;
    }
  }
}

void LinearScan::prefer(const ir::Node* n, Position p) {
  uint32_t v = live_.valueOf[n->id];
  if (v == UINT32_MAX) return;
  for (const Interval* i = live_.values[v].first; i != nullptr; i = i->next) {
    if (i->reg >= 0 && i->start() <= p && p < i->end && i->bank == c_.banks[n->id]) {
      wanted_.push_back(static_cast<uint8_t>(i->reg));
      return;
    }
  }
}

/// Registers in which the interval would cost no move.
void LinearScan::preferences(const Interval* cur) {
  wanted_.clear();
  if (cur->isTemp) return;
  const LiveIntervals::Value& value = live_.values[cur->value];
  if (!cur->isFirst) {
    // The register of the piece before.
    for (const Interval* i = value.first; i != cur; i = i->next) {
      if (i->reg >= 0) wanted_.push_back(static_cast<uint8_t>(i->reg));
    }
    std::reverse(wanted_.begin(), wanted_.end());
  }
  // The phi into which it flows.
  for (uint32_t phi : phisOf_[cur->value]) {
    const Interval* i = live_.values[phi].first;
    if (i->reg >= 0 && i->bank == cur->bank) wanted_.push_back(static_cast<uint8_t>(i->reg));
  }
  if (!cur->isFirst) return;
  if (value.isPhi) {
    const ir::Block* block = c_.blocks[value.block].block;
    for (uint32_t i = 0; i < value.node->inputCount(); i++) {
      const ir::Node* in = c_.sameAs[value.node->input(i)->id];
      if (c_.banks[in->id] != cur->bank) continue;
      prefer(in, live_.blockTo(live_.numberOf[block->predecessors[i]->id]) - 1);
    }
  } else {
    uint32_t at = stepAt(value.definedAt);
    const Step& step = c_.steps[at];
    if (step.like >= 0) {
      const ir::Node* in = c_.sameAs[c_.uses[step.firstUse + static_cast<uint32_t>(step.like)].value->id];
      if (c_.banks[in->id] == cur->bank) prefer(in, readAt(at));
    }
  }
}

void LinearScan::assign(Interval* cur, unsigned reg) {
  cur->reg = static_cast<int8_t>(reg);
  active_[static_cast<size_t>(cur->bank)].push_back(cur);
}

/// The interval is in memory until somebody needs it in a register behind `from`.
void LinearScan::toMemory(Interval* cur, Position from) {
  cur->inMemory = true;
  Position needed = neededFrom(cur, from);
  if (needed == kNever) return;
  Position gap = bestGap(from, needed);
  if (gap <= from) {
    fail("more values are needed at once than there are registers");
    return;
  }
  unhandled_.push(splitAt(cur, gap));
}

bool LinearScan::tryFree(Interval* cur) {
  Position until[kRegisters];
  uint16_t registers = registersOf(cur);
  Position clobber = nextClobberAll(cur), start = cur->start();
  if (clobber <= start) return false;
  for (unsigned r = 0; r < kRegisters; r++) until[r] = (registers >> r & 1) != 0 ? clobber : 0;
  auto bank = static_cast<size_t>(cur->bank);
  for (const Interval* i : active_[bank]) until[i->reg] = 0;
  // Of two values that are alive at one place, one is alive where the other is defined: what begins here meets none of
  // those that are in a hole.
  for (const Interval* i : inactive_[bank]) {
    if (cur->isFirst || cur->isTemp) break;
    if (until[i->reg] == 0) continue;
    Position p = intersection(i->cursor, cur->ranges);
    until[i->reg] = std::min(until[i->reg], p);
  }
  meetClobbers(cur, until);
  // Whoever lives on across a call does so in memory: up to there is as good as to the end.
  Position enough = std::min(cur->end, clobber);
  unsigned best = kRegisters;
  auto better = [&](unsigned r) {
    Position now = std::min(until[best], enough), other = std::min(until[r], enough);
    if (now != other) return other > now;
    bool last = cur->bank == Bank::kGpr && (c_.lastGprs >> r & 1) != 0;
    bool bestIsLast = cur->bank == Bank::kGpr && (c_.lastGprs >> best & 1) != 0;
    // Of those that are free for longer than needed, the one that is taken soonest leaves the others free.
    return last != bestIsLast ? bestIsLast : until[r] < until[best];
  };
  for (unsigned r = 0; r < kRegisters; r++) {
    if (until[r] != 0 && (best == kRegisters || better(r))) best = r;
  }
  if (best == kRegisters || until[best] <= start) return false;
  preferences(cur);
  for (uint8_t r : wanted_) {
    if (until[r] >= enough || (until[r] > start && until[r] >= until[best])) {
      best = r;
      break;
    }
  }
  if (until[best] < cur->end) {
    Position p = until[best];
    if (p != clobber) {
      p = bestGap(start, p);
      if (p <= start) return false;
    } else {
      p = beforeLoop(cur, p);
    }
    // A register that is free for no use is no register.
    const UsePosition* first = useFrom(cur, start);
    if (first != nullptr && first->at >= p && !(cur->isFirst && live_.values[cur->value].isPhi)) return false;
    unhandled_.push(splitAt(cur, p));
  }
  assign(cur, best);
  return true;
}

/// Whether what is used at `later` is used outside of the innermost loop around `sooner`.
bool LinearScan::isUsedOutside(Position sooner, Position later) const {
  const ir::Block* loop = c_.blocks[live_.blockAt(sooner)].block->loop;
  const ir::Block* other = c_.blocks[live_.blockAt(later)].block->loop;
  while (other != nullptr && other != loop) other = other->outer;
  return loop != nullptr && other != loop;
}

Position LinearScan::lastUseBefore(const Interval* i, Position p) {
  Position last = i->start();
  for (const UsePosition* u = i->uses; u != nullptr && u->at < p; u = u->next) last = std::max(last, u->at);
  return last;
}

/// Where an interval that leaves its register at `p` may do so already: in front of a loop in which it is not used
/// before. Else p.
Position LinearScan::beforeLoop(const Interval* i, Position p) const {
  Position last = lastUseBefore(i, p), gap = bestGap(last, p);
  return gap > last && gap <= live_.blockFrom(live_.blockAt(p)) ? gap : p;
}

/// No register is free: the one whose next use is furthest goes to memory, be it the present interval.
void LinearScan::takeBlocked(Interval* cur) {
  Position start = cur->start();
  Position usedAt[kRegisters], blockedAt[kRegisters];
  uint16_t registers = registersOf(cur);
  Position clobber = nextClobberAll(cur);
  for (unsigned r = 0; r < kRegisters; r++) {
    bool may = (registers >> r & 1) != 0;
    blockedAt[r] = may ? clobber : 0;
  }
  meetClobbers(cur, blockedAt);
  std::copy(blockedAt, blockedAt + kRegisters, usedAt);
  auto bank = static_cast<size_t>(cur->bank);
  auto note = [&](const Interval* i, Position from) {
    if (i->isTemp) {
      usedAt[i->reg] = blockedAt[i->reg] = 0;
      return;
    }
    const UsePosition* u = useFrom(i, from);
    if (u != nullptr && u->needsRegister && gapAtOrBelow(u->at) <= start) {  // by this very step
      usedAt[i->reg] = blockedAt[i->reg] = 0;
      return;
    }
    usedAt[i->reg] = std::min(usedAt[i->reg], u != nullptr ? u->at : kNever - 1);
  };
  for (const Interval* i : active_[bank]) note(i, start);
  for (const Interval* i : inactive_[bank]) {
    if (intersection(i->cursor, cur->ranges) != kNever) note(i, start);
  }
  Position needed = neededFrom(cur, start);
  unsigned best = kRegisters;
  for (unsigned r = 0; r < kRegisters; r++) {
    if ((registers >> r & 1) != 0 && (best == kRegisters || usedAt[r] > usedAt[best])) best = r;
  }
  if (needed == kNever) {
    // Content with memory; but better in a register than what is not used in this loop.
    const UsePosition* u = useFrom(cur, start);
    if (u == nullptr || usedAt[best] >= kNever - 1 || blockedAt[best] < cur->end ||
        !isUsedOutside(u->at, usedAt[best])) {
      return toMemory(cur);
    }
  } else if (usedAt[best] <= needed && gapAtOrBelow(needed) > start) {
    return toMemory(cur);
  }
  if (usedAt[best] <= start || blockedAt[best] <= start) {
    fail("more values are needed at once than there are registers");
    return;
  }
  if (blockedAt[best] < cur->end) {
    Position p = blockedAt[best];
    if (p != clobber) p = bestGap(start, p);
    if (p <= start) {
      fail("a register is needed where it is destroyed");
      return;
    }
    unhandled_.push(splitAt(cur, p));
  }
  // Make room.
  auto evict = [&](std::vector<Interval*>& list, bool all) {
    for (size_t n = 0; n < list.size();) {
      Interval* i = list[n];
      if (i->reg != static_cast<int8_t>(best) || (!all && intersection(i->cursor, cur->ranges) == kNever)) {
        n++;
        continue;
      }
      list[n] = list.back();
      list.pop_back();
      if (i->start() == start) {  // it has just begun: all of it goes
        i->reg = -1;
        toMemory(i);
        continue;
      }
      // Of inactive ones the part that they have had stays. What has not been used since before a loop goes to memory
      // in front of that.
      Position from = start;
      if (all) from = beforeLoop(i, start);
      Interval* rest = splitAt(i, from);
      rest->start() <= start ? toMemory(rest, start) : unhandled_.push(rest);
    }
  };
  evict(active_[bank], true);
  evict(inactive_[bank], false);
  assign(cur, best);
}

void LinearScan::place(Interval* cur) {
  if (cur->isFirst && !cur->isTemp) {
    const LiveIntervals::Value& value = live_.values[cur->value];
    // What is in a word from the beginning stays there until it is used, and while calls are in between.
    if (!value.isPhi && c_.steps[stepAt(value.definedAt)].hasHome) {
      Position needed = neededFrom(cur, cur->start());
      if (needed == kNever || nextClobberAll(cur) < needed) return toMemory(cur);
    }
    if (value.isPhi && useFrom(cur, cur->start()) != nullptr && nextClobberAll(cur) < neededFrom(cur, cur->start())) {
      return toMemory(cur);
    }
  }
  if (cur->uses == nullptr && !cur->isFirst) return toMemory(cur);
  if (!tryFree(cur)) takeBlocked(cur);
}

const char* LinearScan::run() {
  live_.addUsesAtLoopEnds();
  phisOf_.resize(live_.values.size());
  for (uint32_t step : live_.clobberSteps) clobbered_ |= c_.steps[step].clobberedGprs;
  for (uint32_t v = 0; v < live_.values.size(); v++) {
    const LiveIntervals::Value& value = live_.values[v];
    value.first->cursor = value.first->ranges;
    unhandled_.push(value.first);
    if (!value.isPhi) continue;
    for (uint32_t i = 0; i < value.node->inputCount(); i++) {
      uint32_t in = live_.valueOf[value.node->input(i)->id];
      if (in != UINT32_MAX) phisOf_[in].push_back(v);
    }
  }
  for (Interval* t : live_.temps) {
    t->cursor = t->ranges;
    unhandled_.push(t);
  }
  while (!unhandled_.empty() && failure_ == nullptr) {
    Interval* cur = unhandled_.top();
    unhandled_.pop();
    advance(cur->start());
    place(cur);
  }
  return failure_;
}

}  // namespace

const char* linearScan(LiveIntervals& live) { return LinearScan(live).run(); }

}  // namespace devvm::jit::regalloc
