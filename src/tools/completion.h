// Completion of names for the prompt.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runtime/isolate.h"

namespace devvm::tools {

/// Names that can stand where `word` ("string.re", "x") ends, sorted: globals and keywords, or the fields behind its
/// last dot or colon, those of `__index` tables included. Runs no code of the program. `prefix` receives the part of
/// `word` that they all begin with.
std::vector<std::string> completions(runtime::Isolate& isolate, std::string_view word, std::string& prefix);

}  // namespace devvm::tools
