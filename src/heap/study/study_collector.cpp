#include "heap/study/study_collector.h"

#include "heap/heap_impl.h"
#include "heap/os_memory.h"
#include "heap/phase_scope.h"

namespace devvm::heap {

bool BumpSpace::create(size_t bytes) {
  bytes = roundUp(bytes, kPageBytes);
  start = free = static_cast<char*>(mapMemory(bytes, kPageBytes));
  end = start != nullptr ? start + bytes : nullptr;
  return start != nullptr;
}

void BumpSpace::destroy() {
  if (start != nullptr) unmapMemory(start, static_cast<size_t>(end - start));
  start = free = end = nullptr;
}

void StudyTracer::run() {
  h_.color ^= kMarked;
  h_.setLive(0, 0, kOld | h_.color);
  h_.running = this;
  {
    PhaseScope phase(h_.stats(), CollectorPhase::kRoots);
    h_.embedder.visitRoots(*this, false);
  }
  settleWeak();
  h_.running = nullptr;
}

void StudyTracer::drain() {
  while (!stack_.empty()) scan(stack_.pop());
}

bool StudyTracer::mark(Object* o) {
  if ((o->gc & kMarked) == h_.color) return false;
  if (watchKeys_) [[unlikely]]
    reached(o);  // an ephemeron may wait for it
  o->gc ^= kMarked;
  if (h_.layouts[o->kind].scan != KindLayout::kLeaf) stack_.push(o);
  return true;
}

void StudyTracer::scan(Object* o) {
  const KindLayout& k = h_.layouts[o->kind];
  if (k.scan == KindLayout::kSlots) {
    char* first = reinterpret_cast<char*>(o) + k.slotStart;
    visitSlots(reinterpret_cast<Value*>(first), (k.size(o) - k.slotStart) / sizeof(Value));
  } else if (k.scan == KindLayout::kCustom) {
    owner_ = o;
    h_.kind(o).visit(o, *this);
    owner_ = nullptr;
  }
}

void StudyTracer::meet(Value* s) {
  Value v = loadSlot(s);
  if (!v.isHeap()) return;
  Object* o = v.asObject();
  if (Object* to = reach(o); to != o) initSlot(s, withAddress(v, to));
}

std::unique_ptr<StudyCollector> makeStudyCollector(HeapImpl& heap, CollectorChoice choice) {
  switch (choice) {
    case CollectorChoice::kGenerational: break;
    case CollectorChoice::kStudyMarkSweep: return makeStudyMarkSweep(heap);
    case CollectorChoice::kStudySemispace: return makeStudySemispace(heap);
    case CollectorChoice::kStudyMarkCompact: return makeStudyMarkCompact(heap);
  }
  return nullptr;
}

}  // namespace devvm::heap
