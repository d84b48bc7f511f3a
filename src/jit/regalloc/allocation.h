// The answer of a register allocator: where every value is at every step, and the moves that make it so.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "jit/regalloc/constraints.h"

namespace devvm::jit::regalloc {

/// Where a value is. Word i is fp[-1 - i]; words above the header have negative numbers.
struct Place {
  enum Kind : uint8_t { kNone, kGpr, kXmm, kWord, kConstant };
  Kind kind = kNone;
  int32_t index = 0;                   ///< of the register or word
  const ir::Node* constant = nullptr;  ///< of a constant, which is in no place

  static Place gpr(unsigned r) { return {kGpr, static_cast<int32_t>(r), nullptr}; }
  static Place xmm(unsigned r) { return {kXmm, static_cast<int32_t>(r), nullptr}; }
  static Place word(int32_t w) { return {kWord, w, nullptr}; }
  static Place ofConstant(const ir::Node* n) { return {kConstant, 0, n}; }
  static Place reg(Bank bank, unsigned r) { return bank == Bank::kXmm ? xmm(r) : gpr(r); }
  bool isRegister() const { return kind == kGpr || kind == kXmm; }
  bool isWord() const { return kind == kWord; }
  bool operator==(const Place&) const = default;
};

/// Copies a value; `value` is what `from` holds (for tools and the checker).
struct Move {
  Place from, to;
  const ir::Node* value = nullptr;
};

// Positions: step i reads its uses at 4i and writes its result at 4i + 2; in between it destroys what it clobbers.
// Moves in front of it stand at 4i - 1, which for the first step of a block is the block's beginning. They begin at 4,
// so that none is below 0.
using Position = uint32_t;
constexpr Position readAt(uint32_t step) { return 4 * step + 4; }
constexpr Position clobberAt(uint32_t step) { return 4 * step + 5; }
constexpr Position writeAt(uint32_t step) { return 4 * step + 6; }
constexpr Position gapBefore(uint32_t step) { return 4 * step + 3; }
constexpr uint32_t stepAt(Position p) { return (p - 3) / 4; }

/// How registers are found: linear scan (linear_scan.cpp) or graph colouring (colouring.cpp).
enum class Method : uint8_t { kLinear, kColouring };

struct Allocation {
  const char* failure = nullptr;    ///< why there is none
  Method method = Method::kLinear;  ///< that found it
  /// Callees of guest calls lie so many words lower than Step::calleeWord says, to make room for what lives across.
  uint32_t gap = 0;
  uint32_t words = 0;     ///< of the frame that are in use
  uint16_t usedGprs = 0;  ///< registers that hold values somewhere, as bits

  /// Where a step finds its uses and frame state (`readAt`), or a call's state is while it runs (`clobberAt`), or a
  /// result goes (`writeAt`). Constants are everywhere.
  Place at(const ir::Node* value, Position position) const;
  /// Whether nobody reads the register in which the value is at a step after that step's uses.
  bool diesAt(const ir::Node* value, uint32_t step) const;
  /// Register `i` of those that a step wanted for itself, general ones first.
  unsigned temp(uint32_t step, unsigned i) const { return temps[firstTemp[step] + i]; }

  /// A step's result, in a register, also goes to this word; kNone: it does not. Phis: at the block's beginning.
  Place storeOf(const ir::Node* value) const;

  struct StepMoves {
    uint32_t step;  ///< in front of which
    uint32_t first, end;
  };
  struct EdgeMoves {
    uint32_t block;  ///< number in Constraints::blocks
    bool atEnd;      ///< in front of its jump; else at its beginning
    uint32_t first, end;
  };
  // All moves of one group happen at once.
  std::vector<StepMoves> stepMoves;  ///< ascending
  std::vector<EdgeMoves> edgeMoves;  ///< ascending by block, the beginning first
  std::vector<Move> moves;

  /// A value in a word while the callee of a guest call runs.
  struct Across {
    uint32_t step;
    const ir::Node* value;
  };
  std::vector<Across> across;  ///< ascending by step

  /// A place of a value while a safepoint waits: of one that the step uses or that is alive behind it. What is stored
  /// once is there twice.
  struct Live {
    uint32_t step;
    const ir::Node* value;
    Place place;
  };
  std::vector<Live> live;  ///< ascending by step

  // ---- the allocator's own ----
  const Constraints* constraints = nullptr;  ///< those of allocate()
  struct Piece {
    Position from, to;  ///< to: first position behind
    Place place;
  };
  struct Value {
    const ir::Node* node = nullptr;
    uint32_t firstPiece = 0, pieceCount = 0;
    Place store;
  };
  std::vector<Piece> pieces;
  std::vector<Value> values;
  std::vector<uint32_t> valueOf;  ///< by id of the node; UINT32_MAX: none
  std::vector<uint32_t> firstTemp;
  std::vector<uint8_t> temps;
};

/// Places for the values of a strict graph, without critical edges, ordered (allocate.cpp). Graphs that are too large
/// for colouring, or for which it finds nothing, are done by linear scan.
Allocation allocate(const ir::Graph& graph, const Constraints& constraints, Method method = Method::kLinear);

/// Follows all ways through the code and tells the first use that does not find its value; empty: all is well.
/// (checker.cpp)
std::string check(const Constraints& constraints, const Allocation& allocation);

/// The allocation as text: places of all values and moves (printer.cpp).
std::string text(const Constraints& constraints, const Allocation& allocation);

/// Puts moves that happen at once into an order (parallel_moves.cpp). No two go to the same place. Where places
/// exchange their contents, one of them goes aside for a while: to kNone, and from there to its place.
void sequence(std::vector<Move>& moves);

}  // namespace devvm::jit::regalloc
