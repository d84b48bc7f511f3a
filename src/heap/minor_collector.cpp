// The minor collection: copies what is reachable in the nursery. Objects that survive for the first time go to the
// other survivor half, which is scanned in place (Cheney); those that survive again, or find the half full, go to the
// old generation and wait on a stack.
#include "heap/heap_impl.h"
#include "heap/tracer.h"

namespace devvm::heap {

namespace {

class MinorCollector final : public Tracer {
 public:
  explicit MinorCollector(HeapImpl& impl) : Tracer(impl) {
    minor_ = true;
    keepsWeak_ = !impl.automatic();
    rangeStart_ = impl.nursery.start();
    rangeSize_ = impl.nursery.bytes();
    scan_ = impl.nursery.toStart();
  }

  void run() {
    h_.embedder.visitRoots(*this, true);
    scanRemembered();
    scanCards();
    settleWeak();
  }

  void traceSlot(Value* s) override { youngSeen_ |= process(s); }

  void drain() override {
    for (;;) {
      while (scan_ != h_.nursery.toTop()) {
        auto* o = reinterpret_cast<Object*>(scan_);
        scan_ += h_.layouts[o->kind].size(o);
        scan(o);
      }
      if (promoted_.empty()) return;
      Object* o = promoted_.pop();
      if (scan(o)) h_.rememberObject(o);
    }
  }

 protected:
  void visitSlots(Value* first, size_t count) override {
    for (Value* end = first + count; first != end; first++) youngSeen_ |= process(first);
  }

  void visitPointer(Object** p) override {
    Object* o = *p;
    if (!h_.isYoung(o)) return;
    if (!isToSpace(o)) *p = o = copy(o);
    youngSeen_ |= h_.isYoung(o);
  }

 private:
  bool isToSpace(const Object* o) const { return h_.nursery.inToSpace(o); }

  /// Returns whether the slot refers to a young object afterwards.
  bool process(Value* s) {
    Value v = loadSlot(s);
    if (!interesting(v)) return false;
    Object* o = v.asObject();
    // A slot can be met twice (a remembered object that is a root as well).
    if (isToSpace(o)) return true;
    Object* to = copy(o);
    initSlot(s, withAddress(v, to));
    return h_.isYoung(to);
  }

  Object* copy(Object* o) {
    if (o->gc & kForwarded) return forwardingAddress(o);
    const KindLayout& k = h_.layouts[o->kind];
    size_t size = k.size(o);
    char* p = o->gc & kAged ? nullptr : h_.nursery.allocateSurvivor(size);
    if (p != nullptr) {
      copyWords(p, o, size);
      reinterpret_cast<Object*>(p)->gc |= kAged;
    } else {
      p = promote(o, k, size);
    }
    if (watchKeys_) [[unlikely]] reached(o);
    auto* to = reinterpret_cast<Object*>(p);
    setForwarding(o, to);
    return to;
  }

  char* promote(Object* o, const KindLayout& k, size_t size) {
    h_.stats().bytesPromoted += size;
    auto gc = static_cast<uint8_t>(kOld | h_.color | kNeedsBarrier);
    char* p = nullptr;
    if (size > kMaxBlockObject) {
      bool zeroed;
      p = reinterpret_cast<char*>(h_.large.allocate(size, k.scan == KindLayout::kSlots, &zeroed));
      if (p != nullptr) gc |= kFixed | kLarge;
    }
    // A nursery object always fits into an empty block: the fallback when the system gives no more regions.
    if (p == nullptr) p = h_.old.allocate(size);
    if (p == nullptr) fatal("the system refused memory in a collection");
    copyWords(p, o, size);
    auto* to = reinterpret_cast<Object*>(p);
    to->gc = gc;
    if (k.scan != KindLayout::kLeaf) promoted_.push(to);
    return p;
  }

  static void copyWords(void* to, const void* from, size_t bytes) {
    auto* t = static_cast<uint64_t*>(to);
    auto* f = static_cast<const uint64_t*>(from);
    if (bytes <= 64) {
      for (size_t i = 0; i < bytes / 8; i++) t[i] = f[i];
    } else {
      std::memcpy(t, f, bytes);
    }
  }

  /// Returns whether the object refers to young ones afterwards.
  bool scan(Object* o) {
    const KindLayout& k = h_.layouts[o->kind];
    if (k.minorScan == KindLayout::kLeaf) return false;
    if (k.minorScan == KindLayout::kSlots) {
      auto* s = reinterpret_cast<Value*>(reinterpret_cast<char*>(o) + k.slotStart);
      auto* end = reinterpret_cast<Value*>(reinterpret_cast<char*>(o) + k.size(o));
      bool young = false;
      for (; s != end; s++) young |= process(s);
      return young;
    }
    youngSeen_ = false;
    owner_ = o;
    h_.kind(o).visit(o, *this);
    owner_ = nullptr;
    return youngSeen_;
  }

  void scanRemembered() {
    Growable<Object*> list;
    list.swap(h_.remembered);
    for (Object* o : list) {
      o->gc |= kNeedsBarrier;
      if (scan(o)) h_.rememberObject(o);
    }
    if (h_.remembered.empty()) {
      list.clear();
      list.swap(h_.remembered);  // keep the larger buffer
    }
  }

  // Large arrays: only what lies under set cards.
  void scanCards() {
    auto& dirty = h_.large.dirty();
    size_t to = 0;
    for (size_t i = 0; i < dirty.size(); i++) {
      LargeHeader* l = dirty[i];
      Object* o = l->object();
      char* base = reinterpret_cast<char*>(o);
      char* slotsStart = base + h_.layouts[o->kind].slotStart;
      char* objectEnd = base + l->objectBytes;
      bool anyLeft = false;
      for (size_t c = 0; c < l->cardCount(); c++) {
        if (l->cards[c] == 0) continue;
        char* from = base + c * kCardBytes;
        char* end = from + kCardBytes < objectEnd ? from + kCardBytes : objectEnd;
        if (from < slotsStart) from = slotsStart;
        bool young = false;
        for (; from < end; from += sizeof(Value)) young |= process(reinterpret_cast<Value*>(from));
        l->cards[c] = young;
        anyLeft |= young;
      }
      l->dirty = anyLeft;
      if (anyLeft) dirty[to++] = l;
    }
    dirty.shrinkTo(to);
  }

  char* scan_;
  Growable<Object*> promoted_;
  bool youngSeen_ = false;
};

}  // namespace

void HeapImpl::runMinor() {
  nursery.beginMinor();
  {
    MinorCollector collector(*this);
    running = &collector;
    runningFull = false;
    collector.run();
    running = nullptr;
  }
  releaseDead(false);
  stats().minorCollections++;
}

}  // namespace devvm::heap
