// Abstract interpretation of one function; the heart of the verifier. Not for use outside this folder.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "bytecode/decode.h"
#include "bytecode/module.h"

namespace devvm::bytecode {

/// What a local or operand slot is known to hold.
enum class Kind : uint8_t {
  kValue,
  kI64,
  kF64,
  kTable,     ///< table that new_table made: what the init instructions need; a value for all others
  kList,      ///< list object of pack_list
  kCell,      ///< cell of new_cell (locals only)
  kUnset,     ///< raw local that was not written yet: may not be read
  kConflict,  ///< different things on different paths: may only be overwritten (locals only)
};

std::string_view kindName(Kind kind);

class AbstractInterpreter {
 public:
  /// What closure instructions are checked against; without it captures and upvalues are not checked.
  struct Context {
    const Module* module = nullptr;
    /// For each upvalue of the function: whether it is a cell.
    std::vector<bool> upvalueIsCell;
    /// Work that may still be done on the module; counted down.
    size_t* workLeft = nullptr;
  };

  AbstractInterpreter(const Function& function, const Context* context);

  /// Runs to the fixed point. False with message and offset at the first violation.
  bool run();
  const std::string& error() const { return error_; }
  uint32_t errorOffset() const { return errorOffset_; }

  /// After run(): operand kinds before the instruction at `offset`; false if it is not reached.
  bool stackAt(uint32_t offset, std::vector<Kind>& stack);

 private:
  struct State {
    bool known = false;
    bool open = false;
    std::vector<Kind> locals;  ///< of tracked locals only
    std::vector<Kind> stack;
  };
  static constexpr uint32_t kNone = UINT32_MAX;

  // The scan that checks everything that needs no interpretation (code_scan.cpp).
  bool scan();
  bool scanOperands(const Instruction& in);
  bool scanCounts(const Instruction& in);
  bool scanConstant(const Instruction& in, uint32_t index);
  bool scanTargets();
  bool scanRegions();
  bool scanCycles();
  uint32_t regionAt(uint32_t offset) const;
  void successors(uint32_t node, std::vector<uint32_t>& out) const;

  // Interpretation.
  bool walk(uint32_t leader, uint32_t stopAt);
  bool runToFixedPoint();
  bool execute(const Instruction& in);
  bool executeComputed(const Instruction& in);
  bool executeFor(const Instruction& in);
  bool executeClosure(const Instruction& in);
  bool branch(const Instruction& in);
  bool join(State& into, const std::vector<Kind>& locals, std::span<const Kind> stack, bool open, uint32_t offset);
  bool joinTarget(int64_t target);
  bool joinHandler(uint32_t region);
  bool fail(std::string message);
  bool failAt(uint32_t offset, std::string message);
  bool push(Kind kind);
  bool pop(Kind kind);
  bool initTable(int64_t values);
  bool popValues(int64_t count);
  bool popAny(Kind& kind);
  Kind declaredKind(int64_t index) const;
  Kind local(int64_t index) const;
  bool failLocal(int64_t index);
  bool readLocal(int64_t index);
  bool writeLocal(int64_t index, Kind kind);
  bool needCellOrValue(int64_t index);
  bool needUpvalue(int64_t index, bool cell);
  static Kind declared(SlotKind kind);

  const Function& function_;
  const Context* context_;
  std::string error_;
  uint32_t errorOffset_ = 0;

  std::vector<bool> isStart_;       ///< by byte offset: an instruction begins here
  std::vector<uint32_t> leaderAt_;  ///< by byte offset: index into leaders_, or kNone
  std::vector<uint32_t> leaders_;   ///< offsets of jump targets and handlers, and 0
  std::vector<State> states_;       ///< by leader index
  std::vector<bool> queued_;
  std::vector<uint32_t> queue_;
  std::vector<std::pair<uint32_t, uint32_t>> regionMap_;  ///< (offset, region from there on or kNone), ascending
  bool unchargedBackEdge_ = false;
  bool makesLists_ = false;
  std::vector<uint32_t> tracked_;  ///< by local: index into State::locals, or kNone if always a value
  uint32_t trackedCount_ = 0;
  size_t stateBytes_ = 0;
  size_t work_ = 0;  ///< slots compared or copied, instructions interpreted

  // The walk's own state.
  State now_;
  uint32_t offset_ = 0;
  std::string_view mnemonic_;
  uint32_t lowestTouched_ = 0;  ///< lowest operand slot written since the handler's state was last joined
  bool localsChanged_ = false;
};

}  // namespace devvm::bytecode
