// Copying between two halves (Fenichel and Yochelson, "A LISP garbage-collector for virtual-memory computer systems",
// CACM 12(11), 1969; Cheney, "A nonrecursive list compacting algorithm", CACM 13(11), 1970; Handbook, chapter 4).
//
//   from   | a . b . . c . |   allocation bumps a pointer until the half is full
//   to     | a b c         |   then what is reachable moves to the other half, side by side, and the halves swap
//            ^scan ^free
//
// The copies are their own list of what is to be scanned: those in front of `scan` are black, those between `scan` and
// `free` grey, so no stack is needed. An object that has moved leaves its new address behind (kForwarded), which every
// other reference to it picks up. Time follows what is alive only, nothing is ever fragmented, allocation is an
// addition; the price is twice the memory, and that long-lived objects are copied again and again.
//
// Objects that must not move (shapes, code, interned strings) and large ones lie in other spaces, where they are marked
// and swept as mark_sweep.cpp does. Those need the stack: they do not lie in the order in which they are met.
#include <algorithm>
#include <cstring>

#include "heap/heap_impl.h"
#include "heap/os_memory.h"
#include "heap/phase_scope.h"
#include "heap/study/study_collector.h"

namespace devvm::heap {

namespace {

constexpr size_t kLeastHalf = size_t{4} << 20;

class Copier final : public StudyTracer {
 public:
  Copier(HeapImpl& impl, const BumpSpace& from, BumpSpace& to)
      : StudyTracer(impl), from_(from), to_(to), scan_(to.start) {}

  void drain() override {
    do {
      while (scan_ != to_.free) {
        auto* o = reinterpret_cast<Object*>(scan_);
        scan_ += h_.sizeOf(o);
        scan(o);
      }
      StudyTracer::drain();
    } while (scan_ != to_.free);
  }

 protected:
  Object* reach(Object* o) override {
    if (!from_.contains(o)) {
      mark(o);  // copies have the mark, too
      return o;
    }
    if (o->gc & kForwarded) return forwardingAddress(o);
    if (watchKeys_) [[unlikely]]
      reached(o);
    size_t size = h_.sizeOf(o);
    auto* to = reinterpret_cast<Object*>(to_.allocate(size));
    std::memcpy(static_cast<void*>(to), static_cast<const void*>(o), size);
    to->gc = static_cast<uint8_t>(kOld | h_.color);
    setForwarding(o, to);
    return to;
  }

 private:
  const BumpSpace& from_;
  BumpSpace& to_;
  char* scan_;
};

class Semispace final : public StudyCollector {
 public:
  explicit Semispace(HeapImpl& impl) : h_(impl) {
    if (!here_.create(kLeastHalf)) fatal("no memory for a half");
  }
  ~Semispace() override { here_.destroy(); }
  bool hasSpace() const override { return true; }
  bool contains(const Object* o) const override { return here_.contains(o); }
  size_t used() const override { return here_.used(); }
  size_t committed() const override { return here_.used(); }
  char* allocate(size_t bytes) override { return here_.allocate(bytes); }

  /// The other half is made for the time of the collection, and as large as the program may need next: twice what can
  /// survive. (The classic has both all the time; for the system memory that nobody touches is none.)
  void collect() override {
    BumpSpace other;
    if (!other.create(std::max(kLeastHalf, here_.used() * 2))) fatal("the system refused memory in a collection");
    Copier(h_, here_, other).run();
    h_.releaseDead(true);  // asks the old half who moved
    PhaseScope phase(h_.stats(), CollectorPhase::kSweep);
    h_.fixed.sweep(h_.color, h_.options().moveAlways);
    h_.large.sweep(h_.color);
    here_.destroy();
    here_ = other;
    h_.stats().bytesCopied += here_.used();
    h_.stats().bytesMarked += here_.used() + h_.fixed.bytesUsed() + h_.large.bytesUsed();
  }

 private:
  HeapImpl& h_;
  BumpSpace here_;
};

}  // namespace

std::unique_ptr<StudyCollector> makeStudySemispace(HeapImpl& heap) { return std::make_unique<Semispace>(heap); }

}  // namespace devvm::heap
