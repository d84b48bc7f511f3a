// A jq program in an isolate.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "languages/jq/compiler.h"
#include "languages/jq/library.h"

namespace devvm::jq {

/// Compiles, verifies and loads a program; its natives must be open (openLibrary). `result` is a function of one
/// argument, the input. False with messages in the reference's form. MAY COLLECT.
bool loadProgram(Isolate& isolate, std::string_view source, const CompileOptions& options, Handle result,
                 std::vector<std::string>& messages);
/// Sets the variable $name for programs that are loaded with it in CompileOptions::globals.
bool setVariable(Isolate& isolate, std::string_view name, Handle value);
/// What an error means to the user: "(at FILE) : ..." is the command's business.
std::string errorText(Isolate& isolate, Value error);

}  // namespace devvm::jq
