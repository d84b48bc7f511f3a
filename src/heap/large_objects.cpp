#include "heap/large_objects.h"

#include <sys/resource.h>

#include <algorithm>
#include <cstdlib>

namespace devvm::heap {

namespace {
// Regions from here on are mappings of their own: fresh ones read as zero, and they go back to the system at once.
constexpr size_t kMapFrom = size_t{256} << 10;
// Mapped arrays get so many times their size in addresses (which cost nothing until they are used), to grow in place.
constexpr size_t kGrowFactor = 16;
constexpr size_t kMostRoom = size_t{1} << 30;
// Mappings from here on are laid out for huge pages.
constexpr size_t kHugeFrom = size_t{1} << 20;
constexpr size_t kHugePage = size_t{2} << 20;
constexpr size_t kMostBytes = size_t{1} << 45;
// Pages of a mapping that go back to the system at a time.
constexpr size_t kReleaseStep = size_t{2} << 20;
// Objects that are looked at in a step of sweeping.
constexpr unsigned kObjectsAtATime = 16;

/// Lets the huge pages that lie in a mapping up to `to` be used as such: random access to long arrays then needs few
/// entries of the address translation cache, and first touches few faults. What goes beyond stays in small pages; so
/// does what was touched in small ones before, of an array that grew.
void useHugePages(LargeHeader* h, char* to) {
  uintptr_t first = roundUp(reinterpret_cast<uintptr_t>(h), kHugePage);
  uintptr_t last = reinterpret_cast<uintptr_t>(to) & ~(kHugePage - 1);
  if (first < last) adviseHugePages(reinterpret_cast<void*>(first), last - first);
}

}  // namespace

bool spaciousAddresses() {
  static const bool unlimited = [] {
    rlimit r;
    return getrlimit(RLIMIT_AS, &r) != 0 || r.rlim_cur == RLIM_INFINITY;
  }();
  return unlimited;
}

LargeSpace::~LargeSpace() {
  for (auto* list : {&all_, &spare_, &released_}) {
    for (LargeHeader* h : *list) release(h);
  }
}

/// What counts as used: whole pages for mappings, without the room to grow.
size_t LargeSpace::usedBy(const LargeHeader* h) {
  size_t n = sizeof(LargeHeader) + h->objectBytes + (h->cards != nullptr ? h->cardCount() : 0);
  return h->mapped ? roundUp(n, kPageBytes) : n;
}

Object* LargeSpace::allocate(size_t bytes, bool withCards, bool* zeroed) {
  auto regionFor = [&](size_t capacity) {
    return sizeof(LargeHeader) + roundUp8(capacity) +
           (withCards ? roundUp8((capacity + kCardBytes - 1) / kCardBytes) : 0);
  };
  if (bytes > kMostBytes) return nullptr;
  size_t capacity = bytes;
  LargeHeader* h = nullptr;
  bool mapped = bytes >= kMapFrom;
  size_t align = bytes >= kHugeFrom ? kHugePage : kPageBytes;
  if (mapped) {
    if (withCards && spaciousAddresses()) {
      capacity = bytes + std::min(bytes * (kGrowFactor - 1), kMostRoom);
      h = takeSpare(bytes, capacity);
      if (h != nullptr) {
        h->index = static_cast<uint32_t>(all_.size());
        all_.push(h);
        used_ += usedBy(h);
        *zeroed = false;
        return h->object();
      }
      // It may grow to be long.
      align = kHugePage;
      h = static_cast<LargeHeader*>(mapMemory(roundUp(regionFor(capacity), kPageBytes), align));
    }
    if (h == nullptr) {
      capacity = bytes;
      h = static_cast<LargeHeader*>(mapMemory(roundUp(regionFor(capacity), kPageBytes), align));
    }
  } else {
    h = static_cast<LargeHeader*>(std::malloc(regionFor(capacity)));
  }
  if (h == nullptr) return nullptr;
  *h = LargeHeader{};
  h->objectBytes = h->touchedBytes = bytes;
  h->regionBytes = mapped ? roundUp(regionFor(capacity), kPageBytes) : regionFor(capacity);
  h->mapped = mapped;
  h->index = static_cast<uint32_t>(all_.size());
  if (withCards) {
    h->cards = reinterpret_cast<uint8_t*>(h + 1) + roundUp8(capacity);
    if (!mapped) std::memset(h->cards, 0, h->cardCount());
  }
  all_.push(h);
  used_ += usedBy(h);
  if (mapped) useHugePages(h, reinterpret_cast<char*>(h->object()) + bytes);
  *zeroed = mapped;
  return h->object();
}

bool LargeSpace::grow(LargeHeader* h, size_t bytes) {
  if (!h->mapped || h->cards == nullptr) return false;
  if (bytes > h->capacity()) return false;
  used_ -= usedBy(h);
  auto* object = reinterpret_cast<char*>(h->object());
  useHugePages(h, object + bytes);
  h->objectBytes = bytes;
  h->touchedBytes = std::max(h->touchedBytes, bytes);
  used_ += usedBy(h);
  return true;
}

void LargeSpace::markCard(Object* o, const Value* slot) {
  LargeHeader* h = LargeHeader::of(o);
  if (slot != nullptr) {
    h->cards[(reinterpret_cast<uintptr_t>(slot) - reinterpret_cast<uintptr_t>(o)) / kCardBytes] |= kCardStored;
  } else {
    std::memset(h->cards, kCardStored | kCardWritten, h->cardCount());
  }
  if (!h->dirty) {
    h->dirty = true;
    dirty_.push(h);
  }
}

/// A region whose object is gone, for an object of `bytes` that may grow to `capacity`; its cards are clean. nullptr:
/// there is none.
LargeHeader* LargeSpace::takeSpare(size_t bytes, size_t capacity) {
  size_t best = spare_.size();
  auto isBetter = [&](const LargeHeader* a, const LargeHeader* b) {
    bool enough = a->capacity() >= capacity;
    if (enough != (b->capacity() >= capacity)) return enough;
    return enough == (a->capacity() < b->capacity());
  };
  for (size_t i = 0; i < spare_.size(); i++) {
    if (spare_[i]->capacity() < bytes) continue;
    if (best == spare_.size() || isBetter(spare_[i], spare_[best])) best = i;
  }
  if (best == spare_.size()) return nullptr;
  LargeHeader* h = spare_[best];
  spare_[best] = spare_[spare_.size() - 1];
  spare_.shrinkTo(spare_.size() - 1);
  spareBytes_ -= h->touchedBytes;
  std::memset(h->cards, 0, LargeHeader::cardsFor(h->touchedBytes));
  h->objectBytes = bytes;
  h->touchedBytes = std::max(h->touchedBytes, bytes);
  h->dirty = false;
  h->reused = true;
  return h;
}

void LargeSpace::retire(LargeHeader* h) {
  used_ -= usedBy(h);
  bytesSwept_ += usedBy(h);
  if (!h->mapped) {
    bytesFreed_ += h->regionBytes;
    return release(h);
  }
  if (h->cards == nullptr || spareBytes_ + h->touchedBytes > mostSpare_) return released_.push(h);
  spare_.push(h);
  spareBytes_ += h->touchedBytes;
}

void LargeSpace::release(LargeHeader* h) {
  if (h->mapped) {
    unmapMemory(h, h->regionBytes);
  } else {
    std::free(h);
  }
}

/// Gives a piece of a mapping back, since much of one takes its time. True: nothing is left to give.
bool LargeSpace::releaseSome() {
  if (released_.empty()) return true;
  LargeHeader* h = released_[released_.size() - 1];
  char* start = reinterpret_cast<char*>(h);
  size_t touched = std::min(roundUp(sizeof(LargeHeader) + h->touchedBytes, kPageBytes), h->regionBytes);
  if (touched <= kReleaseStep) {
    released_.pop();
    release(h);
    return false;
  }
  // First what was never touched.
  size_t keep = h->regionBytes > touched ? touched : touched - kReleaseStep;
  unmapMemory(start + keep, h->regionBytes - keep);
  h->regionBytes = keep;
  h->touchedBytes = keep - sizeof(LargeHeader);
  return false;
}

void LargeSpace::beginSweep() {
  for (LargeHeader* h : spare_) released_.push(h);
  spare_.clear();
  spareBytes_ = 0;
  swept_ = bytesSwept_ = bytesFreed_ = 0;
}

bool LargeSpace::sweepSome(uint8_t color) {
  if (!releaseSome()) return false;
  // Those that are allocated meanwhile come behind the others.
  for (unsigned n = 0; n < kObjectsAtATime; n++) {
    if (swept_ == all_.size()) return true;
    LargeHeader* h = all_[swept_];
    if ((h->object()->gc & kMarked) == color) {
      h->index = static_cast<uint32_t>(swept_++);
      continue;
    }
    LargeHeader* last = all_.pop();
    if (last != h) all_[swept_] = last;
    retire(h);
    if (!released_.empty()) return false;
  }
  return false;
}

}  // namespace devvm::heap
