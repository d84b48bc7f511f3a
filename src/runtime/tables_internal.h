// Shared by the files that implement tables.h.
#pragma once

#include "runtime/dict.h"
#include "runtime/isolate.h"
#include "runtime/tables.h"

namespace devvm::runtime {

/// Longest array part.
inline constexpr uint32_t kMaxArrayCapacity = 1u << 29;

inline Dict* dictOf(const Table* t) { return reinterpret_cast<Dict*>(t->props.asObject()); }

/// The object that named slot `slot` lies in, for the write barrier.
inline Object* namedSlotHolder(Table* t, uint32_t slot) { return slot < t->aux ? t : t->props.asObject(); }

/// New storage of nils, length 0. MAY COLLECT. nullptr when out of memory.
ValueArray* newArrayStorage(Isolate& isolate, uint32_t capacity);

/// Drops nils from the end of the array part.
inline void trimArray(ValueArray* a) {
  uint32_t n = a->length;
  while (n > 0 && a->slots[n - 1].isNil()) n--;
  a->length = n;
}

/// After the array part grew: takes the elements that follow it from the dictionary (table in dictionary mode with
/// integer keys). MAY COLLECT.
bool absorbFollowing(Isolate& isolate, Handle t);

/// Takes an entry out of the dictionary for good; traversals never look for it again.
void killEntry(Isolate& isolate, Dict* d, uint32_t entry);

/// If the dictionary has nothing left in it: back to slots, where appending is cheaper. To be called only when the
/// table got a new key, so that no traversal looks for removed ones.
void leaveDictionaryMode(Isolate& isolate, Table* t);

/// Store under a normalised key in a table that must keep it in a dictionary. The table may be in any mode. MAY
/// COLLECT.
bool dictionarySet(Isolate& isolate, Handle t, Handle key, Handle value);

/// Moves the elements behind `keep` from the array part to the dictionary. MAY COLLECT.
bool arrayToDictionary(Isolate& isolate, Handle t, uint32_t keep);

/// How many of a set of integer keys fall between powers of two, to choose the size of an array part.
class KeyCensus {
 public:
  void add(int64_t key) {
    if (key >= 1 && key <= int64_t{kMaxArrayCapacity}) count_[slice(static_cast<uint32_t>(key))]++;
  }
  /// All of 1 .. n.
  void addRange(uint32_t n);
  /// The elements 1 .. n that are not nil.
  void addElements(const Value* slots, uint32_t n);
  /// Largest power of two such that more than half of the keys up to it are there; 0 if there is none.
  uint32_t bestSize() const;

 private:
  static unsigned slice(uint32_t key) { return key <= 1 ? 0 : 32u - static_cast<unsigned>(__builtin_clz(key - 1)); }
  uint64_t count_[32] = {};  // slice i: keys in (2^(i-1), 2^i]
};

/// Bits Dict::kWeakKeys and kWeakValues that the metatable's __mode asks for.
uint8_t weaknessOf(Isolate& isolate, Value metatable);
/// Makes the table weak or strong as its metatable says. MAY COLLECT.
bool updateWeakness(Isolate& isolate, Handle t);
/// The value of a metamethod's name changed in a table with kIsPrototype. MAY COLLECT.
bool metaFieldChanged(Isolate& isolate, Handle metatable, Handle key);

}  // namespace devvm::runtime
