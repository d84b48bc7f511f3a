// The Lua front end: source text to a bytecode module.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "bytecode/module.h"
#include "base/arena.h"
#include "languages/lua/compiler/error.h"

namespace devvm::lua {

struct CompileOptions {
  /// Levels of the reference's C stack taken when compilation begins, which count towards its limit of 200
  /// nested constructs: 1 for a script given on the command line, 2 for `load` called by that script.
  uint32_t nesting = 2;
  /// Asked now and then, with the bytes in use, whether to go on; the result is `stopped` if not.
  base::Watcher watcher;
};

struct CompileResult {
  std::unique_ptr<bytecode::Module> module;  ///< null unless ok
  CompileError error;
  bool ok = false;
  bool stopped = false;     ///< by the watcher: there is no message
  bool incomplete = false;  ///< the text ended too early: more of it could make it right
};

/// Compiles a chunk. `chunkName` begins with '@' (a file name), '=' (a name to show as it is) or is the text
/// itself. A first line that begins with '#' is for file loaders to remove. Any text is safe input; the module
/// passes the verifier and refers to neither argument. Allocates on the C++ heap only.
CompileResult compile(std::string_view text, std::string_view chunkName, const CompileOptions& options = {});

}  // namespace devvm::lua
