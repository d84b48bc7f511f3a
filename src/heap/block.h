// Chunks, blocks and lines: how the old generation's memory is cut up.
//
//   chunk, 1 MiB, aligned
//   +--------+---------+---------+----    ----+----------+
//   | header | block 1 | block 2 |    ...     | block 31 |     a block: 32 KiB = 256 lines of 128 bytes
//   +--------+---------+---------+----    ----+----------+
//
// Everything known about a block and its lines lies in the chunk's header, so that the blocks themselves hold objects
// only: an empty block can be given back to the system, and the marks of neighbouring blocks do not fight for the
// same cache sets.
#pragma once

#include <cstddef>
#include <cstdint>

#include "heap/growable.h"

namespace devvm::heap {

inline constexpr size_t kChunkBytes = size_t{1} << 20;
inline constexpr size_t kBlockBytes = size_t{32} << 10;
inline constexpr size_t kLineBytes = 128;
inline constexpr unsigned kBlocksPerChunk = kChunkBytes / kBlockBytes;
inline constexpr unsigned kLinesPerBlock = kBlockBytes / kLineBytes;
inline constexpr unsigned kUsableBlocks = kBlocksPerChunk - 1;

/// What a card may say: a store left a young pointer there, or all of the array was written without barriers.
enum CardBit : uint8_t { kCardStored = 1, kCardWritten = 2 };

enum class BlockState : uint8_t {
  kHeader,  ///< block 0: the chunk's header
  kFree,
  kOld,    ///< lines of movable objects
  kFixed,  ///< equal cells of objects that never move
};

struct BlockInfo {
  BlockState state;
  bool touched;   ///< may have pages in memory
  bool evacuate;  ///< the running full collection moves its objects out
  uint8_t unused;
  uint16_t freeLines;  ///< kOld: at the last sweep
  uint16_t carved;     ///< kFixed: cells handed out so far, later ones were never touched
  uint32_t cellBytes;  ///< kFixed: size of a cell
  /// kOld: bytes of objects marked by the last full collection, plus the free lines handed out since.
  uint32_t liveBytes;
  uint32_t aheadBytes;  ///< kOld: the same of the marking in slices that is under way; 0 between
};

struct Chunk {
  BlockInfo blocks[kBlocksPerChunk];
  uint32_t freeMask;                                            ///< bit i: block i is free
  uint32_t unswept;                                             ///< bit i: block i waits for the sweeper
  alignas(64) uint8_t lines[kBlocksPerChunk * kLinesPerBlock];  ///< 1: holds (a part of) a marked object
  alignas(64) uint8_t ahead[kBlocksPerChunk * kLinesPerBlock];  ///< the same of the marking in slices; 0 between
  /// Cards of long arrays, a line each: CardBit where young pointers may be. What stands under no array's slots means
  /// nothing.
  alignas(64) uint8_t cards[kBlocksPerChunk * kLinesPerBlock];

  static Chunk* of(const void* p) {
    return reinterpret_cast<Chunk*>(reinterpret_cast<uintptr_t>(p) & ~(kChunkBytes - 1));
  }
  static unsigned blockIndex(const void* p) {
    return static_cast<unsigned>((reinterpret_cast<uintptr_t>(p) & (kChunkBytes - 1)) / kBlockBytes);
  }
  static BlockInfo& infoOf(const void* p) { return of(p)->blocks[blockIndex(p)]; }
  static char* blockStart(const void* p) {
    return reinterpret_cast<char*>(reinterpret_cast<uintptr_t>(p) & ~(kBlockBytes - 1));
  }
  /// Line number of an address within its chunk.
  static size_t lineIndex(const void* p) { return (reinterpret_cast<uintptr_t>(p) & (kChunkBytes - 1)) / kLineBytes; }

  char* block(unsigned i) { return reinterpret_cast<char*>(this) + i * kBlockBytes; }
  uint8_t* blockLines(unsigned i) { return lines + i * kLinesPerBlock; }
};
static_assert(sizeof(Chunk) <= kBlockBytes);

/// Marks the lines under an object of `bytes` bytes at `p` in the movable old generation.
inline void markLines(const void* p, size_t bytes) {
  Chunk* c = Chunk::of(p);
  c->blocks[Chunk::blockIndex(p)].liveBytes += static_cast<uint32_t>(bytes);
  size_t first = Chunk::lineIndex(p);
  size_t last = Chunk::lineIndex(static_cast<const char*>(p) + bytes - 1);
  c->lines[first] = 1;
  if (first != last) {
    for (size_t i = first + 1; i <= last; i++) c->lines[i] = 1;
  }
}

/// All chunks of one heap, and its free blocks. Blocks are taken from low addresses first, so that high chunks empty.
class BlockPool {
 public:
  BlockPool() = default;
  ~BlockPool();
  BlockPool(const BlockPool&) = delete;
  BlockPool& operator=(const BlockPool&) = delete;

  /// A free block in the given state, its lines unmarked. nullptr when the system has no memory beyond the reserve.
  char* take(BlockState state);
  void give(char* block);
  /// Maps chunks until at least `blocks` are free. Costs address space, memory only when they are used. False when
  /// the system refuses.
  bool ensureFree(size_t blocks);
  /// take() leaves so many blocks for the next collection.
  void setReserve(size_t blocks) { reserve_ = blocks; }
  /// Gives pages back until at most `withPages` free blocks have any, and empty chunks while more than `keep` blocks
  /// are free: those of `mostBlocks` blocks at most. True: that was all.
  bool trim(size_t keep, size_t withPages, size_t mostBlocks = ~size_t{0});

  size_t freeBlocks() const { return free_; }
  size_t usedBlocks() const { return chunks_.size() * kUsableBlocks - free_; }
  /// Bytes of blocks that may have pages in memory, and of the headers.
  size_t committedBytes() const { return (usedBlocks() + touchedFree_) * kBlockBytes + chunks_.size() * headerBytes(); }
  Growable<Chunk*>& chunks() { return chunks_; }
  /// Whether `p` lies in one of the chunks (slow; for verification).
  bool contains(const void* p) const;

 private:
  static size_t headerBytes() { return roundUp(sizeof(Chunk), kPageBytes); }
  bool addChunk();

  Growable<Chunk*> chunks_;  // by address
  size_t firstFree_ = 0;     // no chunk before this one has a free block
  size_t free_ = 0;
  size_t touchedFree_ = 0;
  size_t reserve_ = 0;
};

}  // namespace devvm::heap
