#include "runtime/isolate.h"

#include <random>

#include "events/event_bus.h"
#include "heap/os_memory.h"
#include "runtime/code.h"
#include "runtime/kinds.h"
#include "runtime/weak.h"

namespace devvm::runtime {

namespace {

thread_local Isolate* tracedIsolate = nullptr;

uint64_t splitMix(uint64_t& state) {
  uint64_t z = state += 0x9E37'79B9'7F4A'7C15;
  z = (z ^ z >> 30) * 0xBF58'476D'1CE4'E5B9;
  z = (z ^ z >> 27) * 0x94D0'49BB'1331'11EB;
  return z ^ z >> 31;
}

uint64_t chooseSeed(const IsolateOptions& options) {
  if (options.hashSeed != 0) return options.hashSeed;
  if (options.deterministic) return 0x5EED'0F00'D15E'A5ED;
  std::random_device device;
  return uint64_t{device()} << 32 | device();
}

/// The limit is set when the isolate stands: a limit that is too small then stops the guest, not the host.
heap::HeapOptions withoutLimit(heap::HeapOptions options) {
  options.limitBytes = 0;
  return options;
}

}  // namespace

Isolate* Isolate::traced() { return tracedIsolate; }

Isolate::Isolate(const IsolateOptions& o)
    : options(o),
      heap(withoutLimit(o.heap), *this, kKindInfos, static_cast<size_t>(Kind::kCount)),
      shapes(*this),
      hashSeed(chooseSeed(o)),
      finalizers(std::make_unique<FinalizerQueue>()),
      weakMaps(std::make_unique<WeakMaps>()) {
  heap.setReleaseContext(this);
  complete = true;
  auto need = [](Value v) {
    if (v.isNil()) heap::fatal("no memory for an isolate");
    return v;
  };
  Object* array = heap.allocate(static_cast<uint8_t>(Kind::kValueArray), 0, 0, heap::Space::kFixed);
  if (array == nullptr) heap::fatal("no memory for an isolate");
  emptyArray = otherValue(array);
  emptyString = need(intern(*this, ""));
  for (int i = 0; i < 256; i++) {
    char c = static_cast<char>(i);
    singleBytes[i] = need(intern(*this, std::string_view(&c, 1)));
  }
  static constexpr std::string_view kMetaNames[] = {
#define META(name, text) text,
#include "runtime/metamethods.def"
#undef META
  };
  static_assert(std::size(kMetaNames) <= 32, "Shape::absentMeta has a bit for each");
  for (size_t i = 0; i < std::size(kMetaNames); i++) {
    metaNames[i] = need(intern(*this, kMetaNames[i]));
    asString(metaNames[i])->flags |= kMetaNameString;
  }
  memoryError = need(intern(*this, "not enough memory"));
  stackError = need(intern(*this, "stack overflow"));
  globals = need(newTable(*this));
  tableMakeUnique(*this, Handle(&globals), false);
  registry = need(newTable(*this));
  uint64_t state = hashSeed;
  for (uint64_t& word : randomState) word = splitMix(state);
  options.heap.limitBytes = o.heap.limitBytes != 0 ? o.heap.limitBytes : o.limits.memoryBytes;
  heap.setLimit(options.heap.limitBytes);
}

Isolate::~Isolate() {
  openFiles.reset();
  // The heap goes last and releases fibers and functions; they find nothing here that is gone already.
  for (Fiber* f : dirtyFibers) {
    if (f != nullptr) f->dirty = false;
  }
  dirtyFibers.clear();
  if (mainFiber != nullptr && mainFiber->object == nullptr) {
    releaseFiberMemory(mainFiber);
    delete mainFiber;
  }
  if (tracedIsolate == this) tracedIsolate = nullptr;
}

size_t Isolate::externalBytes() const {
  if (!complete) return 0;
  return external + shapes.bytes() + interned.bytes() + finalizers->bytes() + weakMaps->bytes();
}

bool Isolate::awaitsFinalizers() const { return complete && finalizers->anyDue(); }

void Isolate::visitRoots(heap::SlotVisitor& v, bool minor) {
  tracedIsolate = this;
  readCache.clear();
  writeCache.clear();
  v.slots(roots.begin(), roots.top());
  // All members in between are values.
  v.slots(&emptyArray, static_cast<size_t>(reinterpret_cast<Value*>(&permanentRoots) - &emptyArray));
  v.slot(&pendingError);
  // Operands of a slow path under way; stale once it has called a native.
  if (fiber != nullptr && (fiber->fp == nullptr || isNativeFrame(fiber->fp))) scratch.a = scratch.b = Value::nil();
  v.slot(&scratch.a);
  v.slot(&scratch.b);
  for (Value* root : permanentRoots) v.slot(root);
  finalizers->visit(v);
  if (minor) {
    shapes.visitYoung(v);
    if (tiers != nullptr) tiers->visitYoung(v);
    // Stacks are written without barriers. A young fiber is looked at anyway if it is alive; for an old one that ran
    // the barrier is made up for here.
    for (Fiber* f : dirtyFibers) {
      if (f == nullptr) continue;
      f->dirty = false;
      if (f->object != nullptr && !heap.isYoung(f->object)) heap.writeBarrierAll(f->object);
    }
    dirtyFibers.clear();
  } else if (!shapes.marking()) {
    shapes.visitAll(v);
  }
  if (mainFiber != nullptr) {
    mainFiber->visit(v);
    v.pointer(&mainFiber->object);
  }
  if (fiber != nullptr && fiber != mainFiber) {
    v.pointer(&fiber->object);
    // It goes on running and writing to its stack.
    if (minor && !fiber->dirty) {
      fiber->dirty = true;
      dirtyFibers.push_back(fiber);
    }
  }
}

void Isolate::processWeak(heap::Heap& h, heap::WeakPhase phase, bool minor) {
  switch (phase) {
    case heap::WeakPhase::kBeforeFinalizers: break;
    case heap::WeakPhase::kFinalizers:
      finalizers->separate(h, minor);
      if (finalizers->anyDue() && !finalizersDue) {
        finalizersDue = true;
        requestPoll();
      }
      break;
    case heap::WeakPhase::kAfterFinalizers:
      if (tiers != nullptr) tiers->collected(h);
      finalizers->update(h, minor);
      weakMaps->update(h, minor);
      if (minor) {
        shapes.updateYoung(h);
        break;
      }
      if (h.keepsYoung()) {
        interned.beginSweep();
        break;
      }
      shapes.sweep(h);
      interned.sweep(h);
      // Nothing is young now, and the dead must not stay in the list.
      for (Fiber* f : dirtyFibers) {
        if (f != nullptr) f->dirty = false;
      }
      dirtyFibers.clear();
      if (fiber != nullptr && fiber != mainFiber) {
        fiber->dirty = true;
        dirtyFibers.push_back(fiber);
      }
      break;
  }
}

void Isolate::clearWeak(heap::Heap&, Object*, heap::WeakPhase, bool) {}

void Isolate::collectionEvent(bool begin, bool full, const char* reason) {
  if (begin && full) shapes.beginFull();
  // A program at its memory limit may collect at every allocation: its time passes without much work being counted.
  if (complete && !begin && full && deadline != 0) requestPoll();
  if (complete && events != nullptr && events->wants(events::kCollectionEvents)) {
    auto kind = begin ? events::EventKind::kCollectionBegin : events::EventKind::kCollectionEnd;
    events->publish(
        {.kind = kind, .full = full, .bytes = begin ? -1 : static_cast<int64_t>(heap.bytesInUse()), .text = reason});
  }
}

bool Isolate::sweepTables(heap::Heap& h, size_t entries) { return interned.sweepSome(h, entries); }

void Isolate::tuned(const heap::Tuning& t) {
  if (!complete || events == nullptr || !events->wants(events::kTuningEvents)) return;
  events::Event e{.kind = events::EventKind::kEdenResized, .text = t.reason};
  if (t.kind == heap::Tuning::kThreshold) e.kind = events::EventKind::kCollectionThreshold;
  if (t.kind == heap::Tuning::kCycle) e.kind = events::EventKind::kMarkingBegin;
  e.before = static_cast<int64_t>(t.from);
  e.bytes = static_cast<int64_t>(t.to);
  if (t.kind == heap::Tuning::kEden) e.survival = static_cast<int>(t.survival);
  if (t.nanos != 0) e.nanos = static_cast<int64_t>(t.nanos);
  events->publish(e);
}

}  // namespace devvm::runtime
