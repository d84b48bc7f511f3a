// The heap of one isolate: allocation, write barrier, roots, collections, accounting.
//
// Two generations: a bump-allocated nursery whose survivors are copied (aged once, then promoted), and an old
// generation of blocks and lines (Blackburn & McKinley, "Immix", PLDI 2008), with large-object and non-moving spaces.
// Objects move at every allocation that may collect: C++ keeps raw pointers only where nothing allocates and
// Rooted<> / handles elsewhere. One mutator thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "heap/object.h"
#include "heap/value.h"

namespace devvm::heap {

class Heap;
struct HeapImpl;  // spaces and collectors, private to src/heap

/// Passed to KindInfo::visit and root visitors. Each call may update the slot. The pointers must stay valid until the
/// collection ends (they lie in the visited object or in memory of the embedder that does not move meanwhile).
class SlotVisitor {
 public:
  /// A strong slot holding any Value.
  void slot(Value* s) {
    if (interesting(loadSlot(s))) visitSlots(s, 1);
  }
  /// `count` strong slots in a row.
  void slots(Value* first, size_t count) { visitSlots(first, count); }
  /// A strong slot holding an untagged object pointer (may be null).
  void pointer(Object** p) {
    if (*p != nullptr) visitPointer(p);
  }
  /// Weak slot: if its target dies, it becomes Value::nil(); never keeps anything alive. Cleared before finalizers
  /// are chosen, as Lua clears weak values: a resurrected target is gone from it too.
  void weakSlot(Value* s) {
    if (interesting(loadSlot(s))) visitWeak(s);
  }
  /// Ephemeron: value is alive only if key is alive; if the key dies both become Value::absent(). A key that is no
  /// heap pointer is always alive. Cleared after finalizers were chosen: a resurrected key keeps its entry.
  void ephemeron(Value* key, Value* value) { visitEphemeron(key, value); }
  /// Entry with weak key and weak value: neither keeps anything alive; both become Value::absent() when the value is
  /// dead before finalizers are chosen or the key is dead after.
  void weakPair(Value* key, Value* value) { visitWeakPair(key, value); }
  /// The whole weak container `owner` (kind with custom visit): Embedder::clearWeak is called for it after marking.
  void deferWeak(Object* owner) { visitDeferred(owner); }

  /// True in a minor collection (only young objects matter).
  bool minor() const { return minor_; }
  /// True when nothing may be observed to die (minor collections while Heap::automatic() is off). Weak slots,
  /// ephemerons and weak pairs are then strong by themselves; an embedder's visitRoots must report the objects on its
  /// finalizer lists as strong, and custom visits must report strongly what they would leave to deferWeak().
  bool keepsWeak() const { return keepsWeak_; }
  /// False when no object gets another address by this visit.
  bool moves() const { return moves_; }
  virtual ~SlotVisitor() = default;

