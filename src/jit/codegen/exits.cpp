// Ways out of generated code, and what they tell the interpreter.

#include <algorithm>

#include "jit/codegen/emitter.h"
#include "runtime/code.h"

namespace devvm::jit {

using namespace x64;

namespace {

ValuePlace::Form formOf(ir::Type type) {
  switch (type) {
    case ir::Type::kInt: return ValuePlace::kInt;
    case ir::Type::kFloat: return ValuePlace::kFloat;
    case ir::Type::kBool: return ValuePlace::kBool;
    default: return ValuePlace::kTagged;
  }
}

}  // namespace

/// Where the present step leaves, if it must.
Label& Emitter::exit(ExitKind kind) {
  if (currentExit_ == UINT32_MAX) {
    currentExit_ = static_cast<uint32_t>(exitSites_.size());
    exitSites_.push_back({{}, step_, kind});
  }
  return exitSites_[currentExit_].label;
}

ValuePlace Emitter::valuePlace(const Node* n, regalloc::Position p) const {
  if (n == nullptr) return ValuePlace::dead();
  ValuePlace::Form form = formOf(n->type);
  Place place = l_.at(n, p);
  switch (place.kind) {
    case Place::kGpr: return ValuePlace::gpr(static_cast<uint32_t>(place.index), form);
    case Place::kXmm: return ValuePlace::xmm(static_cast<uint32_t>(place.index), form);
    case Place::kWord: return ValuePlace::word(static_cast<uint32_t>(place.index), form);
    default:
      if (place.constant->op == ir::Op::kObject) return ValuePlace::object(place.constant->aux);
      return ValuePlace::constant(place.constant->aux, form);
  }
}

/// A record for the return address at the present position.
void Emitter::exitRecord(uint32_t step, ExitKind kind) {
  const regalloc::Step& s = c_.steps[step];
  regalloc::Position p = s.isGuestCall     ? regalloc::clobberAt(step)
                         : s.statesAreLate ? regalloc::writeAt(step)
                                           : regalloc::readAt(step);
  ExitRecord record;
  record.machine = a.position();
  record.kind = kind;
  record.reason = s.node->op;
  if (s.node->origin.function != nullptr) {
    record.origin = s.node->origin.function->code;
    record.originOffset = s.node->origin.offset;
  }
  size_t depth = 0;
  for (const ir::FrameState* f = s.node->state; f != nullptr; f = f->caller) depth++;
  record.frames.resize(depth);
  for (const ir::FrameState* f = s.node->state; f != nullptr; f = f->caller) {
    ExitFrame& frame = record.frames[--depth];
    frame.code = f->function->code;
    frame.offset = f->offset;
    frame.depth = f->depth;
    frame.wanted = f->wanted;
    frame.tailCalled = f->tailCalled;
    frame.tailCalled = f->tailCalled;
    if (f->callee != nullptr) frame.callee = valuePlace(f->callee->resolve(), p);
    frame.values.resize(f->count);
    for (uint32_t i = 0; i < f->count; i++) frame.values[i] = valuePlace(f->value(i), p);
  }
  if (kind == ExitKind::kCall) {
    record.gap = l_.gap;
    for (const auto& across : l_.across) {
      if (across.step != step || across.value->type != ir::Type::kTagged) continue;
      record.tagged.push_back(static_cast<uint32_t>(l_.at(across.value, p).index));
    }
    std::sort(record.tagged.begin(), record.tagged.end());
    out_.returns.push_back({a.position(), record.frames.empty() ? 0 : record.frames[0].offset});
  }
  exits_.add(record);
}

void Emitter::writeExits() {
  for (ExitSite& e : exitSites_) {
    if (!e.label.isAwaited()) continue;
    mark(c_.steps[e.step].node);
    a.bind(e.label);
    a.call(Outside(r_.leaving.exit));
    exitRecord(e.step, e.kind);
  }
}

}  // namespace devvm::jit
