// How full the spaces of a heap are: for logs and tools.
#pragma once

#include <cstddef>
#include <cstdint>

namespace devvm::heap {

class Heap;

struct SpaceStats {
  size_t eden = 0, edenUsed = 0, survivors = 0;  ///< bytes; eden: its size
  size_t oldLines = 0;                           ///< bytes of lines in use in the movable old generation
  size_t oldLive = 0;    ///< bytes of its objects that the last full collection marked, and those since
  size_t oldBlocks = 0;  ///< bytes of its blocks at the end of the last full collection
  size_t fixed = 0, large = 0;
  size_t committed = 0;  ///< taken from the system for all spaces
  size_t external = 0;   ///< what the embedder owns outside the heap
  size_t threshold = 0;  ///< old and external bytes at which a full collection is due

  /// All objects, dead ones that no collection has found included, and what belongs to them outside.
  size_t inUse() const { return edenUsed + survivors + oldLines + fixed + large + external; }
  /// Part of the old generation's blocks, 0 to 1, that held nothing alive at the end of the last full collection.
  double fragmentation() const {
    return oldBlocks == 0 || oldLive >= oldBlocks ? 0.0
                                                  : 1.0 - static_cast<double>(oldLive) / static_cast<double>(oldBlocks);
  }
};

/// Stores that had to tell the collector of an old object or a card, ever.
uint64_t recordedStores(const Heap& heap);

/// Never collects. Inside a collection the numbers are those of the moment.
SpaceStats spaceStats(const Heap& heap);

}  // namespace devvm::heap
