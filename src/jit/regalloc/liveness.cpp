#include <algorithm>

#include "jit/regalloc/intervals.h"

namespace devvm::jit::regalloc {

bool Interval::covers(Position p) const {
  for (const Range* r = ranges; r != nullptr && r->from <= p; r = r->next) {
    if (p < r->to) return true;
  }
  return false;
}

Position intersection(const Range* a, const Range* b) {
  while (a != nullptr && b != nullptr) {
    if (a->to <= b->from) {
      a = a->next;
    } else if (b->to <= a->from) {
      b = b->next;
    } else {
      return std::max(a->from, b->from);
    }
  }
  return kNever;
}

uint32_t LiveIntervals::blockAt(Position p) const {
  auto it = std::upper_bound(c_.blocks.begin(), c_.blocks.end(), p,
                             [](Position at, const CodeBlock& b) { return at < gapBefore(b.first); });
  return static_cast<uint32_t>(it - c_.blocks.begin()) - 1;
}

template <typename F>
void LiveIntervals::forStateValue(const ir::Node* value, F f) const {
  if (ir::isVirtual(value)) {
    for (uint32_t i = 0; i < value->inputCount(); i++) forStateValue(value->input(i), f);
  } else if (valueOf[value->id] != UINT32_MAX) {
    f(valueOf[value->id]);
  }
}

template <typename F>
void LiveIntervals::forStateValues(const ir::Node* node, F f) const {
  for (const ir::FrameState* s = node->state; s != nullptr; s = s->caller) {
    for (uint32_t i = 0; i < s->count; i++) {
      if (const ir::Node* v = s->value(i)) forStateValue(v, f);
    }
    if (s->callee != nullptr) forStateValue(s->callee->resolve(), f);
  }
}

void LiveIntervals::findValues() {
  valueOf.assign(c_.banks.size(), UINT32_MAX);
  uint32_t mostBlocks = 0;
  for (const CodeBlock& b : c_.blocks) mostBlocks = std::max(mostBlocks, b.block->id + 1);
  numberOf.assign(mostBlocks, UINT32_MAX);
  auto define = [this](const ir::Node* n, uint32_t block, Position at, bool isPhi) {
    if (c_.banks[n->id] == Bank::kNone) return;
    valueOf[n->id] = static_cast<uint32_t>(values.size());
    auto* interval = arena.make<Interval>();
    interval->value = static_cast<uint32_t>(values.size());
    interval->bank = c_.banks[n->id];
    interval->isFirst = true;
    values.push_back({n, interval, block, at, isPhi});
  };
  firstTemp.reserve(c_.steps.size() + 1);
  for (uint32_t b = 0; b < c_.blocks.size(); b++) {
    const CodeBlock& block = c_.blocks[b];
    numberOf[block.block->id] = b;
    for (const ir::Node* n = block.block->first; n != nullptr && n->isPhi(); n = n->next) {
      define(n, b, blockFrom(b), true);
    }
    for (uint32_t i = block.first; i < block.end; i++) {
      const Step& step = c_.steps[i];
      if (step.result != Bank::kNone) define(step.node, b, writeAt(i), false);
      firstTemp.push_back(static_cast<uint32_t>(temps.size()));
      for (unsigned t = 0; t < unsigned{step.gprTemps} + step.xmmTemps; t++) {
        auto* temp = arena.make<Interval>();
        temp->value = static_cast<uint32_t>(temps.size());
        temp->bank = t < step.gprTemps ? Bank::kGpr : Bank::kXmm;
        temp->isTemp = true;
        temp->ranges = arena.make<Range>(readAt(i), writeAt(i) + 1, nullptr);
        temp->end = writeAt(i) + 1;
        temp->uses = arena.make<UsePosition>(readAt(i), true, nullptr);
        temps.push_back(temp);
      }
      if (step.clobbersAll) clobbersAll.push_back(clobberAt(i));
      if (step.clobberedGprs != 0) clobberSteps.push_back(i);
    }
  }
  firstTemp.push_back(static_cast<uint32_t>(temps.size()));
  // Who has the bits of another node shares its value.
  for (uint32_t id = 0; id < valueOf.size(); id++) {
    if (c_.sameAs[id] != nullptr) valueOf[id] = valueOf[c_.sameAs[id]->id];
  }
}

/// Values that are used in other blocks than that of their definition, or flow into phis.
void LiveIntervals::findGlobals() {
  globalOf_.assign(values.size(), UINT32_MAX);
  auto mark = [this](uint32_t v) {
    if (globalOf_[v] != UINT32_MAX) return;
    globalOf_[v] = static_cast<uint32_t>(globals_.size());
    globals_.push_back(v);
  };
  const ir::FrameState* last = nullptr;
  for (uint32_t b = 0; b < c_.blocks.size(); b++) {
    auto use = [&](uint32_t v) {
      if (values[v].block != b) mark(v);
    };
    const CodeBlock& block = c_.blocks[b];
    for (const ir::Node* n = block.block->first; n != nullptr && n->isPhi(); n = n->next) {
      for (uint32_t i = 0; i < n->inputCount(); i++) {
        if (uint32_t v = valueOf[n->input(i)->id]; v != UINT32_MAX) mark(v);
      }
    }
    last = nullptr;
    for (uint32_t i = block.first; i < block.end; i++) {
      const Step& step = c_.steps[i];
      for (uint32_t u = 0; u < step.useCount; u++) {
        if (uint32_t v = valueOf[c_.uses[step.firstUse + u].value->id]; v != UINT32_MAX) use(v);
      }
      if (step.node->state == last) continue;
      last = step.node->state;
      forStateValues(step.node, use);
    }
  }
  words_ = static_cast<uint32_t>((globals_.size() + 63) / 64);
}

/// What is alive at the beginning and the end of every block.
void LiveIntervals::flow() {
  size_t count = c_.blocks.size();
  liveIn_.assign(count * words_, 0);
  liveOut_.assign(count * words_, 0);
  defined_.assign(count * words_, 0);
  for (uint32_t v : globals_) {
    uint32_t g = globalOf_[v];
    defined_[values[v].block * words_ + g / 64] |= uint64_t{1} << (g % 64);
  }
  for (uint32_t b = 0; b < count; b++) {
    uint64_t* in = liveIn_.data() + b * words_;
    auto use = [&](uint32_t v) {
      if (values[v].block == b) return;
      uint32_t g = globalOf_[v];
      in[g / 64] |= uint64_t{1} << (g % 64);
    };
    const CodeBlock& block = c_.blocks[b];
    const ir::FrameState* last = nullptr;
    for (uint32_t i = block.first; i < block.end; i++) {
      const Step& step = c_.steps[i];
      for (uint32_t u = 0; u < step.useCount; u++) {
        if (uint32_t v = valueOf[c_.uses[step.firstUse + u].value->id]; v != UINT32_MAX) use(v);
      }
      if (step.node->state == last) continue;
      last = step.node->state;
      forStateValues(step.node, use);
    }
    // Inputs of phis are used at the end of the block from which they come.
    for (const ir::Node* n = block.block->first; n != nullptr && n->isPhi(); n = n->next) {
      for (uint32_t i = 0; i < n->inputCount(); i++) {
        uint32_t v = valueOf[n->input(i)->id];
        if (v == UINT32_MAX) continue;
        uint32_t g = globalOf_[v];
        uint32_t from = numberOf[block.block->predecessors[i]->id];
        liveOut_[from * words_ + g / 64] |= uint64_t{1} << (g % 64);
      }
    }
  }
  for (bool changed = true; changed;) {
    changed = false;
    for (size_t b = count; b-- > 0;) {
      uint64_t *in = liveIn_.data() + b * words_, *out = liveOut_.data() + b * words_,
               *defined = defined_.data() + b * words_;
      for (const ir::Block* s : c_.blocks[b].block->successors) {
        // Phis are defined in their block, so they are in no liveIn.
        const uint64_t* ofSuccessor = liveIn_.data() + numberOf[s->id] * words_;
        for (uint32_t w = 0; w < words_; w++) out[w] |= ofSuccessor[w];
      }
      for (uint32_t w = 0; w < words_; w++) {
        uint64_t now = in[w] | (out[w] & ~defined[w]);
        changed = changed || now != in[w];
        in[w] = now;
      }
    }
  }
}

/// In front of all ranges that are there.
void LiveIntervals::addRange(uint32_t value, Position from, Position to) {
  Interval* i = values[value].first;
  if (i->ranges != nullptr && i->ranges->from <= to) {
    i->ranges->from = std::min(i->ranges->from, from);
    i->ranges->to = std::max(i->ranges->to, to);
    i->end = std::max(i->end, to);
    return;
  }
  i->ranges = arena.make<Range>(from, to, i->ranges);
  i->end = std::max(i->end, to);
}

void LiveIntervals::addUse(uint32_t value, Position at, bool needsRegister) {
  Interval* i = values[value].first;
  if (i->uses != nullptr && i->uses->at == at) {
    i->uses->needsRegister |= needsRegister;
    return;
  }
  i->uses = arena.make<UsePosition>(at, needsRegister, i->uses);
}

void LiveIntervals::scanBlock(uint32_t b) {
  const CodeBlock& block = c_.blocks[b];
  Position from = blockFrom(b), to = blockTo(b);
  forBits(liveOut_.data() + b * words_, [&](uint32_t v) { addRange(v, from, to); });
  for (const ir::Block* s : block.block->successors) {
    if (s->first == nullptr || !s->first->isPhi()) continue;
    size_t edge = static_cast<size_t>(std::find(s->predecessors.begin(), s->predecessors.end(), block.block) -
                                      s->predecessors.begin());
    for (const ir::Node* n = s->first; n != nullptr && n->isPhi(); n = n->next) {
      uint32_t v = valueOf[n->input(static_cast<uint32_t>(edge))->id];
      if (v != UINT32_MAX) addUse(v, to - 1, false);
    }
  }
  const ir::FrameState* last = nullptr;
  for (uint32_t i = block.end; i-- > block.first;) {
    const Step& step = c_.steps[i];
    if (step.result != Bank::kNone) {
      uint32_t v = valueOf[step.node->id];
      Interval* interval = values[v].first;
      Position at = step.resultIsEarly ? readAt(i) : writeAt(i);
      if (interval->ranges == nullptr) {
        addRange(v, at, writeAt(i) + 1);  // nobody needs it
      } else {
        interval->ranges->from = at;
      }
      values[v].definedAt = at;
      if (!step.hasHome) addUse(v, at, true);
    }
    if (step.node->state != last) {
      last = step.node->state;
      Position until = step.isGuestCall ? clobberAt(i) + 1 : step.statesAreLate ? writeAt(i) + 1 : readAt(i) + 1;
      forStateValues(step.node, [&](uint32_t v) { addRange(v, from, until); });
    }
    for (uint32_t u = step.useCount; u-- > 0;) {
      const Use& use = c_.uses[step.firstUse + u];
      uint32_t v = valueOf[use.value->id];
      if (v == UINT32_MAX) continue;
      Position at = use.isLate ? writeAt(i) : readAt(i);
      addRange(v, from, at + 1);
    }
    // In the order of positions: the late ones are in front by now.
    for (bool late : {true, false}) {
      for (uint32_t u = step.useCount; u-- > 0;) {
        const Use& use = c_.uses[step.firstUse + u];
        uint32_t v = valueOf[use.value->id];
        if (v == UINT32_MAX || use.isLate != late) continue;
        addUse(v, late ? writeAt(i) : readAt(i), use.needsRegister);
      }
    }
  }
  for (const ir::Node* n = block.block->first; n != nullptr && n->isPhi(); n = n->next) {
    uint32_t v = valueOf[n->id];
    if (v == UINT32_MAX) continue;
    if (values[v].first->ranges == nullptr) addRange(v, from, from + 1);  // nobody needs it
  }
}

void LiveIntervals::build() {
  findValues();
  findGlobals();
  flow();
  for (size_t b = c_.blocks.size(); b-- > 0;) scanBlock(static_cast<uint32_t>(b));
}

}  // namespace devvm::jit::regalloc
