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
  uint32_t number = 0;       ///< of its node, while a graph is coloured

  Position start() const { return ranges->from; }
  bool covers(Position p) const;
  /// The first use from p on that needs a register, or kNever.
  Position neededFrom(Position p) const;
};

/// First position that both cover, or kNever. Looks at ranges from `a` and `b` on.
Position intersection(const Range* a, const Range* b);

/// Gaps lie in front of steps: the last one at or below p.
constexpr Position gapAtOrBelow(Position p) { return p < 3 ? 0 : p - (p - 3) % 4; }

/// How often a block runs, compared with others: loops eight times, rare blocks seldom.
double weightOf(const ir::Block* block);

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
    forBits(liveIn_.data() + b * words_, f);
  }
  uint32_t value(const ir::Node* n) const { return valueOf[n->id]; }

  // ---- for allocators (splitting.cpp) ----
  /// Cuts an interval in two; gives the second, which begins at p or behind a hole.
  Interval* splitAt(Interval* i, Position p);
  /// Where a piece may begin in a register: at the gap of the outermost loop between two positions, the last one.
  Position bestGap(Position least, Position most) const;
  /// Adds a use that needs no register at the end of each loop, to values that the loop uses and does not make: they
  /// are needed again in the next round, sooner than what lives through the loop for somebody behind it.
  void addUsesAtLoopEnds();
  /// Where the interval meets a step that destroys all registers, first; or kNever.
  Position nextClobberAll(const Interval* i) const;

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
  void forStateValue(const ir::Node* value, F f) const;
  template <typename F>
  void forStateValues(const ir::Node* node, F f) const;

  const Constraints& c_;
  std::vector<uint32_t> globals_;   ///< values that are alive at block boundaries
  std::vector<uint32_t> globalOf_;  ///< by value: place in globals_
  std::vector<uint64_t> liveIn_, liveOut_, defined_;
  uint32_t words_ = 0;
};

/// Linear scan with splitting (linear_scan.cpp): gives every interval a register or memory. Null, or why it cannot.
const char* linearScan(LiveIntervals& live);
/// The same by graph colouring (colouring.cpp). What it does not take, linear scan may take.
const char* colour(LiveIntervals& live);

/// Words of the frame for values that are in memory somewhere, by number of the value (words.cpp). `needsWord` tells
/// which; those of steps that have one already get that. Null, or why there are not enough.
const char* assignWords(const LiveIntervals& live, const std::vector<uint8_t>& needsWord, std::vector<int32_t>& words,
                        Allocation& allocation);

/// Writes down what was decided, with the moves that follow from it (resolve.cpp). Null, or why it cannot be.
const char* resolve(const LiveIntervals& live, Allocation& allocation);

}  // namespace devvm::jit::regalloc
