// The verifier: code that it accepts can run without checks of operands, kinds and control flow.
//
// What it proves, function by function:
//  - the code is a sequence of whole instructions; every operand names something that exists and has the
//    right type; control never runs off the end and jumps only to instructions;
//  - at each instruction the operand stack has one depth and one kind (value, i64, f64, list) per slot, never
//    more than maxStack slots; open lists are consumed by the instruction after their producer;
//  - raw locals are set before they are read, on every path;
//  - a local is used as a cell only where every path made it one, and as a value only where no path did;
//    upvalues likewise; list objects are only moved and unpacked; the init instructions and set_list get
//    tables straight from new_table;
//  - every cycle passes a charged back-edge (loop, for_loop, for_in_test), so limits hold;
//  - feedback slots, except kSharedFeedbackSlot, belong to one instruction each.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "bytecode/module.h"

namespace devvm::bytecode {

/// Why a module was rejected.
struct VerifyError {
  uint32_t function = 0;  ///< index into Module::functions
  uint32_t offset = 0;    ///< byte offset in its code
  std::string message;
  /// "function 2 (name), byte 17: message"
  std::string text(const Module& module) const;
};

/// Checks the whole module; false with the first error found. Any Module is safe input.
bool verify(const Module& module, VerifyError& error);

/// Kind of an operand slot. Lists are objects like values; only i64 and f64 slots are raw bits.
enum class OperandKind : uint8_t { kValue, kI64, kF64, kList };

/// Answers, for one function, what the operand slots hold at an instruction. Collector, debugger and
/// deoptimizer ask it for functions that use raw kinds (others need not ask: see usesRawKinds).
class OperandKinds {
 public:
  /// Analyses `function`, which must outlive this and whose code must be as it was verified.
  explicit OperandKinds(const Function& function);
  ~OperandKinds();
  OperandKinds(OperandKinds&&) noexcept;
  OperandKinds& operator=(OperandKinds&&) noexcept;

  /// Kinds, bottom first, before the instruction at `offset` executes; open lists are not included.
  /// False if control cannot reach it or it is no instruction of the function.
  bool at(uint32_t offset, std::vector<OperandKind>& kinds) const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// Whether any local or operand slot of `function` may be raw (linear in the code).
bool usesRawKinds(const Function& function);

}  // namespace devvm::bytecode
