// What both allocators do with intervals: cutting them, and finding out where.

#include <algorithm>

#include "jit/regalloc/intervals.h"

namespace devvm::jit::regalloc {

double weightOf(const ir::Block* block) {
  double weight = block->isRare ? 0.001 : 1;
  for (uint32_t i = 0; i < std::min(block->loopDepth, 8u); i++) weight *= 8;
  return weight;
}

Position Interval::neededFrom(Position p) const {
  for (const UsePosition* u = uses; u != nullptr; u = u->next) {
    if (u->at >= p && u->needsRegister) return u->at;
  }
  return kNever;
}

Interval* LiveIntervals::splitAt(Interval* i, Position p) {
  auto* rest = arena.make<Interval>();
  rest->value = i->value;
  rest->bank = i->bank;
  rest->end = i->end;
  rest->next = i->next;
  i->next = rest;
  // Ranges.
  Range** link = &i->ranges;
  Position lastEnd = 0;
  while (*link != nullptr && (*link)->to <= p) {
    lastEnd = (*link)->to;
    link = &(*link)->next;
  }
  Range* at = *link;
  if (at != nullptr && at->from < p) {
    rest->ranges = arena.make<Range>(p, at->to, at->next);
    at->to = p;
    at->next = nullptr;
    i->end = p;
  } else {
    rest->ranges = at;
    *link = nullptr;
    i->end = lastEnd;
  }
  rest->cursor = rest->ranges;
  if (i->cursor == at && rest->ranges == at) i->cursor = nullptr;
  // Uses.
  UsePosition** use = &i->uses;
  while (*use != nullptr && (*use)->at < p) use = &(*use)->next;
  rest->uses = *use;
  *use = nullptr;
  return rest;
}

Position LiveIntervals::bestGap(Position least, Position most) const {
  Position last = gapAtOrBelow(most);
  if (last <= least) return last;
  uint32_t from = blockAt(least), to = blockAt(last), depth = c_.blocks[to].block->loopDepth;
  constexpr uint32_t kFar = 100;
  for (uint32_t b = to, n = 0; b > from && n < kFar; b--, n++) {
    // In front of block b stands the edge from outside into it.
    uint32_t outside = std::min(c_.blocks[b].block->loopDepth, c_.blocks[b - 1].block->loopDepth);
    if (outside < depth && blockFrom(b) > least) {
      depth = outside;
      last = blockFrom(b);
    }
  }
  return last;
}

void LiveIntervals::addUsesAtLoopEnds() {
  // Loops by their headers' numbers: the position behind the last block that is not rare.
  std::vector<Position> ends(c_.blocks.size(), 0);
  for (uint32_t b = 0; b < c_.blocks.size(); b++) {
    const ir::Block* block = c_.blocks[b].block;
    for (const ir::Block* l = block->loop; l != nullptr; l = l->outer) {
      uint32_t header = numberOf[l->id];
      if (b < header || c_.blocks[b].block->isRare) continue;
      // Rare blocks stand behind everything: a loop ends where its blocks are no longer next to each other.
      if (b == header || ends[header] == blockFrom(b)) ends[header] = blockTo(b);
    }
  }
  for (uint32_t b = 0; b < c_.blocks.size(); b++) {
    if (ends[b] == 0) continue;
    Position from = blockFrom(b), at = ends[b] - 1;
    forLiveIn(b, [&](uint32_t v) {
      Interval* i = values[v].first;
      UsePosition** link = &i->uses;
      bool used = false;
      for (; *link != nullptr && (*link)->at < at; link = &(*link)->next) used |= (*link)->at >= from;
      if (!used || (*link != nullptr && (*link)->at == at) || !i->covers(at)) return;
      *link = arena.make<UsePosition>(at, false, *link);
    });
  }
}

Position LiveIntervals::nextClobberAll(const Interval* i) const {
  auto at = clobbersAll.begin();
  for (const Range* r = i->ranges; r != nullptr; r = r->next) {
    at = std::lower_bound(at, clobbersAll.end(), r->from);
    if (at == clobbersAll.end()) return kNever;
    if (*at < r->to) return *at;
  }
  return kNever;
}

}  // namespace devvm::jit::regalloc
