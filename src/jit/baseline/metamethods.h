// Metamethods that machine code calls by itself (docs/baseline-calls.md).
#pragma once

#include "runtime/isolate.h"

namespace devvm::jit {

using heap::Value;
using runtime::Isolate;
using runtime::Meta;

/// What becomes of a metamethod's result.
enum class MetamethodResult : uint8_t {
  kNone,     ///< there is none
  kAny,      ///< it is the instruction's
  kTruth,    ///< the instruction gives its truth: a native of the engine waits for it, as in the interpreter
  kUntruth,  ///< or the opposite
};

/// What layMetamethod has to know, in one word.
constexpr uint64_t metamethodCall(Meta m, MetamethodResult wanted) {
  return static_cast<uint64_t>(m) | static_cast<uint64_t>(wanted) << 8;
}

/// From the native that waits for a comparison's result down to the frame of the metamethod, in slots.
inline constexpr int kCompareDistance = 4;
/// From the slot of an instruction's result down to the frame of a metamethod that it calls, in slots.
constexpr int metamethodDistance(MetamethodResult wanted) {
  return wanted >= MetamethodResult::kTruth ? 7 + kCompareDistance : 2;
}

/// Looks for the metamethod with which the interpreter would do an instruction on the operands, and lays its frame if
/// it is a bytecode function that takes as many arguments or fewer. `frame` is where its header goes: the operands lie
/// below, as arguments; `caller` is the frame of the instruction, to which natives between return at `resume`. Its
/// code, to be entered as by any call from machine code; null: nothing was done. Neither allocates nor collects.
const runtime::Code* layMetamethod(Isolate* iso, Value* frame, Value* caller, uint64_t call, const uint8_t* resume);

}  // namespace devvm::jit
