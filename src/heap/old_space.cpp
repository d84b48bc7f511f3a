#include "heap/old_space.h"

#include <algorithm>
#include <utility>

#include "heap/sweeper.h"

namespace devvm::heap {

namespace {
/// Less waste in partly used blocks than this is never worth moving objects for.
constexpr size_t kMinWaste = size_t{1} << 20;
}  // namespace

template <typename F>
void OldSpace::forEachBlock(F f) {
  for (Chunk* c : pool_.chunks()) {
    for (unsigned i = 1; i < kBlocksPerChunk; i++) {
      if (c->blocks[i].state == BlockState::kOld) f(c, i, c->blocks[i]);
    }
  }
}

char* OldSpace::takeBlock() {
  char* b = pool_.take(BlockState::kOld);
  if (b != nullptr) {
    used_ += kBlockBytes;
    if (!emptyOnly_) Chunk::infoOf(b).liveBytes = kBlockBytes;
    if (ahead_) markWholeAhead(b, b + kBlockBytes);
  }
  return b;
}

// Makes the next run of free lines the current hole.
bool OldSpace::nextHole() {
  for (;;) {
    if (holeBlock_ == nullptr) {
      if (nextRecyclable_ == recyclable_.size() &&
          (sweeper_ == nullptr || !sweeper_->sweepForCells([this] { return nextRecyclable_ != recyclable_.size(); })))
        return false;
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
    Chunk::infoOf(holeBlock_).liveBytes += static_cast<uint32_t>(limit_ - cursor_);
    if (ahead_) markWholeAhead(cursor_, limit_);
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

  // Blocks by occupancy, in classes of 1/64 block.
  constexpr size_t kClassBytes = kBlockBytes / 64, kWorthwhile = 64 * 3 / 4;
  size_t blocksOf[65] = {}, bytesOf[65] = {}, blocks = 0, bytes = 0;
  auto classOf = [](const BlockInfo& b) { return std::min<size_t>(b.liveBytes / kClassBytes, 64); };
  forEachBlock([&](Chunk*, unsigned, BlockInfo& b) {
    blocksOf[classOf(b)]++;
    bytesOf[classOf(b)] += b.liveBytes;
    blocks++;
    bytes += b.liveBytes;
  });
  size_t waste = blocks * kBlockBytes - std::min(bytes, blocks * kBlockBytes);
  size_t below = evacuateAll ? 65 : 0;  // candidates are the blocks in classes below this one
  if (!evacuateAll && waste > bytes / 3 + kMinWaste) {
    pool_.ensureFree(keepBlocks + blocks / 32 + 1);
    size_t room = pool_.freeBlocks() > keepBlocks ? (pool_.freeBlocks() - keepBlocks) * (kBlockBytes / 8 * 7) : 0;
    while (below < kWorthwhile && waste > bytes / 8 && bytesOf[below] <= room) {
      room -= bytesOf[below];
      waste -= std::min(waste, blocksOf[below] * kBlockBytes - bytesOf[below]);
      below++;
    }
  }
  size_t candidates = 0;
  forEachBlock([&](Chunk* c, unsigned i, BlockInfo& b) {
    b.evacuate = classOf(b) < below;
    b.liveBytes = 0;
    candidates += b.evacuate;
    std::memset(c->blockLines(i), 0, kLinesPerBlock);
  });
  return candidates;
}

void OldSpace::markWholeAhead(const char* from, const char* end) {
  if (from != end) markAhead(from, static_cast<size_t>(end - from));
}

void OldSpace::beginCycle() {
  ahead_ = true;
  aheadLines_ = aheadBytes_ = 0;
  markWholeAhead(cursor_, limit_);
  markWholeAhead(overflowCursor_, overflowLimit_);
}

void OldSpace::finishCycle() {
  cursor_ = limit_ = overflowCursor_ = overflowLimit_ = holeBlock_ = nullptr;
  recyclable_.clear();
  nextRecyclable_ = 0;
  used_ = aheadLines_ * kLineBytes;
  marked_ = aheadBytes_;
  blocks_ = 0;
  ahead_ = false;
}

void OldSpace::sweepAhead(Chunk* c, unsigned index) {
  std::memcpy(c->blockLines(index), c->ahead + index * kLinesPerBlock, kLinesPerBlock);
  std::memset(c->ahead + index * kLinesPerBlock, 0, kLinesPerBlock);
  BlockInfo& b = c->blocks[index];
  b.liveBytes = std::exchange(b.aheadBytes, 0);
  sweepBlock(c, index, false);
}

/// Returns the number of its lines that hold something.
unsigned OldSpace::sweepBlock(Chunk* c, unsigned index, bool trashFree) {
  const uint8_t* lines = c->blockLines(index);
  unsigned marked = 0;
  for (unsigned i = 0; i < kLinesPerBlock; i++) marked += lines[i];
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
    return 0;
  }
  BlockInfo& b = c->blocks[index];
  b.evacuate = false;
  b.freeLines = static_cast<uint16_t>(kLinesPerBlock - marked);
  blocks_++;
  if (b.freeLines != 0) recyclable_.push(block);
  return marked;
}

void OldSpace::finishFull(bool trashFree) {
  cursor_ = limit_ = overflowCursor_ = overflowLimit_ = nullptr;
  used_ = marked_ = blocks_ = 0;
  emptyOnly_ = false;
  forEachBlock([&](Chunk* c, unsigned i, BlockInfo& b) {
    used_ += sweepBlock(c, i, trashFree) * kLineBytes;
    if (b.state == BlockState::kOld) marked_ += b.liveBytes;
  });
}

}  // namespace devvm::heap
