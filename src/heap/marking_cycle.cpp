#include "heap/marking_cycle.h"

#include <algorithm>

#include "heap/heap_impl.h"
#include "heap/phase_scope.h"

namespace devvm::heap {

namespace {
/// Slots and objects between looks at the clock: some ten microseconds.
constexpr size_t kBetweenLooks = 512, kBetweenLooksStressed = 16;
constexpr size_t kSliceSlots = 256;
}  // namespace

MarkingCycle::MarkingCycle(HeapImpl& impl) : Tracer(impl) { moves_ = false; }

void MarkingCycle::begin() {
  h_.color ^= kMarked;
  h_.old.beginCycle();
  h_.embedder.visitRoots(*this, false);
  visitSurvivors();
  while (Object* waited = queue_.take()) shade(waited);
}

void MarkingCycle::shade(Object* o) {
  uint8_t gc = o->gc;
  if (!(gc & kOld) || (gc & kMarked) == h_.color) return;
  if (watchKeys_) [[unlikely]]
    reached(o);
  o->gc = static_cast<uint8_t>((gc & ~kMarked) | h_.color);
  const KindLayout& k = h_.layouts[o->kind];
  if (!(gc & kFixed)) h_.old.markAhead(o, k.size(o));
  if (k.scan != KindLayout::kLeaf) stack_.push(o);
}

bool MarkingCycle::work(size_t bytes, uint64_t deadline) {
  size_t end = bytes > ~size_t{0} - marked_ ? ~size_t{0} : marked_ + bytes;
  const size_t between = h_.options().markAlways ? kBetweenLooksStressed : kBetweenLooks;
  for (size_t look = steps_ + between;;) {
    if (!stack_.empty()) {
      scan(stack_.pop());
    } else if (!slices_.empty()) {
      Slice s = slices_.pop();
      scanSlots(s.holder, s.next);
    } else if (Object* waited = queue_.take()) {
      shade(waited);
    } else {
      return true;
    }
    if (steps_ < look) continue;
    if (marked_ >= end && nowNanos() >= deadline) break;
    look = steps_ + between;
  }
  // Nothing waits for long: what follows may ask whether an object was shaded.
  while (Object* waited = queue_.take()) shade(waited);
  return false;
}

void MarkingCycle::scan(Object* o) {
  const KindLayout& k = h_.layouts[o->kind];
  marked_ += k.size(o);
  steps_++;
  if (k.minorScan == KindLayout::kSlots) return scanSlots(o, 0);
  visit(o);
}

/// The object may be longer by now; what was added was shaded when it was stored.
void MarkingCycle::scanSlots(Object* o, size_t first) {
  const KindLayout& k = h_.layouts[o->kind];
  auto* slots = reinterpret_cast<Value*>(reinterpret_cast<char*>(o) + k.slotStart);
  size_t count = (k.size(o) - k.slotStart) / sizeof(Value), end = count;
  if (count - first > kSliceSlots) {
    end = first + kSliceSlots;
    slices_.push({o, end});
  }
  steps_ += end - first;
  for (size_t i = first; i < end; i++) meet(loadSlot(slots + i));
}

void MarkingCycle::visit(Object* o) {
  sawWeak_ = false;
  owner_ = o;
  h_.kind(o).visit(o, *this);
  owner_ = nullptr;
  if (sawWeak_) revisit_.push(o);
}

void MarkingCycle::visitSurvivors() {
  char* p = h_.nursery.survivorsStart();
  while (p != h_.nursery.survivorsEnd()) {
    auto* o = reinterpret_cast<Object*>(p);
    const KindLayout& k = h_.layouts[o->kind];
    p += k.size(o);
    if (k.minorScan == KindLayout::kSlots) {
      scanSlots(o, 0);
    } else if (k.minorScan == KindLayout::kCustom) {
      owner_ = o;
      h_.kind(o).visit(o, *this);
      owner_ = nullptr;
    }
  }
  // Slices name objects that do not move.
  while (!slices_.empty() && !(slices_[slices_.size() - 1].holder->gc & kOld)) {
    Slice s = slices_.pop();
    scanSlots(s.holder, s.next);
  }
}

bool MarkingCycle::lookAgain(uint64_t deadline) {
  h_.embedder.visitRoots(*this, false);
  visitSurvivors();
  return work(0, deadline);
}

void MarkingCycle::finish() {
  drain();
  ending_ = true;
  h_.embedder.visitRoots(*this, false);
  visitSurvivors();
  std::sort(revisit_.begin(), revisit_.end());
  auto* end = std::unique(revisit_.begin(), revisit_.end());
  revisit_.shrinkTo(static_cast<size_t>(end - revisit_.begin()));
  // Those found from here on are visited with all that they have.
  for (size_t i = 0; i < revisit_.size(); i++) {
    owner_ = revisit_[i];
    h_.kind(owner_).visit(owner_, *this);
    owner_ = nullptr;
  }
  revisit_.clear();
  settleWeak();
}

void MarkingCycle::visitSlots(Value* first, size_t count) {
  steps_ += count;
  for (Value* end = first + count; first != end; first++) meet(loadSlot(first));
}

void MarkingCycle::visitWeak(Value* s) {
  if (ending_) return Tracer::visitWeak(s);
  sawWeak_ = true;
}

void MarkingCycle::visitEphemeron(Value* key, Value* value) {
  if (ending_) return Tracer::visitEphemeron(key, value);
  sawWeak_ = true;
}

void MarkingCycle::visitWeakPair(Value* key, Value* value) {
  if (ending_) return Tracer::visitWeakPair(key, value);
  sawWeak_ = true;
}

void MarkingCycle::visitDeferred(Object* owner) {
  if (ending_) return Tracer::visitDeferred(owner);
  sawWeak_ = true;
}

}  // namespace devvm::heap
