// Live intervals: from where to where a value is needed, with holes, and where it is used.
#pragma once

#include <vector>

#include "base/arena.h"
#include "jit/regalloc/allocation.h"

namespace devvm::jit::regalloc {

inline constexpr Position kNever = UINT32_MAX;

struct Range {
  Position from, to;  ///< to: first position behind
  Range* next = nullptr;
};

struct UsePosition {
  Position at;
  bool needsRegister;
  UsePosition* next = nullptr;
};

/// A value, or a piece of it after splitting, or a register that a step wants for itself.
struct Interval {
  uint32_t value = 0;  ///< number of the value; of temps their number among all temps
  Bank bank = Bank::kGpr;
  bool isTemp = false;
  bool isFirst = false;     ///< begins where the value is defined
  bool inMemory = false;    ///< decided
  int8_t reg = -1;          ///< decided
  Range* ranges = nullptr;  ///< ascending, disjoint
  UsePosition* uses = nullptr;
  Position end = 0;          ///< of the last range
  Range* cursor = nullptr;   ///< for the scan: the first range that ends behind the present position
  Interval* next = nullptr;  ///< next piece of the value

  Position start() const { return ranges->from; }
  bool covers(Position p) const;
};

/// First position that both cover, or kNever. Looks at ranges from `a` and `b` on.
Position intersection(const Range* a, const Range* b);

/// What is alive where: intervals of all values, made by one pass over the code from its end.
class LiveIntervals {
 public:
  explicit LiveIntervals(const Constraints& constraints) : c_(constraints) {}
  void build();

  const Constraints& constraints() const { return c_; }
  Position blockFrom(uint32_t b) const { return gapBefore(c_.blocks[b].first); }
  Position blockTo(uint32_t b) const { return gapBefore(c_.blocks[b].end); }
  uint32_t blockAt(Position p) const;

  struct Value {
    const ir::Node* node;
    Interval* first;
    uint32_t block;  ///< where it is defined
    Position definedAt;
    bool isPhi;
  };
  std::vector<Value> values;
  std::vector<uint32_t> valueOf;       ///< by node id
  std::vector<uint32_t> numberOf;      ///< by block id: number in Constraints::blocks
  std::vector<Interval*> temps;        ///< in the order of Allocation::temps
  std::vector<uint32_t> firstTemp;     ///< by step
  std::vector<Position> clobbersAll;   ///< positions, ascending
  std::vector<uint32_t> clobberSteps;  ///< steps that destroy single registers, ascending
  base::Arena arena;

  /// Calls f(value) for what is alive at the beginning of block `b` and defined in front of it.
  template <typename F>
  void forLiveIn(uint32_t b, F f) const {
    forBits(&liveIn_[b * words_], f);
  }
  uint32_t value(const ir::Node* n) const { return valueOf[n->id]; }

 private:
  template <typename F>
  void forBits(const uint64_t* bits, F f) const {
    for (uint32_t w = 0; w < words_; w++) {
      for (uint64_t rest = bits[w]; rest != 0; rest &= rest - 1) {
        f(globals_[w * 64 + static_cast<uint32_t>(std::countr_zero(rest))]);
      }
    }
  }
  void findValues();
  void findGlobals();
  void flow();
  void addRange(uint32_t value, Position from, Position to);
  void addUse(uint32_t value, Position at, bool needsRegister);
  void scanBlock(uint32_t b);
  template <typename F>
  void forStateValues(const ir::Node* node, F f) const;

  const Constraints& c_;
  std::vector<uint32_t> globals_;   ///< values that are alive at block boundaries
  std::vector<uint32_t> globalOf_;  ///< by value: place in globals_
  std::vector<uint64_t> liveIn_, liveOut_, defined_;
  uint32_t words_ = 0;
};

/// Words of the frame for values that are in memory somewhere, by number of the value (words.cpp). `needsWord` tells
/// which; those of steps that have one already get that. Null, or why there are not enough.
const char* assignWords(const LiveIntervals& live, const std::vector<uint8_t>& needsWord, std::vector<int32_t>& words,
                        Allocation& allocation);

/// Writes down what was decided, with the moves that follow from it (resolve.cpp). Null, or why it cannot be.
const char* resolve(const LiveIntervals& live, Allocation& allocation);

}  // namespace devvm::jit::regalloc
