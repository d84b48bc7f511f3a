// The operand stack while code is generated: what is known of each slot, and which registers are free.
//
// Within a basic block operands stay where they were computed: in a register, as a constant, or as "the value of local
// l". At the end of a block, and before anything that may look at the frame, they are written to their slots.
#pragma once

#include <vector>

#include "jit/baseline/layout.h"

namespace devvm::jit {

struct Operand {
  enum class Where : uint8_t { kMemory, kRegister, kConstant, kLocal } where = Where::kMemory;
  Gpr reg = x64::rax;    ///< kRegister
  uint16_t local = 0;    ///< kLocal
  uint64_t bits = 0;     ///< kConstant
  bool isFloat = false;  ///< a guess, for the order of paths: values like this were floats

  static Operand memory() { return {}; }
  static Operand inRegister(Gpr r) { return {Where::kRegister, r, 0, 0, false}; }
  static Operand constant(uint64_t bits) {
    return {Where::kConstant, x64::rax, 0, bits, Value::fromBits(bits).isDouble()};
  }
  static Operand ofLocal(uint32_t l) { return {Where::kLocal, x64::rax, static_cast<uint16_t>(l), 0, false}; }
  bool isMemory() const { return where == Where::kMemory; }
  bool isRegister() const { return where == Where::kRegister; }
  bool isConstant() const { return where == Where::kConstant; }
  bool isLocal() const { return where == Where::kLocal; }
  bool isIntConstant() const { return isConstant() && Value::fromBits(bits).isInt(); }
  bool isDoubleConstant() const { return isConstant() && Value::fromBits(bits).isDouble(); }
};

/// A copy of the stack at the beginning of an instruction, in ValueStack's pool.
struct StackState {
  uint32_t first = 0, depth = 0;
};

class ValueStack {
 public:
  explicit ValueStack(uint32_t locals) : locals_(locals) {}

  uint32_t depth() const { return static_cast<uint32_t>(now_.size()); }
  Operand& at(uint32_t i) { return now_[i]; }
  Operand& top(uint32_t below = 0) { return now_[now_.size() - 1 - below]; }
  void push(Operand o) { now_.push_back(o); }
  /// Takes the top off. Its register stays reserved until the instruction ends.
  Operand pop() {
    Operand o = now_.back();
    now_.pop_back();
    return o;
  }
  /// All operands are in their slots: the state at the start of a block.
  void setMemory(uint32_t depth) { now_.assign(depth, Operand::memory()); }
  /// Offset from fp of operand `i`.
  int slot(uint32_t i) const { return localOffset(locals_ + 1 + i); }
  /// Offset from fp that sp has when `depth` operands are in memory.
  int spOffset(uint32_t depth) const { return localOffset(locals_ + depth); }

  /// An instruction begins: registers of operands that are gone are free again.
  StackState beginInstruction() {
    used_ = 0;
    for (const Operand& o : now_) {
      if (o.isRegister()) use(o.reg);
    }
    StackState s{static_cast<uint32_t>(pool_.size()), depth()};
    pool_.insert(pool_.end(), now_.begin(), now_.end());
    return s;
  }
  /// The state with so many operands, all in their slots.
  StackState memoryState(uint32_t depth) {
    StackState s{static_cast<uint32_t>(pool_.size()), depth};
    pool_.insert(pool_.end(), depth, Operand::memory());
    return s;
  }
  StackState copyState(StackState from) {
    StackState s{static_cast<uint32_t>(pool_.size()), from.depth};
    for (uint32_t i = 0; i < from.depth; i++) pool_.push_back(Operand(pool_[from.first + i]));
    return s;
  }
  Operand& saved(StackState s, uint32_t i) { return pool_[s.first + i]; }
  bool isFree(Gpr r) const { return (used_ >> x64::code(r) & 1) == 0; }
  void use(Gpr r) { used_ |= 1u << x64::code(r); }
  void release(Gpr r) { used_ &= ~(1u << x64::code(r)); }

 private:
  uint32_t locals_;
  uint32_t used_ = 0;
  std::vector<Operand> now_, pool_;
};

}  // namespace devvm::jit
