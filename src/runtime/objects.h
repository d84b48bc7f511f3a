// Layouts of heap objects. Each is a view of heap::Object; sizes and slots are given by kinds.def.
// Pointers to these are raw: valid only until the next allocation (heap/heap.h).
#pragma once

#include <cstdint>
#include <string_view>

#include "heap/heap.h"
#include "heap/object.h"
#include "heap/value.h"

namespace devvm::runtime {

using heap::loadSlot;
using heap::Object;
using heap::Tag;
using heap::Value;

enum class Kind : uint8_t {
#define KIND(name, ...) k##name,
#include "runtime/kinds.def"
#undef KIND
  kCount
};

struct Code;        // code.h
struct NativeInfo;  // native.h
class Fiber;        // fiber.h
class Isolate;      // isolate.h
struct Shape;       // shape.h

/// word = length in bytes. Bytes follow the hash, then a NUL that does not count.
/// Strings are interned on demand: property keys always are; two interned strings are equal iff identical.
struct String : Object {
  static constexpr uint8_t kInterned = 1, kHashed = 2;  // flags
  uint32_t hash;                                        ///< valid if kHashed
  char bytes[1];
  uint32_t length() const { return word; }
  std::string_view view() const { return {bytes, word}; }
  bool interned() const { return flags & kInterned; }
};

struct WideInt : Object {
  int64_t value;
};

/// Elements 1 .. length of a table. word = capacity; slots from length to capacity are nil.
struct ValueArray : Object {
  uint32_t length;
  uint32_t unused;
  Value slots[1];
  uint32_t capacity() const { return word; }
};

struct DictEntry {
  Value key;  ///< absent() for an entry whose key died; removed entries keep their key with a nil value
  Value value;
};

/// Insertion-ordered hash table: entries in order, then an index of 2 * word u32 (see dict.h).
/// word = entry capacity, a power of two; aux (WeakDict) = weakness.
struct Dict : Object {
  static constexpr uint8_t kRehash = 1;                     // flags: keys moved, the index must be rebuilt before use
  static constexpr uint8_t kWeakKeys = 1, kWeakValues = 2;  // aux
  uint32_t used;                                            ///< entries in use, live or removed
  uint32_t live;                                            ///< entries with a value, an upper bound for weak ones
  uint32_t hint;                                            ///< last position found by next
  uint32_t unused;
  DictEntry entries[1];
  uint32_t capacity() const { return word; }
  uint32_t* index() { return reinterpret_cast<uint32_t*>(entries + word); }
};

/// word = shape id; aux = number of inline slots. Named fields live in slots as the shape says: the first aux
/// inline, the rest in `props` (a ValueArray, or nil). In dictionary mode props is the Dict of all keys.
struct Table : Object {
  Value array;  ///< ValueArray, never nil: the isolate's shared empty one at first
  Value props;
  Value inlineSlots[1];
  static constexpr uint32_t kInlineOffset = 24;  ///< bytes from the object to inlineSlots
  uint32_t shapeId() const { return word; }
  ValueArray* arrayStorage() const { return reinterpret_cast<ValueArray*>(array.asObject()); }
};

struct Cell : Object {
  Value value;
};

/// word = number of upvalues.
struct Closure : Object {
  const Code* code;
  Value prototype;
  Value upvalues[1];  ///< cells, or captured values
};

/// word = number of upvalues.
struct Native : Object {
  const NativeInfo* info;
  Value upvalues[1];
};

struct UserdataClass;  // isolate.h: native type of the payload
/// word = payload bytes, aux = user values. Payload behind the user values.
struct Userdata : Object {
  Value metatable;  ///< table or nil
  const UserdataClass* type;
  Value userValues[1];
  void* payload() { return reinterpret_cast<char*>(this) + 24 + 8 * size_t{aux}; }
};

struct FiberObject : Object {
  Fiber* fiber;  ///< owned
};

struct PrototypeObject : Object {
  Code* code;  ///< owned
};

/// word = length: an open list packed into one slot; Block (aux = tag) and Array share the layout.
struct List : Object {
  Value slots[1];
};

struct Buffer : Object {
  uint8_t bytes[1];
};

inline Kind kindOf(const Object* o) { return static_cast<Kind>(o->kind); }
template <typename T>
T* as(Value v) {
  return reinterpret_cast<T*>(v.asObject());
}
inline String* asString(Value v) { return as<String>(v); }
inline Table* asTable(Value v) { return as<Table>(v); }
inline Value stringValue(const Object* s) { return Value::pointer(Tag::kString, s); }
inline Value tableValue(const Object* t) { return Value::pointer(Tag::kTable, t); }
inline Value functionValue(const Object* f) { return Value::pointer(Tag::kFunction, f); }
inline Value otherValue(const Object* o) { return Value::pointer(Tag::kOther, o); }
inline bool isKind(Value v, Kind k) { return v.isHeap() && kindOf(v.asObject()) == k; }
inline bool isFiber(Value v) { return v.isOther() && kindOf(v.asObject()) == Kind::kFiber; }
inline bool isUserdata(Value v) { return v.isOther() && kindOf(v.asObject()) == Kind::kUserdata; }

}  // namespace devvm::runtime