 protected:
  virtual void visitSlots(Value* first, size_t count) = 0;
  virtual void visitPointer(Object** p) = 0;
  virtual void visitWeak(Value* s) = 0;
  virtual void visitEphemeron(Value* key, Value* value) = 0;
  virtual void visitWeakPair(Value* key, Value* value) = 0;
  virtual void visitDeferred(Object* owner) = 0;
  /// A heap pointer into the range that the running collection is about (all of memory in a full one).
  bool interesting(Value v) const {
    return v.isHeap() && reinterpret_cast<uintptr_t>(v.asObject()) - rangeStart_ < rangeSize_;
  }
  uintptr_t rangeStart_ = 0;
  uintptr_t rangeSize_ = ~uintptr_t{0};
  bool minor_ = false;
  bool keepsWeak_ = false;
  bool moves_ = true;
};

/// The steps in which a collection takes leave of dead objects, in this order (those of Lua 5.4's atomic phase).
/// Marking and the ephemeron fixpoint are complete before each.
enum class WeakPhase : uint8_t {
  /// Weak slots whose targets are dead were just set to nil. clearWeak: drop entries with dead *values*.
  kBeforeFinalizers,
  /// processWeak only: find the dead objects that have finalizers, first all of them by isLive(), then resurrect()
  /// each (in that order, so that one that is reachable from another is finalized too). No clearWeak in this phase.
  kFinalizers,
  /// Everything resurrected is marked. Ephemerons with dead keys, and weak slots first seen while resurrecting, were
  /// just cleared. clearWeak: drop entries with dead keys or dead values and forward() the others. processWeak: the
  /// embedder's own weak tables (interned strings, finalizer lists).
  kAfterFinalizers,
};

/// A decision of the heap about itself, with what it was made of. Fields that the kind does not have are 0.
struct Tuning {
  enum Kind : uint8_t {
    kEden,       ///< resized
    kThreshold,  ///< when the old generation is collected next
    kCycle,      ///< a marking in slices begins
  } kind;
  size_t from, to;    ///< bytes; kCycle: in use, and those that it is expected to take until it is over
  unsigned survival;  ///< kEden: percent of the eden that survived
  uint64_t nanos;  ///< kEden: what collecting an eden of the old size is expected to take; kCycle: what marking takes
  const char* reason;
};

/// What the collector asks of the embedder (the runtime). All calls happen inside a collection: no allocation.
/// A full collection decides about young and old objects at once, so that one cycle sees one order of death.
class Embedder {
 public:
  virtual ~Embedder() = default;
  /// Reports all strong roots. `minor`: roots that cannot have changed since the last collection may be left out
  /// only if they were reported then and their targets were old. May be called outside collections by verify() and
  /// forEachObject() with a visitor that changes nothing.
  virtual void visitRoots(SlotVisitor& v, bool minor) = 0;
  /// Called once in each phase of every collection, also in minor ones (minor == true; old objects count as alive).
  /// `heap.isLive(object)` tells whether it survives; `heap.forwarded(object)` its new address.
  virtual void processWeak(Heap& heap, WeakPhase phase, bool minor) = 0;
  /// Weak containers handed to deferWeak() (the owner's address is the new one), see WeakPhase.
  virtual void clearWeak(Heap& heap, Object* owner, WeakPhase phase, bool minor) = 0;
  /// Bytes that the isolate owns outside the heap (stacks, code, tables), for the limit. Must be cheap.
  virtual size_t externalBytes() const = 0;
  /// Objects that died wait for their finalizers, which the embedder will run as soon as it can.
  virtual bool awaitsFinalizers() const { return false; }
  /// Events: a collection begins/ends (see events.def); reason is a static string.
  virtual void collectionEvent(bool begin, bool full, const char* reason) = 0;
  /// Events: the heap adapted itself.
  virtual void tuned(const Tuning&) {}
  /// After the end of a marking in slices, if processWeak left the embedder's own tables of weak references to leaves
  /// (interned strings) as they were: drops what is not isLive() among the next `entries` entries. True: that was all.
  /// Until then the memory of the dead is not used again, and what is looked up must be kept with Heap::revive().
  virtual bool sweepTables(Heap&, size_t /*entries*/) { return true; }
};

/// Which collector a heap has: ours, or one of the textbook's for comparison (src/heap/study), for interpreted
/// programs.
enum class CollectorChoice : uint8_t { kGenerational, kStudyMarkSweep, kStudySemispace, kStudyMarkCompact };

struct HeapOptions {
  size_t nurseryBytes = 4u << 20;  ///< eden at first
  size_t mostNurseryBytes = 0;     ///< the eden grows up to here while much of it survives; 0: it never grows
  size_t limitBytes = 0;           ///< 0: none; heap + external bytes
  unsigned growthPercent = 200;    ///< full collection when old bytes reach live * this / 100
  bool moveAlways = false;         ///< collect and move everything at every allocation (every `stressInterval`-th)
  unsigned stressInterval = 1;
  bool verify = false;  ///< verify the heap after every collection
  /// Pauses should not be longer, in nanoseconds: the old generation is marked in slices when marking it at once would
  /// take more. 0: always at once.
  uint64_t pauseTarget = 0;
  CollectorChoice collector = CollectorChoice::kGenerational;
  bool markAlways = false;  ///< stress: a marking in slices begins whenever none is under way, with small slices
};

/// The steps of a collection, see docs/collector.md.
enum class CollectorPhase : uint8_t { kRoots, kRemembered, kTrace, kMark, kWeak, kRelease, kSweep, kCount };
/// Name of a phase, for logs.
const char* collectorPhaseName(CollectorPhase phase);

struct HeapStats {
  uint64_t minorCollections = 0, fullCollections = 0;
  uint64_t cycles = 0;          ///< markings in slices that came to their end
  uint64_t bytesAllocated = 0;  ///< ever, in objects
  uint64_t bytesPromoted = 0;
  uint64_t bytesCopied = 0;  ///< moved by collections, promotion included
  uint64_t bytesMarked = 0;  ///< found alive by full collections and cycles
  uint64_t nanosMinor = 0, nanosFull = 0, longestPause = 0;
  uint64_t phaseNanos[static_cast<size_t>(CollectorPhase::kCount)] = {};  ///< of both kinds of collection
};

enum class Space : uint8_t {
  kNursery,  ///< the default; large objects go to the large-object space by themselves
  kOld,      ///< known to live long
  kFixed,    ///< never moves: shapes, prototypes, interned strings, what code names
};

class Heap {
 public:
  Heap(const HeapOptions& options, Embedder& embedder, const KindInfo* kinds, size_t kindCount);
  ~Heap();
  Heap(const Heap&) = delete;
  Heap& operator=(const Heap&) = delete;

