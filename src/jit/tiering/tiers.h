// The compilers of an isolate: when a function is compiled, and who owns its code.
#pragma once

#include "runtime/isolate.h"

namespace devvm::jit {

/// Gives the isolate its compilers, as its options say; to be called before functions are loaded. Without executable
/// memory (or on a machine without a compiler) everything stays interpreted: false, and `reason` says why.
bool enable(runtime::Isolate& isolate, const char** reason = nullptr);

}  // namespace devvm::jit
