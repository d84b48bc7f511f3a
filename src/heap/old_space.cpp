#include "heap/old_space.h"

#include <algorithm>

namespace devvm::heap {

char* OldSpace::takeBlock() {
  char* b = pool_.take(BlockState::kOld);
  if (b != nullptr) used_ += kBlockBytes;
  return b;
}

// Makes the next run of free lines the current hole.
bool OldSpace::nextHole() {
  for (;;) {
    if (holeBlock_ == nullptr) {
      if (nextRecyclable_ == recyclable_.size()) return false;
      holeBlock_ = recyclable_[nextRecyclable_++];
      nextLine_ = 0;
    }
    const uint8_t* lines = Chunk::of(holeBlock_)->blockLines(Chunk::blockIndex(holeBlock_));
    unsigned i = nextLine_;
    while (i < kLinesPerBlock && lines[i] != 0) i++;
    if (i == kLinesPerBlock) {
      holeBlock_ = nullptr;
      continue;
    }
    unsigned end = i + 1;
    while (end < kLinesPerBlock && lines[end] == 0) end++;
    nextLine_ = end;
    cursor_ = holeBlock_ + i * kLineBytes;
    limit_ = holeBlock_ + end * kLineBytes;
    used_ += static_cast<size_t>(limit_ - cursor_);
    return true;
  }
}

char* OldSpace::allocateSlow(size_t bytes) {
  if (bytes > kLineBytes && cursor_ != limit_) {
    // Too long for what is left of the hole: leave that to small objects.
    if (bytes > static_cast<size_t>(overflowLimit_ - overflowCursor_)) {
      char* b = takeBlock();
      if (b == nullptr) return nullptr;
      used_ -= static_cast<size_t>(overflowLimit_ - overflowCursor_);
      overflowCursor_ = b;
      overflowLimit_ = b + kBlockBytes;
    }
    char* p = overflowCursor_;
    overflowCursor_ += bytes;
    unpoison(p, bytes);
    return p;
  }
  do {
    used_ -= static_cast<size_t>(limit_ - cursor_);
    cursor_ = limit_ = nullptr;
    if (emptyOnly_ || !nextHole()) {
      char* b = takeBlock();
      if (b == nullptr) return nullptr;
      cursor_ = b;
      limit_ = b + kBlockBytes;
    }
    if (bytes > kLineBytes && bytes > static_cast<size_t>(limit_ - cursor_)) return allocateSlow(bytes);
  } while (bytes > static_cast<size_t>(limit_ - cursor_));
  char* p = cursor_;
  cursor_ += bytes;
  unpoison(p, bytes);
  return p;
}

size_t OldSpace::beginFull(bool evacuateAll, size_t keepBlocks) {
  cursor_ = limit_ = overflowCursor_ = overflowLimit_ = holeBlock_ = nullptr;
  recyclable_.clear();
  nextRecyclable_ = 0;
  emptyOnly_ = true;

  // Candidates by number of holes: a block's live bytes are estimated from the last sweep.
  size_t candidates = 0;
  size_t liveLines[kLinesPerBlock / 2 + 1] = {};
  for (Chunk* c : pool_.chunks()) {
    for (unsigned i = 1; i < kBlocksPerChunk; i++) {
      BlockInfo& b = c->blocks[i];
      if (b.state != BlockState::kOld) continue;
      liveLines[std::min<size_t>(b.holes, kLinesPerBlock / 2)] += kLinesPerBlock - b.freeLines;
      std::memset(c->blockLines(i), 0, kLinesPerBlock);
    }
  }
  size_t room = pool_.freeBlocks() > keepBlocks ? (pool_.freeBlocks() - keepBlocks) * kLinesPerBlock * 3 / 4 : 0;
  unsigned minHoles = kLinesPerBlock;
  for (unsigned h = kLinesPerBlock / 2; h >= 2 && liveLines[h] <= room; h--) {
    room -= liveLines[h];
    minHoles = h;
  }
  for (Chunk* c : pool_.chunks()) {
    for (unsigned i = 1; i < kBlocksPerChunk; i++) {
      BlockInfo& b = c->blocks[i];
      if (b.state != BlockState::kOld) continue;
      b.evacuate = evacuateAll || b.holes >= minHoles;
      candidates += b.evacuate;
    }
  }
  return candidates;
}

void OldSpace::sweepBlock(Chunk* c, unsigned index, bool trashFree) {
  const uint8_t* lines = c->blockLines(index);
  unsigned marked = 0, holes = lines[0] == 0;
  for (unsigned i = 0; i < kLinesPerBlock; i++) marked += lines[i];
  for (unsigned i = 1; i < kLinesPerBlock; i++) holes += lines[i - 1] & (lines[i] ^ 1);
  char* block = c->block(index);
  if (trashFree || kAsan) {
    for (unsigned i = 0; i < kLinesPerBlock; i++) {
      if (lines[i] != 0) continue;
      if (trashFree) {
        trash(block + i * kLineBytes, kLineBytes);
      } else {
        poison(block + i * kLineBytes, kLineBytes);
      }
    }
  }
  if (marked == 0) {
    pool_.give(block);
    return;
  }
  BlockInfo& b = c->blocks[index];
  b.evacuate = false;
  b.freeLines = static_cast<uint16_t>(kLinesPerBlock - marked);
  b.holes = static_cast<uint16_t>(holes);
  used_ += marked * kLineBytes;
  holes_ += b.freeLines * kLineBytes;
  if (b.freeLines != 0) recyclable_.push(block);
}

void OldSpace::finishFull(bool trashFree) {
  cursor_ = limit_ = overflowCursor_ = overflowLimit_ = nullptr;
  used_ = holes_ = 0;
  emptyOnly_ = false;
  for (Chunk* c : pool_.chunks()) {
    for (unsigned i = 1; i < kBlocksPerChunk; i++) {
      if (c->blocks[i].state == BlockState::kOld) sweepBlock(c, i, trashFree);
    }
  }
}

}  // namespace devvm::heap
