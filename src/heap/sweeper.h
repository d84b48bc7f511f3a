// Sweeping after a marking in slices: in steps of some microseconds, at the ends of minor collections and when an
// allocation outside the nursery wants memory.
//
//   release, tables | blocks, by address | large objects | memory back to the system
//
// An object that dies with memory of its own is released, and leaves the embedder's tables, before anything is written
// over it: until that stage is over no block is swept and allocation takes empty ones. All of it is over before the
// next marking begins.
#pragma once

#include "heap/block.h"

namespace devvm::heap {

struct HeapImpl;

class Sweeper {
 public:
  explicit Sweeper(HeapImpl& impl) : h_(impl) {}

  /// After the marking: everything outside the nursery that it did not reach is to be swept.
  void begin();
  bool pending() const { return stage_ != Stage::kNone; }
  /// Steps until the deadline (nowNanos()), and at least `steps`. True: nothing is left.
  bool work(unsigned steps, uint64_t deadline);
  /// All that is left but giving memory back, which the caller is going to do.
  void finish();
  /// Sweeps blocks until `found()`, but not many. False: it was not.
  template <typename F>
  bool sweepForCells(F found) {
    for (unsigned n = 0; n < kMostBlocksWanted && stage_ == Stage::kBlocks; n++) {
      sweepSomeBlock();
      if (found()) return true;
    }
    return false;
  }

 private:
  enum class Stage : uint8_t { kNone, kRelease, kTables, kBlocks, kLarge, kTrim };
  static constexpr unsigned kMostBlocksWanted = 16;

  void step();
  void sweepSomeBlock();
  void releaseSome();

  HeapImpl& h_;
  Stage stage_ = Stage::kNone;
  size_t released_ = 0;    // of the list of objects to release
  uintptr_t sweptTo_ = 0;  // no chunk below has blocks that wait
};

}  // namespace devvm::heap
