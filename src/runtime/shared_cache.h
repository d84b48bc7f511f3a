// The inline caches' common second level: what sites with more shapes than their cells have ways share, by shape and
// key (the megamorphic stub cache of Self and V8). It holds no references: every collection empties it.
#pragma once

#include <cstddef>
#include <cstring>

#include "runtime/code.h"

namespace devvm::runtime {

class SharedCache {
 public:
  /// The way to `key` from tables of the shape, or null. `epoch`: ShapeTable::prototypeEpoch.
  const CacheWay* find(uint32_t shape, Value key, uint32_t epoch) const {
    const Entry& e = entries_[index(shape, key)];
    return e.way.shape == shape && e.key == key.bits() && e.epoch == epoch ? &e.way : nullptr;
  }
  void add(Value key, uint32_t epoch, const CacheWay& way) {
    entries_[index(way.shape, key)] = {key.bits(), epoch, way};
    used_ = true;
  }
  /// Shapes die and keys move in collections.
  void clear() {
    if (!used_) return;
    std::memset(static_cast<void*>(entries_), 0, sizeof entries_);
    used_ = false;
  }

  // For machine code, which looks here by itself.
  static constexpr unsigned kBits = 9, kKeyShift = 4;
  static constexpr uint32_t kShapeFactor = 0x85EB'CA6B, kMixFactor = 0x9E37'79B1;
  struct Layout {
    int entries, entryBytes, key, epoch, way;  ///< offsets in bytes: in the cache, and in an entry
  };
  static constexpr Layout layout();

 private:
  struct Entry {
    uint64_t key = 0;
    uint32_t epoch = 0;
    CacheWay way;
  };
  static size_t index(uint32_t shape, Value key) {
    auto mixed = (static_cast<uint32_t>(key.bits() >> kKeyShift) ^ shape * kShapeFactor) * kMixFactor;
    return mixed >> (32 - kBits);
  }
  Entry entries_[size_t{1} << kBits] = {};
  bool used_ = false;
};

constexpr SharedCache::Layout SharedCache::layout() {
  return {offsetof(SharedCache, entries_), sizeof(Entry), offsetof(Entry, key), offsetof(Entry, epoch),
          offsetof(Entry, way)};
}

}  // namespace devvm::runtime
