// Weak references, ephemerons and the order of death (see WeakPhase).
#include "heap/heap_impl.h"
#include "heap/phase_scope.h"
#include "heap/tracer.h"

namespace devvm::heap {

// ---- the table of pending ephemerons ----

uint32_t EphemeronTable::add(Value* key, Value* value, Object* owner) {
  entries_.push({key, value, owner, kNone});
  return static_cast<uint32_t>(entries_.size() - 1);
}

EphemeronTable::Bucket& EphemeronTable::find(const Object* key) {
  size_t mask = buckets_.size() - 1;
  size_t i = hash(key) & mask;
  while (buckets_[i].key != nullptr && buckets_[i].key != key) i = (i + 1) & mask;
  return buckets_[i];
}

void EphemeronTable::rehash() {
  Growable<Bucket> old;
  old.swap(buckets_);
  buckets_.assignBytes(old.size() < 32 ? 64 : old.size() * 2, 0);
  for (const Bucket& b : old) {
    if (b.key != nullptr) find(b.key) = b;
  }
}

void EphemeronTable::link(uint32_t entry, const Object* key) {
  if ((keys_ + 1) * 2 > buckets_.size()) rehash();
  Bucket& b = find(key);
  if (b.key == nullptr) {
    b.key = key;
    b.first = kNone;
    keys_++;
  }
  entries_[entry].next = b.first;
  b.first = entry;
}

uint32_t EphemeronTable::take(const Object* key) {
  if (buckets_.empty()) return kNone;
  Bucket& b = find(key);
  if (b.key == nullptr) return kNone;
  uint32_t first = b.first;
  b.first = kNone;
  return first;
}

// ---- meeting weak references ----

bool Tracer::isLive(Value v) const { return !interesting(v) || h_.isLive(v.asObject()); }

void Tracer::visitWeak(Value* s) {
  if (keepsWeak_) return traceSlot(s);
  weak_.push({s, owner_});
}

void Tracer::visitEphemeron(Value* key, Value* value) {
  Value k = loadSlot(key);
  if (keepsWeak_ || isLive(k)) {
    traceSlot(key);
    traceSlot(value);
    return;
  }
  uint32_t e = ephemerons_.add(key, value, owner_);
  if (linking_) {
    ephemerons_.link(e, k.asObject());
    watchKeys_ = true;
  }
}

void Tracer::visitWeakPair(Value* key, Value* value) {
  if (keepsWeak_) {
    traceSlot(key);
    traceSlot(value);
    return;
  }
  if (interesting(loadSlot(key)) || interesting(loadSlot(value))) pairs_.push({key, value, owner_});
}

void Tracer::visitDeferred(Object* owner) {
  if (!keepsWeak_) deferred_.push(owner);
}

void Tracer::reached(const Object* oldAddress) {
  for (uint32_t e = ephemerons_.take(oldAddress); e != EphemeronTable::kNone; e = ephemerons_.entries()[e].next) {
    ready_.push(e);
  }
}

// ---- settling them ----

void Tracer::drainAll() {
  for (;;) {
    drain();
    if (ready_.empty()) return;
    while (!ready_.empty()) settleEphemeron(ready_.pop());
  }
}

void Tracer::settleEphemeron(uint32_t entry) {
  EphemeronTable::Entry e = ephemerons_.entries()[entry];
  ephemerons_.entries()[entry].key = nullptr;
  owner_ = e.owner;
  traceSlot(e.key);
  traceSlot(e.value);
  owner_ = nullptr;
}

/// A slot whose target lives: gives it the new address, and remembers an old owner of a young target.
void Tracer::update(Value* slot, Object* owner) {
  Value v = loadSlot(slot);
  if (!interesting(v)) return;
  Object* to = v.asObject();
  if (to->gc & kForwarded) {
    to = forwardingAddress(to);
    initSlot(slot, withAddress(v, to));
  }
  if (minor_ && owner != nullptr && !h_.isYoung(owner) && h_.isYoung(to)) h_.rememberObject(owner);
}

void Tracer::clearWeakSlots() {
  for (const WeakRef& w : weak_) {
    if (isLive(loadSlot(w.slot))) {
      update(w.slot, w.owner);
    } else {
      initSlot(w.slot, Value::nil());
    }
  }
  weak_.clear();
}

void Tracer::clearPairs(bool keysToo) {
  size_t to = 0;
  for (WeakPair p : pairs_) {
    bool dead = !isLive(loadSlot(p.value)) || (keysToo && !isLive(loadSlot(p.key)));
    if (dead) {
      initSlot(p.key, Value::absent());
      initSlot(p.value, Value::absent());
      continue;
    }
    update(p.value, p.owner);
    if (keysToo) update(p.key, p.owner);
    pairs_[to++] = p;
  }
  pairs_.shrinkTo(to);
}

void Tracer::deferred(WeakPhase phase) {
  for (Object* owner : deferred_) {
    h_.embedder.clearWeak(h_.heap, owner, phase, minor_);
    // What the embedder left in it is not ours to know: an old one stays remembered.
    if (minor_ && !h_.isYoung(owner)) h_.rememberObject(owner);
  }
}

void Tracer::settleWeak() {
  owner_ = nullptr;
  {
    PhaseScope phase(h_.stats(), CollectorPhase::kTrace);
    drain();
  }
  PhaseScope phase(h_.stats(), CollectorPhase::kWeak);
  linking_ = true;
  auto& entries = ephemerons_.entries();
  for (uint32_t e = 0; e < entries.size(); e++) {
    Value k = loadSlot(entries[e].key);
    if (isLive(k)) {
      ready_.push(e);
    } else {
      ephemerons_.link(e, k.asObject());
      watchKeys_ = true;
    }
  }
  drainAll();

  clearWeakSlots();
  clearPairs(false);
  deferred(WeakPhase::kBeforeFinalizers);
  h_.embedder.processWeak(h_.heap, WeakPhase::kBeforeFinalizers, minor_);

  h_.embedder.processWeak(h_.heap, WeakPhase::kFinalizers, minor_);
  owner_ = nullptr;
  drainAll();
  markingIsOver();

  for (const auto& e : entries) {
    if (e.key == nullptr) continue;
    initSlot(e.key, Value::absent());
    initSlot(e.value, Value::absent());
  }
  clearWeakSlots();
  clearPairs(true);
  deferred(WeakPhase::kAfterFinalizers);
  h_.embedder.processWeak(h_.heap, WeakPhase::kAfterFinalizers, minor_);
}

}  // namespace devvm::heap
