// The Caml front end: source text to a bytecode module.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "bytecode/module.h"

namespace devvm::caml {

struct CompileResult {
  std::unique_ptr<bytecode::Module> module;  ///< null after an error
  std::string diagnostics;  ///< warnings, and the error, as the reference writes them to standard error
};

/// Compiles a file with the modules of the standard library that it uses. `fileName` stands in messages. Any text is
/// safe input; the module passes the verifier. Works on a stack of its own, as programs may nest deeply; allocates on
/// the C++ heap only.
CompileResult compile(std::string_view text, std::string_view fileName);

}  // namespace devvm::caml
