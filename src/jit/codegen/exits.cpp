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

/// Where an exit finds a value; virtual objects become objects of the record, each once.
ValuePlace Emitter::valuePlace(const Node* n, regalloc::Position p, ExitRecord& record) {
  if (n == nullptr) return ValuePlace::dead();
  if (ir::isVirtual(n)) return objectPlace(n, p, record);
  ValuePlace::Form form = formOf(n->type);
  Place place = l_.at(n, p);
  if (s_.form(n) == Form::kOffset) {
    bool isWord = place.kind == Place::kWord;
    auto index = static_cast<uint32_t>(place.index);
    return (isWord ? ValuePlace::word(index, form) : ValuePlace::gpr(index, form)).plus(indexParts(s_, n).offset);
  }
  switch (place.kind) {
    case Place::kGpr: return ValuePlace::gpr(static_cast<uint32_t>(place.index), form);
    case Place::kXmm: return ValuePlace::xmm(static_cast<uint32_t>(place.index), form);
    case Place::kWord: return ValuePlace::word(static_cast<uint32_t>(place.index), form);
    default:
      if (place.constant->op == ir::Op::kObject) return ValuePlace::object(place.constant->aux);
      return ValuePlace::constant(place.constant->aux, form);
  }
}

ValuePlace Emitter::objectPlace(const Node* n, regalloc::Position p, ExitRecord& record) {
  auto known = std::find(objects_.begin(), objects_.end(), n);
  if (known != objects_.end()) return ValuePlace::virtualObject(static_cast<uint32_t>(known - objects_.begin()));
  ExitObject object;
  for (uint32_t i = 0; i < n->inputCount(); i++) object.values.push_back(valuePlace(n->input(i), p, record));
  if (n->op == ir::Op::kVirtualTable) {
    object.kind = ExitObject::kTable;
    object.shape = static_cast<uint32_t>(n->aux);
  } else if (n->op == ir::Op::kVirtualCell) {
    object.kind = ExitObject::kCell;
  } else {
    object.kind = ExitObject::kClosure;
    object.code = n->pointer<runtime::Code>();
  }
  // Those that it holds are in front of it.
  objects_.push_back(n);
  record.objects.push_back(std::move(object));
  return ValuePlace::virtualObject(static_cast<uint32_t>(objects_.size() - 1));
}

/// What the collector has to know while a step waits for memory.
void Emitter::livePlaces(uint32_t step, std::vector<ValuePlace>& out) const {
  auto at = std::lower_bound(l_.live.begin(), l_.live.end(), step,
                             [](const auto& live, uint32_t wanted) { return live.step < wanted; });
  for (; at != l_.live.end() && at->step == step; ++at) {
    if (at->value->type != ir::Type::kTagged || at->place.index < 0) continue;  // those above the header are known
    bool isAddress = s_.isAddress[at->value->id] != 0;
    ValuePlace::Form form = isAddress ? ValuePlace::kAddress : ValuePlace::kTagged;
    auto index = static_cast<uint32_t>(at->place.index);
    if (at->place.isWord()) out.push_back(ValuePlace::word(index, form));
    if (at->place.kind == Place::kGpr) out.push_back(ValuePlace::gpr(index, form));
    if (at->place.kind == Place::kXmm) out.push_back(ValuePlace::xmm(index, form));
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
  record.ahead = unitsAhead_[step];
  record.reason = s.node->op;
  if (s.node->origin.function != nullptr) {
    record.origin = s.node->origin.function->code;
    record.originOffset = s.node->origin.offset;
  }
  objects_.clear();
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
    frame.varargs = f->function->varargs;
    frame.extra = f->function->extra;
    if (f->callee != nullptr) frame.callee = valuePlace(f->callee->resolve(), p, record);
    frame.values.resize(f->count);
    for (uint32_t i = 0; i < f->count; i++) frame.values[i] = valuePlace(f->value(i), p, record);
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
  if (kind == ExitKind::kMemory) livePlaces(step, record.live);
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
