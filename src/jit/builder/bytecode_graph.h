// The control flow of one function's bytecode: basic blocks in reverse postorder from where a compilation enters, loops
// with the locals that they write, and which locals are live where.
//
// A compilation that enters at an inner loop would find the loops around it without a proper beginning: nothing would
// be invariant in them, and the inner loop would not be one of its own. So the rest of the iteration in which it enters
// stands in copies of its own, one for each loop around: where such a loop begins again, it begins as a whole.
//
//     for i ..        entry: for j .. end; rest of the body of i      (copy 0, and what of i's body follows)
//       for j ..             for i .. for j .. end; rest .. end       (copy 1: both loops from their beginning)
//
// Live is what some instruction may read later; a variable that has a name is live in all of its scope, since the debug
// library may ask for it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "bytecode/decode.h"
#include "runtime/code.h"

namespace devvm::jit {

/// A set of locals.
class LocalSet {
 public:
  explicit LocalSet(uint32_t locals = 0) : words_((locals + 63) / 64) {}
  bool has(uint32_t l) const { return words_[l / 64] >> (l % 64) & 1; }
  void add(uint32_t l) { words_[l / 64] |= uint64_t{1} << (l % 64); }
  void remove(uint32_t l) { words_[l / 64] &= ~(uint64_t{1} << (l % 64)); }
  /// Whether it became larger.
  bool addAll(const LocalSet& other) {
    bool more = false;
    for (size_t i = 0; i < words_.size(); i++) {
      more = more || (other.words_[i] & ~words_[i]) != 0;
      words_[i] |= other.words_[i];
    }
    return more;
  }

 private:
  std::vector<uint64_t> words_;
};

struct BytecodeBlock {
  uint32_t start = 0, end = 0;  ///< offsets
  uint32_t depth = 0;           ///< operands at its beginning
  std::vector<uint32_t> successors, predecessors;
  bool isLoop = false;  ///< some back-edge leads here
  LocalSet live;        ///< at its beginning
  LocalSet written;     ///< of a loop: by its body
  uint32_t copy = 0;    ///< how many of the loops around the entry have begun again
  uint32_t original = 0;
};

class BytecodeGraph {
 public:
  /// Finds the blocks that can be reached from the instruction at `entry`. False: the code is of no shape that
  /// compilers take (refusal() says why).
  bool build(const runtime::Code& code, uint32_t entry);
  const char* refusal() const { return refusal_; }

  /// Indices of blocks in reverse postorder; the entry comes first.
  const std::vector<uint32_t>& order() const { return order_; }
  const BytecodeBlock& block(uint32_t i) const { return blocks_[i]; }
  /// Where control goes that reaches the instruction at `offset` from a block.
  uint32_t target(uint32_t from, uint32_t offset) const { return copyOf(blockAt_[offset], blocks_[from].copy); }
  /// What is live before each instruction of a block, in their order.
  void liveWithin(uint32_t block, std::vector<bytecode::Instruction>& instructions, std::vector<LocalSet>& live) const;

  /// The region whose handler catches what the instruction there raises, if that goes on afterwards; null: there is
  /// none in this function, or it only cleans up.
  const bytecode::ExceptionRegion* regionAt(uint32_t offset) const;

 private:
  const bytecode::ExceptionRegion* handlerOf(const bytecode::Instruction& i) const;
  void findBlocks();
  void findOrder(uint32_t first);
  template <typename Each>
  bool forLoopMembers(Each each);
  bool findLoops();
  /// Makes the copies; false: a loop has several ways in.
  bool copyAround(uint32_t first);
  uint32_t contextOf(uint32_t original, uint32_t copy) const;
  uint32_t copyOf(uint32_t original, uint32_t copy) const {
    return copies_.empty() ? original : copies_[contextOf(original, copy)][original];
  }
  void findHandlers();
  void findLive();
  void before(const bytecode::Instruction& i, LocalSet& live) const;
  void addVariables(uint32_t offset, LocalSet& live) const;

  const runtime::Code* code_ = nullptr;
  std::vector<BytecodeBlock> blocks_;
  std::vector<uint32_t> blockAt_;  ///< by offset, of leaders
  std::vector<uint32_t> order_, number_;
  std::vector<LocalSet> handlersRead_;  ///< by region
  /// Of the loops around the entry, from inside out, by blocks before copying: 0 outside, 1 within, 2 the header.
  std::vector<std::vector<uint8_t>> around_;
  std::vector<std::vector<uint32_t>> copies_;  ///< by copy and block; empty: there is one of each
  const char* refusal_ = nullptr;
};

/// Calls f(local, count) for the locals that an instruction reads, and for those that it writes.
template <typename Reads, typename Writes>
void forLocals(const bytecode::Instruction& whole, Reads reads, Writes writes) {
  using bytecode::Op;
  std::array<bytecode::Instruction, 4> parts;
  unsigned count = bytecode::expandComponents(whole, parts);
  for (unsigned p = 0; p < count; p++) {
    const bytecode::Instruction& c = parts[p];
    auto l = static_cast<uint32_t>(c.operands[0]);
    switch (c.op) {
      case Op::kGetLocal:
      case Op::kGetLocalW:
      case Op::kGetCell:
      case Op::kSetCell:
      case Op::kSetFieldL:
      case Op::kSetIndexLI:
      case Op::kMarkClose:
      case Op::kClose:
      case Op::kCloseError: reads(l, 1u); break;
      case Op::kSetIndexLL:
        reads(l, 1u);
        reads(static_cast<uint32_t>(c.operands[1]), 1u);
        break;
      case Op::kSetLocal:
      case Op::kSetLocalW:
      case Op::kTeeLocal: writes(l, 1u); break;
      case Op::kLocalNil: writes(l, static_cast<uint32_t>(c.operands[1])); break;
      case Op::kNewCell:
        reads(l, 1u);
        writes(l, 1u);
        break;
      case Op::kForPrep:
        reads(l, 3u);
        writes(l, 4u);
        break;
      case Op::kForLoop:
        reads(l, 3u);
        writes(l, 2u);
        writes(l + 3, 1u);
        break;
      case Op::kForInCall: reads(l, 4u); break;
      case Op::kForInTest:
        reads(l, 4u);
        writes(l + 2, 2u + static_cast<uint32_t>(c.operands[1]));
        break;
      default: break;
    }
  }
}

}  // namespace devvm::jit
