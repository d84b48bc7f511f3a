// What the two collectors share: the treatment of weak references around a marking that each does in its own way.
#pragma once

#include "heap/growable.h"
#include "heap/heap.h"

namespace devvm::heap {

struct HeapImpl;

/// Pending ephemerons by key, so that the fixpoint looks at each only when its key is reached (linear, not a
/// repeated pass over all of them).
class EphemeronTable {
 public:
  struct Entry {
    Value* key;  ///< null: settled
    Value* value;
    Object* owner;  ///< container, null for roots
    uint32_t next;  ///< in the chain of the same key, or kNone
  };
  static constexpr uint32_t kNone = ~uint32_t{0};

  /// Adds to the list only; link() makes an entry findable by its key.
  uint32_t add(Value* key, Value* value, Object* owner);
  void link(uint32_t entry, const Object* key);
  /// First entry of the key's chain, kNone if there is none; the chain is taken out.
  uint32_t take(const Object* key);
  Growable<Entry>& entries() { return entries_; }
  size_t linked() const { return keys_; }

 private:
  struct Bucket {
    const Object* key;
    uint32_t first;
  };
  static size_t hash(const Object* o) {
    return static_cast<size_t>((reinterpret_cast<uintptr_t>(o) >> 3) * 0x9E3779B97F4A7C15u >> 17);
  }
  Bucket& find(const Object* key);
  void rehash();

  Growable<Entry> entries_;
  Growable<Bucket> buckets_;
  size_t keys_ = 0;  // buckets in use, emptied chains included
};

/// Base of the collectors. A subclass marks or copies; this class keeps the weak references that it meets and settles
/// them in the order that WeakPhase describes.
class Tracer : public SlotVisitor {
 public:
  /// Reports a strong slot of owner_ (any Value). It is updated, and its target marked, by the next drain() at last.
  virtual void traceSlot(Value* s) = 0;
  /// Scans everything that waits.
  virtual void drain() = 0;
  /// drain(), and ephemerons whose keys were reached meanwhile.
  void drainAll();
  /// The rest of the tracing, then everything from the ephemeron fixpoint on; strong roots have been reported.
  void settleWeak();

 protected:
  explicit Tracer(HeapImpl& impl) : h_(impl) {}
  /// All that lives is known, and what finalizers were chosen for, too; what is left is to clear dead keys.
  virtual void markingIsOver() {}
  void visitWeak(Value* s) override;
  void visitEphemeron(Value* key, Value* value) override;
  void visitWeakPair(Value* key, Value* value) override;
  void visitDeferred(Object* owner) override;

  /// To be called by a subclass for every object at the moment when it is first reached, under its old address, while
  /// watchKeys_ is set.
  void reached(const Object* oldAddress);

  HeapImpl& h_;
  Object* owner_ = nullptr;  // the object being visited, null for roots
  bool watchKeys_ = false;

 private:
  struct WeakRef {
    Value* slot;
    Object* owner;
  };
  struct WeakPair {
    Value* key;
    Value* value;
    Object* owner;
  };
  bool isLive(Value v) const;
  void update(Value* slot, Object* owner);
  void settleEphemeron(uint32_t entry);
  void clearWeakSlots();
  void clearPairs(bool keysToo);
  void deferred(WeakPhase phase);

  Growable<WeakRef> weak_;
  Growable<WeakPair> pairs_;
  Growable<Object*> deferred_;
  EphemeronTable ephemerons_;
  Growable<uint32_t> ready_;  // ephemerons whose keys were reached
  bool linking_ = false;      // strong marking is over: new ephemerons go into the table at once
};

}  // namespace devvm::heap
