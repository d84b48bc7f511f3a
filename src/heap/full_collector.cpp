// The full collection: marks everything reachable from the roots, moving young objects and those in fragmented blocks
// on the way, then sweeps lines, cells and large objects.
#include "heap/heap_impl.h"
#include "heap/phase_scope.h"
#include "heap/prefetch_queue.h"
#include "heap/tracer.h"

namespace devvm::heap {

namespace {

class FullCollector final : public Tracer {
 public:
  FullCollector(HeapImpl& impl, bool evacuating) : Tracer(impl), evacuating_(evacuating), color_(impl.color) {}

  void run() {
    {
      PhaseScope phase(h_.stats(), CollectorPhase::kRoots);
      h_.embedder.visitRoots(*this, false);
    }
    settleWeak();
  }

  void traceSlot(Value* s) override { meet(s); }

  void drain() override {
    for (;;) {
      while (!stack_.empty()) scan(stack_.pop());
      if (!slices_.empty()) {
        Slice s = slices_.pop();
        scanSlots(s.from, s.end);
        continue;
      }
      Value* s = queue_.take();
      if (s == nullptr) return;
      finish(s);
    }
  }

 protected:
  void visitSlots(Value* first, size_t count) override {
    for (Value* end = first + count; first != end; first++) meet(first);
  }

  void visitPointer(Object** p) override {
    Object* to = reach(*p);
    if (to != *p) *p = to;
  }

 private:
  void meet(Value* s) {
    Value v = loadSlot(s);
    if (!v.isHeap()) return;
    if (Value* waited = queue_.exchange(s, v.asObject())) finish(waited);
  }

  void finish(Value* s) {
    Value v = loadSlot(s);
    Object* o = v.asObject();
    Object* to = reach(o);
    if (to != o) initSlot(s, withAddress(v, to));
  }

  /// Marks `o` if that was not done yet; returns its new address.
  Object* reach(Object* o) {
    uint8_t gc = o->gc;
    if (gc & kForwarded) return forwardingAddress(o);
    const KindLayout& k = h_.layouts[o->kind];
    if (!(gc & kOld)) return move(o, k);
    if ((gc & kMarked) == color_) return o;
    if (evacuating_ && !(gc & kFixed) && Chunk::infoOf(o).evacuate) {
      Object* to = move(o, k);
      if (to != nullptr) return to;
    }
    if (watchKeys_) [[unlikely]]
      reached(o);
    o->gc = static_cast<uint8_t>((gc & ~kMarked) | color_);
    if (!(gc & kFixed)) markLines(o, k.size(o));
    if (k.scan != KindLayout::kLeaf) stack_.push(o);
    return o;
  }

  /// Copies to the old generation. nullptr if an old object finds no room.
  Object* move(Object* o, const KindLayout& k) {
    size_t size = k.size(o);
    auto gc = static_cast<uint8_t>(kOld | color_ | kNeedsBarrier);
    char* p = nullptr;
    bool young = !(o->gc & kOld);
    h_.stats().bytesCopied += size;
    if (young) h_.stats().bytesPromoted += size;
    if (size > kMaxBlockObject) {
      bool zeroed;
      p = reinterpret_cast<char*>(h_.large.allocate(size, k.scan == KindLayout::kSlots, &zeroed));
      if (p != nullptr) gc |= kFixed | kLarge;
    }
    if (p == nullptr) p = h_.old.allocate(size);
    if (p == nullptr) {
      if (young) fatal("the system refused memory in a collection");
      return nullptr;
    }
    if (watchKeys_) [[unlikely]]
      reached(o);
    std::memcpy(p, static_cast<const void*>(o), size);
    auto* to = reinterpret_cast<Object*>(p);
    to->gc = gc;
    setForwarding(o, to);
    if (!(gc & kLarge)) markLines(p, size);
    if (k.scan != KindLayout::kLeaf) stack_.push(to);
    return to;
  }

  /// Long arrays are scanned in pieces, else all that they refer to would be on the stack at once.
  void scanSlots(Value* from, Value* end) {
    if (static_cast<size_t>(end - from) > kSliceSlots) {
      slices_.push({from + kSliceSlots, end});
      end = from + kSliceSlots;
    }
    for (; from != end; from++) meet(from);
  }

  void scan(Object* o) {
    const KindLayout& k = h_.layouts[o->kind];
    if (k.scan == KindLayout::kSlots) {
      auto* s = reinterpret_cast<Value*>(reinterpret_cast<char*>(o) + k.slotStart);
      auto* end = reinterpret_cast<Value*>(reinterpret_cast<char*>(o) + k.size(o));
      scanSlots(s, end);
      return;
    }
    owner_ = o;
    h_.kind(o).visit(o, *this);
    owner_ = nullptr;
  }

  static constexpr size_t kSliceSlots = 1024;
  struct Slice {
    Value* from;
    Value* end;
  };

  PrefetchQueue<Value> queue_;
  Growable<Slice> slices_;
  Growable<Object*> stack_;
  bool evacuating_;
  uint8_t color_;
};

}  // namespace

void HeapImpl::runFull(bool evacuateAll) {
  bool trashFree = options().moveAlways;
  // The remembered set and the cards serve minor collections; afterwards nothing is young.
  for (Object* o : remembered) o->gc |= kNeedsBarrier;
  remembered.clear();
  for (Object* o : dirtyArrays) o->gc &= static_cast<uint8_t>(~kDirty);
  dirtyArrays.clear();
  for (LargeHeader* l : large.dirty()) {
    l->dirty = false;
    std::memset(l->cards, 0, l->cardCount());
  }
  large.dirty().clear();

  size_t candidates = old.beginFull(evacuateAll, blocksToCollect(youngUsed()));
  color ^= kMarked;
  setLive(0, 0, kOld | color);
  {
    FullCollector collector(*this, candidates != 0);
    running = &collector;
    collector.run();
    running = nullptr;
  }
  releaseDead(true);
  PhaseScope phase(stats(), CollectorPhase::kSweep);
  old.finishFull(trashFree);
  fixed.sweep(color, trashFree);
  large.sweep(color);
  stats().fullCollections++;
  stats().bytesMarked += old.bytesMarked() + fixed.bytesUsed() + large.bytesUsed();
}

}  // namespace devvm::heap
