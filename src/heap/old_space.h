// The movable old generation: bump allocation into runs of free lines (Blackburn & McKinley, PLDI 2008).
#pragma once

#include "heap/block.h"

namespace devvm::heap {

/// Larger objects live in the large-object space.
inline constexpr size_t kMaxBlockObject = size_t{8} << 10;

class Sweeper;

class OldSpace {
 public:
  explicit OldSpace(BlockPool& pool) : pool_(pool) {}

  /// `bytes` <= kBlockBytes, a multiple of 8. The memory's contents are undefined. nullptr when the system has none.
  char* allocate(size_t bytes) {
    char* p = cursor_;
    if (bytes <= static_cast<size_t>(limit_ - p)) [[likely]] {
      cursor_ = p + bytes;
      if constexpr (kAsan) unpoison(p, bytes);
      return p;
    }
    return allocateSlow(bytes);
  }

  // ---- full collections ----
  /// Marks are cleared, and from now to finishFull() only empty blocks are filled, since the lines' marks are being
  /// rebuilt. Chooses the blocks to evacuate: all of them if `evacuateAll`; otherwise, when the waste in partly used
  /// blocks is out of proportion, the emptiest ones, as far as their objects fit into the pool's free blocks beyond
  /// `keepBlocks`. Returns their number.
  size_t beginFull(bool evacuateAll, size_t keepBlocks);
  /// Frees what no mark holds. `trashFree`: overwrites it.
  void finishFull(bool trashFree);

  // ---- marking in slices ----
  /// From now to finishCycle() marks are made ahead, beside the lines that the allocator looks at; what it hands out
  /// is marked.
  void beginCycle();
  /// Marks the lines under an object.
  void markAhead(const void* p, size_t bytes) {
    Chunk* c = Chunk::of(p);
    c->blocks[Chunk::blockIndex(p)].aheadBytes += static_cast<uint32_t>(bytes);
    aheadBytes_ += bytes;
    size_t first = Chunk::lineIndex(p);
    size_t last = Chunk::lineIndex(static_cast<const char*>(p) + bytes - 1);
    for (size_t i = first; i <= last; i++) {
      aheadLines_ += c->ahead[i] ^ 1u;
      c->ahead[i] = 1;
    }
  }
  /// What no mark holds counts as free from now on; allocation finds it when its block is swept, and takes empty blocks
  /// until then.
  void finishCycle();
  void sweepAhead(Chunk* chunk, unsigned index);
  /// Asked for more blocks with holes while some wait to be swept.
  void setSweeper(Sweeper* sweeper) { sweeper_ = sweeper; }

  /// Bytes in lines that hold live objects at the last full collection, plus those allocated since.
  size_t bytesUsed() const {
    return used_ - static_cast<size_t>(limit_ - cursor_) - static_cast<size_t>(overflowLimit_ - overflowCursor_);
  }
  /// Bytes of the objects that the last full collection marked: less than the lines that they lie in.
  size_t bytesMarked() const { return marked_; }
  /// Bytes of the blocks in use at the end of the last full collection.
  size_t bytesInBlocks() const { return blocks_ * kBlockBytes; }

 private:
  char* allocateSlow(size_t bytes);
  char* takeBlock();
  bool nextHole();
  template <typename F>
  void forEachBlock(F f);
  unsigned sweepBlock(Chunk* chunk, unsigned index, bool trashFree);

  BlockPool& pool_;
  char* cursor_ = nullptr;  // the hole being filled
  char* limit_ = nullptr;
  char* overflowCursor_ = nullptr;  // an empty block for objects longer than a line that fit no hole
  char* overflowLimit_ = nullptr;
  char* holeBlock_ = nullptr;  // block being searched for holes, from line nextLine_ on
  unsigned nextLine_ = 0;
  size_t nextRecyclable_ = 0;
  Growable<char*> recyclable_;  // blocks with holes, by address
  void markWholeAhead(const char* from, const char* end);
  bool emptyOnly_ = false;
  bool ahead_ = false;     // a cycle is under way
  size_t aheadLines_ = 0;  // marked ahead
  size_t aheadBytes_ = 0;  // of the objects that they were marked for
  size_t used_ = 0;        // counts whole holes from the moment when they are taken
  size_t marked_ = 0;
  size_t blocks_ = 0;  // in use at the end of the last full collection, or found so by the sweeper
  Sweeper* sweeper_ = nullptr;
};

}  // namespace devvm::heap
