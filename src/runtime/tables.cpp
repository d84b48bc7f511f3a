// Lookup and stores; the other modes and operations are in tables_dictionary.cpp, tables_iterate.cpp, tables_meta.cpp.
#include "runtime/tables.h"

#include <algorithm>
#include <bit>

#include "runtime/tables_internal.h"

namespace devvm::runtime {

namespace {

/// Props storage at first, and what a unique table may waste before it counts as a map.
constexpr uint32_t kMinProps = 4, kManyFields = 256;
constexpr uint32_t kMinArray = 4;
/// Array parts double up to here; larger ones grow by half.
constexpr uint32_t kDoublingLimit = 1u << 16;

}  // namespace

// ---- creation ----

ValueArray* newArrayStorage(Isolate& isolate, uint32_t capacity) {
  if (capacity > kMaxArrayCapacity) return nullptr;
  return static_cast<ValueArray*>(isolate.heap.allocate(static_cast<uint8_t>(Kind::kValueArray), capacity, 0));
}

Value newTable(Isolate& isolate, uint32_t arrayCapacity, uint32_t fields) {
  uint8_t inlineSlots = fields <= ShapeTable::kMaxFields ? ShapeTable::inlineClass(fields) : 0;
  uint32_t shape = isolate.shapes.root(inlineSlots).id;
  Rooted array(isolate, isolate.emptyArray), props(isolate, Value::nil());
  if (arrayCapacity != 0) {
    ValueArray* a = newArrayStorage(isolate, arrayCapacity);
    if (a == nullptr) return Value::nil();
    array.set(otherValue(a));
  }
  if (fields > ShapeTable::kMaxFields) {
    Dict* d = newDict(isolate, dictCapacityFor(fields), 0);
    if (d == nullptr) return Value::nil();
    props.set(otherValue(d));
    shape = isolate.shapes.dictionary(Value::nil(), 0, false).id;
  }
  auto* t = static_cast<Table*>(isolate.heap.allocate(static_cast<uint8_t>(Kind::kTable), shape, inlineSlots));
  if (t == nullptr) return Value::nil();
  heap::initSlot(&t->array, *array);
  heap::initSlot(&t->props, *props);
  return tableValue(t);
}

Value tryNewTable(Isolate& isolate, uint32_t arrayCapacity, uint32_t fields) {
  if (fields > ShapeTable::kMaxFields) return Value::nil();
  uint8_t inlineSlots = ShapeTable::inlineClass(fields);
  uint32_t shape = isolate.shapes.root(inlineSlots).id;
  Value array = isolate.emptyArray;
  if (arrayCapacity != 0) {
    Object* a = isolate.heap.tryAllocate(static_cast<uint8_t>(Kind::kValueArray), arrayCapacity, 0);
    if (a == nullptr) return Value::nil();
    array = otherValue(a);
  }
  auto* t = static_cast<Table*>(isolate.heap.tryAllocate(static_cast<uint8_t>(Kind::kTable), shape, inlineSlots));
  if (t == nullptr) return Value::nil();
  heap::initSlot(&t->array, array);
  heap::initSlot(&t->props, Value::nil());
  return tableValue(t);
}

// ---- lookup ----

Value tableGetInt(Isolate& isolate, Table* t, int64_t key) {
  ValueArray* a = t->arrayStorage();
  uint64_t i = static_cast<uint64_t>(key) - 1;
  if (i < a->length) return loadSlot(&a->slots[i]);
  if (!isolate.shapes.of(t).dictionary()) return Value::nil();
  Dict* d = dictOf(t);
  if (!(d->flags & kDictHasIntegers)) return Value::nil();
  return dictValue(d, dictFindInteger(d, key));
}

Value tableGetString(Isolate& isolate, Table* t, String* key) {
  Shape& s = isolate.shapes.of(t);
  if (s.dictionary()) {
    Dict* d = dictOf(t);
    return dictValue(d, dictFindBits(d, stringValue(key)));
  }
  uint32_t slot = isolate.shapes.find(s, key);
  return slot == ShapeTable::kNone ? Value::nil() : loadSlot(namedSlot(t, slot));
}

Value tableGetName(Isolate& isolate, Table* t, std::string_view name) {
  String* key = findInterned(isolate, name);
  return key == nullptr ? Value::nil() : tableGetString(isolate, t, key);
}

Value tableGet(Isolate& isolate, Table* t, Value key) {
  if (key.isInt()) return tableGetInt(isolate, t, key.asInt());
  if (key.isString()) {
    String* k = findInterned(isolate, asString(key));
    return k == nullptr ? Value::nil() : tableGetString(isolate, t, k);
  }
  if (key.isWideInt()) return tableGetInt(isolate, t, integerOf(key));
  int64_t integer;
  if (key.isDouble() && doubleToInteger(key.asDouble(), integer)) return tableGetInt(isolate, t, integer);
  if (!isolate.shapes.of(t).dictionary() || key.isNil()) return Value::nil();
  Dict* d = dictOf(t);
  return dictValue(d, dictFindBits(d, key));
}

// ---- the array part ----

bool tableReserveArray(Isolate& isolate, Handle t, uint32_t capacity) {
  if (capacity <= t.table()->arrayStorage()->capacity() || isolate.shapes.of(t.table()).weak()) return true;
  if (isolate.heap.tryGrow(t.table()->arrayStorage(), capacity)) return true;
  ValueArray* to = newArrayStorage(isolate, capacity);
  if (to == nullptr) return false;
  const ValueArray* from = t.table()->arrayStorage();
  uint32_t n = from->length;
  for (uint32_t i = 0; i < n; i++) heap::initSlot(&to->slots[i], loadSlot(&from->slots[i]));
  to->length = n;
  isolate.heap.store(t.table(), &t.table()->array, otherValue(to));
  return true;
}

void KeyCensus::addRange(uint32_t n) {
  for (unsigned i = 0; i < 32 && n > (i == 0 ? 0 : 1u << (i - 1)); i++) {
    uint32_t low = i == 0 ? 0 : 1u << (i - 1), high = i == 31 ? n : std::min(n, 1u << i);
    count_[i] += high - low;
  }
}

void KeyCensus::addElements(const Value* slots, uint32_t n) {
  for (unsigned i = 0; i < 32 && n > (i == 0 ? 0 : 1u << (i - 1)); i++) {
    uint32_t low = i == 0 ? 0 : 1u << (i - 1), high = i == 31 ? n : std::min(n, 1u << i);
    uint64_t some = 0;  // in a register: tables are counted often while they fill up in no order
    for (uint32_t j = low; j < high; j++) some += slots[j].bits() != Value::kNilBits;
    count_[i] += some;
  }
}

uint32_t KeyCensus::bestSize() const {
  uint64_t sum = 0;
  uint32_t best = 0;
  for (unsigned i = 0; (uint64_t{1} << i) <= kMaxArrayCapacity; i++) {
    sum += count_[i];
    if (sum > (uint64_t{1} << i) / 2) best = 1u << i;
  }
  return best;
}

namespace {

/// Whether at least half of a full array part is in use; of a long one, of a sample of it, evenly spread.
bool isDense(const ValueArray* a) {
  constexpr uint32_t kSample = 1024;
  uint32_t capacity = a->capacity(), step = std::max(capacity / kSample, 1u), seen = 0, inUse = 0;
  for (uint32_t i = 0; i < capacity; i += step, seen++) inUse += !a->slots[i].isNil();
  return inUse >= seen / 2;
}

uint32_t grownCapacity(uint32_t capacity) {
  if (capacity < kMinArray) return kMinArray;
  return capacity < kDoublingLimit ? capacity * 2 : capacity + capacity / 2;
}

/// The array part is full and gets one more. True in `dense` if it was grown; else most of it was holes, and it was cut
/// to its dense beginning, so that the new element belongs to the dictionary.
bool growArray(Isolate& isolate, Handle t, bool& dense) {
  const ValueArray* a = t.table()->arrayStorage();
  uint32_t capacity = a->capacity();
  dense = isDense(a);
  if (!dense) {
    KeyCensus census;
    census.addElements(a->slots, capacity);
    census.add(int64_t{capacity} + 1);
    return arrayToDictionary(isolate, t, std::min(census.bestSize(), capacity));
  }
  return tableReserveArray(isolate, t, grownCapacity(capacity));
}

/// Element length + 1 of a table that is not weak.
bool append(Isolate& isolate, Handle t, Handle value) {
  ValueArray* a = t.table()->arrayStorage();
  if (a->length == a->capacity()) {
    int64_t key = int64_t{a->length} + 1;
    bool dense;
    if (!growArray(isolate, t, dense)) return false;
    if (!dense) return tableSetInt(isolate, t, key, value);
    a = t.table()->arrayStorage();
  }
  isolate.heap.store(a, &a->slots[a->length], *value);
  a->length++;
  if (!isolate.shapes.of(t.table()).dictionary() || !(dictOf(t.table())->flags & kDictHasElements)) return true;
  if (!absorbFollowing(isolate, t)) return false;
  leaveDictionaryMode(isolate, t.table());
  return true;
}

}  // namespace

bool tableAppend(Isolate& isolate, Handle t, Handle value) {
  if (isolate.shapes.of(t.table()).dictionary()) {
    return tableSetInt(isolate, t, tableLength(isolate, t.table()) + 1, value);
  }
  return append(isolate, t, value);
}

bool tableAppendDense(Isolate& isolate, Handle t, Handle value) {
  ValueArray* a = t.table()->arrayStorage();
  if (a->length == a->capacity()) {
    if (!isDense(a) || !tableReserveArray(isolate, t, grownCapacity(a->capacity()))) return false;
    a = t.table()->arrayStorage();
  }
  isolate.heap.store(a, &a->slots[a->length], *value);
  a->length++;
  return true;
}

bool tableTryAppend(Isolate& isolate, Table* t, Value value) {
  const Shape& shape = isolate.shapes.of(t);
  if (shape.weak() || (shape.dictionary() && (dictOf(t)->flags & kDictHasElements))) return false;
  ValueArray* a = t->arrayStorage();
  if (a->length == a->capacity()) {
    uint32_t wanted = grownCapacity(a->capacity());
    if (wanted > kMaxArrayCapacity || !isDense(a)) return false;
    if (!isolate.heap.tryGrow(a, wanted)) {
      Object* o = isolate.heap.tryAllocate(static_cast<uint8_t>(Kind::kValueArray), wanted, 0);
      if (o == nullptr) return false;
      auto* to = static_cast<ValueArray*>(o);
      for (uint32_t i = 0; i < a->length; i++) heap::initSlot(&to->slots[i], loadSlot(&a->slots[i]));
      to->length = a->length;
      isolate.heap.store(t, &t->array, otherValue(to));
      a = to;
    }
  }
  isolate.heap.store(a, &a->slots[a->length], value);
  a->length++;
  return true;
}

bool tableInitList(Isolate& isolate, Handle t, uint32_t start, const Value* valuesHighToLow, uint32_t count) {
  if (count == 0) return true;
  if (start > kMaxArrayCapacity || count > kMaxArrayCapacity - start) return false;
  // Long constructors arrive in pieces: room grows by more than a piece, so that none is copied too often.
  uint32_t needed = start + count, had = t.table()->arrayStorage()->capacity();
  if (start != 0 && needed > had) needed = std::max(needed, std::min(had + had / 2, kMaxArrayCapacity));
  if (!tableReserveArray(isolate, t, needed)) return false;
  ValueArray* a = t.table()->arrayStorage();
  for (uint32_t i = 0; i < count; i++) heap::initSlot(&a->slots[start + i], valuesHighToLow[-static_cast<int64_t>(i)]);
  isolate.heap.writeBarrierAll(a);
  if (a->length < start + count) {
    a->length = start + count;
    trimArray(a);
  }
  if (!isolate.shapes.of(t.table()).dictionary() || !(dictOf(t.table())->flags & kDictHasIntegers)) return true;
  // A constructor with explicit integer keys before its list: the list wins.
  Dict* d = dictOf(t.table());
  for (uint32_t e = 0; e < d->used; e++) {
    Value key = d->entries[e].key;
    if (!key.isInt() || key.asInt() < 1 || key.asInt() > int64_t{start} + count) continue;
    killEntry(isolate, d, e);
  }
  return absorbFollowing(isolate, t);
}

bool tableSetInt(Isolate& isolate, Handle t, int64_t key, Handle value) {
  ValueArray* a = t.table()->arrayStorage();
  uint64_t i = static_cast<uint64_t>(key) - 1;
  Value v = *value;
  if (i < a->length) {
    isolate.heap.store(a, &a->slots[i], v);
    if (v.isNil() && i + 1 == a->length) trimArray(a);
    return true;
  }
  Shape& s = isolate.shapes.of(t.table());
  if (v.isNil()) {
    if (!s.dictionary()) return true;
    Dict* d = dictOf(t.table());
    uint32_t e = dictFindInteger(d, key);
    if (e != kNoEntry) dictStore(isolate, d, e, v);
    return true;
  }
  if (i == a->length && !s.weak() && i < kMaxArrayCapacity) {
    if (s.dictionary() && (dictOf(t.table())->flags & kDictHasElements)) {
      // A table that was weak has its elements in the dictionary; a removed one comes back in the array part.
      Dict* d = dictOf(t.table());
      uint32_t e = dictFindInteger(d, key);
      if (e != kNoEntry && entryIsLive(d->entries[e])) {
        dictStore(isolate, d, e, v);
        return true;
      }
      if (e != kNoEntry) killEntry(isolate, d, e);
    }
    return append(isolate, t, value);
  }
  Value k = makeInteger(isolate, key);
  if (k.isNil()) return false;
  Rooted keep(isolate, k);
  return dictionarySet(isolate, t, keep, value);
}

// ---- named fields ----

namespace {

/// Makes sure that named slot `slot` exists. MAY COLLECT.
bool reserveSlot(Isolate& isolate, Handle t, uint32_t slot) {
  uint8_t inlineSlots = t.table()->aux;
  if (slot < inlineSlots) return true;
  uint32_t wanted = slot - inlineSlots;
  Value props = t.table()->props;
  uint32_t capacity = props.isNil() ? 0 : as<ValueArray>(props)->capacity();
  if (wanted < capacity) return true;
  ValueArray* to = newArrayStorage(isolate, std::max(kMinProps, std::bit_ceil(wanted + 1)));
  if (to == nullptr) return false;
  if (capacity != 0) {
    const auto* from = as<ValueArray>(t.table()->props);
    for (uint32_t i = 0; i < capacity; i++) heap::initSlot(&to->slots[i], loadSlot(&from->slots[i]));
  }
  isolate.heap.store(t.table(), &t.table()->props, otherValue(to));
  return true;
}

/// A unique table that lost most of its many fields again: it is used as a map, and slots are never given back.
bool isWasteful(Table* t, const Shape& s) {
  if (s.slotCount < kManyFields || !std::has_single_bit(s.slotCount)) return false;
  uint32_t empty = 0;
  for (uint32_t i = 0; i < s.slotCount; i++) empty += namedSlot(t, i)->isNil();
  return empty > s.slotCount / 2;
}

bool addNewField(Isolate& isolate, Handle t, Handle key, Handle value) {
  Shape& s = isolate.shapes.of(t.table());
  uint32_t slot = s.slotCount;
  if (s.unique()) {
    if (slot >= ShapeTable::kMaxUniqueFields || isWasteful(t.table(), s)) return dictionarySet(isolate, t, key, value);
    if (!reserveSlot(isolate, t, slot)) return false;
    isolate.shapes.addUniqueField(s, key.string());
    Table* table = t.table();
    isolate.heap.store(namedSlotHolder(table, slot), namedSlot(table, slot), *value);
    bool isMeta = (s.flags & kIsPrototype) && (key.string()->flags & kMetaNameString);
    return !isMeta || metaFieldChanged(isolate, t, key);
  }
  uint32_t next = isolate.shapes.addField(s, key.string());
  auto asMap = [&] { return value.get().isNil() || dictionarySet(isolate, t, key, value); };
  if (next == 0) return asMap();
  if (!reserveSlot(isolate, t, slot)) return false;
  // The collection may have freed the new shape, which no table had.
  if (slot >= t.table()->aux) next = isolate.shapes.addField(isolate.shapes.of(t.table()), key.string());
  if (next == 0) return asMap();
  Table* table = t.table();
  isolate.heap.store(namedSlotHolder(table, slot), namedSlot(table, slot), *value);
  table->word = next;
  return true;
}

}  // namespace

bool tableSetString(Isolate& isolate, Handle t, Handle key, Handle value) {
  Table* table = t.table();
  Shape& s = isolate.shapes.of(table);
  if (s.dictionary()) return dictionarySet(isolate, t, key, value);
  uint32_t slot = isolate.shapes.find(s, key.string());
  if (slot == ShapeTable::kNone) return value.get().isNil() || addNewField(isolate, t, key, value);
  if (s.unique() && !(loadSlot(namedSlot(table, slot)) == *value)) isolate.shapes.reassign(s, slot);
  isolate.heap.store(namedSlotHolder(table, slot), namedSlot(table, slot), *value);
  if (!(s.flags & kIsPrototype) || !(key.string()->flags & kMetaNameString)) [[likely]]
    return true;
  return metaFieldChanged(isolate, t, key);
}

bool tableSetField(Isolate& isolate, Handle t, Handle key, Handle value) {
  if (value.get().isNil()) {
    Shape& s = isolate.shapes.of(t.table());
    if (s.dictionary() || s.unique()) return tableSetString(isolate, t, key, value);
    if (isolate.shapes.find(s, key.string()) == ShapeTable::kNone) return addNewField(isolate, t, key, value);
  }
  return tableSetString(isolate, t, key, value);
}

bool tableSetName(Isolate& isolate, Handle t, std::string_view name, Handle value) {
  Value key = intern(isolate, name);
  if (key.isNil()) return false;
  Rooted keep(isolate, key);
  return tableSetString(isolate, t, keep, value);
}

bool tableSet(Isolate& isolate, Handle t, Handle key, Handle value) {
  Value k = *key;
  if (k.isInt()) return tableSetInt(isolate, t, k.asInt(), value);
  if (k.isString()) {
    if (asString(k)->interned()) return tableSetString(isolate, t, key, value);
    if (value.get().isNil()) {
      String* known = findInterned(isolate, asString(k));
      if (known == nullptr) return true;
      Rooted keep(isolate, stringValue(known));
      return tableSetString(isolate, t, keep, value);
    }
    Value interned = intern(isolate, k);
    if (interned.isNil()) return false;
    Rooted keep(isolate, interned);
    return tableSetString(isolate, t, keep, value);
  }
  int64_t integer;
  if (k.isDouble() && doubleToInteger(k.asDouble(), integer)) return tableSetInt(isolate, t, integer, value);
  if (value.get().isNil() && !isolate.shapes.of(t.table()).dictionary()) return true;
  return dictionarySet(isolate, t, key, value);
}

FieldPlace fieldPlace(Isolate& isolate, Table* t, String* internedKey) {
  Shape& s = isolate.shapes.of(t);
  if (s.dictionary()) return {FieldPlace::How::kDictionary, 0};
  uint32_t slot = isolate.shapes.find(s, internedKey);
  if (slot == ShapeTable::kNone) return {};
  if (slot < s.inlineCapacity) return {FieldPlace::How::kInline, slot};
  return {FieldPlace::How::kOverflow, slot - s.inlineCapacity};
}

}  // namespace devvm::runtime
