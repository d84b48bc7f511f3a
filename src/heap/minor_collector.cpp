// The minor collection: copies what is reachable in the nursery. Objects that survive for the first time go to the
// other survivor half, which is scanned in place (Cheney); those that survive again, or find the half full, go to the
// old generation and wait on a stack.
#include <algorithm>

#include "heap/heap_impl.h"
#include "heap/marking_cycle.h"
#include "heap/phase_scope.h"
#include "heap/tracer.h"

namespace devvm::heap {

namespace {

/// `kMarking`: while the old generation is marked in slices, which wants to know the old objects that young, promoted
/// and remembered ones refer to (marking_cycle.h).
template <bool kMarking>
class MinorCollector final : public Tracer {
 public:
  explicit MinorCollector(HeapImpl& impl) : Tracer(impl), layouts_(impl.layouts) {
    minor_ = true;
    keepsWeak_ = !impl.automatic();
    if constexpr (!kMarking) {
      rangeStart_ = impl.nursery.start();
      rangeSize_ = impl.nursery.bytes();
    }
    scan_ = impl.nursery.toStart();
    toStart_ = reinterpret_cast<uintptr_t>(impl.nursery.toStart());
    toSize_ = impl.nursery.halfBytes();
  }

  void run() {
    {
      PhaseScope phase(h_.stats(), CollectorPhase::kRoots);
      h_.embedder.visitRoots(*this, true);
    }
    {
      PhaseScope phase(h_.stats(), CollectorPhase::kRemembered);
      scanRemembered();
      scanDirtyArrays();
      scanCards();
    }
    settleWeak();
  }

  void traceSlot(Value* s) override { meet(s, oldOwner()); }

  void drain() override {
    for (;;) {
      while (scan_ != h_.nursery.toTop()) {
        auto* o = reinterpret_cast<Object*>(scan_);
        const KindLayout& k = layouts_[o->kind];
        size_t size = k.size(o);
        scan_ += size;
        scan(o, nullptr, k, size);
      }
      if (!promoted_.empty()) {
        Object* o = promoted_.pop();
        const KindLayout& k = layouts_[o->kind];
        scan(o, o, k, k.size(o));
      } else {
        return;
      }
    }
  }

 protected:
  void visitSlots(Value* first, size_t count) override {
    Object* owner = oldOwner();
    for (Value* end = first + count; first != end; first++) meet(first, owner);
  }

  void visitPointer(Object** p) override {
    Object* o = *p;
    if (!h_.isYoung(o)) {
      if constexpr (kMarking) h_.cycle->shade(o);
      return;
    }
    if (!isToSpace(o)) *p = o = copy(o);
    if (owner_ != nullptr && h_.isYoung(o) && !h_.isYoung(owner_)) h_.rememberObject(owner_);
  }

 private:
  bool isToSpace(const Object* o) const { return reinterpret_cast<uintptr_t>(o) - toStart_ < toSize_; }

  Object* oldOwner() const { return owner_ != nullptr && !h_.isYoung(owner_) ? owner_ : nullptr; }

  /// `owner`: the old object that the slot is in; it is remembered if it refers to a young object afterwards.
  void meet(Value* s, Object* owner) {
    Value v = loadSlot(s);
    if (!interesting(v)) return;
    Object* o = v.asObject();
    if constexpr (kMarking) {
      if (!h_.isYoung(o)) return h_.cycle->shade(o);
    }
    // A slot can be met twice (a remembered object that is a root as well).
    if (!isToSpace(o)) {
      o = copy(o);
      initSlot(s, withAddress(v, o));
    }
    if (owner != nullptr && h_.isYoung(o)) h_.remember(owner, s);
  }

