// Allocation outside the fast path, the barrier's slow path, and the policy: when to collect, and what the limit means.
#include "heap/heap.h"

#include <algorithm>

#include "heap/heap_impl.h"
#include "heap/marking_cycle.h"
#include "heap/phase_scope.h"
#include "heap/tracer.h"

namespace devvm::heap {

// Heap has members that make offsetof conditionally supported; both compilers support it.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Winvalid-offsetof"
int Heap::topOffset() { return offsetof(Heap, top_); }
int Heap::endOffset() { return offsetof(Heap, end_); }
int Heap::nurseryStartOffset() { return offsetof(Heap, nurseryStart_); }
int Heap::nurserySizeOffset() { return offsetof(Heap, nurserySize_); }
int Heap::markingOffset() { return offsetof(Heap, markingActive_); }
#pragma GCC diagnostic pop

namespace {

constexpr size_t kMaxObject = size_t{1} << 40;
/// Opened beyond the limit when an allocation fails, to raise the error with; and how far that may add up.
constexpr size_t kEmergencyStep = size_t{32} << 10;
constexpr size_t kEmergencyMost = size_t{256} << 10;
/// Objects of this size may use the emergency bytes outside the nursery too.
constexpr size_t kEmergencyObject = 1024;
/// Parts of the limit that may be taken beyond it while finalizers are due, at a time and altogether.
constexpr size_t kGraceStep = 16, kGraceMost = 8;
/// Arrays up to this part of the eden are young at first.
constexpr size_t kLongArrayOfEden = 16;
/// Memory is short when fewer edens than this fit under the limit.
constexpr size_t kEdensOfRoom = 4;
/// Malloc is told to give pages back when this part of the limit was freed to it.
constexpr size_t kFreedOfLimit = 8;
/// Memory of dead arrays that is kept for the next ones is no more than this part of the limit.
constexpr size_t kSpareOfLimit = 16;
/// Free blocks that keep their pages at a limit.
constexpr size_t kBlocksWithPages = 16;
/// In the stress mode every so many collections are full ones.
constexpr unsigned kStressFullEvery = 16;

}  // namespace

// ---- construction ----

HeapImpl::HeapImpl(Heap& h, Embedder& e) : heap(h), embedder(e), color(h.color_) {
  if (h.kindCount_ >= kFreeCellKind) fatal("too many kinds");
  for (size_t i = 0; i < h.kindCount_; i++) {
    const KindInfo& k = h.kinds_[i];
    if (k.base < sizeof(Object)) fatal("kind smaller than a header: ", k.name);
    KindLayout& l = layouts[i];
    l.base = k.base;
    l.perWord = k.perWord;
    l.perAux = k.perAux;
    l.slotStart = k.slotStart;
    l.scan = k.visit != nullptr ? KindLayout::kCustom : k.slotStart != 0 ? KindLayout::kSlots : KindLayout::kLeaf;
    l.minorScan = k.plainInMinor && k.slotStart != 0 ? KindLayout::kSlots : l.scan;
    l.releases = k.release != nullptr;
  }
  // Growing takes addresses in advance.
  size_t most = spaciousAddresses() ? h.options_.mostNurseryBytes : 0;
  if (!nursery.create(h.options_.nurseryBytes, most, h.options_.moveAlways)) fatal("no memory for the nursery");
  maxNurseryObject = std::min<size_t>(kBlockBytes, nursery.edenBytes() / 8);
  // Until it is known what collecting it takes.
  uint64_t target = h.options_.pauseTarget;
  if (target != 0 && h.options_.mostNurseryBytes != 0 && target < nursery.edenBytes())
    nursery.resize(std::max<size_t>(target, kLeastEden));
  old.setSweeper(&sweeper);
  fixed.setSweeper(&sweeper);
  study = makeStudyCollector(*this, h.options_.collector);
}

HeapImpl::~HeapImpl() {
  for (auto* list : {&youngRelease, &oldRelease}) {
    for (Object* o : *list) kind(o).release(o, releaseContext);
  }
}

Heap::Heap(const HeapOptions& options, Embedder& embedder, const KindInfo* kinds, size_t kindCount)
    : kinds_(kinds), kindCount_(kindCount), options_(options) {
  impl_ = new HeapImpl(*this, embedder);
  nurseryStart_ = impl_->nursery.start();
  nurserySize_ = impl_->nursery.bytes();
  maxNurseryObject_ = impl_->maxNurseryObject;
  top_ = end_ = impl_->edenLimit = impl_->nursery.edenStart();
  impl_->setThreshold(impl_->tenuredUsed() + embedder.externalBytes(), "start");
  impl_->setEdenEnd();
}

Heap::~Heap() { delete impl_; }

// ---- limits ----

size_t HeapImpl::headroom() const {
  size_t limit = heap.options_.limitBytes;
  if (limit == 0) return ~size_t{0} >> 1;
  size_t used = tenuredUsed() + nursery.survivorBytes() + embedder.externalBytes();
  return used < limit ? limit - used : 0;
}

void HeapImpl::setEdenEnd() {
  size_t room = std::min(static_cast<size_t>(nursery.edenEnd() - nursery.edenStart()), headroom() + emergency);
  room = std::min(room, systemRoom);
  if (study != nullptr) room = 0;
  edenLimit = std::max(nursery.edenStart() + (room & ~size_t{7}), heap.top_);
  heap.end_ = quickEnd();
}

bool HeapImpl::fullIsDue() const { return tenuredUsed() + embedder.externalBytes() > threshold; }

/// Free blocks that surely take `youngBytes` of survivors: what is kept free when the eden is opened, and what a
/// collection needs at least. The difference covers what earlier minor collections wasted at the ends of blocks.
size_t HeapImpl::blocksToOpen(size_t youngBytes) { return youngBytes / kBlockBytes * 3 / 2 + 8; }
size_t HeapImpl::blocksToCollect(size_t youngBytes) { return youngBytes / kBlockBytes * 5 / 4 + 2; }

/// Memory that is free to the system. What will be filled again until the next full collection ends, or may be under
/// the limit, is not worth that. True: that was all, or would have been more than `mostBlocks` blocks.
bool HeapImpl::giveBack(size_t mostBlocks) {
  size_t growth = std::min(threshold - std::min(threshold, tenuredUsed()), headroom()) / kBlockBytes;
  size_t keep = growth + blocksToOpen(nursery.edenBytes());
  // What the reserve for collections takes is in the headroom, too: without pages it costs nothing.
  return pool.trim(keep, heap.options_.limitBytes != 0 ? growth + kBlocksWithPages : keep, mostBlocks);
}

/// No more is allocated than can be collected, even if the system should refuse memory then.
void HeapImpl::keepReserve() {
  size_t survivors = nursery.survivorBytes();
  systemRoom = nursery.edenBytes();
  while (systemRoom > 0 && !pool.ensureFree(blocksToOpen(systemRoom + survivors))) {
    systemRoom = systemRoom > kPageBytes ? systemRoom / 2 : 0;
  }
  pool.setReserve(blocksToOpen(systemRoom + survivors));
}

/// A full collection after which `wanted` bytes should fit under the limit. Small objects alone in their lines hold
/// several times their size: if there is much of that, and else too little room, everything is moved together.
bool HeapImpl::makeRoom(size_t wanted, const char* reason) {
  if (sweeper.pending() && !fullIsDue()) {
    sweeper.finish();
    giveBack();
    if (headroom() >= wanted + edenUsed()) return true;
  }
  uint64_t began = nowNanos();
  if (!collect(true, reason)) return false;
  tuneGrowth(began);
  if (headroom() < wanted + edenUsed() && old.bytesUsed() - old.bytesMarked() > old.bytesUsed() / 16) {
    collect(true, "memory limit, compacting", true);
  }
  return headroom() >= wanted + edenUsed();
}

bool HeapImpl::overLimit() const {
  size_t limit = heap.options_.limitBytes;
  return limit != 0 && heap.bytesInUse() + embedder.externalBytes() > limit;
}

// ---- allocation ----

Object* HeapImpl::bump(uint8_t kind, uint32_t word, uint8_t aux, size_t size) {
  char* p = heap.top_;
  if (size > static_cast<size_t>(edenLimit - p)) return nullptr;
  if (sampler != nullptr) sampler->pass(p, p + size);
  unpoison(p, size);
  heap.top_ = p + size;
  heap.end_ = quickEnd();
  Object* o = heap.initialize(p, heap.kinds_[kind], kind, word, aux, size, 0);
  if (layouts[kind].releases) youngRelease.push(o);
  return o;
}

/// An object outside the nursery, without any checks. nullptr when the system has no memory.
Object* HeapImpl::allocateTenured(uint8_t kind, uint32_t word, uint8_t aux, size_t size, Space space) {
  const KindLayout& k = layouts[kind];
  auto gc = static_cast<uint8_t>(kOld | color | (study == nullptr ? kNeedsBarrier : 0));
  if (study != nullptr && !study->hasSpace()) space = Space::kFixed;
  char* p;
  if (size <= (space == Space::kFixed ? kMaxFixedCell : kMaxBlockObject)) {
    p = space == Space::kFixed ? fixed.allocate(size) : study != nullptr ? study->allocate(size) : old.allocate(size);
    if (space == Space::kFixed) gc |= kFixed;
  } else {
    bool zeroed;
    p = reinterpret_cast<char*>(large.allocate(size, k.scan == KindLayout::kSlots, &zeroed));
    gc |= kFixed | kLarge;
    if (p != nullptr && zeroed && k.slotStart == 0) {
      // A fresh mapping needs no pages before its owner writes to them.
      *reinterpret_cast<Object*>(p) = Object{word, kind, gc, aux, 0};
      return finishTenured(reinterpret_cast<Object*>(p), size);
    }
  }
  if (p == nullptr) return nullptr;
  return finishTenured(heap.initialize(p, heap.kinds_[kind], kind, word, aux, size, gc), size);
}

Object* HeapImpl::finishTenured(Object* o, size_t size) {
  allocatedBefore += size;
  const KindLayout& k = layouts[o->kind];
  // Born remembered, so that the mutator may fill it without barriers.
  if (k.scan != KindLayout::kLeaf && study == nullptr) rememberObject(o);
  if (k.releases) oldRelease.push(o);
  if (sampler != nullptr) sampler->tenured(*o, size);
  if (heap.options_.limitBytes != 0 || sampler != nullptr) setEdenEnd();
  return o;
}

/// The request cannot be met. When little is left under the limit, opens some bytes beyond it, so that the error can be
/// raised; `emergency` is what the eden must get in addition to the headroom for that.
Object* HeapImpl::fail() {
  if (size_t limit = heap.options_.limitBytes) {
    size_t used = heap.bytesInUse() + embedder.externalBytes();
    size_t most = used < limit + kEmergencyMost ? limit + kEmergencyMost - used : 0;
    size_t wanted = edenUsed() + std::min(kEmergencyStep, most), room = headroom();
    emergency = wanted > room ? wanted - room : 0;
  }
  setEdenEnd();
  return nullptr;
}

/// The request does not fit under the limit, but finalizers are due, and what they are for will be free when they have
/// run. They cannot run here, so some bytes are lent until the mutator comes to where they can: else a program that
/// dropped what filled its memory could do nothing any more. Fails like fail() when nothing (more) can be lent.
Object* HeapImpl::allocateOnLoan(uint8_t kind, uint32_t word, uint8_t aux, size_t size, Space space, bool young) {
  size_t limit = heap.options_.limitBytes;
  if (limit == 0 || !embedder.awaitsFinalizers()) return fail();
  size_t used = heap.bytesInUse() + embedder.externalBytes(), most = limit + limit / kGraceMost;
  if (used + size > most) return fail();
  size_t wanted = edenUsed() + std::min(std::max(size, limit / kGraceStep), most - used), room = headroom();
  emergency = wanted > room ? wanted - room : 0;
  setEdenEnd();
  Object* o = young ? bump(kind, word, aux, size) : allocateTenured(kind, word, aux, size, space);
  return o != nullptr ? o : fail();
}

/// Long arrays are young too, up to a part of the eden: one that is born old keeps alive until the next full collection
/// whatever is stored in it. Bytes keep nothing alive and are not worth copying. Where memory is short or addresses are
/// rationed, they are old: no region might be had for one that survives, and one that does not fit is refused while
/// there still is room for small objects.
bool HeapImpl::mayBeYoung(const KindLayout& k, size_t size) const {
  if (size <= maxNurseryObject) return true;
  bool rationed = headroom() / kEdensOfRoom < nursery.edenBytes() || !spaciousAddresses();
  return k.scan == KindLayout::kSlots && size <= nursery.edenBytes() / kLongArrayOfEden && !rationed;
}

Object* HeapImpl::allocateSlow(uint8_t kind, uint32_t word, uint8_t aux, size_t size, Space space) {
  if (size > kMaxObject) return nullptr;
  if (running != nullptr) fatal("allocation inside a collection");
  if (heap.noSafepoint != 0) {
#ifndef NDEBUG
    fatal("allocation that may collect inside a NoSafepoint");
#endif
    return allocateNoCollect(kind, word, aux, size, space);
  }
  if (heap.options_.moveAlways) stressCollect();
  bool young = space == Space::kNursery && study == nullptr && mayBeYoung(layouts[kind], size);
  bool due = heap.automatic_ && (young ? fullIsDue() : tenuredUsed() + size + embedder.externalBytes() > threshold);
  if (due && marksInSlices()) due = stopsForCycle(size);
  if (!young && heap.automatic_ && cycleWantsStep()) collect(false, "old generation grew");
  size_t limit = heap.options_.limitBytes;
  // Little room after a full collection counts as none: else the program would crawl from collection to collection.
  size_t slack = std::min<size_t>(limit / 64, size_t{1} << 20);
  if (limit != 0 && size > limit) return fail();

  if (young) {
    if (!due) {
      if (Object* o = bump(kind, word, aux, size)) return o;
      if (!collect(false, "nursery full")) return fail();
      size_t room = headroom();
      size_t usual = limit == 0 ? nursery.edenBytes() : std::min(limit, nursery.edenBytes());
      if (room >= std::max(size, slack) && std::min(room, systemRoom) >= usual / 8) {
        if (Object* o = bump(kind, word, aux, size)) return o;
      }
    }
    if (!makeRoom(std::max(size, slack), due ? "old generation grew" : "memory limit"))
      return allocateOnLoan(kind, word, aux, size, space, true);
    Object* o = bump(kind, word, aux, size);
    return o != nullptr ? o : fail();
  }

  auto fits = [&](size_t wanted) { return limit == 0 || headroom() >= wanted + edenUsed(); };
  bool small = size <= kEmergencyObject && emergency != 0 && headroom() + emergency >= size + edenUsed();
  bool collected = false;
  if (due || (!fits(size) && !small)) {
    if (!makeRoom(size + slack, due ? "old generation grew" : "memory limit"))
      return allocateOnLoan(kind, word, aux, size, space, false);
    collected = true;
  }
  if (Object* o = allocateTenured(kind, word, aux, size, space)) return o;
  if (collected || !collect(true, study != nullptr ? "half full" : "system out of memory")) return fail();
  if (Object* o = allocateTenured(kind, word, aux, size, space)) return o;
  return fail();
}

Object* HeapImpl::allocateNoCollect(uint8_t kind, uint32_t word, uint8_t aux, size_t size, Space space) {
  // Frames may be half taken apart here.
  if (sampler == nullptr) return allocateAtOnce(kind, word, aux, size, space);
  sampler->blind = true;
  Object* o = allocateAtOnce(kind, word, aux, size, space);
  sampler->blind = false;
  return o;
}

Object* HeapImpl::allocateAtOnce(uint8_t kind, uint32_t word, uint8_t aux, size_t size, Space space) {
  if (running != nullptr) fatal("allocation inside a collection");
  if (size > kMaxObject) return nullptr;
  if (space == Space::kNursery && size <= maxNurseryObject && study == nullptr) {
    if (Object* o = bump(kind, word, aux, size)) return o;
    if (size <= static_cast<size_t>(nursery.edenEnd() - heap.top_)) {
      edenLimit = heap.top_ + size;
      return bump(kind, word, aux, size);
    }
  }
  Object* o = allocateTenured(kind, word, aux, size, space);
  // A full half is no reason to fail.
  return o == nullptr && study != nullptr ? allocateTenured(kind, word, aux, size, Space::kFixed) : o;
}

Object* Heap::allocateSlow(uint8_t kind, uint32_t word, uint8_t aux, size_t size, Space space) {
  return impl_->allocateSlow(kind, word, aux, size, space);
}

/// An object without contents is allocated as usual, and given back.
bool HeapImpl::reserve(size_t bytes) {
  if (bytes > maxNurseryObject) return false;
  constexpr uint8_t kAnyKind = 0;
  Object* o = allocateSlow(kAnyKind, 0, 0, bytes, Space::kNursery);
  if (o == nullptr || reinterpret_cast<char*>(o) + bytes != heap.top_) return false;
  heap.top_ = reinterpret_cast<char*>(o);
  heap.end_ = std::max(heap.end_, heap.top_ + bytes);
  return true;
}

bool Heap::reserve(size_t bytes) {
  if (bytes <= static_cast<size_t>(end_ - top_)) return true;
  return impl_->reserve(bytes);
}

Object* Heap::allocateNoCollect(uint8_t kind, uint32_t word, uint8_t aux, Space space) {
  return impl_->allocateNoCollect(kind, word, aux, objectSize(kinds_[kind], word, aux), space);
}

bool HeapImpl::tryGrow(Object* o, uint32_t word) {
  if (!(o->gc & kLarge)) return false;
  const KindLayout& k = layouts[o->kind];
  size_t from = k.size(o);
  size_t to = objectSize(heap.kinds_[o->kind], word, o->aux);
  if (to <= from) return to == from && word == o->word;
  if (heap.options_.limitBytes != 0 && headroom() < to - from + edenUsed()) return false;
  if (!large.grow(LargeHeader::of(o), to)) return false;
  auto* w = reinterpret_cast<uint64_t*>(o);
  if (k.slotStart != 0) {
    for (size_t i = from / 8; i < to / 8; i++) w[i] = Value::kNilBits;
  } else if (LargeHeader::of(o)->reused) {
    std::fill(w + from / 8, w + to / 8, 0);
  }
  __atomic_store_n(&o->word, word, __ATOMIC_RELEASE);
  allocatedBefore += to - from;
  setEdenEnd();
  if (heap.automatic_ && fullIsDue()) heap.end_ = heap.top_;
  return true;
}

bool Heap::tryGrow(Object* o, uint32_t word) { return impl_->tryGrow(o, word); }

// ---- barrier ----

void HeapImpl::markCard(Object* o, Value* slot) {
  if (o->gc & kLarge) return large.markCard(o, slot);
  Chunk* c = Chunk::of(o);
  if (slot != nullptr) {
    c->cards[Chunk::lineIndex(slot)] |= kCardStored;
  } else {
    size_t first = Chunk::lineIndex(o);
    size_t last = Chunk::lineIndex(reinterpret_cast<const char*>(o) + sizeOf(o) - 1);
    std::memset(c->cards + first, kCardStored | kCardWritten, last - first + 1);
  }
  if (o->gc & kDirty) return;
  o->gc |= kDirty;
  dirtyArrays.push(o);
}

void Heap::remember(Object* holder, Value* slot) {
  impl_->recordedStores++;
  impl_->remember(holder, slot);
}

void Heap::markingBarrier(const Object* holder, Value old, Value v) {
  if (!(holder->gc & kOld)) return;  // survivors are scanned by each minor collection
  impl_->cycle->shade(old);
  impl_->cycle->shade(v);
}

// ---- collections ----

const char* collectorPhaseName(CollectorPhase phase) {
  static constexpr const char* kNames[] = {"roots", "remembered", "trace", "mark", "weak", "release", "sweep"};
  static_assert(std::size(kNames) == static_cast<size_t>(CollectorPhase::kCount));
  return kNames[static_cast<size_t>(phase)];
}

void HeapImpl::releaseDead(bool full) {
  PhaseScope phase(heap.stats_, CollectorPhase::kRelease);
  auto filter = [&](Growable<Object*>& list, Growable<Object*>& tenured) {
    size_t to = 0;
    for (size_t i = 0, n = list.size(); i < n; i++) {
      Object* o = list[i];
      if (!isLive(o)) {
        kind(o).release(o, releaseContext);
        continue;
      }
      o = heap.forwarded(o);
      if (&list != &tenured && (o->gc & kOld)) {
        tenured.push(o);
      } else {
        list[to++] = o;
      }
    }
    list.shrinkTo(to);
  };
  if (full) filter(oldRelease, oldRelease);
  filter(youngRelease, oldRelease);
}

bool HeapImpl::collect(bool full, const char* reason, bool evacuateAll) {
  if (running != nullptr) fatal("collection inside a collection");
  full = full || study != nullptr;
  if (heap.noSafepoint != 0) {
#ifndef NDEBUG
    fatal("collection inside a NoSafepoint: ", reason);
#endif
    return false;
  }
  if (!pool.ensureFree(blocksToCollect(youngUsed()))) return false;
  if (full && cycle != nullptr) {
    // Marks have to be whole before their meaning changes. It ends right behind a minor collection.
    if (!collect(false, "before a full one")) return false;
    if (cycle != nullptr) finishCycle();
  }
  if (full) sweeper.finish();
  if (size_t limit = heap.options_.limitBytes; limit != 0)
    large.setMostSpare(std::min(kMostSpare, limit / kSpareOfLimit));
  pool.setReserve(0);
  uint64_t begin = nowNanos();
  embedder.collectionEvent(true, full, reason);
  if (sampler != nullptr) sampler->leaveEden(heap.top_);
  allocatedBefore += edenUsed();
  bool trashFree = heap.options_.moveAlways;
  if (full) {
    emergency = 0;
    if (study == nullptr) {
      runFull(trashFree || evacuateAll);
    } else {
      study->collect();
      heap.stats_.fullCollections++;
    }
    heap.top_ = nursery.finishFull(heap.top_, trashFree);
    setThreshold(tenuredUsed() + embedder.externalBytes(), reason);
    giveBack();
    if (size_t limit = heap.options_.limitBytes;
        limit != 0 && (freedToMalloc += large.bytesFreed()) > limit / kFreedOfLimit) {
      freedToMalloc = 0;
      trimMalloc();
    }
  } else {
    size_t filled = edenUsed();
    uint64_t promoted = heap.stats_.bytesPromoted;
    runMinor();
    heap.top_ = nursery.finishMinor(heap.top_, trashFree);
    auto promotedNow = static_cast<size_t>(heap.stats_.bytesPromoted - promoted);
    size_t survived = nursery.survivorBytes() + promotedNow;
    heap.stats_.bytesCopied += survived;
    promotedAtATime += (static_cast<double>(promotedNow) - promotedAtATime) / 8;
    tuneEden(filled, survived, nowNanos() - begin);
    advanceCycle(begin);
  }
  if (sampler != nullptr) sampler->enterEden(heap.top_);
  keepReserve();
  setEdenEnd();
  uint64_t nanos = nowNanos() - begin;
  HeapStats& s = heap.stats_;
  (full ? s.nanosFull : s.nanosMinor) += nanos;
  s.longestPause = std::max(s.longestPause, nanos);
  if (heap.options_.verify) {
    std::string complaint = heap.verify();
    if (!complaint.empty()) fatal("verification after a collection: ", complaint.c_str());
  }
  embedder.collectionEvent(false, full, reason);
  return true;
}

void HeapImpl::stressCollect() {
  if (++stressCounter < heap.options_.stressInterval) return;
  stressCounter = 0;
  collect(++stressCycle % kStressFullEvery == 0, "stress");
}

void Heap::collectMinor(const char* reason) { impl_->collect(false, reason); }
void Heap::collectFull(const char* reason) {
  impl_->minGrowth = 0;  // who asks for a collection wants the memory back
  impl_->collect(true, reason);
}

void Heap::pollCollection() {
  bool due = automatic_ && (impl_->marksInSlices() ? impl_->stopsForCycle(0) : impl_->fullIsDue());
  if (impl_->overLimit() || due) impl_->collect(true, "external memory grew");
}

void Heap::setAutomatic(bool on) { automatic_ = on; }

Object* Heap::slidTo(Object* o) const { return impl_->study->newAddress(o); }

void Heap::resurrect(Value* slot) {
  impl_->running->traceSlot(slot);
  impl_->running->drainAll();
}

// ---- accounting ----

size_t Heap::bytesInUse() const { return impl_->youngUsed() + impl_->tenuredUsed(); }

size_t Heap::bytesCommitted() const {
  size_t study = impl_->study != nullptr ? impl_->study->committed() : 0;
  return study + impl_->nursery.touchedBytes(top_) + impl_->pool.committedBytes() + impl_->large.bytesUsed() +
         impl_->large.bytesSpare();
}

void Heap::setLimit(size_t bytes) {
  options_.limitBytes = bytes;
  impl_->setEdenEnd();
}

bool Heap::adjustExternal(ptrdiff_t delta) {
  if (options_.limitBytes != 0) impl_->setEdenEnd();
  // The next allocation then takes the slow path, which sees that a full collection is due.
  if (delta > 0 && automatic_ && impl_->fullIsDue()) end_ = top_;
  return !impl_->overLimit();
}

HeapStats Heap::stats() const {
  HeapStats s = stats_;
  s.bytesAllocated = impl_->allocatedBefore + impl_->edenUsed();
  return s;
}

void Heap::setReleaseContext(void* context) { impl_->releaseContext = context; }

}  // namespace devvm::heap
