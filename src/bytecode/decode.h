// Decoding of instructions: one struct for every reader of bytecode (verifier, disassembler, error messages,
// compilers). decode() is safe on any bytes; decodeVerified() is for code that passed the verifier.
#pragma once

#include <array>
#include <cstdint>
#include <iterator>
#include <span>

#include "base/bytes.h"
#include "bytecode/module.h"
#include "bytecode/opcode.h"

namespace devvm::bytecode {

/// Bytes of an operand with this letter (see opcodes.def); 0 for the switch table, whose size varies.
constexpr unsigned operandBytes(char letter) {
  switch (letter) {
    case 'l':
    case 'u':
    case 't':
    case 'n':
    case 'i': return 1;
    case 'L':
    case 'k':
    case 'f':
    case 'N':
    case 'I':
    case 'p': return 2;
    case 'K':
    case 'q':
    case 'j': return 4;
    default: return 0;
  }
}

/// Whether the operand is written by finish() and not by front ends.
constexpr bool isFeedbackOperand(char letter) { return letter == 'f' || letter == 't'; }

inline constexpr unsigned kMaxOperands = 4;

/// One decoded instruction. Small enough to pass around by value; borrows the code it came from.
struct Instruction {
  Op op = Op::kNop;
  const OpInfo* info = nullptr;
  uint32_t offset = 0;  ///< of the opcode (of its prefix byte on page 1)
  uint32_t length = 0;  ///< whole instruction, in bytes
  uint8_t operandCount = 0;
  /// In encoding order, feedback operands included; signed letters sign-extended. A jump operand holds the
  /// absolute byte offset of the target (in unverified code perhaps outside of the function).
  std::array<int64_t, kMaxOperands> operands{};
  /// switch only: number of cases (the default excluded) and the table's first jump.
  uint16_t switchCases = 0;
  const uint8_t* switchTable = nullptr;

  uint32_t end() const { return offset + length; }
  bool has(OpFlag flag) const { return info->flags & flag; }
  /// Index of the first operand with this letter, or -1.
  int find(char letter) const {
    for (unsigned i = 0; i < operandCount; ++i) {
      if (info->operands[i] == letter) return static_cast<int>(i);
    }
    return -1;
  }
  /// The target of the jump operand; only for opcodes with operand letter j.
  int64_t target() const { return operands[operandCount - 1u]; }
  /// switch only: absolute target of case i; i == switchCases is the default.
  int64_t switchTarget(unsigned i) const { return int64_t{end()} + base::readLittle<int32_t>(switchTable + 4 * i); }
};

enum class DecodeStatus : uint8_t { kOk, kTruncated, kNoSuchOpcode };

/// Decodes the instruction at `offset` (offset <= code.size()), reading nothing outside `code`.
DecodeStatus decode(std::span<const uint8_t> code, uint32_t offset, Instruction& out);

/// Decodes in code known to be well formed.
Instruction decodeVerified(std::span<const uint8_t> code, uint32_t offset);

/// Length of the instruction at `p` in well-formed code, without decoding operands.
uint32_t instructionLength(const uint8_t* p);

/// Encoded size of an opcode with fixed operands; 0 for switch and for numbers that are no opcode.
uint32_t encodedSize(Op op);

/// The components that a fused instruction stands for, without a tail that stays in the code behind it;
/// `offset` and `length` are those of the fused instruction. For any other instruction, itself.
/// Returns their number.
unsigned expandComponents(const Instruction& instruction, std::array<Instruction, 4>& out);

/// Opcode that must follow in the code: the tail of a fused opcode, or Op::kNop if it has none.
Op tailOf(Op op);

/// `for (const Instruction& i : Instructions(code))` over well-formed code.
class Instructions {
 public:
  class Iterator {
   public:
    using value_type = Instruction;
    using difference_type = std::ptrdiff_t;
    Iterator(std::span<const uint8_t> code, uint32_t offset) : code_(code), offset_(offset) { load(); }
    const Instruction& operator*() const { return current_; }
    const Instruction* operator->() const { return &current_; }
    Iterator& operator++() {
      offset_ = current_.end();
      load();
      return *this;
    }
    bool operator==(const Iterator& other) const { return offset_ == other.offset_; }
    bool operator!=(const Iterator& other) const { return offset_ != other.offset_; }

   private:
    void load() {
      if (offset_ < code_.size()) current_ = decodeVerified(code_, offset_);
    }
    std::span<const uint8_t> code_;
    uint32_t offset_;
    Instruction current_;
  };

  explicit Instructions(std::span<const uint8_t> code) : code_(code) {}
  Iterator begin() const { return {code_, 0}; }
  Iterator end() const { return {code_, static_cast<uint32_t>(code_.size())}; }

 private:
  std::span<const uint8_t> code_;
};

}  // namespace devvm::bytecode
