// Which machine code the frames of an isolate still need.
#pragma once

#include "runtime/isolate.h"

namespace devvm::jit {

/// Looks at every frame of every coroutine: sets MachineCode::returnsTo where a frame returns into that code, and
/// onStack where a frame is one of the function's. The marks are the caller's to take away. Gives the number of frames,
/// which is the time it took.
size_t markCodeInUse(runtime::Isolate& isolate);

}  // namespace devvm::jit
