// Metamethods that machine code calls by itself (docs/baseline-calls.md).
#pragma once

#include "runtime/isolate.h"

namespace devvm::jit {

using heap::Value;
using runtime::Isolate;
using runtime::Meta;

/// What a metamethod is called for, in one word for layMetamethod.
constexpr uint64_t metamethodCall(Meta m, uint8_t wanted) { return static_cast<uint64_t>(m) | uint64_t{wanted} << 8; }

/// Looks for the metamethod with which the interpreter would do an instruction on the operands, and lays its frame if
/// it is a bytecode function that takes as many arguments or fewer. `frame` is where its header goes: the operands lie
/// below, as arguments, the frame of the instruction is `caller`. Its code, to be entered as by any call from machine
/// code; null: nothing was done. Neither allocates nor collects.
const runtime::Code* layMetamethod(Isolate* iso, Value* frame, Value* caller, uint64_t call);

}  // namespace devvm::jit
