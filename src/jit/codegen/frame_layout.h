// Which words of a frame the interpreter's frames would occupy (docs/optimizing-jit.md). Word i is fp[-1 - i].
#pragma once

#include "jit/baseline/layout.h"
#include "jit/ir/ir.h"

namespace devvm::jit {

/// Relative to the frame, in bytes.
constexpr int wordOffset(int64_t word) { return static_cast<int>(-8 * (1 + word)); }

/// Word of the first local of a state's innermost frame.
uint32_t firstLocalOf(const ir::FrameState& state);
/// Word of the first operand behind those of the state: the callee's slot of a call in that state.
uint32_t calleeWordOf(const ir::FrameState& state);
/// Words that the interpreter may need below the header for a state, with what it wants in reserve.
uint32_t wordsNeededBy(const ir::FrameState& state);

}  // namespace devvm::jit
