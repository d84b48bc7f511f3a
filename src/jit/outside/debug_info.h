// Names and lines of machine code in DWARF's form (version 3).
#pragma once

#include "jit/outside/byte_sink.h"
#include "jit/outside/code_watcher.h"

namespace devvm::jit {

struct DebugInfo {
  ByteSink info, abbreviations, lines;  ///< contents of .debug_info, .debug_abbrev, .debug_line
};

/// The function as the only one of a unit of its own.
DebugInfo debugInfoOf(const WatchedCode& code);

}  // namespace devvm::jit
