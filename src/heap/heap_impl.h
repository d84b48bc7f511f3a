// The private side of a heap: its spaces, lists and policy.
#pragma once

#include <algorithm>
#include <memory>

#include "heap/allocation_sampler.h"
#include "heap/fixed_space.h"
#include "heap/heap.h"
#include "heap/large_objects.h"
#include "heap/nursery.h"
#include "heap/old_space.h"
#include "heap/sweeper.h"
#include "heap/study/study_collector.h"

namespace devvm::heap {

/// What scanning needs of a KindInfo, packed so that all kinds share few cache lines.
struct KindLayout {
  uint16_t base;
  uint8_t perWord;
  uint8_t perAux;
  uint16_t slotStart;
  enum Scan : uint8_t { kLeaf, kSlots, kCustom } scan : 4, minorScan : 4;
  bool releases;

  size_t size(const Object* o) const {
    size_t n = roundUp8(base + size_t{o->word} * perWord + size_t{o->aux} * perAux);
    return n < kMinObjectBytes ? kMinObjectBytes : n;
  }
};

static_assert(sizeof(KindLayout) == 8);

/// A pause target makes no eden smaller than this.
inline constexpr size_t kLeastEden = size_t{256} << 10;
/// Arrays in old blocks have cards from this size on.
inline constexpr size_t kLeastWithCards = 1024;

/// The address that a moved object left behind.
inline Object* forwardingAddress(const Object* o) {
  return *reinterpret_cast<Object* const*>(reinterpret_cast<const char*>(o) + sizeof(Object));
}
inline void setForwarding(Object* o, Object* to) {
  *reinterpret_cast<Object**>(reinterpret_cast<char*>(o) + sizeof(Object)) = to;
  o->gc |= kForwarded;
}
/// `v` with its pointer replaced.
inline Value withAddress(Value v, const Object* to) {
  return Value::fromBits((v.bits() & ~Value::kPayloadMask) | reinterpret_cast<uint64_t>(to));
}

class MarkingCycle;
class Tracer;

struct HeapImpl {
  HeapImpl(Heap& heap, Embedder& embedder);
  ~HeapImpl();

  // ---- allocation (heap.cpp) ----
  Object* allocateSlow(uint8_t kind, uint32_t word, uint8_t aux, size_t size, Space space);
  Object* allocateNoCollect(uint8_t kind, uint32_t word, uint8_t aux, size_t size, Space space);
  Object* allocateAtOnce(uint8_t kind, uint32_t word, uint8_t aux, size_t size, Space space);
  bool reserve(size_t bytes);
  Object* bump(uint8_t kind, uint32_t word, uint8_t aux, size_t size);
  Object* allocateTenured(uint8_t kind, uint32_t word, uint8_t aux, size_t size, Space space);
  /// Sets the end of the eden after a collection or a change of limits.
  void setEdenEnd();
  /// Where the next allocation has to take the slow path.
  char* quickEnd() const {
    if (heap.options_.moveAlways) return heap.top_;
    return sampler == nullptr || sampler->stop() >= edenLimit ? edenLimit : std::max(sampler->stop(), heap.top_);
  }
  /// Bytes that may still be taken under the limit.
  size_t headroom() const;
  bool fullIsDue() const;
  static size_t blocksToOpen(size_t youngBytes);
  static size_t blocksToCollect(size_t youngBytes);
  bool giveBack(size_t mostBlocks = ~size_t{0});
  void keepReserve();
  bool tryGrow(Object* o, uint32_t word);
  Object* finishTenured(Object* o, size_t size);
  Object* fail();
  Object* allocateOnLoan(uint8_t kind, uint32_t word, uint8_t aux, size_t size, Space space, bool young);
  void stressCollect();

  // ---- barrier ----
  /// Puts an old object into the remembered set, or marks the card of `slot` (null: all cards).
  void remember(Object* o, Value* slot) {
    if (hasCards(o)) {
      markCard(o, slot);
    } else if (o->gc & kNeedsBarrier) {
      o->gc &= static_cast<uint8_t>(~kNeedsBarrier);
      remembered.push(o);
    }
  }

  /// Whether young pointers in an old object are remembered by cards: long arrays, of which only what changed is to be
  /// looked at.
  bool hasCards(const Object* o) const {
    const KindLayout& k = layouts[o->kind];
    if (k.scan != KindLayout::kSlots) return false;
    return (o->gc & kLarge) != 0 || (!(o->gc & kFixed) && k.size(o) >= kLeastWithCards);
  }
  void markCard(Object* o, Value* slot);
  void rememberObject(Object* o) { remember(o, nullptr); }

