#include "heap/block.h"

#include <algorithm>
#include <bit>

namespace devvm::heap {

BlockPool::~BlockPool() {
  for (Chunk* c : chunks_) unmapMemory(c, kChunkBytes);
}

bool BlockPool::addChunk() {
  auto* c = static_cast<Chunk*>(mapMemory(kChunkBytes, kChunkBytes));
  if (c == nullptr) return false;
  c->blocks[0].state = BlockState::kHeader;
  for (unsigned i = 1; i < kBlocksPerChunk; i++) c->blocks[i].state = BlockState::kFree;
  c->freeMask = ~uint32_t{1};
  chunks_.push(c);
  size_t at = chunks_.size() - 1;
  while (at > 0 && chunks_[at - 1] > c) {
    chunks_[at] = chunks_[at - 1];
    at--;
  }
  chunks_[at] = c;
  firstFree_ = std::min(firstFree_, at);
  free_ += kUsableBlocks;
  return true;
}

bool BlockPool::ensureFree(size_t blocks) {
  while (free_ < blocks) {
    if (!addChunk()) return false;
  }
  return true;
}

char* BlockPool::take(BlockState state) {
  if (free_ <= reserve_ && !addChunk()) return nullptr;
  while (chunks_[firstFree_]->freeMask == 0) firstFree_++;
  Chunk* c = chunks_[firstFree_];
  auto i = static_cast<unsigned>(std::countr_zero(c->freeMask));
  c->freeMask &= c->freeMask - 1;
  free_--;
  BlockInfo& info = c->blocks[i];
  if (info.touched) touchedFree_--;
  info = BlockInfo{};
  info.state = state;
  info.touched = true;
  std::memset(c->blockLines(i), 0, kLinesPerBlock);
  return c->block(i);
}

void BlockPool::give(char* block) {
  Chunk* c = Chunk::of(block);
  unsigned i = Chunk::blockIndex(block);
  c->blocks[i].state = BlockState::kFree;
  c->blocks[i].evacuate = false;
  c->freeMask |= uint32_t{1} << i;
  free_++;
  if (c->blocks[i].touched) touchedFree_++;
  auto at = static_cast<size_t>(std::lower_bound(chunks_.begin(), chunks_.end(), c) - chunks_.begin());
  firstFree_ = std::min(firstFree_, at);
  poison(block, kBlockBytes);
}

bool BlockPool::trim(size_t keep, size_t withPages, size_t mostBlocks) {
  size_t budget = mostBlocks;
  for (size_t at = chunks_.size(); at-- > 0 && touchedFree_ > withPages;) {
    Chunk* c = chunks_[at];
    for (unsigned i = kBlocksPerChunk; i-- > 1 && touchedFree_ > withPages;) {
      if (!(c->freeMask & (uint32_t{1} << i)) || !c->blocks[i].touched) continue;
      if (budget == 0) return false;
      // One call for a run of neighbours.
      unsigned end = i + 1;
      c->blocks[i].touched = false;
      touchedFree_--;
      while (i > 1 && (c->freeMask & (uint32_t{1} << (i - 1))) && c->blocks[i - 1].touched &&
             touchedFree_ > withPages) {
        i--;
        c->blocks[i].touched = false;
        touchedFree_--;
      }
      discardMemory(c->block(i), (end - i) * kBlockBytes);
      budget -= std::min<size_t>(budget, end - i);
    }
  }
  size_t to = 0, n = chunks_.size();
  bool all = true;
  // Chunks are dropped from the high end; the pass over the array keeps its order.
  for (size_t at = n; at-- > 0 && free_ >= keep + kUsableBlocks;) {
    Chunk* c = chunks_[at];
    if (c->freeMask != ~uint32_t{1}) continue;
    if (budget == 0) {
      all = false;
      break;
    }
    for (unsigned i = 1; i < kBlocksPerChunk; i++) {
      if (c->blocks[i].touched) touchedFree_--;
    }
    free_ -= kUsableBlocks;
    unmapMemory(c, kChunkBytes);
    chunks_[at] = nullptr;
    budget -= std::min<size_t>(budget, kUsableBlocks);
  }
  for (size_t at = 0; at < n; at++) {
    if (chunks_[at] != nullptr) chunks_[to++] = chunks_[at];
  }
  chunks_.shrinkTo(to);
  firstFree_ = 0;
  return all;
}

bool BlockPool::contains(const void* p) const {
  return std::binary_search(chunks_.begin(), chunks_.end(), Chunk::of(p));
}

}  // namespace devvm::heap
