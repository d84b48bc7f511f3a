// What the operands of an instruction mean, in words. Not for use outside this folder.
#pragma once

#include <string>

#include "bytecode/decode.h"
#include "bytecode/module.h"

namespace devvm::bytecode {

/// Names of the locals, upvalues and child functions that the instruction names; empty if nothing is known.
/// The instruction may come from unverified code.
std::string operandComment(const Module& module, const Function& function, const Instruction& instruction);

/// Name of the variable in a local slot at a byte offset, or an empty string.
std::string variableName(const Function& function, uint16_t slot, uint32_t offset);

}  // namespace devvm::bytecode
