// JSON values on the heap, and what is done with them without running filters.
//
// null is nil, booleans and numbers are immediate (numbers are always doubles), strings are strings. An array is an
// Array object: slot 0 its length, slot 1 unused, then the elements, perhaps with room behind them. An object is a
// table whose fields are its members in order of insertion, with a mark in place of null. A number whose text says
// more than a double is a block: its double and its text. Values never change once a program can see them twice.
#pragma once

#include <string>
#include <string_view>

#include "runtime/isolate.h"

namespace devvm::jq {

using runtime::Handle;
using runtime::Isolate;
using runtime::Rooted;
using runtime::Value;

inline constexpr uint8_t kLiteralTag = 1, kErrorTag = 2, kBreakTag = 3, kPassingTag = 4;
inline constexpr uint32_t kArrayHead = 2;  ///< slots before the elements
/// null within tables, where nil means absent.
inline Value nullMark() { return Value::light(7); }
inline Value toSlot(Value v) { return v.isNil() ? nullMark() : v; }
inline Value fromSlot(Value v) { return v == nullMark() ? Value::nil() : v; }

enum class Type : uint8_t { kNull, kFalse, kTrue, kNumber, kString, kArray, kObject };

struct Block : runtime::Object {
  Value slots[1];
};
inline Block* asBlock(Value v) { return runtime::as<Block>(v); }
inline bool isArray(Value v) { return v.isOther() && runtime::kindOf(v.asObject()) == runtime::Kind::kArray; }
inline bool isBlock(Value v, uint8_t tag) {
  return v.isOther() && runtime::kindOf(v.asObject()) == runtime::Kind::kBlock && v.asObject()->aux == tag;
}
inline bool isLiteral(Value v) { return isBlock(v, kLiteralTag); }
inline bool isNumber(Value v) { return v.isDouble() || isLiteral(v) || v.isAnyInt(); }
inline double numberOf(Value v) {
  return v.isDouble()   ? v.asDouble()
         : v.isAnyInt() ? static_cast<double>(runtime::integerOf(v))
                        : asBlock(v)->slots[0].asDouble();
}
inline bool isContainer(Value v) { return v.isTable() || isArray(v); }
inline uint32_t arrayLength(Value v) { return static_cast<uint32_t>(asBlock(v)->slots[0].asInt()); }
inline Value arrayAt(Value v, uint32_t i) { return heap::loadSlot(&asBlock(v)->slots[kArrayHead + i]); }

Type typeOf(Value v);
/// "null", "boolean", "number" ...
const char* typeName(Value v);

/// An array of length 0 with room. MAY COLLECT; nil when out of memory (as all that follow).
Value newArray(Isolate& isolate, uint32_t capacity);
/// An array with these elements: `values` need not be roots.
Value arrayOf(Isolate& isolate, const Value* values, uint32_t count);
/// Appends in place if there is room and to a longer copy otherwise; gives the array. `array` must belong to the
/// caller.
Value arrayPush(Isolate& isolate, Handle array, Handle value);
/// A copy with room for `capacity` elements.
Value arrayCopy(Isolate& isolate, Handle array, uint32_t capacity);
void arraySet(Isolate& isolate, Value array, uint32_t i, Value v);
void setLength(Value array, uint32_t length);

Value newObject(Isolate& isolate, uint32_t fields);
/// The member, or absent().
Value member(Isolate& isolate, Value object, runtime::String* key);
Value memberNamed(Isolate& isolate, Value object, std::string_view key);
/// Sets in place. False: out of memory. MAY COLLECT.
bool setMember(Isolate& isolate, Handle object, Handle key, Handle value);
bool setMemberNamed(Isolate& isolate, Handle object, std::string_view key, Handle value);
Value copyObject(Isolate& isolate, Handle object, Value without = Value::nil());
uint32_t memberCount(Isolate& isolate, Value object);
/// Calls f(key, value) in order; no allocation inside.
template <typename F>
void forEachMember(Isolate& isolate, Value object, F f) {
  Value key, value;
  for (uint32_t at = runtime::tableNextAt(isolate, runtime::asTable(object), 0, key, value); !key.isNil();
       at = runtime::tableNextAt(isolate, runtime::asTable(object), at, key, value)) {
    f(key, fromSlot(value));
    if (at == UINT32_MAX) break;
  }
}
/// Keys in order of code points, or as inserted. MAY COLLECT.
Value keysOf(Isolate& isolate, Handle object, bool sorted);

/// The number that a literal text says: a double where that prints the same, else a block. MAY COLLECT.
Value numberFromText(Isolate& isolate, std::string_view text);
Value newBlock(Isolate& isolate, uint8_t tag, Handle a, Handle b);

/// The order of values: null, false, true, numbers, strings, arrays, objects. No allocation.
int compare(Isolate& isolate, Value a, Value b);
bool equals(Isolate& isolate, Value a, Value b);

// ---- text ----
struct WriteOptions {
  int indent = -1;  ///< spaces; -1: on one line
  bool tabs = false;
  bool sortKeys = false;
  bool ascii = false;
  bool colours = false;
};
void writeJson(Isolate& isolate, Value v, const WriteOptions& options, std::string& out);
std::string toJson(Isolate& isolate, Value v);
/// As numbers are printed: 17 significant digits at most, the shortest that read back as the same.
size_t formatNumber(double d, char* out);
void writeString(std::string_view s, bool ascii, std::string& out);
/// "number (1)" or "string (\"abc...\")", as messages name values.
std::string describe(Isolate& isolate, Value v);
/// Sets the colours of JQ_COLORS; false if they are malformed.
bool setColours(const char* specification);

}  // namespace devvm::jq
