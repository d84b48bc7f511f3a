// Raw table access (no metamethods). Lookups never allocate; writers may collect and take the table by Handle.
//
// Invariants that inline code must keep (README.md has the reasons):
//  - The last element of the array part is not nil: storing nil there must go through tableSetInt.
//  - A key is in the array part or in the dictionary, not in both: appending to a table in dictionary mode must go
//    through tableSetInt; a table with a slot shape may be appended to in place while length < capacity.
//  - Weak tables have no array part (capacity 0).
//  - New keys and new values for the names in metamethods.def go through tableSetString on shapes with kIsPrototype.
#pragma once

#include "runtime/handles.h"
#include "runtime/objects.h"
#include "runtime/shape.h"

namespace devvm::runtime {

/// A new empty table with room for elements and fields. MAY COLLECT. nil when out of memory.
Value newTable(Isolate& isolate, uint32_t arrayCapacity = 0, uint32_t fields = 0);

/// The same if the nursery has room at once; nil otherwise. Never collects.
Value tryNewTable(Isolate& isolate, uint32_t arrayCapacity, uint32_t fields);

// ---- lookup: nil if there is no such key ----
Value tableGet(Isolate& isolate, Table* t, Value key);
Value tableGetInt(Isolate& isolate, Table* t, int64_t key);
/// `key` must be interned.
Value tableGetString(Isolate& isolate, Table* t, String* key);
/// By name, for C++ callers: no interning, no allocation.
Value tableGetName(Isolate& isolate, Table* t, std::string_view name);
inline Value arrayElement(const Table* t, uint64_t index1) {  // nil outside
  ValueArray* a = t->arrayStorage();
  return index1 - 1 < a->length ? loadSlot(&a->slots[index1 - 1]) : Value::nil();
}

// ---- stores: false when out of memory. Keys must be neither nil nor NaN. MAY COLLECT. ----
// Float keys with integral values are normalised to integers; string keys are interned.
bool tableSet(Isolate& isolate, Handle t, Handle key, Handle value);
bool tableSetInt(Isolate& isolate, Handle t, int64_t key, Handle value);
bool tableSetString(Isolate& isolate, Handle t, Handle internedKey, Handle value);
/// The same as programs assign fields by name: nil where there is none makes an empty field of tables that share their
/// shape, so that objects have the same shape whichever of their fields are nil at first.
bool tableSetField(Isolate& isolate, Handle t, Handle internedKey, Handle value);
bool tableSetName(Isolate& isolate, Handle t, std::string_view name, Handle value);

/// A border, as the reference's luaH_getn: for an array without holes its length.
int64_t tableLength(Isolate& isolate, Table* t);
/// Next entry after `key` (nil: first). On success stores key and value; at the end stores nil in both.
/// False if `key` is not in the table ("invalid key to 'next'"). Never allocates. Order: elements 1 .. n of the
/// array part, then the other keys by insertion. Entries set to nil during a traversal stay findable.
bool tableNext(Isolate& isolate, Table* t, Value key, Value& outKey, Value& outValue);
/// Iterates by position, as the fast path of pairs: position 0 first; UINT32_MAX at the end. A position is only
/// meaningful until the table gets a new key.
uint32_t tableNextAt(Isolate& isolate, Table* t, uint32_t position, Value& outKey, Value& outValue);

/// The metatable of a table, or nil.
inline Value tableMetatable(Isolate& isolate, Table* t);  // isolate.h
/// Sets (nil removes) the metatable: changes the shape; makes the table weak or strong as __mode says; registers it
/// for finalization if there is a __gc. MAY COLLECT. False: out of memory.
bool tableSetMetatable(Isolate& isolate, Handle t, Handle metatable);
/// The same for the usual case: an object gets its class, which is known to be neither weak nor finalizing. False:
/// nothing was done. Never collects.
bool tableSetClass(Isolate& isolate, Table* t, Value metatable);
/// Gives the table a unique shape (globals, modules, metatables, __index tables), or, if it is in dictionary mode, a
/// dictionary shape of its own; `prototype` adds kIsPrototype. True if the shape is a unique one. MAY COLLECT.
bool tableMakeUnique(Isolate& isolate, Handle t, bool prototype);
/// Metamethod `m` of a metatable (nil if it has none), with the absence cached in its shape.
Value metamethodOf(Isolate& isolate, Value metatable, Meta m);
/// The metatable of any value (tables, userdata, basic types), or nil.
Value metatableOf(Isolate& isolate, Value v);
inline Value metamethod(Isolate& isolate, Value v, Meta m) {
  Value mt = metatableOf(isolate, v);
  return mt.isNil() ? mt : metamethodOf(isolate, mt, m);
}

/// Where a string-keyed own field lives; for inline caches.
struct FieldPlace {
  enum class How : uint8_t { kNone, kInline, kOverflow, kDictionary } how = How::kNone;
  uint32_t slot = 0;  ///< inline: slot index; overflow: index in props
};
/// Where the named field in slot `slot` lies (tables that are not in dictionary mode).
inline Value* namedSlot(Table* t, uint32_t slot) {
  return slot < t->aux ? &t->inlineSlots[slot]
                       : &reinterpret_cast<ValueArray*>(t->props.asObject())->slots[slot - t->aux];
}
FieldPlace fieldPlace(Isolate& isolate, Table* t, String* internedKey);
inline Value* fieldSlot(Table* t, FieldPlace p) {
  return p.how == FieldPlace::How::kInline ? &t->inlineSlots[p.slot]
                                           : &reinterpret_cast<ValueArray*>(t->props.asObject())->slots[p.slot];
}

/// Grows the array part to hold `capacity` elements at least. MAY COLLECT. False: out of memory.
bool tableReserveArray(Isolate& isolate, Handle t, uint32_t capacity);
/// Stores a value that is not nil at length + 1. MAY COLLECT. False: out of memory.
bool tableAppend(Isolate& isolate, Handle t, Handle value);
/// The same for a table without elements in a dictionary, which it stays. False, and nothing has changed: some would go
/// there, or there is no memory (then Isolate::failure says so). MAY COLLECT.
bool tableAppendDense(Isolate& isolate, Handle t, Handle value);
/// Stores a value that is not nil at length + 1 of a table without elements in a dictionary, if that takes no
/// collection. False: nothing was done.
bool tableTryAppend(Isolate& isolate, Table* t, Value value);
/// Gives a table without fields an empty dictionary, if the nursery has room for a small one at once: what stores keys
/// that are neither names nor elements would start with. False: nothing was done. Never collects.
bool tableTryStartDictionary(Isolate& isolate, Table* t);
/// Elements start + 1 .. start + count of a table under construction; value i lies at valuesHighToLow[-i], in slots
/// that the collector visits (a fiber's stack). Positional nils become holes; the length ends at the last element that
/// is not nil. MAY COLLECT. False: out of memory.
bool tableInitList(Isolate& isolate, Handle t, uint32_t start, const Value* valuesHighToLow, uint32_t count);

// ---- conversions ----
/// Goes to dictionary mode; `weak`: as the metatable's __mode says, array part included. Removed fields stay findable
/// and positions of tableNextAt stay valid. MAY COLLECT. False: out of memory.
bool tableToDictionary(Isolate& isolate, Handle t, bool weak);

// ---- collector hooks (kinds.def) ----
void visitTable(Object* o, heap::SlotVisitor& v);
void visitDict(Object* o, heap::SlotVisitor& v);
void visitWeakDict(Object* o, heap::SlotVisitor& v);

}  // namespace devvm::runtime
