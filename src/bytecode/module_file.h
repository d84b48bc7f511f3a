// The binary module format: reading, writing, stripping. The layout is described in docs/module-format.md.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "bytecode/module.h"

namespace devvm::bytecode {

/// First bytes of every module file. They begin with ESC, as Lua's load() expects of binary chunks.
inline constexpr uint8_t kModuleMagic[4] = {0x1B, 'D', 'V', 'M'};
inline constexpr uint8_t kModuleVersion = 1;

/// Why a file is no module.
struct ModuleFileError {
  size_t offset = 0;  ///< of the byte where reading stopped
  std::string message;
  /// "byte 17: message"
  std::string text() const;
};

/// Whether `bytes` begin like a module file.
bool isModuleFile(std::span<const uint8_t> bytes);

/// Writes a module; equal modules give equal bytes. With `strip`, source name, line and variable tables and
/// the names of upvalues are left out.
std::vector<uint8_t> writeModule(const Module& module, bool strip = false);

/// Reads a module from untrusted bytes; false with an error. Memory used is bounded by a small multiple of
/// the input. The code is not verified (see verifier.h).
bool readModule(std::span<const uint8_t> bytes, Module& module, ModuleFileError& error);

/// A number that changes with the instruction set; files of another one are refused.
uint32_t instructionSetFingerprint();

}  // namespace devvm::bytecode
