// Changes a module so that much of it still makes sense: whole instructions are exchanged, operands and jumps move to
// neighbours, tables change in one field. So most of the time is spent behind the reader, in the verifier and beyond
// it.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "bytecode/module.h"

class ModuleMutator {
 public:
  explicit ModuleMutator(unsigned seed) : random_(seed) {}
  /// Makes one to four changes. A module without functions stays as it is.
  void mutate(devvm::bytecode::Module& module);

 private:
  using Function = devvm::bytecode::Function;

  uint32_t below(size_t n) { return n == 0 ? 0 : static_cast<uint32_t>(random_() % n); }
  /// Offsets of the instructions of a function, up to the first that cannot be decoded.
  static std::vector<uint32_t> instructions(const Function& f);
  void changeCode(devvm::bytecode::Module& module, Function& f);
  void changeOperand(Function& f, uint32_t offset);
  void changeOpcode(Function& f, uint32_t offset);
  void copyInstruction(const Function& from, Function& to, uint32_t offset);
  void swapInstructions(Function& f, uint32_t offset);
  void changeFacts(devvm::bytecode::Module& module, Function& f);
  void changeRegions(Function& f);

  std::mt19937 random_;
};
