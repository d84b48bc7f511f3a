// What the code generator asks of a register allocator: the order of the code, and for every node that becomes code
// where it wants its inputs and what it destroys. Nodes that become part of others (fused comparisons, folded loads,
// constants) have no step; whoever takes them in has their inputs among its uses.
#pragma once

#include <cstdint>
#include <vector>

#include "jit/ir/ir.h"

namespace devvm::jit::regalloc {

enum class Bank : uint8_t { kNone, kGpr, kXmm };
inline constexpr unsigned kBanks = 3;

struct Use {
  const ir::Node* value = nullptr;
  bool needsRegister = true;  ///< else a word of the frame will do, too
  bool isLate = false;        ///< still read when the result is written
};

/// A node that becomes code. The values of its frame state are used, too: in any place, as late as its uses, or for
/// guest calls while the callee runs.
struct Step {
  const ir::Node* node = nullptr;
  uint32_t firstUse = 0, useCount = 0;  ///< in Constraints::uses
  Bank result = Bank::kNone;
  uint8_t gprTemps = 0, xmmTemps = 0;  ///< registers that it wants for itself
  int8_t like = -1;                    ///< use in whose register the result would be welcome
  bool resultIsEarly = false;          ///< written while uses are still read
  bool statesAreLate = false;          ///< the frame state is needed when the result has been written
  bool clobbersAll = false;            ///< a call: between uses and result no register keeps its value
  uint16_t clobberedGprs = 0;          ///< neither uses nor temps nor the result may be there, and nobody else
  bool isGuestCall = false;
  bool isSafepoint = false;  ///< objects may move: Allocation::live tells where values are then
  /// Of guest calls: what lives across them lies in words below this number and Allocation::gap.
  uint32_t calleeWord = 0;
  bool hasHome = false;  ///< the result is in word `home` already
  int32_t home = 0;
};

struct CodeBlock {
  const ir::Block* block = nullptr;
  uint32_t first = 0, end = 0;  ///< its steps; there is at least one
};

struct Constraints {
  std::vector<CodeBlock> blocks;  ///< in the order of the code: dominators come first
  std::vector<Step> steps;
  std::vector<Use> uses;
  std::vector<Bank> banks;  ///< by id of the node: where its value lives; none: nowhere (constants, folded nodes)
  /// By id of the node: the node whose bits it has (a guard that gives what it checked), itself for most. Such nodes
  /// have no bank and no result; whoever uses them uses the other one.
  std::vector<const ir::Node*> sameAs;
  /// Registers that may be given, as bits; those used last first where there is a choice.
  uint16_t gprs = 0, xmms = 0;
  uint16_t lastGprs = 0;   ///< of these, given only when the others are taken
  uint32_t mostWords = 0;  ///< words that a frame may have
  uint32_t mostGap = 0;    ///< of these, Allocation::gap may be so many

  void clear() {
    blocks.clear();
    steps.clear();
    uses.clear();
    banks.clear();
    sameAs.clear();
  }
};

}  // namespace devvm::jit::regalloc
