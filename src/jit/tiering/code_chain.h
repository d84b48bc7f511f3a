// The machine codes of one function (MachineCode::previous): what calls and loops enter comes first.
#pragma once

#include "runtime/code.h"

namespace devvm::jit {

/// Puts new code among those of its function, which it leaves in force.
void addToChain(runtime::Code& code, std::unique_ptr<runtime::MachineCode> machine);

/// Brings the chain into order after some of it was discarded: first what calls enter, optimized code before baseline
/// code, then what has entries at loops only, then what was discarded. Where nothing in force has an entry for calls,
/// everything is discarded. True: the first code is in force.
bool orderChain(runtime::Code& code);

/// The first code of the chain is one that calls enter: its function has the entries of that.
void enterFirst(runtime::Code& code);

}  // namespace devvm::jit
