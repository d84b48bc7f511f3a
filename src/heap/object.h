// The object header (one word) and how the collector learns a kind's layout.
//
//    63      56 55     48 47     40 39     32 31                              0
//   +----------+---------+---------+---------+---------------------------------+
//   |  flags   |   aux   |   gc    |  kind   | word: shape id, or a length     |
//   +----------+---------+---------+---------+---------------------------------+
//
// Objects are multiples of 8 bytes and at least 16 long, so that a forwarding address fits behind the header.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "heap/value.h"

namespace devvm::heap {

/// Bits of Object::gc. Only the heap writes them.
enum GcBit : uint8_t {
  kMarked = 1,        ///< reached by the current full collection
  kOld = 2,           ///< not in the nursery
  kNeedsBarrier = 4,  ///< old and not remembered: storing a young pointer must remember the object
  kForwarded = 8,     ///< moved; the word behind the header is the new address
  kAged = 16,         ///< survived one minor collection
  kFixed = 32,        ///< never moves (non-moving or large-object space)
  kLarge = 64,        ///< lives in the large-object space
  kDirty = 128,       ///< an array in an old block with set cards, in HeapImpl::dirtyArrays
};

struct Object {
  uint32_t word;  ///< tables: shape id; others: their length in elements (see KindInfo)
  uint8_t kind;   ///< index into the kind table that the runtime registers
  uint8_t gc;     ///< GcBit
  uint8_t aux;    ///< tables: inline slots; blocks: tag; else the kind's own
  uint8_t flags;  ///< the kind's own
};
static_assert(sizeof(Object) == 8);

/// Slots are read and written through this pair only (relaxed atomics: a concurrent marker may look).
inline Value loadSlot(const Value* slot) {
  return Value::fromBits(__atomic_load_n(reinterpret_cast<const uint64_t*>(slot), __ATOMIC_RELAXED));
}
/// Stores without any barrier: for fresh objects and immediates only; otherwise Heap::store.
inline void initSlot(Value* slot, Value v) {
  __atomic_store_n(reinterpret_cast<uint64_t*>(slot), v.bits(), __ATOMIC_RELAXED);
}

class SlotVisitor;  // heap.h

/// What the collector knows of a kind. An object's size is
///   base + word * perWord + aux * perAux   rounded up to 8 bytes, at least 16 (kMinObjectBytes);
/// its slots are all words from `slotStart` to its end (slotStart 0: no slots), unless `visit` is set.
struct KindInfo {
  const char* name = nullptr;
  uint16_t base = 0;
  uint8_t perWord = 0;
  uint8_t perAux = 0;
  uint16_t slotStart = 0;
  Tag tag = Tag::kOther;
  /// Custom visit: reports every slot (may also report conditional ones, see SlotVisitor). Must not allocate, and must
  /// cope with a body as allocate() leaves it.
  void (*visit)(Object*, SlotVisitor&) = nullptr;
  /// Called once when the object died, to release what it owns outside the heap. Must not touch other objects.
  /// Kinds with `release` are registered at allocation and cost a list entry each.
  void (*release)(Object*, void* context) = nullptr;
  /// With `visit` and `slotStart`: in minor collections the plain scan from slotStart does all that `visit` would do,
  /// and is used instead, being faster.
  bool plainInMinor = false;
};

inline size_t roundUp8(size_t n) { return (n + 7) & ~size_t{7}; }
/// A moved object leaves its header and its new address.
inline constexpr size_t kMinObjectBytes = 16;
/// Bytes of an object of kind `k` with these header fields.
inline size_t objectSize(const KindInfo& k, uint32_t word, uint8_t aux) {
  size_t n = roundUp8(k.base + size_t{word} * k.perWord + size_t{aux} * k.perAux);
  return n < kMinObjectBytes ? kMinObjectBytes : n;
}
inline size_t objectSize(const Object* o, const KindInfo& k) { return objectSize(k, o->word, o->aux); }

}  // namespace devvm::heap
