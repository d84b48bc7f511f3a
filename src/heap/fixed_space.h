// Objects that never move: equal cells in blocks, one size class a block, free cells in lists by class.
#pragma once

#include "heap/block.h"
#include "heap/object.h"

namespace devvm::heap {

/// Larger fixed objects live in the large-object space.
inline constexpr size_t kMaxFixedCell = 2048;
/// Object::kind of a free cell; no kind of the embedder.
inline constexpr uint8_t kFreeCellKind = 0xFF;

class Sweeper;

class FixedSpace {
 public:
  explicit FixedSpace(BlockPool& pool) : pool_(pool) {}

  /// `bytes` <= kMaxFixedCell. Contents undefined. nullptr when the system has no memory.
  char* allocate(size_t bytes);
  /// Frees every cell whose object's mark bit is not `color`; gives empty blocks back.
  void sweep(uint8_t color, bool trashFree);
  /// The same block by block, with allocation in between: the free cells of a block are found when it is swept.
  void beginSweep();
  void sweepBlock(Chunk* chunk, unsigned index, uint8_t color, bool trashFree);
  /// Asked for more free cells while blocks wait to be swept.
  void setSweeper(Sweeper* sweeper) { sweeper_ = sweeper; }
  size_t bytesUsed() const { return used_; }
  size_t bytesSwept() const { return swept_; }  ///< freed by the last sweep

 private:
  struct FreeCell {
    Object header;
    FreeCell* next;
  };
  static constexpr unsigned kClasses = 24;
  struct Class {
    uint32_t cellBytes = 0;
    FreeCell* free = nullptr;
    char* carve = nullptr;  // the block whose cells were not all handed out yet
  };
  static unsigned classOf(size_t bytes);
  static uint32_t classBytes(unsigned c);
  void freeCell(Class& c, char* cell, bool trashFree);

  BlockPool& pool_;
  Class classes_[kClasses];
  Sweeper* sweeper_ = nullptr;
  size_t used_ = 0, swept_ = 0;
};

}  // namespace devvm::heap