  /// Allocates an object of `kind`, header set (gc bits by the heap), body zeroed except that every slot is nil for
  /// kinds with slotStart != 0. MAY COLLECT. nullptr when the limit is exceeded even after a full collection
  /// (the caller raises "not enough memory"); the heap stays sound, and a small reserve is then opened so that raising
  /// the error can allocate. Until the next call that may collect, the fresh object may be filled by initSlot
  /// without barriers, whatever space it came to lie in.
  Object* allocate(uint8_t kind, uint32_t word, uint8_t aux, Space space = Space::kNursery) {
    const KindInfo& k = kinds_[kind];
    size_t size = objectSize(k, word, aux);
    if (space == Space::kNursery && k.release == nullptr) {
      char* p = top_;
      if (size <= static_cast<size_t>(end_ - p) && size <= maxNurseryObject_) [[likely]] {
        top_ = p + size;
        return initialize(p, k, kind, word, aux, size, 0);
      }
    }
    return allocateSlow(kind, word, aux, size, space);
  }
  /// A nursery object of a fixed-size kind without slots, body not set; nullptr if that would need a collection.
  Object* tryAllocate(uint8_t kind, size_t size) {
    char* p = top_;
    if (size > static_cast<size_t>(end_ - p)) return nullptr;
    top_ = p + size;
    auto* o = reinterpret_cast<Object*>(p);
    o->word = 0;
    o->kind = kind;
    o->gc = o->aux = o->flags = 0;
    return o;
  }
  /// As allocate() in the nursery, if that has room at once; nullptr otherwise. Never collects.
  Object* tryAllocate(uint8_t kind, uint32_t word, uint8_t aux) {
    const KindInfo& k = kinds_[kind];
    size_t size = objectSize(k, word, aux);
    char* p = top_;
    if (k.release != nullptr || size > static_cast<size_t>(end_ - p) || size > maxNurseryObject_) return nullptr;
    top_ = p + size;
    return initialize(p, k, kind, word, aux, size, 0);
  }
  /// Makes room for so many bytes of small objects in the nursery: the next tryAllocate() of them will do. MAY COLLECT.
  /// False: no memory for them, as for allocate().
  bool reserve(size_t bytes);
  /// As allocate() but never collects: may exceed the limit; nullptr only when the system has no memory.
  Object* allocateNoCollect(uint8_t kind, uint32_t word, uint8_t aux, Space space = Space::kNursery);

