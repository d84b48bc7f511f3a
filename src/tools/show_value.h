// Values as the prompt of `devvm repl` shows them.
#pragma once

#include <string>

#include "runtime/isolate.h"

namespace devvm::tools {

/// A table that does not say itself what its text is (__tostring, __name).
bool isPlainTable(runtime::Isolate& isolate, runtime::Value v);
/// Its contents, like a constructor, with inner tables to a small depth; long ones are cut. Runs no code of the
/// program.
std::string showTable(runtime::Isolate& isolate, runtime::Value table);

}  // namespace devvm::tools
