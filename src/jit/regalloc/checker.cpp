// Symbolic execution of an allocation: which value is in which place, along all ways through the code. What two ways
// bring differently into a place is nothing.

#include <algorithm>

#include "jit/regalloc/allocation.h"

namespace devvm::jit::regalloc {

namespace {

class Checker {
 public:
  Checker(const Constraints& c, const Allocation& a) : c_(c), a_(a) {
    for (uint32_t b = 0; b < c.blocks.size(); b++) {
      if (c.blocks[b].block->id >= numberOf_.size()) numberOf_.resize(c.blocks[b].block->id + 1, UINT32_MAX);
      numberOf_[c.blocks[b].block->id] = b;
    }
  }
  std::string run();

 private:
  static constexpr int32_t kAbove = 8;         ///< words above the header that have names
  using State = std::vector<const ir::Node*>;  ///< general registers, vector registers, words
  size_t index(const Place& p) const {
    if (p.kind == Place::kGpr) return static_cast<size_t>(p.index);
    if (p.kind == Place::kXmm) return 16 + static_cast<size_t>(p.index);
    return static_cast<size_t>(32 + kAbove + p.index);
  }
  Position from(uint32_t b) const { return gapBefore(c_.blocks[b].first); }

  void apply(State& s, uint32_t first, uint32_t end);
  const Allocation::EdgeMoves* edgeMoves(uint32_t block, bool atEnd) const;
  void expect(const State& s, const ir::Node* value, Position at, uint32_t step, const char* what, bool needsRegister);
  void run(State& s, uint32_t b);
  bool flow(State s, uint32_t b, uint32_t to);
  void fault(std::string text) {
    if (reporting_ && fault_.empty()) fault_ = std::move(text);
  }