  // ---- collections ----
  /// False when it could not run: no memory for it, or inside a NoSafepoint.
  bool collect(bool full, const char* reason, bool evacuateAll = false);
  bool makeRoom(size_t wanted, const char* reason);
  bool overLimit() const;
  bool mayBeYoung(const KindLayout& k, size_t size) const;
  void runMinor();
  template <bool kMarking>
  void collectYoung();
  void runFull(bool evacuateAll);
  void releaseDead(bool full);
  // What the heap finds out about itself (tuning.cpp).
  void tuneEden(size_t filled, size_t survived, uint64_t nanos);
  bool nurseryShouldGrow(size_t filled, size_t survived) const;
  void setThreshold(size_t live, const char* reason);
  void tuneGrowth(uint64_t began);
  void sweptAll();
  // Marking in slices (cycle.cpp).
  bool marksInSlices() const;
  bool cycleIsDue() const;
  bool cycleWantsStep() const;
  bool stopsForCycle(size_t size) const;
  size_t cycleNeeds() const;
  bool cycleIsBehind() const;
  void advanceCycle(uint64_t pauseBegan);
  bool advanceMarking(uint64_t pauseBegan);
  void beginCycle();
  void finishCycle();
  bool isYoung(const Object* o) const { return heap.isYoung(o); }
  bool isLive(const Object* o) const { return heap.isLive(o); }
  /// Tells Heap::isLive() what lives: the survivor half being filled, or the mark of a full collection.
  void setLive(uintptr_t toSpace, size_t toBytes, uint8_t bits) {
    heap.toSpaceStart_ = toSpace;
    heap.toSpaceSize_ = toBytes;
    heap.liveBits_ = bits;
  }

  // ---- accounting ----
  size_t edenUsed() const { return static_cast<size_t>(heap.top_ - nursery.edenStart()); }
  size_t youngUsed() const { return edenUsed() + nursery.survivorBytes(); }
  size_t tenuredUsed() const {
    return old.bytesUsed() + fixed.bytesUsed() + large.bytesUsed() + (study != nullptr ? study->used() : 0);
  }

  /// The private side of a heap, for what reports about it.
  static const HeapImpl& of(const Heap& heap) { return *heap.impl_; }
  static HeapImpl& of(Heap& heap) { return *heap.impl_; }
  // Access for the collectors, which are no friends of Heap.
  void setSlides(bool on) { heap.slides_ = on; }
  HeapStats& stats() { return heap.stats_; }
  HeapOptions& options() { return heap.options_; }
  const KindInfo& kind(const Object* o) const { return heap.kinds_[o->kind]; }
  size_t kindCount() const { return heap.kindCount_; }
  bool automatic() const { return heap.automatic_; }
  char* edenTop() const { return heap.top_; }
  size_t sizeOf(const Object* o) const { return layouts[o->kind].size(o); }

  Heap& heap;
  Embedder& embedder;
  Nursery nursery;
  BlockPool pool;
  OldSpace old{pool};
  FixedSpace fixed{pool};
  LargeSpace large;
  Sweeper sweeper{*this};
  KindLayout layouts[256] = {};

  uint8_t& color;  ///< mark bit of live old objects; flipped by each full collection
  Growable<Object*> remembered;
  Growable<Object*> dirtyArrays;  ///< in blocks, with kDirty and set cards
  uint64_t recordedStores = 0;    ///< calls of Heap::remember()
  Growable<Object*> youngRelease, oldRelease;
  void* releaseContext = nullptr;

  Tracer* running = nullptr;            ///< the collector at work
  std::unique_ptr<MarkingCycle> cycle;  ///< the marking in slices that is under way
  size_t cycleBytes = 0;                ///< tenured bytes when it began, which it may have to mark
  size_t cycleRoom = 0;                 ///< bytes that might be allocated from then until it should be over
  size_t cyclePace = 0;                 ///< tenured bytes when it was last advanced
  unsigned cycleLooks = 0;              ///< times that it was almost over
  double edenCost = 0;                  ///< nanoseconds that collecting a byte of eden takes, by and by
  double promotedAtATime = 0;           ///< bytes that a minor collection promotes, by and by
  double markedPerNano = 0.5;           ///< bytes that a slice marks, by and by
  size_t sweptLive = 0;                 ///< tenured + external bytes when the sweeper began, dead ones included
  size_t threshold = 0;                 ///< tenured + external bytes that make a full collection due
  size_t minGrowth = 0;                 ///< growth that is allowed however little is alive; 0: not tuned yet
  uint64_t fullEnded = 0;               ///< nowNanos() at the end of the last full collection that was due
  size_t thresholdGrowth = 0;           ///< of that, beyond what was alive
  size_t freedToMalloc = 0;             ///< bytes of large objects, since it was asked to give pages back
  size_t emergency = 0;                 ///< bytes beyond the limit opened for raising "not enough memory"
  size_t maxNurseryObject = 0;
  size_t systemRoom = ~size_t{0};  ///< most bytes of eden that the system's memory lets us collect
  uint64_t allocatedBefore = 0;    ///< bytes allocated outside the current eden
  unsigned stressCounter = 0, stressCycle = 0;
  std::unique_ptr<StudyCollector> study;       ///< null: the generational collector
  std::unique_ptr<AllocationSampler> sampler;  ///< null: nobody wants samples
  /// Where the eden ends under the limit; heap.end_ is lower when the next allocation must take the slow path.
  char* edenLimit = nullptr;
};

}  // namespace devvm::heap
