// Strings: creation, interning, hashing, comparison.
#pragma once

#include <string_view>

#include "runtime/objects.h"

namespace devvm::runtime {

/// Longest string, in bytes; longer results are the error "string length overflow" / not enough memory.
inline constexpr size_t kMaxString = 0x7FFF'FF00;
/// Flag of interned strings that name a metamethod of metamethods.def.
inline constexpr uint8_t kMetaNameString = 4;

/// New string with these bytes (must not point into the heap). MAY COLLECT. nil when out of memory.
/// Single bytes and the empty string come from a table of interned ones.
Value newString(Isolate& isolate, std::string_view bytes);
/// New uninitialised string of `length` bytes to be filled at once. MAY COLLECT. nil when out of memory.
Value newStringRaw(Isolate& isolate, size_t length);
/// a[from, from+length) as a new string; `source` is a string value and is kept safe. MAY COLLECT.
Value substring(Isolate& isolate, Value source, size_t from, size_t length);
/// The interned string with these bytes. MAY COLLECT (fixed space). nil when out of memory.
Value intern(Isolate& isolate, std::string_view bytes);
/// The interned twin of `string` (itself if interned). MAY COLLECT.
Value intern(Isolate& isolate, Value string);
/// The interned twin if there is one, else nullptr (then it is no key of any table). Never allocates.
String* findInterned(Isolate& isolate, String* string);
String* findInterned(Isolate& isolate, std::string_view bytes);
/// Hash of the bytes, seeded per isolate; cached in the string.
uint32_t stringHash(Isolate& isolate, String* string);

/// Equality by content.
bool stringEquals(const String* a, const String* b);
inline bool stringEqualsFast(const String* a, const String* b) {
  return a == b || (!(a->flags & b->flags & String::kInterned) && a->word == b->word && stringEquals(a, b));
}
/// Order as the reference's strcoll in the C locale: bytewise, embedded zeros allowed. <0, 0, >0.
int stringCompare(const String* a, const String* b);

/// The weak set of interned strings (fixed space), swept in full collections.
class InternTable {
 public:
  InternTable() = default;
  ~InternTable();
  InternTable(const InternTable&) = delete;
  InternTable& operator=(const InternTable&) = delete;
  String* find(std::string_view bytes, uint32_t hash) const;
  void insert(String* s);
  /// Drops the dead: all, or among the next `entries` entries (true: that was all).
  void sweep(heap::Heap& heap) {
    beginSweep();
    sweepSome(heap, capacity_);
  }
  void beginSweep() { swept_ = 0; }
  bool sweepSome(heap::Heap& heap, size_t entries);
  size_t bytes() const { return capacity_ * sizeof(uint64_t); }
  size_t count() const { return count_; }

 private:
  void grow();
  bool resize(size_t capacity);
  /// Address in the low 48 bits, the hash's top 16 above, so that a search seldom looks at a string in vain.
  /// 0: free; kRemoved: once taken.
  uint64_t* slots_ = nullptr;
  size_t capacity_ = 0, count_ = 0, used_ = 0;
  size_t swept_ = 0;
};

}  // namespace devvm::runtime
