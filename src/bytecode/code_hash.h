// A hash of a module's bytecode: names what is kept about it elsewhere (src/jit/feedback).
#pragma once

#include <cstdint>

#include "bytecode/module.h"

namespace devvm::bytecode {

/// Of the code of all functions, in order: equal modules give equal hashes on every machine. Not meant to resist
/// attack.
uint64_t codeHash(const Module& module);

}  // namespace devvm::bytecode
