// What operands of machine code stand for: slots of the frame, fields of the isolate, stubs, functions of C++, values.
#pragma once

#include <string>

#include "jit/tiering/code_records.h"
#include "tools/disassembly.h"
#include "tools/own_symbols.h"

namespace devvm::tools {

enum class CodeSection : uint8_t { kStraight, kCold, kRare, kEntries, kConstants };
const char* sectionName(CodeSection section);
CodeSection sectionAt(const jit::CodeRecord& record, uint32_t offset);
/// Bytecode offset of the instruction to which machine code belongs.
uint32_t bytecodeAt(const jit::CodeRecord& record, uint32_t offset);
/// The instruction's bytes as hexadecimal digits.
std::string hexBytes(const jit::CodeRecord& record, const MachineInstruction& m);

class MachineNames {
 public:
  /// All must outlive this; the record must have its machine code and its function.
  MachineNames(runtime::Isolate& isolate, const jit::CodeRecord& record, const OwnSymbols& symbols)
      : isolate_(isolate), record_(record), symbols_(symbols) {}
  /// A comment for the instruction; empty: nothing to say. Targets of jumps become offsets in its text.
  std::string note(MachineInstruction& m) const;

 private:
  std::string target(uint64_t address, CodeSection from) const;
  std::string memory(const MachineInstruction& m) const;
  std::string slot(int64_t displacement, uint32_t at) const;
  std::string word(uint64_t bits) const;
  std::string outside(uint64_t address) const;
  uint64_t wordAt(uint32_t offset) const;

  runtime::Isolate& isolate_;
  const jit::CodeRecord& record_;
  const OwnSymbols& symbols_;
};

}  // namespace devvm::tools
