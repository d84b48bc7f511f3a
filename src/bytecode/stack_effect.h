// What an instruction does to the depth of the operand stack, and the depth analysis built on it.
#pragma once

#include <cstdint>
#include <string>

#include "bytecode/decode.h"

namespace devvm::bytecode {

/// Slots taken from and left on the operand stack; an open list is not counted.
struct StackEffect {
  uint32_t pops = 0;
  uint32_t pushes = 0;      ///< when control goes on at the next instruction
  uint32_t jumpPushes = 0;  ///< when the instruction jumps (differs for the *_keep jumps only)
  /// Highest depth reached inside, relative to the depth before: components of fused instructions push
  /// values that later components pop.
  uint32_t peak = 0;
  bool consumesOpen = false;
  bool producesOpen = false;
};

/// Effect of one instruction. A fused instruction is the composition of its components; a tail that stays
/// behind it is not included, because that is an instruction of its own.
StackEffect stackEffect(const Instruction& instruction);

/// Computes the operand stack slots that `function` needs from its code and regions, in time linear in the
/// code. False, with `error` and the byte offset, if the code does not decode, depths disagree where
/// control joins, the stack underflows, or more than 65,535 slots would be needed; `maxStack` then covers
/// what was seen before the fault.
bool computeMaxStack(const Function& function, uint16_t& maxStack, std::string& error, uint32_t& errorOffset);

}  // namespace devvm::bytecode
