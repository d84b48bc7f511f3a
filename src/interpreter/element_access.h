// Elements outside the array part, where nothing but the table has a say: what GetIndex and SetIndex try before they
// save the interpreter's registers for the slow paths.
#pragma once

#include "runtime/dict.h"
#include "runtime/isolate.h"
#include "runtime/strings.h"
#include "runtime/tables.h"

namespace devvm::interpreter {

using heap::Value;

/// Whether a table keeps the key under its own bits: all but floats, long strings and boxed integers.
inline bool isPlainKey(Value key) {
  return key.isInt() || (key.isString() && runtime::asString(key)->interned()) || key.isTable() || key.isFunction() ||
         key.isBoolean();
}

/// Value under `key`, which the array part does not have; absent() if only the slow path can tell. Does not allocate.
inline Value elementElsewhere(runtime::Isolate& iso, runtime::Table* t, Value key) {
  runtime::Shape& shape = iso.shapes.of(t);
  if (!isPlainKey(key)) {
    if (!key.isString()) return Value::absent();
    // A string that no table has as a key is not interned.
    runtime::String* known = runtime::findInterned(iso, runtime::asString(key));
    if (known == nullptr) return shape.metatable.isNil() ? Value::nil() : Value::absent();
    key = runtime::stringValue(known);
  }
  Value v;
  if (shape.dictionary()) {
    if (key.isInt() && static_cast<uint64_t>(key.asInt()) - 1 < t->arrayStorage()->length) return Value::absent();
    runtime::Dict* d = runtime::as<runtime::Dict>(t->props);
    v = runtime::dictValue(d, runtime::dictFindBits(d, key));
  } else if (key.isString()) {
    uint32_t slot = iso.shapes.find(shape, runtime::asString(key));
    if (slot != runtime::ShapeTable::kNone) v = loadSlot(runtime::namedSlot(t, slot));
  }
  return v.isNil() && !shape.metatable.isNil() ? Value::absent() : v;
}

/// Stores under a key that is not one of the array part, nor the one right behind it, in a table in dictionary mode
/// that has the key, or room for it and no metatable; or in one without fields, which goes to dictionary mode. False:
/// the slow path has to. Never collects.
inline bool storeElsewhere(runtime::Isolate& iso, runtime::Table* t, Value key, Value value) {
  const runtime::Shape& shape = iso.shapes.of(t);
  if (shape.owned() || shape.weak()) return false;
  if (!shape.dictionary()) {
    if (shape.slotCount != 0 || !shape.metatable.isNil() || value.isNil() || !isPlainKey(key) || key.isString()) {
      return false;
    }
    if (key.isInt() && static_cast<uint64_t>(key.asInt()) - 1 <= t->arrayStorage()->length) return false;
    if (!runtime::tableTryStartDictionary(iso, t)) return false;
    runtime::dictAdd(iso, runtime::as<runtime::Dict>(t->props), key, value);
    return true;
  }
  if (!isPlainKey(key)) {
    runtime::String* known = key.isString() ? runtime::findInterned(iso, runtime::asString(key)) : nullptr;
    if (known == nullptr) return false;
    key = runtime::stringValue(known);
  }
  if (key.isInt() && static_cast<uint64_t>(key.asInt()) - 1 <= t->arrayStorage()->length) return false;
  runtime::Dict* d = runtime::as<runtime::Dict>(t->props);
  uint32_t e = runtime::dictFindBits(d, key);
  if (e != runtime::kNoEntry && runtime::entryIsLive(d->entries[e])) {
    runtime::dictStore(iso, d, e, value);
    return true;
  }
  if (!shape.metatable.isNil()) return false;
  if (value.isNil()) return true;
  if (e != runtime::kNoEntry) {
    runtime::dictStore(iso, d, e, value);
    return true;
  }
  if (d->used == d->capacity()) return false;
  runtime::dictAdd(iso, d, key, value);
  return true;
}

}  // namespace devvm::interpreter
