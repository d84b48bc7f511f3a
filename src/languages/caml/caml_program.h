// From the text of a Caml program to a function that runs it.
#pragma once

#include <string>
#include <string_view>

#include "runtime/isolate.h"

namespace devvm::caml {

/// Compiles a program; `result` gets a function that runs it, shows an exception that nobody catches as the reference
/// does, and ends with its exit status. `diagnostics` gets warnings and errors. MAY COLLECT. False after an error.
bool loadProgram(runtime::Isolate& isolate, std::string_view text, std::string_view fileName, runtime::Handle result,
                 std::string& diagnostics);

}  // namespace devvm::caml
