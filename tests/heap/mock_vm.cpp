#include "heap/mock_vm.h"

namespace devvm::heap::test {

namespace {

void visitWeakVector(Object* o, SlotVisitor& v) {
  for (uint32_t i = 0; i < o->word; i++) v.weakSlot(&MockVm::node(o)->slots[i]);
}
void visitEphemerons(Object* o, SlotVisitor& v) {
  for (uint32_t i = 0; i < o->word; i++) {
    v.ephemeron(&MockVm::node(o)->slots[2 * i], &MockVm::node(o)->slots[2 * i + 1]);
  }
}
void visitWeakPairs(Object* o, SlotVisitor& v) {
  for (uint32_t i = 0; i < o->word; i++) {
    v.weakPair(&MockVm::node(o)->slots[2 * i], &MockVm::node(o)->slots[2 * i + 1]);
  }
}
void visitDeferred(Object* o, SlotVisitor& v) {
  if (v.keepsWeak()) {
    v.slots(MockVm::node(o)->slots, 2 * size_t{o->word});
  } else {
    v.deferWeak(o);
  }
}
void visitPointers(Object* o, SlotVisitor& v) { v.pointer(&MockVm::target(o)); }
void releaseExternal(Object* o, void* context) {
  static_cast<MockVm*>(context)->released.push_back(MockVm::node(o)->id);
}

constexpr KindInfo kKinds[kKindCount] = {
    {.name = "pair", .base = 32, .slotStart = kSlotsAt, .tag = Tag::kTable},
    {.name = "vector", .base = 16, .perWord = 8, .slotStart = kSlotsAt, .tag = Tag::kOther},
    {.name = "bytes", .base = 16, .perWord = 1, .tag = Tag::kString},
    {.name = "weak vector", .base = 16, .perWord = 8, .slotStart = kSlotsAt, .visit = visitWeakVector},
    {.name = "ephemerons", .base = 16, .perWord = 16, .slotStart = kSlotsAt, .visit = visitEphemerons},
    {.name = "weak pairs", .base = 16, .perWord = 16, .slotStart = kSlotsAt, .visit = visitWeakPairs},
    {.name = "deferred", .base = 16, .perWord = 16, .slotStart = kSlotsAt, .visit = visitDeferred},
    {.name = "finalizable", .base = 32, .slotStart = kSlotsAt, .tag = Tag::kFunction},
    {.name = "external", .base = 24, .slotStart = kSlotsAt, .release = releaseExternal},
    {.name = "pointers", .base = 24, .visit = visitPointers},
};

/// A reference to something alive, with its new address.
Value moved(Heap& heap, Value v) { return Value::pointer(v.tag(), heap.forwarded(v.asObject())); }

}  // namespace

MockVm::MockVm(const HeapOptions& options) : heap(options, *this, kKinds, kKindCount) { heap.setReleaseContext(this); }

Object* MockVm::make(Kind kind, uint32_t word, Space space) {
  Object* o = heap.allocate(kind, word, 0, space);
  if (o != nullptr) node(o)->id = nextId++;
  return o;
}

Value MockVm::value(Object* o) { return o == nullptr ? Value::nil() : Value::pointer(kKinds[o->kind].tag, o); }

size_t MockVm::slotCount(const Object* o) {
  switch (o->kind) {
    case kPair:
    case kFinalizable: return 2;
    case kVector:
    case kWeakVector: return o->word;
    case kEphemerons:
    case kWeakPairs:
    case kDeferred: return 2 * size_t{o->word};
    case kExternal: return 1;
    default: return 0;
  }
}

void MockVm::visitRoots(SlotVisitor& v, bool) {
  v.slots(roots.data(), roots.size());
  for (Object*& p : pointerRoots) v.pointer(&p);
  v.slots(finalizeQueue.data(), finalizeQueue.size());
  if (v.keepsWeak()) v.slots(finalizable.data(), finalizable.size());
}

Object* MockVm::makeLeaf(uint32_t bytes) {
  Object* o = make(kBytes, bytes, Space::kFixed);
  if (o != nullptr) leaves.push_back(o);
  return o;
}

Object* MockVm::lookUpLeaf(size_t i) {
  if (leaves[i] != nullptr) heap.revive(leaves[i]);
  return leaves[i];
}

bool MockVm::sweepTables(Heap& h, size_t entries) {
  for (size_t n = 0; n < entries && sweptLeaves < leaves.size(); n++, sweptLeaves++) {
    Object*& leaf = leaves[sweptLeaves];
    if (leaf != nullptr && !h.isLive(leaf)) leaf = nullptr;
  }
  return sweptLeaves == leaves.size();
}

void MockVm::processWeak(Heap& h, WeakPhase phase, bool minor) {
  if (phase == WeakPhase::kAfterFinalizers && !minor) {
    sweptLeaves = 0;
    if (!h.keepsYoung()) sweepTables(h, leaves.size());
  }
  if (phase == WeakPhase::kAfterFinalizers) {
    for (Value& v : finalizable) v = moved(h, v);
  }
  if (phase != WeakPhase::kFinalizers) return;
  std::vector<Value> kept;
  size_t first = finalizeQueue.size();
  for (Value v : finalizable) {
    if (h.isLive(v.asObject())) {
      kept.push_back(v);
    } else {
      finalizeQueue.push_back(v);
    }
  }
  finalizable = std::move(kept);
  for (size_t i = first; i < finalizeQueue.size(); i++) h.resurrect(&finalizeQueue[i]);
}

void MockVm::clearWeak(Heap& h, Object* owner, WeakPhase phase, bool) {
  auto dead = [&](Value v) { return v.isHeap() && !h.isLive(v.asObject()); };
  for (uint32_t i = 0; i < owner->word; i++) {
    Value *k = &node(owner)->slots[2 * i], *v = k + 1;
    if (dead(*v) || (phase == WeakPhase::kAfterFinalizers && dead(*k))) {
      *k = *v = Value::absent();
    } else if (phase == WeakPhase::kAfterFinalizers) {
      for (Value* s : {k, v}) {
        if (s->isHeap()) *s = moved(h, *s);
      }
    }
  }
}

void MockVm::collectionEvent(bool, bool, const char*) { events++; }

}  // namespace devvm::heap::test
