// The judges of our encodings: the system's assembler and disassembler (binutils).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace devvm::jit::test {

/// Assembles `text` (Intel syntax) in one run; the bytes of its code, or nothing with the complaint in `error`.
std::vector<uint8_t> assemble(const std::string& text, std::string* error);

/// Disassembles code that is cut into slots of 16 bytes: one text for each slot, its instructions joined by "; ", up to
/// the bytes 0xCC at the end of the slot.
std::vector<std::string> disassemble(const std::vector<uint8_t>& slots, std::string* error);

}  // namespace devvm::jit::test
