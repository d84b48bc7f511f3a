// Which operand an error is about: names for messages, fused instructions looked through (private to src/interpreter).
#pragma once

#include <string>

#include "runtime/isolate.h"

namespace devvm::interpreter {

/// Description (" (local 'x')" ...) of operand `index` (0: first) of the operation in the current instruction that has
/// `operands` of them, `extra` more values lying above them on the stack (the value of a store).
std::string describeOperand(runtime::Isolate& iso, uint32_t index, uint32_t operands, uint32_t extra = 0);

}  // namespace devvm::interpreter