  /// Lengthens an object to the size that `word` stands for, in place: true if that was possible. The new slots are
  /// nil, raw bytes zero. Never collects, never moves anything. Large objects have room behind them as a rule, others
  /// never: try this before copying a long array to a longer one.
  bool tryGrow(Object* o, uint32_t word);

  // ---- stores ----
  /// Stores `v` in a slot of `holder` with the barriers that the collector needs.
  void store(Object* holder, Value* slot, Value v) {
    if (markingActive_) [[unlikely]]
      markingBarrier(holder, loadSlot(slot), v);
    initSlot(slot, v);
    if (v.isHeap() && (holder->gc & kNeedsBarrier) && isYoung(v.asObject())) [[unlikely]]
      remember(holder, slot);
  }
  /// Whether storing v into a slot of `holder` takes more than writing the slot. Only old objects need any barrier:
  /// young ones are scanned whole by minor collections and when a marking begins.
  bool needsStoreBarrier(const Object* holder, Value v) const {
    return (holder->gc & kNeedsBarrier) != 0 && (markingActive_ || (v.isHeap() && isYoung(v.asObject())));
  }
  /// To be called when many slots of `holder` were written by initSlot.
  void writeBarrierAll(Object* holder) {
    if (holder->gc & kNeedsBarrier) [[unlikely]]
      remember(holder, nullptr);
  }
  /// True while the old generation is being marked in slices and stores have to tell.
  bool markingActive() const { return markingActive_; }
  /// Where machine code finds what the barrier above asks.
  static int nurseryStartOffset();
  static int nurserySizeOffset();
  static int markingOffset();
  bool isYoung(const Object* o) const { return reinterpret_cast<uintptr_t>(o) - nurseryStart_ < nurserySize_; }

  // ---- collections ----
  /// MAY MOVE EVERYTHING. reason: static string for events.
  void collectMinor(const char* reason);
  void collectFull(const char* reason);
  /// Polls whether a collection is due (after external memory grew, say).
  void pollCollection();
  /// collectgarbage("stop"/"restart"): off means that only the limit triggers full collections, and that minor ones
  /// let nothing observably die (SlotVisitor::keepsWeak).
  void setAutomatic(bool on);
  bool automatic() const { return automatic_; }

  // ---- during Embedder::processWeak / clearWeak ----
  // The slots of weak containers may hold old addresses then; forwarded() must be called on live ones only.
  /// Whether it survives the running collection.
  bool isLive(const Object* o) const {
    uint8_t gc = o->gc;
    if (gc & kForwarded) return true;
    bool survivor = reinterpret_cast<uintptr_t>(o) - toSpaceStart_ < toSpaceSize_;
    if (liveBits_ != 0) return (gc & (kOld | kMarked)) == liveBits_ || survivor;  // full, or the end of a cycle
    return !isYoung(o) || survivor;
  }
  /// Whether this is the end of a marking in slices: young objects live on where they are.
  bool keepsYoung() const { return liveBits_ != 0 && toSpaceSize_ != 0; }
  /// Its address afterwards (the same if it did not move), known from kAfterFinalizers on. It need not be there yet:
  /// outside of minor collections only the old address may be looked at.
  Object* forwarded(Object* o) const {
    if (slides_) [[unlikely]]
      return slidTo(o);
    return o->gc & kForwarded ? *reinterpret_cast<Object**>(reinterpret_cast<char*>(o) + sizeof(Object)) : o;
  }
  /// Keeps an object without references alive that was found in a table which sweepTables() did not come by yet.
  void revive(Object* leaf) {
    if ((leaf->gc & kMarked) != color_) [[unlikely]]
      leaf->gc = static_cast<uint8_t>(leaf->gc ^ kMarked);
  }
  /// In phase kFinalizers only: makes the object in *slot and all it reaches alive, and updates the slot.
  void resurrect(Value* slot);

