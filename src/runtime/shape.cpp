#include "runtime/shape.h"

#include <algorithm>
#include <cstdlib>
#include <new>
#include <utility>

#include "heap/os_memory.h"
#include "runtime/code.h"
#include "runtime/isolate.h"

namespace devvm::runtime {

namespace {

/// Property maps with so many keys are searched in order, without an index.
constexpr uint32_t kListedKeys = 8;
/// Transitions in a plain list; more are hashed.
constexpr size_t kListedTransitions = 8;
/// Transitions to fields: more suggest that tables are used as maps. Roots serve all tables of a program.
constexpr uint32_t kMaxTransitions = 128, kMaxRootTransitions = 512;
/// Distinct metatables given to tables of one shape, fields included.
constexpr uint32_t kMaxMetaTransitions = 64;
/// Metatables with instances: from then on they are taken for metatables of one object each.
constexpr size_t kMaxMetaRoots = 1024;
/// A shape that no table and no machine code has stays for so many full collections, so that caches survive a pause
/// between bursts.
constexpr uint8_t kMaxIdle = 2;

constexpr size_t kSlotsBytes = sizeof(Shape::Slots);

uint32_t hashKey(uint64_t key) { return static_cast<uint32_t>((key >> 3) * 0x9E37'79B9'7F4A'7C15 >> 32); }

enum Fate : uint8_t { kUndecided, kKeep, kFree };

}  // namespace

// ---- property maps ----

PropertyMap::~PropertyMap() {
  if (keys_ != few_) std::free(keys_);
  std::free(index_);
}

uint32_t PropertyMap::find(const String* key) const {
  Value wanted = stringValue(key);
  if (indexSize_ == 0) {
    for (uint32_t i = 0; i < count_; i++) {
      if (keys_[i] == wanted) return i;
    }
    return ShapeTable::kNone;
  }
  uint32_t mask = indexSize_ - 1;
  for (uint32_t i = hashKey(wanted.bits()) & mask;; i = (i + 1) & mask) {
    uint32_t slot = index_[i];
    if (slot == 0) return ShapeTable::kNone;
    if (keys_[slot - 1] == wanted) return slot - 1;
  }
}

void PropertyMap::grow() {
  capacity_ *= 2;
  void* old = keys_ == few_ ? nullptr : keys_;
  auto* keys = static_cast<Value*>(std::realloc(old, capacity_ * sizeof(Value)));
  if (keys == nullptr) heap::fatal("no memory for shapes");
  if (old == nullptr) std::copy(few_, few_ + kFew, keys);
  keys_ = keys;
  if (capacity_ <= kListedKeys) return;
  indexSize_ = capacity_ * 2;
  std::free(index_);
  index_ = static_cast<uint32_t*>(std::calloc(indexSize_, sizeof(uint32_t)));
  if (index_ == nullptr) heap::fatal("no memory for shapes");
  for (uint32_t slot = 0; slot < count_; slot++) {
    uint32_t i = hashKey(keys_[slot].bits()) & (indexSize_ - 1);
    while (index_[i] != 0) i = (i + 1) & (indexSize_ - 1);
    index_[i] = slot + 1;
  }
}

void PropertyMap::add(const String* key) {
  if (count_ == capacity_) grow();
  keys_[count_++] = stringValue(key);
  if (indexSize_ == 0) return;
  uint32_t i = hashKey(keys_[count_ - 1].bits()) & (indexSize_ - 1);
  while (index_[i] != 0) i = (i + 1) & (indexSize_ - 1);
  index_[i] = count_;
}

size_t PropertyMap::bytes() const {
  return sizeof *this + (keys_ == few_ ? 0 : capacity_ * sizeof(Value)) + indexSize_ * sizeof(uint32_t);
}

// ---- making shapes ----

ShapeTable::~ShapeTable() {
  for (Shape* s : shapes_) delete s;
}

uint8_t ShapeTable::inlineClass(uint32_t wanted) {
  static constexpr uint8_t kClasses[] = {0, 2, 4, 6, 8, 12, 16, 24, 32};
  for (uint8_t c : kClasses) {
    if (wanted <= c) return c;
  }
  return 32;
}

void ShapeTable::watch(Shape& shape) {
  auto young = [this](Value v) { return v.isHeap() && isolate_.heap.isYoung(v.asObject()); };
  if (young(shape.metatable) || young(shape.owner)) young_.push_back(shape.id);
}

void ShapeTable::account(size_t bytes) {
  if (bytes == 0) return;
  bytes_ += bytes;
  isolate_.heap.adjustExternal(static_cast<ptrdiff_t>(bytes));
}

Shape& ShapeTable::create(uint8_t inlineCapacity, uint8_t flags, Value metatable, Value owner) {
  auto* s = new Shape;
  size_t listed = shapes_.capacity();
  if (freeIds_.empty()) {
    s->id = static_cast<uint32_t>(shapes_.size());
    shapes_.push_back(s);
    byId = shapes_.data();
  } else {
    s->id = freeIds_.back();
    freeIds_.pop_back();
    shapes_[s->id] = s;
  }
  s->inlineCapacity = inlineCapacity;
  s->flags = flags;
  s->metatable = metatable;
  s->owner = owner;
  live_++;
  shared_ += owner.isNil();
  account(sizeof(Shape) + (shapes_.capacity() - listed) * sizeof(Shape*));
  watch(*s);
  return *s;
}

Shape& ShapeTable::makeRoot(uint8_t inlineCapacity) {
  Shape& s = create(inlineCapacity, 0, Value::nil(), Value::nil());
  roots_[inlineCapacity] = s.id;
  return s;
}

Shape& ShapeTable::instance(Value metatable, uint8_t inlineCapacity, uint8_t flags) {
  Shape& meta = of(asTable(metatable));
  for (uint32_t id = meta.firstInstance; id != 0; id = shapes_[id]->nextInstance) {
    Shape& s = *shapes_[id];
    if (s.inlineCapacity == inlineCapacity && (s.flags & ~kChurningShape) == flags) return s;
  }
  if (flags == 0 && ++metaRoots_ > kMaxMetaRoots) flags = kChurningShape;
  Shape& s = create(inlineCapacity, flags, metatable, Value::nil());
  s.nextInstance = meta.firstInstance;
  meta.firstInstance = s.id;
  return s;
}

Shape& ShapeTable::dictionary(Value metatable, uint8_t inlineCapacity, bool weak) {
  auto flags = static_cast<uint8_t>(kDictionaryShape | (weak ? kWeakShape : 0));
  if (!metatable.isNil()) return instance(metatable, inlineCapacity, flags);
  uint32_t& id = dictionaries_[inlineCapacity][weak];
  if (id == 0) id = create(inlineCapacity, flags, metatable, Value::nil()).id;
  return *shapes_[id];
}

uint32_t ShapeTable::findTransition(const Shape& shape, uint64_t key) {
  const auto& all = shape.transitions;
  if (all.size() <= kListedTransitions) {
    for (const Shape::Transition& t : all) {
      if (t.key == key) return t.target;
    }
    return 0;
  }
  size_t mask = all.size() - 1;
  for (size_t i = hashKey(key) & mask; all[i].key != 0; i = (i + 1) & mask) {
    if (all[i].key == key) return all[i].target;
  }
  return 0;
}

void ShapeTable::addTransition(Shape& from, uint64_t key, uint32_t target) {
  auto& all = from.transitions;
  uint32_t count = ++from.transitionCount;
  size_t before = all.capacity();
  if (count <= kListedTransitions) {
    all.push_back({key, target});
    account((all.capacity() - before) * sizeof(Shape::Transition));
    return;
  }
  auto put = [](std::vector<Shape::Transition>& table, Shape::Transition t) {
    size_t mask = table.size() - 1, i = hashKey(t.key) & mask;
    while (table[i].key != 0) i = (i + 1) & mask;
    table[i] = t;
  };
  if (count * 2 > all.size()) {
    std::vector<Shape::Transition> larger(all.size() <= kListedTransitions ? kListedTransitions * 4 : all.size() * 2);
    for (const Shape::Transition& t : all) {
      if (t.key != 0) put(larger, t);
    }
    all.swap(larger);
    account((all.capacity() - before) * sizeof(Shape::Transition));
  }
  put(all, {key, target});
}

uint32_t ShapeTable::addField(Shape& from, const String* key) {
  auto address = reinterpret_cast<uint64_t>(key);
  if (uint32_t id = findTransition(from, address)) return id;
  uint32_t most = from.slotCount == 0 ? kMaxRootTransitions : kMaxTransitions;
  if (from.slotCount >= kMaxFields || (from.flags & kChurningShape) || shared_ >= kMaxShared ||
      from.transitionCount - from.metaTransitions >= most) {
    return 0;
  }
  Shape& s = create(from.inlineCapacity, from.flags, from.metatable, Value::nil());
  s.parent = from.id;
  s.slotCount = from.slotCount + 1;
  s.key = stringValue(key);
  addTransition(from, address, s.id);
  return s.id;
}

void ShapeTable::addUniqueField(Shape& shape, const String* key) {
  size_t before = shape.map->bytes();
  shape.map->add(key);
  account(shape.map->bytes() - before);
  shape.slotCount++;
  prototypeChanged(shape, key);
  factChanged(shape, ShapeFact::kKeys);
}

void ShapeTable::reassign(Shape& shape, uint32_t slot) {
  if (!shape.isConstant(slot)) return;
  if (shape.slots == nullptr) {
    shape.slots = std::make_unique<Shape::Slots>();
    account(kSlotsBytes);
  }
  std::vector<bool>& reassigned = shape.slots->reassigned;
  if (reassigned.size() <= slot) reassigned.resize(slot + 1);
  reassigned[slot] = true;
  factChanged(shape, slot);
}

void ShapeTable::noteMetas(Shape& shape) {
  for (unsigned m = 0; m < static_cast<unsigned>(Meta::kCount); m++) {
    if ((usedMeta >> m & 1) != 0) continue;
    String* name = asString(isolate_.metaNames[m]);
    bool has =
        shape.dictionary() ? !tableGetString(isolate_, asTable(shape.owner), name).isNil() : find(shape, name) != kNone;
    if (has) noteMeta(m);
  }
}

void ShapeTable::noteMeta(unsigned m) {
  if ((usedMeta >> m & 1) != 0) return;
  usedMeta |= 1u << m;
  factChanges++;
  if (isolate_.tiers != nullptr) isolate_.tiers->factChanged(isolate_, {ShapeFact::kNoShape, m});
}

void ShapeTable::factChanged(Shape& shape, uint32_t what) {
  factChanges++;
  if (!(shape.flags & kWatchedShape)) return;
  if (what >= ShapeFact::kExists && shape.watchedChanges < UINT8_MAX) shape.watchedChanges++;
  isolate_.tiers->factChanged(isolate_, {shape.id, what});
}

void ShapeTable::prototypeChanged(Shape& shape, const String* key) {
  prototypeEpoch++;
  if (!(key->flags & kMetaNameString)) return;
  for (unsigned m = 0; m < static_cast<unsigned>(Meta::kCount); m++) {
    if (!(isolate_.metaNames[m] == stringValue(key))) continue;
    shape.absentMeta &= ~(1u << m);
    noteMeta(m);
  }
}

void ShapeTable::noteMetaSlot(Shape& shape, Meta m, uint32_t slot) {
  if (slot >= UINT16_MAX) return;
  if (shape.slots == nullptr) {
    shape.slots.reset(new (std::nothrow) Shape::Slots);
    if (shape.slots == nullptr) return;
    account(kSlotsBytes);
  }
  shape.slots->meta[static_cast<size_t>(m)] = static_cast<uint16_t>(slot + 1);
}

uint32_t ShapeTable::withMetatable(Shape& from, Value metatable) {
  if (from.metatable == metatable) return from.id;
  if (from.slotCount == 0) return withoutFields(metatable, from.inlineCapacity).id;
  uint64_t key = (metatable.isNil() ? 0 : uint64_t{asTable(metatable)->shapeId()} << 1) | 1;
  if (uint32_t id = findTransition(from, key)) return id;
  Shape* to = &withoutFields(metatable, from.inlineCapacity);
  if (from.metaTransitions >= kMaxMetaTransitions) from.megamorphicMeta = true;
  if (from.megamorphicMeta) return 0;
  // The fields are added again under the root of the metatable, so that tables which got it first share the shapes.
  for (uint32_t i = 0; i < from.slotCount; i++) {
    uint32_t id = addField(*to, asString(keyAt(from, i)));
    if (id == 0) return 0;
    to = shapes_[id];
  }
  from.metaTransitions++;
  addTransition(from, key, to->id);
  return to->id;
}

void ShapeTable::setOwnedMetatable(Shape& shape, Value metatable) {
  shape.metatable = metatable;
  prototypeEpoch++;
  watch(shape);
  factChanged(shape, ShapeFact::kKeys);
}

Shape& ShapeTable::makeUnique(Shape& from, Value owner) {
  Shape& s = create(from.inlineCapacity, kUniqueShape, from.metatable, owner);
  s.map = new PropertyMap;
  for (uint32_t i = 0; i < from.slotCount; i++) s.map->add(asString(keyAt(from, i)));
  s.slotCount = from.slotCount;
  return s;
}

Shape& ShapeTable::makeOwnedDictionary(Shape& from, Value owner, bool weak) {
  if (from.unique()) factChanged(from, ShapeFact::kExists);
  auto flags = static_cast<uint8_t>(kDictionaryShape | (weak ? kWeakShape : 0) | (from.flags & kIsPrototype));
  Shape& s = create(from.inlineCapacity, flags, from.metatable, owner);
  if (from.owned()) {
    s.absentMeta = from.absentMeta;
    std::swap(s.firstInstance, from.firstInstance);
    from.owner = Value::nil();
  }
  prototypeEpoch++;
  return s;
}

void ShapeTable::makeRoom() {
  if (live_ < limit_) return;
  isolate_.heap.collectFull("shapes");
  if (live_ * 2 > limit_) limit_ = live_ * 2;
}

PropertyMap* ShapeTable::buildMap(Shape& shape) {
  auto* map = new PropertyMap;
  std::vector<const String*> keys(shape.slotCount);
  size_t left = shape.slotCount;
  for (Shape* s = &shape; left > 0; s = shapes_[s->parent]) keys[--left] = asString(s->key);
  for (const String* key : keys) map->add(key);
  shape.map = map;
  account(map->bytes());
  return map;
}

// ---- collector ----

void ShapeTable::visitStrong(uint32_t id, heap::SlotVisitor& v) {
  for (; id != 0; id = shapes_[id]->parent) {
    Shape& s = *shapes_[id];
    if (s.marked) return;
    s.marked = true;
    v.slot(&s.key);
    v.slot(&s.metatable);
    if (s.unique()) v.slots(s.map->keySlots(), s.map->count());
  }
}

void ShapeTable::visitYoung(heap::SlotVisitor& v) {
  for (uint32_t id : young_) v.slot(&shapes_[id]->metatable);
}

namespace {
/// After marking: the new address of a live object, or nil.
Value updated(heap::Heap& heap, Value v) {
  if (!v.isHeap()) return v;
  return heap.isLive(v.asObject()) ? Value::pointer(v.tag(), heap.forwarded(v.asObject())) : Value::nil();
}
}  // namespace

void ShapeTable::updateYoung(heap::Heap& heap) {
  auto young = [&heap](Value v) { return v.isHeap() && heap.isYoung(v.asObject()); };
  size_t to = 0;
  for (uint32_t id : young_) {
    Shape& s = *shapes_[id];
    s.owner = updated(heap, s.owner);
    if (young(s.metatable) || young(s.owner)) young_[to++] = id;
  }
  young_.resize(to);
}

void ShapeTable::visitAll(heap::SlotVisitor& v) {
  for (Shape* s : shapes_) {
    if (s == nullptr) continue;
    v.slot(&s->key);
    v.slot(&s->metatable);
    v.weakSlot(&s->owner);
    if (s->unique()) v.slots(s->map->keySlots(), s->map->count());
  }
}

void ShapeTable::beginFull() {
  for (Shape* s : shapes_) {
    if (s != nullptr) s->marked = false;
  }
  marking_ = true;
}

bool ShapeTable::isRoot(const Shape& s) const {
  return roots_[s.inlineCapacity] == s.id || dictionaries_[s.inlineCapacity][s.weak()] == s.id;
}

/// Shapes that machine code relies on, and those they extend, do not grow old: between two bursts of objects there may
/// be many collections, and each burst would have its code compiled again.
void ShapeTable::keepCompiled() {
  if (isolate_.tiers == nullptr) return;
  constexpr uint8_t kFollowed = 2;
  std::vector<uint8_t> used(shapes_.size());
  isolate_.tiers->findShapes(isolate_, used);
  for (uint32_t id = 1; id < used.size(); id++) {
    if (used[id] == 0) continue;
    for (uint32_t s = id; s != 0 && shapes_[s] != nullptr && used[s] != kFollowed; s = shapes_[s]->parent) {
      shapes_[s]->idle = 0;
      used[s] = kFollowed;
    }
  }
}

/// Whether a shape stays. Unmarked ones may: see kMaxIdle; but they keep nothing alive themselves.
bool ShapeTable::decide(uint32_t id, std::vector<uint8_t>& fate, heap::Heap& heap) {
  if (fate[id] != kUndecided) return fate[id] == kKeep;
  const Shape& s = *shapes_[id];
  auto live = [&heap](Value v) { return !v.isHeap() || heap.isLive(v.asObject()); };
  bool keep = s.marked || isRoot(s);
  if (!keep && !s.owned() && !s.unique() && s.idle < kMaxIdle) {
    keep = live(s.metatable) && live(s.key) && (s.parent == 0 || decide(s.parent, fate, heap));
  }
  fate[id] = keep ? kKeep : kFree;
  return keep;
}

void ShapeTable::dropDeadLinks(Shape& s, const std::vector<uint8_t>& fate) {
  auto dead = [&fate](const Shape::Transition& t) {
    return fate[t.target] == kFree || ((t.key & 1) && fate[t.key >> 1] == kFree);
  };
  bool any = false;
  for (const Shape::Transition& t : s.transitions) any |= t.key != 0 && dead(t);
  if (any) {
    std::vector<Shape::Transition> all;
    all.swap(s.transitions);
    s.transitionCount = 0;
    s.metaTransitions = 0;
    for (const Shape::Transition& t : all) {
      if (t.key == 0 || dead(t)) continue;
      s.metaTransitions = static_cast<uint16_t>(s.metaTransitions + (t.key & 1));
      addTransition(s, t.key, t.target);
    }
    s.megamorphicMeta = s.metaTransitions >= kMaxMetaTransitions;
  }
}

void ShapeTable::clearFeedback(const std::vector<uint8_t>& fate) {
  auto freed = [&fate](uint32_t id) { return id < fate.size() && fate[id] == kFree; };
  for (Code* code = isolate_.codes; code != nullptr; code = code->next) {
    FeedbackCell* cells = code->feedback();
    for (uint32_t i = 0; i < code->feedbackCount; i++) {
      FeedbackCell& c = cells[i];
      bool stale = freed(c.shape);
      for (const CacheWay& w : c.ways) stale = stale || freed(w.shape) || freed(w.holderShape);
      if (stale) c = FeedbackCell{};
    }
  }
  if (isolate_.tiers != nullptr) isolate_.tiers->shapesFreed(isolate_, fate, kFree);
}

/// Takes shapes that are going to be freed out of the list of a metatable that stays.
void ShapeTable::dropDeadInstances(Shape& meta, const std::vector<uint8_t>& fate) {
  for (uint32_t* link = &meta.firstInstance; *link != 0;) {
    Shape& s = *shapes_[*link];
    if (fate[s.id] == kFree) {
      *link = s.nextInstance;
    } else {
      link = &s.nextInstance;
    }
  }
}

void ShapeTable::sweep(heap::Heap& heap) {
  marking_ = false;
  young_.clear();
  std::vector<uint8_t> fate(shapes_.size());
  bool anyFreed = false;
  keepCompiled();
  for (uint32_t id = 1; id < shapes_.size(); id++) {
    if (shapes_[id] != nullptr) anyFreed |= !decide(id, fate, heap);
  }
  if (anyFreed) {
    clearFeedback(fate);
    for (uint32_t id = 1; id < shapes_.size(); id++) {
      if (shapes_[id] != nullptr && fate[id] == kKeep) dropDeadInstances(*shapes_[id], fate);
    }
  }
  live_ = shared_ = metaRoots_ = 0;
  bytes_ = shapes_.capacity() * sizeof(Shape*);
  for (uint32_t id = 1; id < shapes_.size(); id++) {
    Shape* s = shapes_[id];
    if (s == nullptr) continue;
    if (fate[id] == kFree) {
      delete s;
      shapes_[id] = nullptr;
      freeIds_.push_back(id);
      continue;
    }
    s->idle = s->marked ? 0 : static_cast<uint8_t>(s->idle + (s->idle < kMaxIdle));
    s->metatable = updated(heap, s->metatable);
    s->owner = updated(heap, s->owner);
    if (anyFreed) dropDeadLinks(*s, fate);
    live_++;
    shared_ += !s->owned();
    metaRoots_ += s->slotCount == 0 && !s->metatable.isNil() && !s->owned() && !s->dictionary();
    bytes_ += sizeof(Shape) + s->transitions.capacity() * sizeof(Shape::Transition) +
              (s->map != nullptr ? s->map->bytes() : 0) + (s->slots != nullptr ? kSlotsBytes : 0);
  }
}

}  // namespace devvm::runtime
