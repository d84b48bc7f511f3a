// Tables in dictionary mode: conversion, growth, and the traffic of integer keys between dictionary and array part.
#include <algorithm>
#include <bit>

#include "runtime/tables_internal.h"

namespace devvm::runtime {

namespace {

/// Puts a new dictionary in place of a table's fields. `from`: the shape before.
void installDictionary(Isolate& isolate, Table* t, Dict* d, bool weak) {
  Shape& from = isolate.shapes.of(t);
  Shape& to = from.owned() ? isolate.shapes.makeOwnedDictionary(from, tableValue(t), weak)
                           : isolate.shapes.dictionary(from.metatable, t->aux, weak);
  isolate.heap.store(t, &t->props, otherValue(d));
  for (unsigned i = 0; i < t->aux; i++) heap::initSlot(&t->inlineSlots[i], Value::nil());
  t->word = to.id;
}

/// Adds all fields of a table with slots, removed ones included.
void addFields(Isolate& isolate, Table* t, Dict* d) {
  Shape& s = isolate.shapes.of(t);
  for (uint32_t i = 0; i < s.slotCount; i++) {
    dictAdd(isolate, d, isolate.shapes.keyAt(s, i), loadSlot(namedSlot(t, i)));
  }
}

/// Adds the array part as entries 0 .. capacity - 1, so that positions of tableNextAt mean the same as before: removed
/// entries where there is no element, dead ones where `old` has an entry for that key.
void addElements(Isolate& isolate, const ValueArray* a, Dict* old, Dict* d) {
  for (uint32_t i = 0; i < a->capacity(); i++) {
    Value key = Value::smallInt(int64_t{i} + 1);
    if (i >= a->length && old != nullptr && dictFindBits(old, key) != kNoEntry) {
      heap::initSlot(&d->entries[d->used].key, Value::absent());
      heap::initSlot(&d->entries[d->used++].value, Value::nil());
    } else {
      dictAdd(isolate, d, key, loadSlot(&a->slots[i]));
    }
  }
}

/// Adds all entries of `old` in their places.
void addEntries(Isolate& isolate, Dict* old, Dict* d) {
  for (uint32_t e = 0; e < old->used; e++) {
    if (entryIsDead(old->entries[e])) {
      heap::initSlot(&d->entries[d->used].key, Value::absent());
      heap::initSlot(&d->entries[d->used++].value, Value::nil());
    } else {
      dictAdd(isolate, d, old->entries[e].key, dictValue(old, e));
    }
  }
}

bool convert(Isolate& isolate, Handle t, uint8_t weakness, uint32_t room) {
  Table* table = t.table();
  const Shape& s = isolate.shapes.of(table);
  bool wasDictionary = s.dictionary();
  uint64_t entries = uint64_t{wasDictionary ? dictOf(table)->used : s.slotCount} + room;
  if (weakness != 0) entries += table->arrayStorage()->capacity();
  Dict* d = newDict(isolate, dictCapacityFor(entries), weakness);
  if (d == nullptr) return false;
  table = t.table();
  if (weakness != 0) addElements(isolate, table->arrayStorage(), wasDictionary ? dictOf(table) : nullptr, d);
  wasDictionary ? addEntries(isolate, dictOf(table), d) : addFields(isolate, table, d);
  if (weakness != 0) heap::initSlot(&table->array, isolate.emptyArray);
  if (wasDictionary) {
    isolate.heap.store(table, &table->props, otherValue(d));
  } else {
    installDictionary(isolate, table, d, weakness != 0);
  }
  return true;
}

}  // namespace

bool tableToDictionary(Isolate& isolate, Handle t, bool weak) {
  const Shape& s = isolate.shapes.of(t.table());
  if (s.dictionary()) return true;
  return convert(isolate, t, weak ? weaknessOf(isolate, s.metatable) : 0, 0);
}

bool tableTryStartDictionary(Isolate& isolate, Table* t) {
  const Shape& s = isolate.shapes.of(t);
  if (s.dictionary() || s.owned() || s.slotCount != 0) return false;
  Object* d = isolate.heap.tryAllocate(static_cast<uint8_t>(Kind::kDict), kMinDictCapacity, 0);
  if (d == nullptr) return false;
  installDictionary(isolate, t, static_cast<Dict*>(d), false);
  return true;
}

bool updateWeakness(Isolate& isolate, Handle t) {
  Shape& before = isolate.shapes.of(t.table());
  uint8_t wanted = weaknessOf(isolate, before.metatable);
  if ((wanted != 0) == before.weak()) {
    if (wanted != 0) dictOf(t.table())->aux = wanted;
    return true;
  }
  bool wasDictionary = before.dictionary();
  if (!convert(isolate, t, wanted, 0)) return false;
  if (!wasDictionary) return true;  // got the right shape with its dictionary
  Shape& s = isolate.shapes.of(t.table());
  if (s.owned()) {
    s.flags = static_cast<uint8_t>((s.flags & ~kWeakShape) | (wanted != 0 ? kWeakShape : 0));
  } else {
    t.table()->word = isolate.shapes.dictionary(s.metatable, t.table()->aux, wanted != 0).id;
  }
  return true;
}

// ---- integer keys between array part and dictionary ----

void killEntry(Isolate& isolate, Dict* d, uint32_t entry) {
  dictStore(isolate, d, entry, Value::nil());
  heap::initSlot(&d->entries[entry].key, Value::absent());
}

namespace {

uint32_t grownCapacity(uint32_t capacity) {
  return capacity < 4 ? 4 : capacity + (capacity < (1u << 16) ? capacity : capacity / 2);
}

}  // namespace

bool absorbFollowing(Isolate& isolate, Handle t) {
  for (;;) {
    ValueArray* a = t.table()->arrayStorage();
    Dict* d = dictOf(t.table());
    uint32_t e = dictFindBits(d, Value::smallInt(int64_t{a->length} + 1));
    if (e == kNoEntry) return true;
    if (!entryIsLive(d->entries[e])) {
      killEntry(isolate, d, e);
      return true;
    }
    if (a->length == a->capacity()) {
      if (!tableReserveArray(isolate, t, grownCapacity(a->capacity()))) return false;
      a = t.table()->arrayStorage();
      d = dictOf(t.table());
    }
    isolate.heap.store(a, &a->slots[a->length], d->entries[e].value);
    a->length++;
    killEntry(isolate, d, e);
  }
}

bool arrayToDictionary(Isolate& isolate, Handle t, uint32_t keep) {
  const ValueArray* a = t.table()->arrayStorage();
  // The dictionary must not have the element right behind the array part.
  while (keep < a->length && !a->slots[keep].isNil()) keep++;
  uint32_t moving = 0;
  for (uint32_t i = keep; i < a->length; i++) moving += !a->slots[i].isNil();
  // One more entry: the store that called for this goes there next.
  if (!convert(isolate, t, 0, moving + 1)) return false;
  Rooted storage(isolate, isolate.emptyArray);
  if (keep != 0) {
    ValueArray* to = newArrayStorage(isolate, keep);
    if (to == nullptr) return false;
    a = t.table()->arrayStorage();
    for (uint32_t i = 0; i < keep; i++) heap::initSlot(&to->slots[i], loadSlot(&a->slots[i]));
    to->length = keep;
    trimArray(to);
    storage.set(otherValue(to));
  }
  a = t.table()->arrayStorage();
  Dict* d = dictOf(t.table());
  for (uint32_t i = keep; i < a->length; i++) {
    if (a->slots[i].isNil()) continue;
    Value key = Value::smallInt(int64_t{i} + 1);
    uint32_t e = dictFindBits(d, key);
    e == kNoEntry ? dictAdd(isolate, d, key, a->slots[i]) : dictStore(isolate, d, e, a->slots[i]);
  }
  isolate.heap.store(t.table(), &t.table()->array, *storage);
  return true;
}

namespace {

/// Size of the array part that the integer keys of array part and dictionary, together with `newKey`, make dense; 0 if
/// there is none that would take a key from the dictionary.
uint32_t denseSize(Table* t, int64_t newKey) {
  Dict* d = dictOf(t);
  const ValueArray* a = t->arrayStorage();
  KeyCensus keys;
  int64_t smallest = INT64_MAX;
  auto add = [&](int64_t key) {
    keys.add(key);
    if (key >= 1 && key < smallest) smallest = key;
  };
  add(newKey);
  for (uint32_t e = 0; e < d->used; e++) {
    const DictEntry& entry = d->entries[e];
    if (entry.key.isInt() && entryIsLive(entry)) add(entry.key.asInt());
  }
  KeyCensus optimist = keys;  // takes the array part for full, so that a long one is not searched in vain
  optimist.addRange(a->length);
  if (smallest > int64_t{optimist.bestSize()}) return 0;
  keys.addElements(a->slots, a->length);
  uint32_t size = keys.bestSize();
  return smallest <= int64_t{size} && size > a->length ? size : 0;
}

/// Moves all integer keys up to `size` to the array part. MAY COLLECT.
bool moveToArray(Isolate& isolate, Handle t, uint32_t size) {
  if (!tableReserveArray(isolate, t, size)) return false;
  Dict* d = dictOf(t.table());
  ValueArray* a = t.table()->arrayStorage();
  uint32_t length = a->length;
  for (uint32_t e = 0; e < d->used; e++) {
    DictEntry& entry = d->entries[e];
    if (!entry.key.isInt() || entry.key.asInt() < 1 || entry.key.asInt() > int64_t{size}) continue;
    if (entryIsLive(entry)) {
      auto i = static_cast<uint32_t>(entry.key.asInt());
      isolate.heap.store(a, &a->slots[i - 1], entry.value);
      length = std::max(length, i);
    }
    killEntry(isolate, d, e);
  }
  a->length = length;
  return absorbFollowing(isolate, t);
}

/// Makes room for one more entry in a full dictionary. MAY COLLECT.
bool growDictionary(Isolate& isolate, Handle t) {
  Dict* d = dictOf(t.table());
  uint32_t capacity = d->capacity();
  uint64_t needed = uint64_t{dictCountLive(d)} + 1;
  if (needed <= capacity - capacity / 4 && needed * 8 > capacity) {
    dictCompact(isolate, d);
    return true;
  }
  uint64_t wanted = needed * 8 <= capacity ? needed * 2 : uint64_t{capacity} * 2;
  Dict* to = newDict(isolate, dictCapacityFor(wanted), d->aux);
  if (to == nullptr) return false;
  d = dictOf(t.table());
  for (uint32_t e = 0; e < d->used; e++) {
    const DictEntry& entry = d->entries[e];
    if (entryIsLive(entry) && !entryIsDead(entry)) dictAdd(isolate, to, entry.key, entry.value);
  }
  isolate.heap.store(t.table(), &t.table()->props, otherValue(to));
  return true;
}

}  // namespace

void leaveDictionaryMode(Isolate& isolate, Table* t) {
  const Shape& s = isolate.shapes.of(t);
  if (dictOf(t)->live != 0 || s.owned() || s.weak()) return;
  t->word = isolate.shapes.withoutFields(s.metatable, t->aux).id;
  heap::initSlot(&t->props, Value::nil());
}

namespace {

/// The dictionary is full. True in `stored` if the new entry found its place in the array part; else there is room for
/// it in the dictionary. MAY COLLECT.
bool makeRoom(Isolate& isolate, Handle t, Handle key, Handle value, bool& stored) {
  stored = false;
  Dict* d = dictOf(t.table());
  bool integers = (d->flags & kDictHasIntegers) || key.get().isInt();
  int64_t i = key.get().isInt() ? key.get().asInt() : 0;
  uint32_t size = integers && kindOf(d) == Kind::kDict ? denseSize(t.table(), i) : 0;
  if (size != 0) {
    if (!moveToArray(isolate, t, size)) return false;
    if (i >= 1 && i <= int64_t{size}) {
      ValueArray* a = t.table()->arrayStorage();
      // No entry is left between the end of the array part and the new element.
      if (i > int64_t{a->length}) a->length = static_cast<uint32_t>(i);
      isolate.heap.store(a, &a->slots[i - 1], *value);
      stored = true;
      if (!absorbFollowing(isolate, t)) return false;
      leaveDictionaryMode(isolate, t.table());
      if (!isolate.shapes.of(t.table()).dictionary()) return true;
    }
  }
  return growDictionary(isolate, t);
}

}  // namespace

bool dictionarySet(Isolate& isolate, Handle t, Handle key, Handle value) {
  if (!isolate.shapes.of(t.table()).dictionary() && !convert(isolate, t, 0, 1)) return false;
  Dict* d = dictOf(t.table());
  uint32_t e = dictFind(d, *key);
  Shape& s = isolate.shapes.of(t.table());
  bool isPrototype = (s.flags & kIsPrototype) && key.get().isString();
  if (e != kNoEntry) {
    bool revived = !entryIsLive(d->entries[e]);
    dictStore(isolate, d, e, *value);
    if (!isPrototype) return true;
    if (revived) isolate.shapes.prototypeChanged(s, key.string());
  } else {
    if (value.get().isNil()) return true;
    if (d->used == d->capacity()) {
      bool stored;
      if (!makeRoom(isolate, t, key, value, stored)) return false;
      if (stored) return true;
    }
    dictAdd(isolate, dictOf(t.table()), *key, *value);
    if (!isPrototype) return true;
    isolate.shapes.prototypeChanged(s, key.string());
  }
  return !(key.string()->flags & kMetaNameString) || metaFieldChanged(isolate, t, key);
}

}  // namespace devvm::runtime
