// Opcodes as an enum and their facts as a constexpr table, both made from opcodes.def.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace devvm::bytecode {

/// Flag bits of an opcode; the letters of opcodes.def.
enum OpFlag : uint8_t {
  kMayRaise = 1,       ///< R: may raise a guest error
  kMayAllocate = 2,    ///< A: may allocate, so may collect
  kMayRunGuest = 4,    ///< G: may run guest code
  kJumps = 8,          ///< J: has a jump target
  kTerminates = 16,    ///< T: control never reaches the next instruction
  kProducesOpen = 32,  ///< P: leaves an open list on the stack
  kConsumesOpen = 64,  ///< C: takes the open list on the stack
};

/// Opcodes below 256 take one byte; the others follow the prefix byte and take two.
inline constexpr uint8_t kPrefixByte = 0xFF;
inline constexpr unsigned kPage1 = 256;

enum class Op : uint16_t {
// Page 0 and page 1 interleave in the table, so each page is numbered in its own pass.
#define OP(name, ...) k##name,
#define OP1(name, ...)
#include "bytecode/opcodes.def"
  kPage0End,
  kPage1Start = kPage1 - 1,
#define OP(name, ...)
#define FUSED(...)
#define OP1(name, ...) k##name,
#include "bytecode/opcodes.def"
  kPage1End,
};

static_assert(static_cast<unsigned>(Op::kPage0End) <= kPrefixByte, "page 0 is full");
inline constexpr unsigned kOpTableSize = 512;

/// The facts of one opcode. All strings have static storage.
struct OpInfo {
  std::string_view mnemonic;  ///< empty: no such opcode
  std::string_view operands;  ///< letters, see opcodes.def
  std::string_view effect;    ///< "inputs>outputs" or "*"
  uint8_t flags = 0;
  std::string_view family;
  std::string_view meaning;
};

/// Facts of `op`; for a number that is no opcode, an entry with an empty mnemonic.
const OpInfo& opInfo(Op op);

/// Length in bytes of the opcode itself (1, or 2 on page 1).
constexpr size_t opcodeBytes(Op op) { return static_cast<unsigned>(op) >= kPage1 ? 2 : 1; }

/// Reads the opcode at `p` (must have 2 readable bytes if the first is the prefix).
inline Op readOp(const uint8_t* p) {
  return p[0] == kPrefixByte ? static_cast<Op>(kPage1 + p[1]) : static_cast<Op>(p[0]);
}

/// A fused opcode's expansion.
struct FusionInfo {
  Op fused;
  uint8_t tail;  ///< 1: the last component stays in the code behind the fused instruction
  uint8_t count;
  std::array<Op, 4> components;
};

/// All fusions in table order; `count` receives their number.
const FusionInfo* fusions(size_t& count);
/// The fusion of `op`, or nullptr if it is not a fused opcode.
const FusionInfo* fusionOf(Op op);

}  // namespace devvm::bytecode
