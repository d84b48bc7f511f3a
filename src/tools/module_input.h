// Modules from files of any kind: Lua source, text assembly, binary modules.
#pragma once

#include <string>
#include <vector>

#include "bytecode/module.h"

namespace devvm::tools {

/// Reads `path` ("-": standard input) and makes a module of it by its contents and ending (.dvs: assembly). Shows errors
/// and returns false. `text` receives the source if it is text; `errors` off leaves verification to the caller.
bool readModuleInput(const char* path, bytecode::Module& module, std::string& text);
/// As the verifier says; shows the error.
bool verifyModule(const char* path, const bytecode::Module& module);
/// Writes a file whole; nothing is left behind on failure, which is shown.
bool writeFile(const std::string& path, const std::vector<uint8_t>& bytes);
/// `path` with its ending replaced.
std::string withEnding(const std::string& path, const char* ending);

}  // namespace devvm::tools
