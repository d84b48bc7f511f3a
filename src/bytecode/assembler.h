// Text assembler. The language is described in docs/assembly.md.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bytecode/module.h"

namespace devvm::bytecode {

struct AssemblyError {
  uint32_t line = 0, column = 0;  ///< from 1
  std::string message;
  /// "12:5: message"
  std::string text() const;
};

/// Assembles `text`. `source` becomes the module's source name unless the text names one. On failure false,
/// with one or more errors in order of appearance; the module is then unspecified. The result is not
/// verified.
bool assemble(std::string_view text, const std::string& source, Module& module, std::vector<AssemblyError>& errors);

}  // namespace devvm::bytecode
