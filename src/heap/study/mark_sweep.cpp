// Mark and sweep without moving (McCarthy, "Recursive functions of symbolic expressions", CACM 3(4), 1960; Handbook,
// chapter 2).
//
//   mark    from the roots, everything reachable gets the mark of this collection
//   sweep   whatever has another mark is free
//
//   block   | a | . | b | . | . | c |    cells of one size; the dots are a list that allocation takes from
//
// Objects lie in cells of equal size, one size class a block, with lists of free cells: segregated fits (Handbook 7.4).
// Nothing ever moves, so addresses are stable and marking writes nothing but the mark; the price is that cells are
// larger than their objects, that blocks which hold little cannot be given back, and allocation by a list instead of a
// pointer. The time of a collection follows the whole heap: marking what is alive, sweeping everything.
#include "heap/heap_impl.h"
#include "heap/phase_scope.h"
#include "heap/study/study_collector.h"

namespace devvm::heap {

namespace {

class Marker final : public StudyTracer {
 public:
  explicit Marker(HeapImpl& impl) : StudyTracer(impl) { moves_ = false; }

 protected:
  Object* reach(Object* o) override {
    mark(o);
    return o;
  }
};

class MarkSweep final : public StudyCollector {
 public:
  explicit MarkSweep(HeapImpl& impl) : h_(impl) {}
  // All objects are in cells of the fixed space.
  bool hasSpace() const override { return false; }
  bool contains(const Object*) const override { return false; }
  char* allocate(size_t) override { return nullptr; }
  size_t used() const override { return 0; }
  size_t committed() const override { return 0; }

  void collect() override {
    Marker(h_).run();
    h_.releaseDead(true);
    PhaseScope phase(h_.stats(), CollectorPhase::kSweep);
    bool trashFree = h_.options().moveAlways;  // nothing moves, but what is freed shows
    h_.fixed.sweep(h_.color, trashFree);
    h_.large.sweep(h_.color);
    h_.stats().bytesMarked += h_.fixed.bytesUsed() + h_.large.bytesUsed();
  }

 private:
  HeapImpl& h_;
};

}  // namespace

std::unique_ptr<StudyCollector> makeStudyMarkSweep(HeapImpl& heap) { return std::make_unique<MarkSweep>(heap); }

}  // namespace devvm::heap
