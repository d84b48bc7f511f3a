// Builds one bytecode::Function: instructions with labels, exception regions, lines and variables.
//
// Instructions are collected unencoded; finish() fuses sequences (fusions.def), assigns feedback slots,
// computes the operand stack depth, resolves labels and encodes. Front ends never see byte offsets.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "bytecode/module.h"

namespace devvm::bytecode {

/// A place in the code, bound once, usable before and after it is bound.
struct Label {
  uint32_t id = UINT32_MAX;
  bool valid() const { return id != UINT32_MAX; }
};

class FunctionBuilder {
 public:
  explicit FunctionBuilder(Function& function) : function_(function) {}

  // ---- instructions: operands in table order, without feedback operands (f, t), which finish() fills ----
  void emit(Op op);
  void emit(Op op, int64_t a);
  void emit(Op op, int64_t a, int64_t b);
  void emit(Op op, int64_t a, int64_t b, int64_t c);
  /// For opcodes with a jump operand; `a`, `b` are the operands before it.
  void emitJump(Op op, Label target);
  void emitJump(Op op, int64_t a, Label target);
  void emitJump(Op op, int64_t a, int64_t b, Label target);
  void emitSwitch(const std::vector<Label>& targets, Label defaultTarget);

  /// Pushes an integer, float, string, boolean or nil by the shortest instruction.
  void emitConstant(const Constant& value);
  /// Index of an equal constant, added if new. Floats are told apart by their bits, and from integers.
  uint32_t constant(const Constant& value);

  Label newLabel();
  void bind(Label label);
  bool isBound(Label label) const;
  /// Whether control can reach the next instruction emitted (false after a terminator, until bind()).
  bool reachable() const { return reachable_; }

  // ---- debugging information ----
  /// Position of the instructions that follow.
  void setPosition(uint32_t line, uint32_t column = 0);
  uint32_t currentLine() const { return line_; }
  /// Declares a source variable in `slot` from here; returns a handle for endVariable.
  uint32_t beginVariable(std::string_view name, uint16_t slot, bool isCell);
  void endVariable(uint32_t handle);

  // ---- exception regions ----
  /// [start, end) is protected; at `handler` the stack has `depth` slots plus the exception.
  /// Call for inner regions before outer ones.
  void addRegion(ExceptionRegion::Kind kind, Label start, Label end, Label handler, uint32_t depth);

  // ---- local slots ----
  /// Notes that locals 0 .. count-1 exist.
  void useLocals(uint16_t count);

  /// Encodes everything into the function, in time linear in the code; call it once. Fails (returns false,
  /// `error` says why) if a table overflows, a label is unbound, operand stack depths disagree or control
  /// reaches the end. `fuse` false leaves out fused instructions (for tests and the debugger); rewriting
  /// that is always right (jumps to jumps, tests of nil, unreachable code) happens in any case.
  bool finish(std::string& error, bool fuse = true);

 private:
  struct Instruction {
    Op op;
    uint8_t count = 0;
    int64_t operands[3] = {0, 0, 0};
    uint32_t target = kNoTarget;  ///< label id; an instruction index once finish() has begun
    uint32_t line = 0, column = 0;
  };
  struct SwitchTable {
    std::vector<uint32_t> targets;  ///< as Instruction::target; the default is the last one
  };
  struct PendingRegion {
    ExceptionRegion::Kind kind;
    uint32_t start, end, handler;  ///< as Instruction::target
    uint32_t depth;
  };
  struct PendingVariable {
    std::string name;
    uint16_t slot;
    bool isCell;
    uint32_t start, end;  ///< instruction indices
  };
  static constexpr uint32_t kNoTarget = UINT32_MAX;

  void append(Op op, std::initializer_list<int64_t> operands, Label target);
  template <typename Visitor>
  void forEachTarget(const Instruction& instruction, Visitor visit);
  // The steps of finish(), in order; builder_optimize.cpp and builder.cpp.
  bool resolveLabels(std::string& error);
  void threadJumps();
  void simplify();
  void dropUnreachable();
  void fuseInstructions();
  bool encode(std::string& error);
  // Helpers of the steps.
  std::vector<bool> findTargets();
  bool simplifyJump(const std::vector<bool>& isTarget, uint32_t index, Instruction& jump, std::vector<Instruction>& out,
                    std::vector<bool>& outIsTarget);
  void renumber(const std::vector<uint32_t>& newIndex);

  Function& function_;
  std::vector<Instruction> instructions_;
  std::vector<uint32_t> labels_;  // instruction index, or kNoTarget while unbound
  std::vector<SwitchTable> switches_;
  std::vector<PendingRegion> regions_;
  std::vector<PendingVariable> variables_;
  std::unordered_map<std::string, uint32_t> constantIndex_;
  uint32_t line_ = 0, column_ = 0;
  bool reachable_ = true;
};

}  // namespace devvm::bytecode
