// The large-object space: every object has a region of its own, never moves, and, if it is a plain array of slots,
// remembers young pointers by cards of 512 bytes.
#pragma once

#include "heap/block.h"
#include "heap/object.h"

namespace devvm::heap {

inline constexpr size_t kCardBytes = 512;

/// So much memory of regions that were swept is kept at most.
inline constexpr size_t kMostSpare = size_t{32} << 20;

/// Lies right before its object.
struct LargeHeader {
  size_t objectBytes;
  size_t regionBytes;   ///< header, object, room to grow, cards
  uint8_t* cards;       ///< CardBit; null for kinds that are not plain slots
  size_t touchedBytes;  ///< what objects in this region have been written, at most
  uint32_t index;       ///< in the space's table
  bool mapped;          ///< region is its own mapping, else malloc'd
  bool dirty;           ///< some card is set; in the space's dirty list
  bool reused;          ///< what is behind the object need not read as zero
  uint8_t unused;

  Object* object() { return reinterpret_cast<Object*>(this + 1); }
  static LargeHeader* of(const Object* o) { return reinterpret_cast<LargeHeader*>(reinterpret_cast<uintptr_t>(o)) - 1; }
  size_t cardCount() const { return cardsFor(objectBytes); }
  static size_t cardsFor(size_t bytes) { return (bytes + kCardBytes - 1) / kCardBytes; }
  /// What an object here may grow to.
  size_t capacity() const { return static_cast<size_t>(cards - reinterpret_cast<const uint8_t*>(this + 1)); }
};
static_assert(sizeof(LargeHeader) % 8 == 0);

/// Whether addresses are not rationed (`ulimit -v`).
bool spaciousAddresses();

class LargeSpace {
 public:
  LargeSpace() = default;
  ~LargeSpace();
  LargeSpace(const LargeSpace&) = delete;
  LargeSpace& operator=(const LargeSpace&) = delete;

  /// Memory for an object of `bytes`; its cards, if wanted, are clean. *zeroed tells whether it reads as zero.
  /// nullptr when the system has none.
  Object* allocate(size_t bytes, bool withCards, bool* zeroed);
  /// Makes the object `bytes` long, if its region has the room; the new part reads as zero, unless the region is
  /// `reused`; its cards are clean.
  bool grow(LargeHeader* h, size_t bytes);
  /// Card marking: the card of `slot`, or all for nullptr.
  void markCard(Object* o, const Value* slot);
  /// Objects with set cards; taken by the minor collector, which pushes those that stay dirty back.
  Growable<LargeHeader*>& dirty() { return dirty_; }
  /// Frees every object whose mark bit is not `color`. The regions of arrays that may grow are kept until the next
  /// sweep, if they are not many: programs that make a long array often make another one.
  void sweep(uint8_t color) {
    beginSweep();
    while (!sweepSome(color)) {
    }
  }
  size_t bytesSwept() const { return bytesSwept_; }  ///< freed by the last sweep
  /// Of those, what malloc got.
  size_t bytesFreed() const { return bytesFreed_; }
  /// The same in steps, with allocation in between. True: that was the last.
  void beginSweep();
  bool sweepSome(uint8_t color);

  size_t bytesUsed() const { return used_; }
  size_t bytesSpare() const { return spareBytes_; }
  /// So much memory of dead arrays may be kept.
  void setMostSpare(size_t bytes) { mostSpare_ = bytes; }
  Growable<LargeHeader*>& all() { return all_; }

 private:
  void release(LargeHeader* h);
  void retire(LargeHeader* h);
  bool releaseSome();
  LargeHeader* takeSpare(size_t bytes, size_t capacity);
  static size_t usedBy(const LargeHeader* h);

  Growable<LargeHeader*> all_;
  Growable<LargeHeader*> dirty_;
  Growable<LargeHeader*> spare_;
  Growable<LargeHeader*> released_;  // mappings that go back to the system, from their ends
  size_t swept_ = 0;                 // of all_
  size_t bytesSwept_ = 0, bytesFreed_ = 0;
  size_t used_ = 0, spareBytes_ = 0, mostSpare_ = kMostSpare;
};

}  // namespace devvm::heap
