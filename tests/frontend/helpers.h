#pragma once

#include <string>
#include <string_view>

#include "languages/lua/compiler/compiler.h"

namespace devvm::test {

/// The whole file; fails the running test if there is none.
std::string readFile(const std::string& path);

/// Compiles as `load` would, with the text as the chunk name.
lua::CompileResult load(std::string_view text);

/// What is wrong with the text: the error message, "OK", or the verifier's complaint, which must not happen.
std::string verdict(std::string_view text);

/// The code of all functions, one instruction a line: byte offset, source line, text.
std::string codeOf(const bytecode::Module& module);

/// `text` repeated.
std::string times(size_t count, std::string_view text);

}  // namespace devvm::test
