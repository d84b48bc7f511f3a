// Which captured variables are never assigned once they have their first value.
#pragma once

#include <cstdint>
#include <vector>

#include "bytecode/module.h"

namespace devvm::runtime {

/// For each function of a verified module: bit i says that upvalue i has the same value whenever the function can run.
/// Only the debug library changes it (Tiers::upvalueChanged). The first 64 upvalues are looked at.
std::vector<uint64_t> constantUpvalues(const bytecode::Module& module);

}  // namespace devvm::runtime
