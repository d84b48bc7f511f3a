// Collecting instructions, and the first and last steps of finish(): labels and encoding.
#include "bytecode/builder.h"

#include "bytecode/decode.h"
#include "bytecode/literals.h"
#include "bytecode/stack_effect.h"

namespace devvm::bytecode {
namespace {

struct Range {
  int64_t low, high;
};

constexpr Range operandRange(char letter) {
  switch (letter) {
    case 'l':
    case 'u':
    case 'n':
    case 't': return {0, UINT8_MAX};
    case 'i': return {INT8_MIN, INT8_MAX};
    case 'I': return {INT16_MIN, INT16_MAX};
    case 'j': return {INT32_MIN, INT32_MAX};
    case 'K':
    case 'q': return {0, UINT32_MAX};
    default: return {0, UINT16_MAX};
  }
}

}  // namespace

// ---- collecting -----------------------------------------------------------------------------------

void FunctionBuilder::append(Op op, std::initializer_list<int64_t> operands, Label target) {
  if (!reachable_) return;
  Instruction instruction{};
  instruction.op = op;
  for (int64_t operand : operands) instruction.operands[instruction.count++] = operand;
  instruction.target = target.id;
  instruction.line = line_;
  instruction.column = column_;
  instructions_.push_back(instruction);
  if (opInfo(op).flags & kTerminates) reachable_ = false;
}

void FunctionBuilder::emit(Op op) { append(op, {}, {}); }
void FunctionBuilder::emit(Op op, int64_t a) { append(op, {a}, {}); }
void FunctionBuilder::emit(Op op, int64_t a, int64_t b) { append(op, {a, b}, {}); }
void FunctionBuilder::emit(Op op, int64_t a, int64_t b, int64_t c) { append(op, {a, b, c}, {}); }
void FunctionBuilder::emitJump(Op op, Label target) { append(op, {}, target); }
void FunctionBuilder::emitJump(Op op, int64_t a, Label target) { append(op, {a}, target); }
void FunctionBuilder::emitJump(Op op, int64_t a, int64_t b, Label target) { append(op, {a, b}, target); }

void FunctionBuilder::emitSwitch(const std::vector<Label>& targets, Label defaultTarget) {
  if (!reachable_) return;
  SwitchTable table;
  table.targets.reserve(targets.size() + 1);
  for (Label label : targets) table.targets.push_back(label.id);
  table.targets.push_back(defaultTarget.id);
  append(Op::kSwitch, {static_cast<int64_t>(switches_.size())}, {});
  switches_.push_back(std::move(table));
}

void FunctionBuilder::emitConstant(const Constant& value) {
  if (std::holds_alternative<std::monostate>(value)) return emit(Op::kNil);
  if (auto* flag = std::get_if<bool>(&value)) return emit(*flag ? Op::kTrue : Op::kFalse);
  if (auto* integer = std::get_if<int64_t>(&value)) {
    if (*integer >= INT8_MIN && *integer <= INT8_MAX) return emit(Op::kInt8, *integer);
  }
  emit(Op::kConst, constant(value));
}

uint32_t FunctionBuilder::constant(const Constant& value) {
  auto next = static_cast<uint32_t>(function_.constants.size());
  auto [entry, added] = constantIndex_.emplace(constantKey(value), next);
  if (added) function_.constants.push_back(value);
  return entry->second;
}

Label FunctionBuilder::newLabel() {
  labels_.push_back(kNoTarget);
  return Label{static_cast<uint32_t>(labels_.size() - 1)};
}

void FunctionBuilder::bind(Label label) {
  labels_[label.id] = static_cast<uint32_t>(instructions_.size());
  reachable_ = true;
}

bool FunctionBuilder::isBound(Label label) const { return labels_[label.id] != kNoTarget; }

void FunctionBuilder::setPosition(uint32_t line, uint32_t column) {
  line_ = line;
  column_ = column;
}

uint32_t FunctionBuilder::beginVariable(std::string_view name, uint16_t slot, bool isCell) {
  auto here = static_cast<uint32_t>(instructions_.size());
  variables_.push_back({std::string(name), slot, isCell, here, kNoTarget});
  return static_cast<uint32_t>(variables_.size() - 1);
}

void FunctionBuilder::endVariable(uint32_t handle) {
  variables_[handle].end = static_cast<uint32_t>(instructions_.size());
}

void FunctionBuilder::addRegion(ExceptionRegion::Kind kind, Label start, Label end, Label handler, uint32_t depth) {
  regions_.push_back({kind, start.id, end.id, handler.id, depth});
}

void FunctionBuilder::useLocals(uint16_t count) {
  if (function_.locals < count) function_.locals = count;
}

// ---- finishing ------------------------------------------------------------------------------------

bool FunctionBuilder::finish(std::string& error, bool fuse) {
  if (function_.locals < function_.parameters) function_.locals = function_.parameters;
  if (!resolveLabels(error)) return false;
  threadJumps();
  simplify();
  dropUnreachable();
  if (fuse) fuseInstructions();
  return encode(error);
}

/// Turns label ids into instruction indices everywhere.
bool FunctionBuilder::resolveLabels(std::string& error) {
  bool allBound = true;
  auto resolve = [this, &allBound](uint32_t& target) {
    if (target >= labels_.size() || labels_[target] == kNoTarget) {
      allBound = false;
    } else {
      target = labels_[target];
    }
  };
  for (Instruction& instruction : instructions_) {
    if (instruction.target != kNoTarget) resolve(instruction.target);
  }
  for (SwitchTable& table : switches_) {
    for (uint32_t& target : table.targets) resolve(target);
  }
  for (PendingRegion& region : regions_) {
    resolve(region.start);
    resolve(region.end);
    resolve(region.handler);
  }
  auto end = static_cast<uint32_t>(instructions_.size());
  for (PendingVariable& variable : variables_) {
    if (variable.end == kNoTarget) variable.end = end;
  }
  if (!allBound) error = "a label was never bound";
  return allBound;
}

/// Sizes are fixed once instructions are chosen, so one pass places them and one writes them.
bool FunctionBuilder::encode(std::string& error) {
  // A local or constant index too wide for the short form takes the wide one.
  for (Instruction& in : instructions_) {
    if (in.count == 0) continue;
    bool wideLocal = in.operands[0] > UINT8_MAX;
    if (in.op == Op::kGetLocal && wideLocal) in.op = Op::kGetLocalW;
    if (in.op == Op::kSetLocal && wideLocal) in.op = Op::kSetLocalW;
    if (in.op == Op::kConst && in.operands[0] > UINT16_MAX) in.op = Op::kConstW;
  }
  std::vector<uint32_t> offsets;
  offsets.reserve(instructions_.size() + 1);
  uint64_t size = 0;
  for (const Instruction& in : instructions_) {
    offsets.push_back(static_cast<uint32_t>(size));
    if (in.op == Op::kSwitch) {
      const SwitchTable& table = switches_[static_cast<size_t>(in.operands[0])];
      if (table.targets.size() > size_t{UINT16_MAX} + 1) {
        error = "a switch has too many cases";
        return false;
      }
      size += opcodeBytes(in.op) + 2 + 4 * table.targets.size();
    } else {
      size += encodedSize(in.op);
    }
    if (size > INT32_MAX) {
      error = "the function's code is too large";
      return false;
    }
  }
  offsets.push_back(static_cast<uint32_t>(size));

  std::vector<uint8_t>& code = function_.code;
  code.assign(size, 0);
  uint16_t feedback = 0;  // highest slot in use
  for (size_t i = 0; i < instructions_.size(); ++i) {
    const Instruction& in = instructions_[i];
    uint8_t* p = code.data() + offsets[i];
    auto number = static_cast<unsigned>(in.op);
    if (number >= kPage1) *p++ = kPrefixByte;
    *p++ = static_cast<uint8_t>(number);
    auto jumpTo = [&](uint32_t target) {
      return static_cast<int32_t>(int64_t{offsets[target]} - int64_t{offsets[i + 1]});
    };
    if (in.op == Op::kSwitch) {
      const SwitchTable& table = switches_[static_cast<size_t>(in.operands[0])];
      base::writeLittle<uint16_t>(p, static_cast<uint16_t>(table.targets.size() - 1));
      p += 2;
      for (uint32_t target : table.targets) {
        base::writeLittle<int32_t>(p, jumpTo(target));
        p += 4;
      }
      continue;
    }
    unsigned next = 0;
    for (char letter : opInfo(in.op).operands) {
      int64_t value = 0;
      if (letter == 'f') {
        value = nextFeedbackSlot(feedback);
        if (value != kSharedFeedbackSlot) feedback = static_cast<uint16_t>(value);
      } else if (letter == 'j') {
        if (in.target == kNoTarget) {
          error = std::string(opInfo(in.op).mnemonic) + " was emitted without a target";
          return false;
        }
        value = jumpTo(in.target);
      } else if (letter != 't') {
        if (next >= in.count) {
          error = std::string(opInfo(in.op).mnemonic) + " was emitted with too few operands";
          return false;
        }
        value = in.operands[next++];
      }
      Range range = operandRange(letter);
      if (value < range.low || value > range.high) {
        error = "operand " + std::to_string(value) + " of " + std::string(opInfo(in.op).mnemonic) + " is out of range";
        return false;
      }
      switch (operandBytes(letter)) {
        case 1: *p = static_cast<uint8_t>(value); break;
        case 2: base::writeLittle<uint16_t>(p, static_cast<uint16_t>(value)); break;
        default: base::writeLittle<uint32_t>(p, static_cast<uint32_t>(value)); break;
      }
      p += operandBytes(letter);
    }
  }
  function_.feedbackSlots = static_cast<uint16_t>(feedback == 0 ? 0 : feedback + 1);

  function_.regions.clear();
  for (const PendingRegion& region : regions_) {
    function_.regions.push_back(
        {region.kind, offsets[region.start], offsets[region.end], offsets[region.handler], region.depth});
  }
  function_.lines.clear();
  uint32_t line = 0, column = 0;
  for (size_t i = 0; i < instructions_.size(); ++i) {
    const Instruction& in = instructions_[i];
    if (in.line == line && in.column == column) continue;
    line = in.line;
    column = in.column;
    function_.lines.push_back({offsets[i], line, column});
  }
  function_.variables.clear();
  for (PendingVariable& variable : variables_) {
    function_.variables.push_back(
        {std::move(variable.name), offsets[variable.start], offsets[variable.end], variable.slot, variable.isCell});
  }

  uint32_t errorOffset = 0;
  if (computeMaxStack(function_, function_.maxStack, error, errorOffset)) return true;
  error += " (byte offset " + std::to_string(errorOffset) + ")";
  return false;
}

}  // namespace devvm::bytecode