  // ---- accounting ----
  size_t bytesInUse() const;      ///< live and not yet collected objects, bytes
  size_t bytesCommitted() const;  ///< memory taken from the system for spaces
  size_t limit() const { return options_.limitBytes; }
  void setLimit(size_t bytes);
  /// Tells that what Embedder::externalBytes() returns changed by `delta`. Never collects; a large growth makes the
  /// next allocation (or pollCollection) collect. False: over the limit now; the caller may collectFull() and ask
  /// again with delta 0, then raise "not enough memory".
  bool adjustExternal(ptrdiff_t delta);
  HeapStats stats() const;
  HeapOptions& options() { return options_; }

  /// Checks every object and root: kinds, pointers into live spaces, barrier invariant. Empty string if sound.
  std::string verify();
  /// Calls `f` for every live object (after a full collection). No allocation inside.
  void forEachObject(const std::function<void(Object*)>& f);

  /// Passed to KindInfo::release. The destructor of the heap releases all objects that are left.
  void setReleaseContext(void* context);

  /// While > 0 an attempt to collect aborts in debug builds (see NoSafepoint).
  unsigned noSafepoint = 0;

  // ---- for compiled code: where the bump pointer and the end of its room lie ----
  static int topOffset();
  static int endOffset();

 private:
  friend struct HeapImpl;
  Object* initialize(char* p, const KindInfo& k, uint8_t kind, uint32_t word, uint8_t aux, size_t size, uint8_t gc) {
    auto* o = reinterpret_cast<Object*>(p);
    o->word = word;
    o->kind = kind;
    o->gc = gc;
    o->aux = aux;
    o->flags = 0;
    auto* w = reinterpret_cast<uint64_t*>(p);
    size_t words = size / 8, start = k.slotStart ? k.slotStart / 8u : words;
    for (size_t i = 1; i < start; i++) w[i] = 0;
    for (size_t i = start; i < words; i++) w[i] = Value::kNilBits;
    return o;
  }
  Object* allocateSlow(uint8_t kind, uint32_t word, uint8_t aux, size_t size, Space space);
  void remember(Object* holder, Value* slot);
  Object* slidTo(Object* o) const;
  void markingBarrier(const Object* holder, Value old, Value v);

  char* top_ = nullptr;  // bump pointer of the nursery
  char* end_ = nullptr;
  uintptr_t nurseryStart_ = 0;
  size_t nurserySize_ = 0;
  size_t maxNurseryObject_ = 0;
  uintptr_t toSpaceStart_ = 0;  // minor collection running: where survivors are copied to
  size_t toSpaceSize_ = 0;
  uint8_t liveBits_ = 0;     // full collection, or the end of a cycle: kOld and the mark bit of live objects
  uint8_t color_ = kMarked;  // mark bit of live old objects; flipped by each full collection
  bool markingActive_ = false;
  bool slides_ = false;  // new addresses are known, but nothing has moved yet (study/mark_compact.cpp)
  bool automatic_ = true;
  const KindInfo* kinds_;
  size_t kindCount_;
  HeapOptions options_;
  HeapStats stats_;
  HeapImpl* impl_;
};

/// Debug check that nothing in scope collects; raw pointers are safe inside.
class NoSafepoint {
 public:
  explicit NoSafepoint(Heap& heap) : heap_(heap) { heap_.noSafepoint++; }
  ~NoSafepoint() { heap_.noSafepoint--; }
  NoSafepoint(const NoSafepoint&) = delete;
  NoSafepoint& operator=(const NoSafepoint&) = delete;

 private:
  Heap& heap_;
};

}  // namespace devvm::heap
