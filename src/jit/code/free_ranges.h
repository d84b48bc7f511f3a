// Which parts of a range are free: best fit by size classes, neighbours join again when freed.
// Knows numbers only; what they count (granules of code memory) is the user's matter.
#pragma once

#include <cstdint>

#include "jit/assembler/pod_list.h"

namespace devvm::jit {

/// All ranges, free and taken, form one list by position; the free ones are in a list for each size class besides. The
/// records live outside of the range. Every operation takes constant time but the scan of one class.
class FreeRanges {
 public:
  static constexpr uint32_t kNone = UINT32_MAX;

  FreeRanges();

  /// Appends `size` free units at the end of the range. False when there is no memory for the record.
  [[nodiscard]] bool extend(uint32_t size);
  /// Takes `size` units (more than 0); the number of the taken range, or kNone when no free range is large enough or
  /// there is no memory for the record.
  uint32_t take(uint32_t size);
  /// Frees a taken range; it joins free neighbours, and its number may be used for others.
  void release(uint32_t range);
  /// Cuts the free units at the end off, all but the first `keep` of them; returns how many were cut.
  uint32_t cutTail(uint32_t keep);

  uint32_t start(uint32_t range) const { return nodes_[range].start; }
  uint32_t size(uint32_t range) const { return nodes_[range].size; }
  bool isTaken(uint32_t range) const { return range < nodes_.size() && nodes_[range].state == State::kTaken; }
  uint32_t total() const { return total_; }
  /// Where the free units at the end begin.
  uint32_t endOfTaken() const {
    return last_ != kNone && nodes_[last_].state == State::kFree ? nodes_[last_].start : total_;
  }
  uint32_t largestFree() const;
  /// How many free ranges there are.
  uint32_t freeCount() const { return freeCount_; }

  /// For tests: whether lists, neighbours and classes agree.
  bool check() const;

 private:
  enum class State : uint8_t { kTaken, kFree, kUnused };
  struct Node {
    uint32_t start, size;
    uint32_t before, after;   // neighbours by position
    uint32_t previous, next;  // in the list of the class, or of unused records
    State state;
  };
  // Class 4 * log2 + two more bits: ranges of one class differ by less than a quarter.
  static constexpr uint32_t kClasses = 32 * 4;

  static uint32_t classOf(uint32_t size);
  uint32_t newNode();
  void dropNode(uint32_t n);
  void enlist(uint32_t n);
  void delist(uint32_t n);
  uint32_t firstClassFrom(uint32_t c) const;

  PodList<Node> nodes_;
  uint32_t unused_ = kNone;
  uint32_t last_ = kNone;  // by position
  uint32_t total_ = 0;
  uint32_t freeCount_ = 0;
  uint32_t heads_[kClasses];
  uint64_t filled_[kClasses / 64] = {};  // classes that have ranges
};

}  // namespace devvm::jit
