// The first error of a compilation, and how all parts of the compiler learn of it.
#pragma once

#include <cstdint>
#include <string>

namespace devvm::lua {

/// Why a source text does not compile.
struct CompileError {
  /// Complete, as the reference prints it: `input:1: unexpected symbol near 'x'`.
  std::string message;
  uint32_t line = 0, column = 0;
  /// The text is nested too deeply ("C stack overflow"). The reference raises this one from inside the
  /// parser, so that message handlers see it; all others are raised when parsing has ended.
  bool stackOverflow = false;
};

}  // namespace devvm::lua
