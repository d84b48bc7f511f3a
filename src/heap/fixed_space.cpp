#include "heap/fixed_space.h"

#include <bit>

#include "heap/sweeper.h"

namespace devvm::heap {

// Eight classes of 16-byte steps to 128, then four steps to each doubling.
unsigned FixedSpace::classOf(size_t bytes) {
  if (bytes <= 128) return static_cast<unsigned>((bytes + 15) / 16 - 1);
  auto log = static_cast<unsigned>(std::bit_width(bytes - 1)) - 1;  // 2^log < bytes <= 2^(log+1)
  auto quarter = static_cast<unsigned>((bytes - 1) >> (log - 2)) & 3;
  return 8 + (log - 7) * 4 + quarter;
}

uint32_t FixedSpace::classBytes(unsigned c) {
  if (c < 8) return (c + 1) * 16;
  unsigned log = 7 + (c - 8) / 4;
  return (5 + (c - 8) % 4) << (log - 2);
}

char* FixedSpace::allocate(size_t bytes) {
  unsigned k = classOf(bytes);
  Class& c = classes_[k];
  c.cellBytes = classBytes(k);
  char* p;
  if (c.free == nullptr && sweeper_ != nullptr) sweeper_->sweepForCells([&c] { return c.free != nullptr; });
  if (c.free != nullptr) {
    p = reinterpret_cast<char*>(c.free);
    c.free = c.free->next;
  } else {
    if (c.carve == nullptr) {
      c.carve = pool_.take(BlockState::kFixed);
      if (c.carve == nullptr) return nullptr;
      Chunk::infoOf(c.carve).cellBytes = c.cellBytes;
    }
    BlockInfo& b = Chunk::infoOf(c.carve);
    p = c.carve + b.carved * c.cellBytes;
    b.carved++;
    if ((b.carved + 1u) * c.cellBytes > kBlockBytes) c.carve = nullptr;
  }
  unpoison(p, c.cellBytes);
  used_ += c.cellBytes;
  return p;
}

void FixedSpace::freeCell(Class& c, char* cell, bool trashFree) {
  if (trashFree) trash(cell, c.cellBytes);
  unpoison(cell, sizeof(FreeCell));
  auto* f = reinterpret_cast<FreeCell*>(cell);
  f->header = Object{};
  f->header.kind = kFreeCellKind;
  f->next = c.free;
  c.free = f;
  poison(cell + sizeof(FreeCell), c.cellBytes - sizeof(FreeCell));
}

void FixedSpace::beginSweep() {
  for (Class& c : classes_) c.free = nullptr;
  swept_ = 0;
}

void FixedSpace::sweepBlock(Chunk* chunk, unsigned index, uint8_t color, bool trashFree) {
  BlockInfo& b = chunk->blocks[index];
  Class& c = classes_[classOf(b.cellBytes)];
  char* start = chunk->block(index);
  auto cell = [&](uint32_t n) { return reinterpret_cast<Object*>(start + n * b.cellBytes); };
  auto isLive = [&](const Object* o) { return o->kind != kFreeCellKind && (o->gc & kMarked) == color; };
  uint32_t live = 0, dead = 0;
  for (uint32_t n = 0; n < b.carved; n++) {
    const Object* o = cell(n);
    live += isLive(o);
    dead += o->kind != kFreeCellKind && (o->gc & kMarked) != color;
  }
  used_ -= size_t{dead} * b.cellBytes;
  swept_ += size_t{dead} * b.cellBytes;
  if (live == 0) {
    if (c.carve == start) c.carve = nullptr;
    pool_.give(start);
    return;
  }
  for (uint32_t n = 0; n < b.carved; n++) {
    if (!isLive(cell(n))) freeCell(c, start + n * b.cellBytes, trashFree);
  }
}

void FixedSpace::sweep(uint8_t color, bool trashFree) {
  beginSweep();
  for (Chunk* chunk : pool_.chunks()) {
    for (unsigned i = 1; i < kBlocksPerChunk; i++) {
      if (chunk->blocks[i].state == BlockState::kFixed) sweepBlock(chunk, i, color, trashFree);
    }
  }
}

}  // namespace devvm::heap