  const Constraints& c_;
  const Allocation& a_;
  std::vector<uint32_t> numberOf_;
  std::vector<State> in_;
  std::vector<uint8_t> seen_;
  bool reporting_ = false;
  std::string fault_;
};

std::string nameOf(const ir::Node* n) { return n != nullptr ? "n" + std::to_string(n->id) : "nothing"; }

void Checker::apply(State& s, uint32_t first, uint32_t end) {
  State after = s;
  for (uint32_t i = first; i < end; i++) {
    const Move& m = a_.moves[i];
    const ir::Node* content = m.from.kind == Place::kConstant ? m.from.constant : s[index(m.from)];
    if (content != m.value) fault("a move of " + nameOf(m.value) + " finds " + nameOf(content));
    for (uint32_t j = first; j < i; j++) {
      if (a_.moves[j].to == m.to) fault("two moves at once to the place of " + nameOf(m.value));
    }
    after[index(m.to)] = content;
  }
  s = std::move(after);
}

const Allocation::EdgeMoves* Checker::edgeMoves(uint32_t block, bool atEnd) const {
  for (const auto& e : a_.edgeMoves) {
    if (e.block == block && e.atEnd == atEnd) return &e;
  }
  return nullptr;
}

void Checker::expect(const State& s, const ir::Node* value, Position at, uint32_t step, const char* what,
                     bool needsRegister) {
  value = c_.sameAs[value->id];
  Place p = a_.at(value, at);
  if (p.kind == Place::kConstant) {
    if (c_.banks[value->id] != Bank::kNone) fault(nameOf(value) + " has no place");
    return;
  }
  const ir::Node* content = s[index(p)];
  if (content != value) {
    fault("step " + std::to_string(step) + " (" + nameOf(c_.steps[step].node) + "): " + what + " " + nameOf(value) +
          " is not where it should be, but " + nameOf(content));
  }
  if (needsRegister && !p.isRegister()) {
    fault("step " + std::to_string(step) + ": " + nameOf(value) + " should be in a register");
  }
}

void Checker::run(State& s, uint32_t b) {
  const CodeBlock& block = c_.blocks[b];
  for (const ir::Node* n = block.block->first; n != nullptr && n->isPhi(); n = n->next) {
    if (Place p = a_.storeOf(n); p.isWord()) s[index(p)] = n;
  }
  auto moves = std::lower_bound(a_.stepMoves.begin(), a_.stepMoves.end(), block.first,
                                [](const auto& m, uint32_t step) { return m.step < step; });
  for (uint32_t i = block.first; i < block.end; i++) {
    const Step& step = c_.steps[i];
    if (i + 1 == block.end) {
      // Moves to the only successor come in front of the jump, which uses nothing.
    }
    if (moves != a_.stepMoves.end() && moves->step == i) {
      apply(s, moves->first, moves->end);
      ++moves;
    }
    auto uses = [&](bool late) {
      for (uint32_t u = 0; u < step.useCount; u++) {
        const Use& use = c_.uses[step.firstUse + u];
        if (use.isLate == late && c_.banks[c_.sameAs[use.value->id]->id] != Bank::kNone) {
          expect(s, use.value, late ? writeAt(i) : readAt(i), i, "the use", use.needsRegister);
        }
      }
    };
    auto states = [&](Position at) {
      for (const ir::FrameState* f = step.node->state; f != nullptr; f = f->caller) {
        for (uint32_t v = 0; v < f->count; v++) {
          if (const ir::Node* n = f->value(v)) expect(s, n, at, i, "in the frame state", false);
        }
        if (f->callee != nullptr) expect(s, f->callee->resolve(), at, i, "the callee", false);
      }
    };
    uses(false);
    if (!step.isGuestCall && !step.statesAreLate) states(readAt(i));
    if (step.resultIsEarly && step.result != Bank::kNone) s[index(a_.at(step.node, writeAt(i)))] = nullptr;
    for (unsigned t = 0; t < unsigned{step.gprTemps} + step.xmmTemps; t++) {
      unsigned r = a_.temp(i, t);
      s[index(t < step.gprTemps ? Place::gpr(r) : Place::xmm(r))] = nullptr;
    }
    if (step.clobbersAll) std::fill(s.begin(), s.begin() + 32, nullptr);
    for (unsigned r = 0; r < 16; r++) {
      if ((step.clobberedGprs >> r & 1) != 0) s[r] = nullptr;
    }
    if (step.isGuestCall) {
      std::fill(s.begin() + 32 + kAbove + std::min<ptrdiff_t>(step.calleeWord + a_.gap, ssize(s) - 32 - kAbove),
                s.end(), nullptr);
      states(clobberAt(i));
    }
    uses(true);
    if (step.statesAreLate) states(writeAt(i));
    if (step.result == Bank::kNone) continue;
    Place place = a_.at(step.node, writeAt(i));
    if (step.hasHome && s[index(Place::word(step.home))] != step.node) fault(nameOf(step.node) + " lost its word");
    if (!step.hasHome && !place.isRegister()) fault(nameOf(step.node) + " has no register to be written to");
    if (step.gprTemps + step.xmmTemps > 0 && place.isRegister()) {
      for (unsigned t = 0; t < unsigned{step.gprTemps} + step.xmmTemps; t++) {
        unsigned r = a_.temp(i, t);
        if (place == (t < step.gprTemps ? Place::gpr(r) : Place::xmm(r))) fault("a result is in a step's own register");
      }
    }
    s[index(place)] = step.node;
    if (Place store = a_.storeOf(step.node); store.isWord()) s[index(store)] = step.node;
  }
}

/// Whether what is known at the beginning of the successor has changed.
bool Checker::flow(State s, uint32_t b, uint32_t to) {
  const ir::Block *block = c_.blocks[b].block, *next = c_.blocks[to].block;
  if (block->successors.size() == 1) {
    if (const auto* e = edgeMoves(b, true)) apply(s, e->first, e->end);
  } else {
    if (const auto* e = edgeMoves(to, false)) apply(s, e->first, e->end);
  }
  auto edge = static_cast<uint32_t>(std::find(next->predecessors.begin(), next->predecessors.end(), block) -
                                    next->predecessors.begin());
  State renamed = s;
  for (const ir::Node* n = next->first; n != nullptr && n->isPhi(); n = n->next) {
    if (c_.banks[n->id] == Bank::kNone) continue;
    size_t place = index(a_.at(n, from(to)));
    const ir::Node* in = c_.sameAs[n->input(edge)->id];
    if (s[place] != in) fault(nameOf(n) + " finds " + nameOf(s[place]) + " instead of " + nameOf(in));
    renamed[place] = n;
  }
  if (seen_[to] == 0) {
    seen_[to] = 1;
    in_[to] = std::move(renamed);
    return true;
  }
  bool changed = false;
  for (size_t i = 0; i < renamed.size(); i++) {
    if (in_[to][i] == nullptr || in_[to][i] == renamed[i]) continue;
    in_[to][i] = nullptr;
    changed = true;
  }
  return changed;
}

std::string Checker::run() {
  size_t count = c_.blocks.size();
  int32_t words = static_cast<int32_t>(a_.words);
  for (const Step& s : c_.steps) {
    if (s.hasHome) words = std::max(words, s.home + 1);
  }
  State entry(static_cast<size_t>(32 + kAbove + words));
  for (const Step& s : c_.steps) {
    if (s.hasHome && s.result != Bank::kNone) entry[index(Place::word(s.home))] = s.node;
  }
  in_.resize(count);
  seen_.assign(count, 0);
  in_[0] = entry;
  seen_[0] = 1;
  for (bool changed = true; changed || !reporting_;) {
    if (!changed) reporting_ = true;
    changed = false;
    for (uint32_t b = 0; b < count; b++) {
      if (seen_[b] == 0) continue;
      State s = in_[b];
      run(s, b);
      for (const ir::Block* to : c_.blocks[b].block->successors) changed = flow(s, b, numberOf_[to->id]) || changed;
    }
    if (!fault_.empty()) return fault_;
    if (reporting_) break;
  }
  return fault_;
}

}  // namespace

std::string check(const Constraints& constraints, const Allocation& allocation) {
  return Checker(constraints, allocation).run();
}

}  // namespace devvm::jit::regalloc
