// Marking of the old generation in slices, at the ends of minor collections: a cycle.
//
//   minor+begin | minor+slice | minor+slice | ... | minor+slice+end, sweeping
//
// Tri-colour marking with the new value shaded (Dijkstra et al., "On-the-fly garbage collection", CACM 1978) and the
// old one as well (Yuasa, 1990). What makes it right is the first: no object that was scanned refers to one that is not
// marked, but for those that a minor collection is going to scan again: young ones, and the remembered set. So while a
// cycle runs,
//   - a store into an old object shades what is stored, and what it replaces (Heap::store; compiled code sees
//     Heap::markingActive_ or kNeedsBarrier);
//   - minor collections shade the old objects that survivors, promoted and remembered objects refer to;
//   - what is promoted, or allocated outside the nursery, is born marked. It is remembered, so it will be scanned;
//   - when nothing is left to mark, roots and survivors are looked at again; only if little comes of it, the cycle
//   ends.
// The second, shading what is replaced, keeps that last look short: what was reachable when the cycle began is marked,
// though the program may hold it on its stack alone meanwhile.
//
// Nothing moves, and all shapes that exist are alive: full collections, which stop the program, do the rest.
#pragma once

#include "heap/heap_impl.h"
#include "heap/prefetch_queue.h"
#include "heap/tracer.h"

namespace devvm::heap {

class MarkingCycle final : public Tracer {
 public:
  explicit MarkingCycle(HeapImpl& impl);

  /// At the end of a minor collection: everything old is unmarked from now on, and the roots are shaded.
  void begin();
  /// Marks `o` if it is old and was not marked; it is scanned later.
  void shade(Object* o);
  void shade(Value v) {
    if (v.isHeap()) shade(v.asObject());
  }
  /// A weak container that is old: what it refers to is decided about at the end.
  void revisit(Object* o) { revisit_.push(o); }
  /// Scans until about `bytes` bytes of objects are done and the deadline (nowNanos()) has passed; looks at the clock
  /// after some microseconds each. True: nothing is left.
  bool work(size_t bytes, uint64_t deadline);
  /// Roots and survivors once more. True: nothing is left before the deadline, and the cycle may end.
  bool lookAgain(uint64_t deadline);
  /// The end: what is still to be marked, weak references, finalizers. Sweeping is the caller's.
  void finish();
  size_t marked() const { return marked_; }  ///< bytes of objects scanned so far

  void traceSlot(Value* s) override { shade(loadSlot(s)); }
  void drain() override { work(~size_t{0}, ~uint64_t{0}); }

 protected:
  void visitSlots(Value* first, size_t count) override;
  void visitPointer(Object** p) override { shade(*p); }
  void visitWeak(Value* s) override;
  void visitEphemeron(Value* key, Value* value) override;
  void visitWeakPair(Value* key, Value* value) override;
  void visitDeferred(Object* owner) override;

 private:
  struct Slice {
    Object* holder;
    size_t next;  ///< slot to go on with
  };

  void scan(Object* o);
  void scanSlots(Object* o, size_t first);
  void visit(Object* o);
  void visitSurvivors();

  /// A reference that was scanned: its target is shaded after a while, when its header has come.
  void meet(Value v) {
    if (!v.isHeap() || h_.isYoung(v.asObject())) return;
    if (Object* waited = queue_.exchange(v.asObject(), v.asObject())) shade(waited);
  }

  PrefetchQueue<Object> queue_;
  Growable<Object*> stack_;
  Growable<Slice> slices_;     // the rest of long arrays
  Growable<Object*> revisit_;  // old objects with weak references
  size_t marked_ = 0;
  size_t steps_ = 0;      // slots and objects looked at
  bool ending_ = false;   // weak references count
  bool sawWeak_ = false;  // of the object being visited
};

}  // namespace devvm::heap
