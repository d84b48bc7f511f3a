// x86-64 instructions as text, by Capstone, which is loaded when it is needed: programs that only run scripts do not
// pay for it at every start.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace devvm::tools {

/// One instruction, with what names can be given to.
struct MachineInstruction {
  static constexpr uint8_t kNoRegister = 0xFF;
  uint32_t offset = 0, length = 0;
  std::string text;
  bool hasTarget = false;  ///< a jump or call of a fixed address
  uint64_t target = 0;
  bool hasImmediate = false;
  uint64_t immediate = 0;
  bool hasMemory = false;
  uint8_t base = kNoRegister, index = kNoRegister;  ///< numbers as in the encoding (x64::Gpr)
  uint8_t bytes = 0;                                ///< of the memory operand
  bool ripRelative = false;                         ///< then `displacement` is the address
  int64_t displacement = 0;
};

/// Instructions of the code, which runs at `address`. Bytes that are no instruction become "db". False if there is no
/// Capstone: `error` says so.
bool disassembleMachineCode(std::span<const uint8_t> code, uint64_t address, std::vector<MachineInstruction>& out,
                            std::string& error);

}  // namespace devvm::tools
