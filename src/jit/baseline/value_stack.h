// The operand stack while code is generated: what is known of each slot, and which registers are free.
//
// Within a basic block operands stay where they were computed: in a register (tagged, as a shifted integer, or as a
// float), as a constant, or as "the value of local l". At the end of a block, and before anything that may look at the
// frame, they are written to their slots.
#pragma once

#include <vector>

#include "jit/baseline/facts.h"
#include "jit/baseline/layout.h"

namespace devvm::jit {

struct Operand {
  enum class Where : uint8_t {
    kMemory,    ///< in its slot
    kRegister,  ///< a tagged value
    kShifted,   ///< in a register, an integer times 65536: its sign and overflow are the processor's
    kXmm,       ///< in a vector register, a float
    kConstant,
    kLocal,  ///< the value of a local
  } where = Where::kMemory;
  Gpr reg = x64::rax;             ///< kRegister, kShifted
  Xmm xmm = x64::xmm0;            ///< kXmm
  Known known = Known::kNothing;  ///< kMemory, kRegister: what is certain of its type
  bool isFloat = false;           ///< a guess, for the order of paths: values like this were floats
  uint16_t local = 0;             ///< kLocal
  uint32_t shape = 0;             ///< of a table, if it is certain
  uint64_t bits = 0;              ///< kConstant

  static Operand memory() { return {}; }
  static Operand inRegister(Gpr r, Known known = Known::kNothing) {
    Operand o;
    o.where = Where::kRegister;
    o.reg = r;
    o.known = known;
    return o;
  }
  static Operand shifted(Gpr r) {
    Operand o;
    o.where = Where::kShifted;
    o.reg = r;
    return o;
  }
  static Operand inXmm(Xmm x) {
    Operand o;
    o.where = Where::kXmm;
    o.xmm = x;
    o.isFloat = true;
    return o;
  }
  static Operand constant(uint64_t bits) {
    Operand o;
    o.where = Where::kConstant;
    o.bits = bits;
    o.isFloat = Value::fromBits(bits).isDouble();
    return o;
  }
  static Operand ofLocal(uint32_t l) {
    Operand o;
    o.where = Where::kLocal;
    o.local = static_cast<uint16_t>(l);
    return o;
  }
  bool isMemory() const { return where == Where::kMemory; }
  bool isRegister() const { return where == Where::kRegister; }
  bool isShifted() const { return where == Where::kShifted; }
  bool isXmm() const { return where == Where::kXmm; }
  bool isConstant() const { return where == Where::kConstant; }
  bool isLocal() const { return where == Where::kLocal; }
  bool isIntConstant() const { return isConstant() && Value::fromBits(bits).isInt(); }
  bool isDoubleConstant() const { return isConstant() && Value::fromBits(bits).isDouble(); }
  /// The value of an integer constant.
  int64_t smallInt() const { return Value::fromBits(bits).asInt(); }
  /// Whether it is an integer constant that fits a sign-extended 32-bit immediate when shifted by 16.
  bool fitsShifted() const { return isIntConstant() && smallInt() >= -(1 << 15) && smallInt() < (1 << 15); }
  /// Whether it occupies a general register.
  bool hasGpr() const { return isRegister() || isShifted(); }
  bool sameRegister(const Operand& other) const {
    return where == other.where && (hasGpr() ? reg == other.reg : isXmm() && xmm == other.xmm);
  }
};

/// A copy of the stack at the beginning of an instruction, in ValueStack's pool.
struct StackState {
  uint32_t first = 0, depth = 0;
};

class ValueStack {
 public:
  /// Empty, for a function with so many locals.
  void reset(uint32_t locals) {
    locals_ = locals;
    used_ = usedXmm_ = 0;
    now_.clear();
    pool_.clear();
  }

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
    used_ = usedXmm_ = 0;
    for (const Operand& o : now_) {
      if (o.hasGpr()) use(o.reg);
      if (o.isXmm()) use(o.xmm);
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
  bool isFree(Xmm x) const { return (usedXmm_ >> x64::code(x) & 1) == 0; }
  void use(Xmm x) { usedXmm_ |= 1u << x64::code(x); }
  /// What was known of shapes is no longer certain.
  void forgetShapes() {
    for (Operand& o : now_) o.shape = 0;
  }

 private:
  uint32_t locals_ = 0;
  uint32_t used_ = 0, usedXmm_ = 0;
  std::vector<Operand> now_, pool_;
};

}  // namespace devvm::jit
