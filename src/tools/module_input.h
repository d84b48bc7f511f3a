// Modules from files of any kind: Lua source, text assembly, binary modules.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bytecode/module.h"

namespace devvm::tools {

/// What a text is; binary modules are known by their first byte.
enum class TextKind { kByEnding, kAssembly, kLua };

/// Whether a file whose name says that it is a binary module begins like none; `error` says so then.
bool isNoModule(std::string_view path, std::string_view contents, std::string& error);
/// Reads `path` ("-": standard input) and makes a module of it: binary, or text of the given kind (by ending: assembly
/// if it is .dvs, else Lua). Shows errors and returns false. `text` receives the source if it is text. Verification is
/// the caller's.
bool readModuleInput(const char* path, TextKind kind, bytecode::Module& module, std::string& text);
/// As the verifier says; shows the error.
bool verifyModule(const char* path, const bytecode::Module& module);
/// Writes a file whole or not at all ("-": standard output); failure is shown.
bool writeFile(const std::string& path, const std::vector<uint8_t>& bytes);
/// `path` with its ending replaced.
std::string withEnding(const std::string& path, const char* ending);

}  // namespace devvm::tools
