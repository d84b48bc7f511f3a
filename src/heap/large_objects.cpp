#include "heap/large_objects.h"

#include <cstdlib>

namespace devvm::heap {

namespace {
// Regions from here on are mappings of their own: fresh ones read as zero, and they go back to the system at once.
constexpr size_t kMapFrom = size_t{256} << 10;
}  // namespace

LargeSpace::~LargeSpace() {
  for (LargeHeader* h : all_) free(h);
}

Object* LargeSpace::allocate(size_t bytes, bool withCards, bool* zeroed) {
  size_t cardBytes = withCards ? (bytes + kCardBytes - 1) / kCardBytes : 0;
  size_t region = sizeof(LargeHeader) + bytes + roundUp8(cardBytes);
  if (region < bytes) return nullptr;
  void* p;
  bool mapped = region >= kMapFrom;
  if (mapped) {
    region = roundUp(region, kPageBytes);
    p = mapMemory(region, kPageBytes);
  } else {
    p = std::malloc(region);
  }
  if (p == nullptr) return nullptr;
  auto* h = static_cast<LargeHeader*>(p);
  *h = LargeHeader{};
  h->objectBytes = bytes;
  h->regionBytes = region;
  h->mapped = mapped;
  h->index = static_cast<uint32_t>(all_.size());
  if (withCards) {
    h->cards = reinterpret_cast<uint8_t*>(h + 1) + bytes;
    if (!mapped) std::memset(h->cards, 0, cardBytes);
  }
  all_.push(h);
  used_ += region;
  *zeroed = mapped;
  return h->object();
}

void LargeSpace::markCard(Object* o, const Value* slot) {
  LargeHeader* h = LargeHeader::of(o);
  if (slot != nullptr) {
    h->cards[(reinterpret_cast<uintptr_t>(slot) - reinterpret_cast<uintptr_t>(o)) / kCardBytes] = 1;
  } else {
    std::memset(h->cards, 1, h->cardCount());
  }
  if (!h->dirty) {
    h->dirty = true;
    dirty_.push(h);
  }
}

void LargeSpace::free(LargeHeader* h) {
  used_ -= h->regionBytes;
  if (h->mapped) {
    unmapMemory(h, h->regionBytes);
  } else {
    std::free(h);
  }
}

void LargeSpace::sweep(uint8_t color) {
  size_t to = 0;
  for (size_t i = 0; i < all_.size(); i++) {
    LargeHeader* h = all_[i];
    if ((h->object()->gc & kMarked) == color) {
      h->index = static_cast<uint32_t>(to);
      all_[to++] = h;
    } else {
      free(h);
    }
  }
  all_.shrinkTo(to);
}

}  // namespace devvm::heap
