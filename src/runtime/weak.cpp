#include "runtime/weak.h"

#include <cstdlib>

#include "heap/os_memory.h"
#include "runtime/isolate.h"

namespace devvm::runtime {

// ---- finalizers ----

void FinalizerQueue::add(heap::Heap& heap, Value object) {
  size_t before = bytes();
  if (heap.isYoung(object.asObject())) young_.push_back(static_cast<uint32_t>(pending_.size()));
  pending_.push_back(object);
  if (bytes() != before) heap.adjustExternal(static_cast<ptrdiff_t>(bytes() - before));
}

Value FinalizerQueue::take() {
  if (!anyDue()) {
    due_.clear();
    firstDue_ = 0;
    return Value::nil();
  }
  Value v = due_[firstDue_];
  due_[firstDue_++] = Value::nil();
  // It may be marked again, by its finalizer for example.
  v.asObject()->flags &= static_cast<uint8_t>(~kHasFinalizer);
  return v;
}

void FinalizerQueue::closeAll() {
  closed_ = true;
  for (size_t i = pending_.size(); i-- > 0;) {
    if (!pending_[i].isNil()) due_.push_back(pending_[i]);
  }
  pending_.clear();
  young_.clear();
  holes_ = 0;
}

void FinalizerQueue::visit(heap::SlotVisitor& v) {
  v.slots(due_.data(), due_.size());
  if (v.keepsWeak()) v.slots(pending_.data(), pending_.size());
}

void FinalizerQueue::separate(heap::Heap& heap, bool minor) {
  size_t first = due_.size();
  auto look = [&](Value& v) {
    if (v.isNil() || heap.isLive(v.asObject())) return;
    due_.push_back(v);
    v = Value::nil();
    holes_++;
  };
  if (minor) {
    for (size_t i = young_.size(); i-- > 0;) look(pending_[young_[i]]);
  } else {
    for (size_t i = pending_.size(); i-- > 0;) look(pending_[i]);
  }
  for (size_t i = first; i < due_.size(); i++) heap.resurrect(&due_[i]);
}

void FinalizerQueue::update(heap::Heap& heap, bool minor) {
  auto move = [&heap](Value& v) {
    if (!v.isNil()) v = Value::pointer(v.tag(), heap.forwarded(v.asObject()));
  };
  if (minor) {
    size_t to = 0;
    for (uint32_t i : young_) {
      move(pending_[i]);
      if (!pending_[i].isNil() && heap.isYoung(pending_[i].asObject())) young_[to++] = i;
    }
    young_.resize(to);
    // Many that die young must not leave a list of holes behind until the next full collection.
    while (!pending_.empty() && pending_.back().isNil()) {
      pending_.pop_back();
      holes_--;
    }
    if (holes_ < 1024 || holes_ * 2 < pending_.size()) return;
  } else {
    for (Value& v : pending_) move(v);
    young_.clear();
  }
  size_t to = 0;
  young_.clear();
  for (Value v : pending_) {
    if (v.isNil()) continue;
    if (heap.isYoung(v.asObject())) young_.push_back(static_cast<uint32_t>(to));
    pending_[to++] = v;
  }
  pending_.resize(to);
  holes_ = 0;
}

bool Isolate::registerFinalizer(Handle object) {
  Object* o = object.get().asObject();
  if ((o->flags & kHasFinalizer) || finalizers->closed()) return true;
  Value metatable = metatableOf(*this, *object);
  if (metatable.isNil() || metamethodOf(*this, metatable, Meta::kGc).isNil()) return true;
  o->flags |= kHasFinalizer;
  finalizers->add(heap, *object);
  return true;
}

Value Isolate::takeFinalizable() {
  Value v = finalizers->take();
  finalizersDue = finalizers->anyDue();
  return v;
}

void Isolate::closeFinalizers() {
  finalizers->closeAll();
  finalizersDue = finalizers->anyDue();
}

// ---- identity ----

namespace {
size_t hashAddress(const Object* o) {
  return static_cast<size_t>((reinterpret_cast<uintptr_t>(o) >> 3) * 0x9E37'79B9'7F4A'7C15 >> 20);
}
}  // namespace

WeakMaps::~WeakMaps() { std::free(entries_); }

/// The entry of `object`, or the free one where it belongs. The table is never full.
WeakMaps::Entry* WeakMaps::find(const Object* object) const {
  size_t mask = capacity_ - 1, i = hashAddress(object) & mask;
  while (entries_[i].object != nullptr && entries_[i].object != object) i = (i + 1) & mask;
  return &entries_[i];
}

bool WeakMaps::resize(size_t capacity) {
  auto* fresh = static_cast<Entry*>(std::calloc(capacity, sizeof(Entry)));
  if (fresh == nullptr) return false;
  Entry* old = entries_;
  size_t oldCapacity = capacity_;
  entries_ = fresh;
  capacity_ = capacity;
  for (size_t i = 0; i < oldCapacity; i++) {
    if (old[i].object != nullptr) *find(old[i].object) = old[i];
  }
  std::free(old);
  return true;
}

uint64_t WeakMaps::identityOf(heap::Heap& heap, Object* object) {
  if (capacity_ != 0) {
    Entry* e = find(object);
    if (e->object != nullptr) return e->number;
  }
  if ((count_ + 1) * 2 > capacity_) {
    size_t before = bytes();
    if (!resize(capacity_ == 0 ? 64 : capacity_ * 2)) return 0;
    heap.adjustExternal(static_cast<ptrdiff_t>(bytes() - before));
  }
  *find(object) = {object, next_};
  count_++;
  if (heap.isYoung(object)) young_.push_back(object);
  return next_++;
}

/// Closes the gap: entries behind it that were pushed on by it move up.
void WeakMaps::remove(Entry* e) {
  size_t mask = capacity_ - 1, hole = static_cast<size_t>(e - entries_);
  for (size_t i = (hole + 1) & mask; entries_[i].object != nullptr; i = (i + 1) & mask) {
    size_t home = hashAddress(entries_[i].object) & mask;
    if (((i - home) & mask) < ((i - hole) & mask)) continue;  // its home lies behind the hole
    entries_[hole] = entries_[i];
    hole = i;
  }
  entries_[hole] = Entry{};
  count_--;
}

void WeakMaps::update(heap::Heap& heap, bool minor) {
  if (minor) {
    // All leave before any comes back: an old address may be somebody's new one.
    std::vector<Entry> moved;
    moved.reserve(young_.size());
    for (Object* o : young_) {
      Entry* e = find(o);
      if (heap.isLive(o)) moved.push_back({heap.forwarded(o), e->number});
      remove(e);
    }
    young_.clear();
    for (const Entry& e : moved) {
      *find(e.object) = e;
      count_++;
      if (heap.isYoung(e.object)) young_.push_back(e.object);
    }
    return;
  }
  young_.clear();
  Entry* old = entries_;
  size_t oldCapacity = capacity_;
  if (oldCapacity == 0) return;
  auto* fresh = static_cast<Entry*>(std::calloc(oldCapacity, sizeof(Entry)));
  if (fresh == nullptr) heap::fatal("no memory for identity numbers in a collection");
  entries_ = fresh;
  count_ = 0;
  for (size_t i = 0; i < oldCapacity; i++) {
    if (old[i].object == nullptr || !heap.isLive(old[i].object)) continue;
    Object* o = heap.forwarded(old[i].object);
    *find(o) = {o, old[i].number};
    count_++;
    if (heap.isYoung(o)) young_.push_back(o);  // a marking in slices moved nothing
  }
  std::free(old);
}

uint64_t Isolate::identityOf(Value object) {
  Object* o = object.asObject();
  if (object.isString()) {
    // Equal strings of the usual kind are one object to programs.
    if (String* interned = findInterned(*this, asString(object))) o = interned;
  }
  return weakMaps->identityOf(heap, o);
}

}  // namespace devvm::runtime
