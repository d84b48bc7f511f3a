// Dictionaries: the insertion-ordered hash tables behind tables in dictionary mode (struct Dict in objects.h).
//
// Keys are compared by their bits: strings are interned, floats with integral values were normalised before, -0.0 and
// NaN never come here. Only boxed integers are compared by value. The hash of a key is that of its bits, so objects
// hash by address: a collection that moves a key sets Dict::kRehash, and the next access rebuilds the index.
//
// An entry is live if its value is not nil. A removed entry keeps its key, so that traversals find their place; when
// only the entry knows the key, a collection clears it (nil or absent): then the entry is dead for good. Entries leave
// only when a full dictionary must take a new key (tables.cpp).
#pragma once

#include "runtime/numbers.h"
#include "runtime/objects.h"

namespace devvm::runtime {

inline constexpr uint32_t kNoEntry = UINT32_MAX;
/// More flags of Dict beside kRehash.
inline constexpr uint8_t kDictHasIntegers = 2;     ///< some entry may have an integer key
inline constexpr uint8_t kDictHasElements = 8;     ///< some of them may be positive: an element of a list
inline constexpr uint8_t kDictHasMovableKeys = 4;  ///< some key may be an object that moves
inline constexpr uint32_t kMinDictCapacity = 4, kMaxDictCapacity = 1u << 27;

/// The low bits of a product know only the low bits of its factors, where floats have zeros: so high ones are added.
inline uint32_t dictHashBits(uint64_t bits) {
  uint64_t product = bits * 0x9E37'79B9'7F4A'7C15;
  return static_cast<uint32_t>(product >> 32) ^ static_cast<uint32_t>(product >> 47);
}
inline uint32_t dictHash(Value key) {
  return dictHashBits(key.isWideInt() ? static_cast<uint64_t>(integerOf(key)) : key.bits());
}

/// Fills the index again from the entries. Does not allocate.
void dictRebuildIndex(Dict* d);

/// Entry with exactly these key bits, or kNoEntry. For all keys but boxed integers.
inline uint32_t dictFindBits(Dict* d, Value key) {
  if (d->flags & Dict::kRehash) [[unlikely]]
    dictRebuildIndex(d);
  const uint32_t* index = d->index();
  uint32_t mask = d->word * 2 - 1, hash = dictHashBits(key.bits());
  for (uint32_t i = hash & mask;; i = (i + 1) & mask) {
    uint32_t word = index[i];
    if (((word ^ hash) & ~mask) == 0) {
      uint32_t e = (word & mask) - 1;
      if (word == 0) return kNoEntry;
      if (d->entries[e].key == key) return e;
    } else if (word == 0) {
      return kNoEntry;
    }
  }
}
/// Entry with the integer `i` as key, or kNoEntry.
uint32_t dictFindInteger(Dict* d, int64_t i);
/// Entry with this (normalised) key, or kNoEntry.
inline uint32_t dictFind(Dict* d, Value key) {
  return key.isWideInt() ? dictFindInteger(d, integerOf(key)) : dictFindBits(d, key);
}
/// Value of an entry as programs see it: nil if there is none or it is removed.
inline Value dictValue(Dict* d, uint32_t entry) {
  if (entry == kNoEntry) return Value::nil();
  Value v = heap::loadSlot(&d->entries[entry].value);
  return v.isAbsent() ? Value::nil() : v;
}

inline bool entryIsLive(const DictEntry& e) { return !e.value.isNil() && !e.value.isAbsent(); }
inline bool entryIsDead(const DictEntry& e) { return e.key.isNil() || e.key.isAbsent(); }

/// Smallest allowed capacity for so many entries; 0 if there is none.
uint32_t dictCapacityFor(uint64_t entries);
/// A new dictionary; `weakness` 0: an ordinary one, else bits Dict::kWeakKeys, kWeakValues. MAY COLLECT. nullptr when
/// out of memory.
Dict* newDict(Isolate& isolate, uint32_t capacity, uint8_t weakness);
/// Appends an entry for a key that has none, to a dictionary that has room (used < capacity). A nil value makes a
/// removed entry. Does not allocate.
void dictAdd(Isolate& isolate, Dict* d, Value key, Value value);
/// Stores in an existing entry; nil removes it.
void dictStore(Isolate& isolate, Dict* d, uint32_t entry, Value value);
/// Moves all live entries to the front and forgets the others. Does not allocate.
void dictCompact(Isolate& isolate, Dict* d);
/// Number of live entries, exact also for weak dictionaries.
uint32_t dictCountLive(Dict* d);

}  // namespace devvm::runtime
