// Length and traversal.
#include "runtime/tables_internal.h"

namespace devvm::runtime {

namespace {
/// Long runs of removed entries are work of their own.
void chargeSkipped(Isolate& isolate, uint32_t skipped) {
  constexpr uint32_t kFree = 64, kPerUnit = 16;
  if (skipped > kFree) isolate.budget -= skipped / kPerUnit;
}
}  // namespace

int64_t tableLength(Isolate& isolate, Table* t) {
  uint32_t length = t->arrayStorage()->length;  // the last element of the array part is not nil
  if (!isolate.shapes.of(t).dictionary() || !(dictOf(t)->flags & kDictHasElements)) return length;
  // The dictionary of a weak table, or of one that was weak, may go on where the array part ends: doubles until it
  // misses, then halves the gap between a hit and a miss.
  Dict* d = dictOf(t);
  auto has = [d](uint64_t i) { return !dictValue(d, dictFindInteger(d, static_cast<int64_t>(i))).isNil(); };
  uint64_t present = length, missing = uint64_t{length} + 1;
  while (has(missing)) {
    present = missing;
    if (missing > uint64_t{INT64_MAX} / 2) {
      // Keys far apart were set on purpose: counts instead.
      uint64_t i = uint64_t{length} + 1;
      while (has(i)) i++;
      return static_cast<int64_t>(i - 1);
    }
    missing *= 2;
  }
  while (missing - present > 1) {
    uint64_t middle = present + (missing - present) / 2;
    (has(middle) ? present : missing) = middle;
  }
  return static_cast<int64_t>(present);
}

// Positions: 0 .. capacity of the array part for its elements, from there on slots or dictionary entries. A position is
// that behind the entry last given.

uint32_t tableNextAt(Isolate& isolate, Table* t, uint32_t position, Value& outKey, Value& outValue) {
  const ValueArray* a = t->arrayStorage();
  uint32_t capacity = a->capacity(), first = position;
  for (; position < a->length; position++) {
    Value v = loadSlot(&a->slots[position]);
    if (v.isNil()) continue;
    chargeSkipped(isolate, position - first);
    outKey = Value::smallInt(int64_t{position} + 1);
    outValue = v;
    return position + 1;
  }
  chargeSkipped(isolate, position - first);
  uint32_t i = position < capacity ? 0 : position - capacity;
  Shape& s = isolate.shapes.of(t);
  if (s.dictionary()) {
    Dict* d = dictOf(t);
    first = i;
    for (; i < d->used; i++) {
      const DictEntry& e = d->entries[i];
      if (!entryIsLive(e) || entryIsDead(e)) continue;
      chargeSkipped(isolate, i - first);
      outKey = e.key;
      outValue = e.value;
      d->hint = i;
      return capacity + i + 1;
    }
    chargeSkipped(isolate, i - first);
  } else {
    for (; i < s.slotCount; i++) {
      Value v = loadSlot(namedSlot(t, i));
      if (v.isNil()) continue;
      outKey = isolate.shapes.keyAt(s, i);
      outValue = v;
      return capacity + i + 1;
    }
  }
  outKey = outValue = Value::nil();
  return UINT32_MAX;
}

namespace {

/// Position behind `key`, or UINT32_MAX if it is not in the table.
uint32_t positionBehind(Isolate& isolate, Table* t, Value key) {
  const ValueArray* a = t->arrayStorage();
  int64_t integer = 0;
  bool isInteger = key.isAnyInt() || (key.isDouble() && doubleToInteger(key.asDouble(), integer));
  if (isInteger) {
    if (key.isAnyInt()) integer = integerOf(key);
    if (integer >= 1 && integer <= int64_t{a->length}) return static_cast<uint32_t>(integer);
  }
  uint32_t found = kNoEntry;
  if (key.isString()) {
    String* known = findInterned(isolate, asString(key));
    if (known == nullptr) return UINT32_MAX;
    key = stringValue(known);
  }
  Shape& s = isolate.shapes.of(t);
  if (s.dictionary()) {
    Dict* d = dictOf(t);
    if (isInteger) {
      found = dictFindInteger(d, integer);
    } else if (d->hint < d->used && d->entries[d->hint].key == key) {
      found = d->hint;
    } else {
      found = dictFindBits(d, key);
    }
  } else if (key.isString()) {
    found = isolate.shapes.find(s, asString(key));
  }
  if (found != kNoEntry) return a->capacity() + found + 1;
  // An element that was cleared, and with it the end of the array part.
  if (isInteger && integer >= 1 && integer <= int64_t{a->capacity()}) return static_cast<uint32_t>(integer);
  return UINT32_MAX;
}

}  // namespace

bool tableNext(Isolate& isolate, Table* t, Value key, Value& outKey, Value& outValue) {
  uint32_t position = key.isNil() ? 0 : positionBehind(isolate, t, key);
  if (position == UINT32_MAX) return false;
  tableNextAt(isolate, t, position, outKey, outValue);
  return true;
}

}  // namespace devvm::runtime
