#include "runtime/dict.h"

#include <bit>
#include <cstring>

#include "runtime/isolate.h"

namespace devvm::runtime {

namespace {

void indexEntry(Dict* d, uint32_t* index, uint32_t mask, uint32_t entry) {
  uint32_t hash = dictHash(d->entries[entry].key), i = hash & mask;
  while (index[i] != 0) i = (i + 1) & mask;
  index[i] = (hash & ~mask) | (entry + 1);
}

bool isMovable(Value key) { return key.isHeap() && !key.isString() && !key.isWideInt(); }

}  // namespace

void dictRebuildIndex(Dict* d) {
  uint32_t* index = d->index();
  uint32_t size = d->word * 2;
  std::memset(index, 0, size * sizeof(uint32_t));
  for (uint32_t e = 0; e < d->used; e++) {
    if (!entryIsDead(d->entries[e])) indexEntry(d, index, size - 1, e);
  }
  d->flags &= static_cast<uint8_t>(~Dict::kRehash);
}

uint32_t dictFindInteger(Dict* d, int64_t i) {
  if (Value::fitsInt(i)) return dictFindBits(d, Value::smallInt(i));
  if (d->flags & Dict::kRehash) [[unlikely]]
    dictRebuildIndex(d);
  const uint32_t* index = d->index();
  uint32_t mask = d->word * 2 - 1;
  for (uint32_t slot = dictHashBits(static_cast<uint64_t>(i)) & mask;; slot = (slot + 1) & mask) {
    uint32_t word = index[slot];
    if (word == 0) return kNoEntry;
    uint32_t e = (word & mask) - 1;
    Value key = d->entries[e].key;
    if (key.isWideInt() && integerOf(key) == i) return e;
  }
}

uint32_t dictCapacityFor(uint64_t entries) {
  if (entries > kMaxDictCapacity) return 0;
  return entries <= kMinDictCapacity ? kMinDictCapacity : std::bit_ceil(static_cast<uint32_t>(entries));
}

Dict* newDict(Isolate& isolate, uint32_t capacity, uint8_t weakness) {
  if (capacity == 0) return nullptr;
  Kind kind = weakness != 0 ? Kind::kWeakDict : Kind::kDict;
  return static_cast<Dict*>(isolate.heap.allocate(static_cast<uint8_t>(kind), capacity, weakness));
}

void dictAdd(Isolate& isolate, Dict* d, Value key, Value value) {
  if (d->flags & Dict::kRehash) dictRebuildIndex(d);
  uint32_t e = d->used++;
  d->live += !value.isNil();
  if (key.isAnyInt()) d->flags |= integerOf(key) > 0 ? kDictHasIntegers | kDictHasElements : kDictHasIntegers;
  if (isMovable(key)) d->flags |= kDictHasMovableKeys;
  isolate.heap.store(d, &d->entries[e].key, key);
  isolate.heap.store(d, &d->entries[e].value, value);
  indexEntry(d, d->index(), d->word * 2 - 1, e);
}

void dictStore(Isolate& isolate, Dict* d, uint32_t entry, Value value) {
  DictEntry& e = d->entries[entry];
  bool was = entryIsLive(e), is = !value.isNil();
  isolate.heap.store(d, &e.value, value);
  d->live = d->live + is - was;
}

void dictCompact(Isolate& isolate, Dict* d) {
  uint32_t to = 0;
  for (uint32_t e = 0; e < d->used; e++) {
    if (!entryIsLive(d->entries[e]) || entryIsDead(d->entries[e])) continue;
    if (to != e) {
      heap::initSlot(&d->entries[to].key, d->entries[e].key);
      heap::initSlot(&d->entries[to].value, d->entries[e].value);
    }
    to++;
  }
  // Stores into entries that are used again look at what was there before (Heap::store), which may be gone by then.
  for (uint32_t e = to; e < d->used; e++) {
    heap::initSlot(&d->entries[e].key, Value::nil());
    heap::initSlot(&d->entries[e].value, Value::nil());
  }
  d->used = d->live = to;
  d->hint = 0;
  dictRebuildIndex(d);
  isolate.heap.writeBarrierAll(d);
}

uint32_t dictCountLive(Dict* d) {
  if (kindOf(d) == Kind::kWeakDict) {
    d->live = 0;
    for (uint32_t e = 0; e < d->used; e++) d->live += entryIsLive(d->entries[e]) && !entryIsDead(d->entries[e]);
  }
  return d->live;
}

// ---- collector ----

namespace {
/// Whether a weak reference to `v` is one: strings and numbers are values, which never die.
bool isCollectable(Value v) { return v.isHeap() && !v.isString() && !v.isWideInt(); }

/// The key of a removed entry lives only as long as somebody else knows it. Not so boxed integers: the same number may
/// come back in another box.
void visitRemoved(DictEntry& e, heap::SlotVisitor& v) { e.key.isWideInt() ? v.slot(&e.key) : v.weakSlot(&e.key); }
}  // namespace

void visitDict(Object* o, heap::SlotVisitor& v) {
  auto* d = static_cast<Dict*>(o);
  bool movable = d->flags & kDictHasMovableKeys;
  if (!movable && d->live == d->used) {
    v.slots(&d->entries[0].key, size_t{d->used} * 2);
    return;
  }
  // Slots may get their new addresses later than now. A minor collection moves all that is young, a full one anything.
  const heap::Heap& heap = Isolate::traced()->heap;
  bool moves = movable && !v.minor() && v.moves();
  for (uint32_t i = 0; i < d->used; i++) {
    DictEntry& e = d->entries[i];
    if (movable && !moves && v.moves()) moves = e.key.isHeap() && heap.isYoung(e.key.asObject());
    if (e.value.isNil()) {
      visitRemoved(e, v);
    } else {
      v.slot(&e.key);
      v.slot(&e.value);
    }
  }
  if (moves) d->flags |= Dict::kRehash;
}

void visitWeakDict(Object* o, heap::SlotVisitor& v) {
  auto* d = static_cast<Dict*>(o);
  for (uint32_t i = 0; i < d->used; i++) {
    DictEntry& e = d->entries[i];
    if (entryIsDead(e)) continue;
    if (e.value.isNil()) {
      visitRemoved(e, v);
      continue;
    }
    bool weakKey = (d->aux & Dict::kWeakKeys) && isCollectable(e.key);
    bool weakValue = (d->aux & Dict::kWeakValues) && isCollectable(e.value);
    if (weakKey && weakValue) {
      v.weakPair(&e.key, &e.value);
    } else if (weakKey) {
      v.ephemeron(&e.key, &e.value);
    } else {
      v.slot(&e.key);
      weakValue ? v.weakSlot(&e.value) : v.slot(&e.value);
    }
  }
  if ((d->flags & kDictHasMovableKeys) && v.moves()) d->flags |= Dict::kRehash;
}

}  // namespace devvm::runtime
