// The short form of a chunk name, as error messages and tracebacks show it.
#pragma once

#include <string>
#include <string_view>

namespace devvm::bytecode {

/// A chunk name begins with '@' (the rest is a file name), with '=' (the rest is shown as it is), or is the
/// source text itself. The result has at most 59 bytes: long file names lose their beginning, long texts
/// their end and all after the first line, shown as `[string "..."]`.
std::string chunkId(std::string_view chunkName);

}  // namespace devvm::bytecode
