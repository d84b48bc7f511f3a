// The frames of the running program as they are: optimized ones tell which frames they stand for, and go on.
//
// runtime/frames.h is for who wants to see values; it makes interpreter frames of optimized ones first.
#pragma once

#include <vector>

#include "runtime/code.h"
#include "runtime/native.h"

namespace devvm::inspect {

struct WalkedFrame {
  const runtime::Code* code = nullptr;          ///< of guest functions, else null
  uint32_t offset = 0;                          ///< of a byte of the instruction at which it stands
  const runtime::NativeInfo* native = nullptr;  ///< of natives
  bool coroutine = false;                       ///< the outermost frame of a coroutine that another one resumed
};

/// The frames of the running fiber and of those that resumed it, innermost first, at most `most` of them; `out` is
/// cleared first. True: there are more. To be called where a collection might happen; does not collect.
bool walkStack(const runtime::Isolate& isolate, size_t most, std::vector<WalkedFrame>& out);

}  // namespace devvm::inspect
