// Facts about locals where paths meet: at targets of jumps, at loops, and where the interpreter hands over.

#include <algorithm>

#include "jit/baseline/compiler.h"

namespace devvm::jit {

using namespace x64;

/// The locals that a component writes, as a first one and a number.
static std::pair<uint32_t, uint32_t> written(const Instruction& c) {
  auto l = static_cast<uint32_t>(c.operands[0]);
  switch (c.op) {
    case Op::kSetLocal:
    case Op::kSetLocalW:
    case Op::kTeeLocal:
    case Op::kNewCell: return {l, 1};
    case Op::kLocalNil: return {l, static_cast<uint32_t>(c.operands[1])};
    case Op::kForPrep: return {l, 4};
    // The next index of a loop over integers is one, as its straight line knows; nothing else changes.
    case Op::kForLoop: return {0, 0};
    case Op::kForInCall:
    case Op::kForInTest: return {l, 4 + static_cast<uint32_t>(c.operands[1])};
    default: return {0, 0};
  }
}

/// What there is to know of an opcode before its components are looked at.
struct Traits {
  bool writes = false;      ///< one of them writes locals
  bool operations = false;  ///< more than one is an operation on values
};

static Traits traitsOf(Op op) {
  static const auto all = [] {
    std::array<Traits, bytecode::kOpTableSize> table;
    for (size_t i = 0; i < bytecode::kOpTableSize; i++) {
      Instruction whole;
      whole.op = static_cast<Op>(i);
      whole.info = &bytecode::opInfo(whole.op);
      if (whole.info->mnemonic.empty()) continue;
      whole.operandCount = static_cast<uint8_t>(std::min(whole.info->operands.size(), whole.operands.size()));
      std::array<Instruction, 4> parts;
      unsigned count = bytecode::expandComponents(whole, parts), operations = 0;
      for (unsigned c = 0; c < count; c++) {
        parts[c].operands[1] = 1;  // a number of locals
        table[i].writes |= written(parts[c]).second > 0;
        operations += parts[c].find('t') >= 0;
      }
      table[i].operations = operations > 1;
    }
    return table;
  }();
  return all[static_cast<size_t>(op)];
}

bool Compiler::hasSeveralOperations(Op op) { return traitsOf(op).operations; }

void Compiler::noteWrites(const Instruction& whole) {
  if (!traitsOf(whole.op).writes) return;
  std::array<Instruction, 4> parts;
  unsigned count = bytecode::expandComponents(whole, parts);
  for (unsigned i = 0; i < count; i++) {
    auto [first, n] = written(parts[i]);
    for (uint32_t l = first; l < first + n && l < code_.locals; l++) writes_.push_back({l, whole.offset});
  }
}

/// A local is written between two places, as the bytecode stands.
bool Compiler::isWritten(uint32_t l, uint32_t from, uint32_t to) const {
  auto at = std::lower_bound(writes_.begin(), writes_.end(), Write{l, from});
  return at != writes_.end() && at->local == l && at->offset <= to;
}

void Compiler::forgetLocals(uint32_t first, uint32_t count) {
  for (uint32_t l = first; l < first + count && l < facts_.size(); l++) facts_[l] = {};
}

/// Forgets what the instruction, done by the interpreter, may change.
void Compiler::afterRare(const Instruction& whole) {
  if (traitsOf(whole.op).writes) {
    std::array<Instruction, 4> parts;
    unsigned count = bytecode::expandComponents(whole, parts);
    for (unsigned i = 0; i < count; i++) {
      auto [first, n] = written(parts[i]);
      forgetLocals(first, n);
    }
  }
  forgetShapes();  // a collection may have freed some
  if (whole.op == Op::kForLoop) forgetLocals(static_cast<uint32_t>(whole.operands[0]), 4);
  if (whole.has(bytecode::kJumps) && whole.info->operands.ends_with('j')) {
    noteJump(placeAt(static_cast<uint32_t>(whole.target())));
  }
}

void Compiler::forgetShapes() {
  epochIsCertain_ = false;
  if (!shapesAreKnown_) return;
  shapesAreKnown_ = false;
  for (Fact& f : facts_) f.shape = 0;
  stack_.forgetShapes();
}

void Compiler::saveFacts(Place& place) {
  place.facts = static_cast<uint32_t>(factPool_.size());
  factPool_.insert(factPool_.end(), facts_.begin(), facts_.end());
}

/// The instruction may go on at the place, with what is certain now. Places behind get what all their ways have in
/// common; loops know already what they expect, and get it by checks. To be called before the jump, and before the
/// comparison that it depends on. Destroys rax.
void Compiler::noteJump(uint32_t target) {
  Place& place = places_[target];
  if (place.hot.isBound()) return expectFacts(place);
  if (place.facts == kNone) return saveFacts(place);
  for (uint32_t l = 0; l < facts_.size(); l++) factPool_[place.facts + l].meet(facts_[l]);
}

void Compiler::expectFacts(const Place& place) {
  if (place.facts == kNone) return;
  for (uint32_t l = 0; l < facts_.size(); l++) {
    const Fact& expected = factPool_[place.facts + l];
    if (expected.known != Known::kNothing && facts_[l].known != expected.known) {
      checkLocal(l, expected.known, leaveHere());
    }
    if (expected.bits != 0 && facts_[l].bits != expected.bits) checkConstant(l, expected.bits, leaveHere());
  }
}

/// Jumps unless the local has that type. Destroys rax.
void Compiler::checkLocal(uint32_t l, Known known, Label& otherwise) {
  switch (known) {
    case Known::kNothing: return;
    case Known::kInt:
      a.cmp64(local(l), kIntTag);
      a.jcc(Condition::kBelow, otherwise, Distance::kNear);
      return;
    case Known::kFloat:
      a.mov64(rax, a.literal64(kFirstNoDouble));
      a.cmp64(rax, local(l));
      a.jcc(Condition::kBelowEqual, otherwise, Distance::kNear);
      return;
    case Known::kTable:
      a.movzx16to32(rax, Mem(kFrame, localOffset(l) + 6));
      a.cmp32(rax, Imm(static_cast<int32_t>(heap::Tag::kTable)));
      a.jcc(Condition::kNotEqual, otherwise, Distance::kNear);
      return;
  }
}

/// Jumps unless the local has that value. Destroys rax.
void Compiler::checkConstant(uint32_t l, uint64_t bits, Label& otherwise) {
  a.mov64(rax, static_cast<int64_t>(bits));
  a.cmp64(rax, local(l));
  a.jcc(Condition::kNotEqual, otherwise, Distance::kNear);
}

/// Locals that the loop reads and never writes are checked once, in front of it, for the types that its instructions
/// saw.
void Compiler::checkBeforeLoop(const Place& place) {
  if (options_.feedback == nullptr || wasLeftOften(place.offset)) return;
  Label& leave = newLabel();
  const auto& sites = options_.feedback->sites();
  auto at = std::lower_bound(sites.begin(), sites.end(), place.offset,
                             [](const Site& site, uint32_t offset) { return site.offset < offset; });
  for (; at != sites.end() && at->offset <= place.loopEnd; ++at) {
    for (unsigned i = 0; i < Site::kOperands; i++) {
      uint32_t l = sourceIndex(at->sources[i]);
      if (sourceOf(at->sources[i]) != Source::kLocal || l >= facts_.size() || !facts_[l].empty()) continue;
      TypeSet seen = at->operands[i];
      Known known = seen.isOnly(TypeSet::kTable) ? Known::kTable
                    : seen.isOnlyInts()          ? Known::kInt
                    : seen.isOnlyFloats()        ? Known::kFloat
                                                 : Known::kNothing;
      if (known == Known::kNothing || isWritten(l, place.offset, place.loopEnd)) continue;
      checkLocal(l, known, leave);
      facts_[l].known = known;
    }
  }
  if (leave.isAwaited()) leaveInCold(leave, now_);
}

/// Control arrives at a target, straight on (`falls`) or by jumps.
void Compiler::meetFacts(Place& place, bool falls) {
  epochIsCertain_ = false;
  if (place.isHandler || !options_.speculates) {
    // Errors are caught with whatever the locals have become.
    std::fill(facts_.begin(), facts_.end(), Fact{});
    place.facts = kNone;
    return;
  }
  if (place.facts == kNone) {
    if (!falls) std::fill(facts_.begin(), facts_.end(), Fact{});
  } else {
    shapesAreKnown_ = true;
    for (uint32_t l = 0; l < facts_.size(); l++) {
      const Fact& noted = factPool_[place.facts + l];
      falls ? facts_[l].meet(noted) : void(facts_[l] = noted);
    }
  }
  if (!place.isLoop) return;
  if (falls && place.facts == kNone) checkBeforeLoop(place);
  bool any = false;
  for (uint32_t l = 0; l < facts_.size(); l++) {
    Fact& f = facts_[l];
    f.shape = 0;
    if (!f.empty() && isWritten(l, place.offset, place.loopEnd)) f = {};
    any = any || !f.empty();
  }
  place.facts = kNone;
  if (any) saveFacts(place);
}

/// The interpreter hands over at loops: an entry for each, that checks what its code is certain of.
void Compiler::loopEntries() {
  for (uint32_t p = 0; p < places_.size(); p++) {
    Place& place = places_[p];
    if (!place.isLoop || !place.hot.isBound()) continue;
    if (place.facts == kNone) {
      loops.push_back({place.hot.position(), place.offset});
      continue;
    }
    a.mark(place.offset);
    loops.push_back({a.position(), place.offset});
    Label& leave = newLabel();
    for (uint32_t l = 0; l < facts_.size(); l++) {
      const Fact& expected = factPool_[place.facts + l];
      checkLocal(l, expected.known, leave);
      if (expected.bits != 0) checkConstant(l, expected.bits, leave);
    }
    a.jmp(place.hot);
    if (!leave.isAwaited()) continue;
    a.bind(leave);
    leaveAt(p, static_cast<uint32_t>(place.depth));
  }
}

}  // namespace devvm::jit
