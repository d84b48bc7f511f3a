#include "jit/codegen/frame_layout.h"

#include "runtime/code.h"

namespace devvm::jit {

namespace {

/// What the interpreter keeps free for functions of which nothing else is known (in tests).
constexpr uint32_t kReserve = 16;

}  // namespace

uint32_t firstLocalOf(const ir::FrameState& state) {
  // Callee, return address and link stand in front of the locals; in front of those, of a function with variable
  // arguments, all arguments and the callee again.
  return state.caller == nullptr ? 0 : calleeWordOf(*state.caller) + 3 + state.function->extra;
}

uint32_t calleeWordOf(const ir::FrameState& state) {
  return firstLocalOf(state) + state.function->locals - state.function->varargs + 1 + state.depth;
}

uint32_t wordsNeededBy(const ir::FrameState& state) {
  uint32_t first = firstLocalOf(state);
  const runtime::Code* code = state.function->code;
  uint32_t own = code != nullptr ? code->stackNeeded : state.function->locals + state.depth + kReserve;
  return first + std::max(own, state.function->locals + state.depth + 4);
}

}  // namespace devvm::jit