  Object* copy(Object* o) {
    if (o->gc & kForwarded) return forwardingAddress(o);
    const KindLayout& k = layouts_[o->kind];
    size_t size = k.size(o);
    char* p = o->gc & kAged ? nullptr : h_.nursery.allocateSurvivor(size);
    if (p != nullptr) {
      copyWords(p, o, size);
      reinterpret_cast<Object*>(p)->gc |= kAged;
    } else {
      p = promote(o, k, size);
    }
    if (watchKeys_) [[unlikely]]
      reached(o);
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
    if (k.minorScan != KindLayout::kLeaf) promoted_.push(to);
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

  /// `owner`: `o` if it is old and remembers the young objects it refers to, else null.
  void scan(Object* o, Object* owner, const KindLayout& k, size_t size) {
    if (k.minorScan == KindLayout::kSlots) {
      auto* s = reinterpret_cast<Value*>(reinterpret_cast<char*>(o) + k.slotStart);
      auto* end = reinterpret_cast<Value*>(reinterpret_cast<char*>(o) + size);
      for (; s != end; s++) meet(s, owner);
    } else if (k.minorScan == KindLayout::kCustom) {
      // Old ones may be weak containers that the marking does not come by.
      if constexpr (kMarking) {
        if (o->gc & kOld) h_.cycle->revisit(o);
      }
      owner_ = o;
      h_.kind(o).visit(o, *this);
      owner_ = nullptr;
    }
  }

  // An object that refers to young ones afterwards comes to be remembered again.
  void scanRemembered() {
    Growable<Object*> list;
    list.swap(h_.remembered);
    for (Object* o : list) o->gc |= kNeedsBarrier;
    for (Object* o : list) {
      const KindLayout& k = layouts_[o->kind];
      scan(o, o, k, k.size(o));
    }
  }

  /// What lies under a card. While the old generation is marked, stores through the barrier have told it what they
  /// stored: only what was written without it is new to it.
  void scanCard(Value* from, Value* end, Object* owner, uint8_t card) {
    if (kMarking && (card & kCardWritten)) {
      for (; from != end; from++) meet(from, owner);
      return;
    }
    for (; from != end; from++) {
      Value v = loadSlot(from);
      if (v.isHeap() && h_.isYoung(v.asObject())) meet(from, owner);
    }
  }

  // Long arrays in blocks, likewise. Neighbours may share a card: all are read before any is cleared, and it is cleared
  // before the scan sets it again.
  void scanDirtyArrays() {
    Growable<Object*> list;
    list.swap(h_.dirtyArrays);
    constexpr size_t kAhead = 6;  // what is prefetched
    struct Piece {
      Object* array;
      Value *from, *end;
      uint8_t card;
    };
    Growable<Piece> pieces;
    auto forEachCard = [&](Object* o, auto f) {
      uintptr_t start = reinterpret_cast<uintptr_t>(o) + layouts_[o->kind].slotStart;
      uintptr_t end = reinterpret_cast<uintptr_t>(o) + layouts_[o->kind].size(o);
      uint8_t* card = Chunk::of(o)->cards + Chunk::lineIndex(reinterpret_cast<void*>(start));
      for (uintptr_t at = start; at < end; card++) {
        uintptr_t next = std::min((at & ~(kLineBytes - 1)) + kLineBytes, end);
        f(*card, reinterpret_cast<Value*>(at), reinterpret_cast<Value*>(next));
        at = next;
      }
    };
    for (size_t i = 0; i < list.size(); i++) {
      if (i + kAhead < list.size()) {
        const Object* later = list[i + kAhead];
        __builtin_prefetch(later, 1);
        __builtin_prefetch(Chunk::of(later)->cards + Chunk::lineIndex(later), 1);
      }
      Object* o = list[i];
      o->gc &= static_cast<uint8_t>(~kDirty);
      forEachCard(o, [&](uint8_t card, Value* from, Value* end) {
        if (card != 0) pieces.push({o, from, end, card});
      });
    }
    for (Object* o : list) forEachCard(o, [](uint8_t& card, Value*, Value*) { card = 0; });
    for (size_t i = 0; i < pieces.size(); i++) {
      if (i + kAhead < pieces.size()) {
        __builtin_prefetch(pieces[i + kAhead].from);
        __builtin_prefetch(pieces[i + kAhead].end - 1);
      }
      const Piece& p = pieces[i];
      scanCard(p.from, p.end, p.array, p.card);
    }
  }

  // Large arrays: only what lies under set cards.
  void scanCards() {
    Growable<LargeHeader*> list;
    list.swap(h_.large.dirty());
    for (LargeHeader* l : list) {
      Object* o = l->object();
      char* base = reinterpret_cast<char*>(o);
      char* slotsStart = base + layouts_[o->kind].slotStart;
      char* objectEnd = base + l->objectBytes;
      l->dirty = false;
      for (size_t c = 0, n = l->cardCount(); c < n; c++) {
        uint8_t card = l->cards[c];
        if (card == 0) continue;
        l->cards[c] = 0;
        char* from = base + c * kCardBytes;
        char* end = from + kCardBytes < objectEnd ? from + kCardBytes : objectEnd;
        if (from < slotsStart) from = slotsStart;
        if (from < end) scanCard(reinterpret_cast<Value*>(from), reinterpret_cast<Value*>(end), o, card);
      }
    }
  }

  const KindLayout* layouts_;
  uintptr_t toStart_, toSize_;
  char* scan_;
  Growable<Object*> promoted_;
};

}  // namespace

template <bool kMarking>
void HeapImpl::collectYoung() {
  MinorCollector<kMarking> collector(*this);
  running = &collector;
  collector.run();
  running = nullptr;
}

void HeapImpl::runMinor() {
  nursery.beginMinor();
  setLive(reinterpret_cast<uintptr_t>(nursery.toStart()), nursery.halfBytes(), 0);
  cycle != nullptr ? collectYoung<true>() : collectYoung<false>();
  releaseDead(false);
  stats().minorCollections++;
}

}  // namespace devvm::heap
