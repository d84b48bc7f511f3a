// Names for values and functions, found by reading bytecode: who put this operand on the stack?
//
// The code is scanned from its start to the instruction in question, keeping for every operand slot the instruction
// that made it. Where control joins and the makers differ, the name is unknown: as in the reference, a value that
// came through a condition has none.

#include <unordered_map>
#include <vector>

#include "bytecode/decode.h"
#include "bytecode/stack_effect.h"
#include "runtime/frames.h"
#include "runtime/isolate.h"

namespace devvm::runtime {

namespace {

using bytecode::Instruction;
using bytecode::Op;

/// What made an operand.
struct Producer {
  enum What : uint8_t { kUnknown, kLocal, kUpvalue, kConstant, kInteger, kField, kElement, kIntegerIndex, kMethod };
  What what = kUnknown;
  bool environment = false;  ///< kField, kElement, kIntegerIndex: of a table called _ENV
  uint32_t index = 0;        ///< slot, upvalue or constant; kInteger: 1 if it can be an immediate index
  uint32_t offset = 0;       ///< of the instruction: the same variable, read on two ways to one place, has no name
  bool operator==(const Producer&) const = default;
};

constexpr std::string_view kEnvironmentName = "_ENV";

std::string_view localName(const Code& code, uint32_t slot, uint32_t offset) {
  for (const auto& v : code.function->variables) {
    if (v.slot == slot && offset >= v.start && offset < v.end) return v.name;
  }
  return {};
}

std::string_view upvalueName(const Code& code, uint32_t index) {
  const auto& upvalues = code.function->upvalues;
  if (index >= upvalues.size()) return {};
  return upvalues[index].name.empty() ? std::string_view("?") : std::string_view(upvalues[index].name);
}

std::string_view stringConstant(const Code& code, uint32_t index) {
  if (index >= code.constantCount) return {};
  Value v = code.constant(index);
  return v.isString() ? std::string_view(asString(v)->bytes) : std::string_view();
}

class OperandScan {
 public:
  explicit OperandScan(const Code& code) : code_(code) {}

  /// Runs up to the instruction at `offset`; with `components` also through what a fused instruction does before its
  /// last component.
  bool run(uint32_t offset, bool components);
  /// The last component of that instruction.
  const Instruction& instruction() const { return last_; }
  Producer operand(uint32_t depth) const {
    return depth < stack_.size() ? stack_[stack_.size() - 1 - depth] : Producer{};
  }
  /// What the reference calls a value with this maker: name and kind, or nothing.
  CalledAs describe(const Producer& p) const;

 private:
  void apply(const Instruction& i);
  void push(Producer p) { stack_.push_back(p); }
  Producer pop() {
    if (stack_.empty()) return {};
    Producer p = stack_.back();
    stack_.pop_back();
    return p;
  }
  void drop(uint32_t n) { stack_.resize(stack_.size() > n ? stack_.size() - n : 0); }
  void noteJump(int64_t target) {
    if (target > at_) merge(static_cast<uint32_t>(target), stack_);
  }
  void merge(uint32_t target, const std::vector<Producer>& stack);
  bool isEnvironment(const Producer& p) const;
  Producer elementOf(const Producer& table, const Producer& key, uint32_t offset) const;

  const Code& code_;
  std::vector<Producer> stack_;
  std::unordered_map<uint32_t, std::vector<Producer>> pending_;  // state at forward jump targets
  uint32_t at_ = 0;
  bool reachable_ = true;
  Instruction last_;
};

void OperandScan::merge(uint32_t target, const std::vector<Producer>& stack) {
  auto [place, isNew] = pending_.try_emplace(target, stack);
  if (isNew) return;
  auto& known = place->second;
  if (known.size() > stack.size()) known.resize(stack.size());
  for (size_t i = 0; i < known.size(); i++) {
    if (!(known[i] == stack[i])) known[i] = Producer{};
  }
}

bool OperandScan::run(uint32_t offset, bool inside) {
  for (const auto& region : code_.function->regions) {
    pending_.try_emplace(region.handler, std::vector<Producer>(region.depth + 1));
  }
  std::span<const uint8_t> bytes(code_.entry, code_.codeSize);
  std::array<Instruction, 4> components;
  while (at_ < code_.codeSize) {
    auto place = pending_.find(at_);
    if (place != pending_.end()) {
      if (reachable_) merge(at_, stack_);
      stack_ = std::move(place->second);
      pending_.erase(place);
    } else if (!reachable_) {
      stack_.clear();  // the head of a loop that is entered at its end
    }
    reachable_ = true;
    Instruction i = bytecode::decodeVerified(bytes, at_);
    unsigned count = bytecode::expandComponents(i, components);
    bool wanted = offset < i.end();
    if (!wanted || inside) {
      for (unsigned c = 0; c + (wanted ? 1u : 0u) < count; c++) apply(components[c]);
    }
    if (wanted) {
      last_ = components[count - 1];
      return true;
    }
    at_ = i.end();
  }
  return false;
}

bool OperandScan::isEnvironment(const Producer& p) const {
  if (p.what == Producer::kLocal) return localName(code_, p.index, p.offset) == kEnvironmentName;
  if (p.what == Producer::kUpvalue) return upvalueName(code_, p.index) == kEnvironmentName;
  return false;
}

Producer OperandScan::elementOf(const Producer& table, const Producer& key, uint32_t offset) const {
  bool environment = isEnvironment(table);
  if (key.what == Producer::kConstant) return {Producer::kField, environment, key.index, offset};
  // The reference has an instruction for small integer indices, and names it.
  if (key.what == Producer::kInteger && key.index) return {Producer::kIntegerIndex, false, 0, offset};
  return {Producer::kElement, environment, 0, offset};
}

void OperandScan::apply(const Instruction& i) {
  auto operand = [&](unsigned n) { return static_cast<uint32_t>(i.operands[n]); };
  switch (i.op) {
    case Op::kDup: {
      Producer p = this->operand(0);
      return push(p);
    }
    case Op::kPick: {
      Producer p = this->operand(operand(0));
      return push(p);
    }
    case Op::kSwap: {
      Producer b = pop(), a = pop();
      push(b);
      return push(a);
    }
    case Op::kRot: {
      Producer c = pop(), b = pop(), a = pop();
      push(b);
      push(c);
      return push(a);
    }
    case Op::kInt8:
    case Op::kInt16: return push({Producer::kInteger, false, i.operands[0] >= 0 && i.operands[0] <= 255, i.offset});
    case Op::kConst:
    case Op::kConstW:
      return push(stringConstant(code_, operand(0)).data() ? Producer{Producer::kConstant, false, operand(0), i.offset}
                                                           : Producer{});
    case Op::kGetLocal:
    case Op::kGetLocalW:
    case Op::kGetCell: return push({Producer::kLocal, false, operand(0), i.offset});
    case Op::kGetUpvalue:
    case Op::kGetCapture: return push({Producer::kUpvalue, false, operand(0), i.offset});
    case Op::kGetGlobal:
      return push({Producer::kField, upvalueName(code_, operand(0)) == kEnvironmentName, operand(1), i.offset});
    case Op::kGetField: {
      Producer table = pop();
      return push({Producer::kField, isEnvironment(table), operand(0), i.offset});
    }
    case Op::kGetIndex: {
      Producer key = pop(), table = pop();
      return push(elementOf(table, key, i.offset));
    }
    case Op::kSelf: {
      Producer object = pop();
      push({Producer::kMethod, false, operand(0), i.offset});
      return push(object);
    }
    case Op::kTeeLocal: return;
    case Op::kJumpIfFalseKeep:
    case Op::kJumpIfTrueKeep:
      noteJump(i.target());
      drop(1);
      return;
    default: break;
  }
  bytecode::StackEffect effect = bytecode::stackEffect(i);
  drop(effect.pops);
  if (i.op == Op::kSwitch) {
    for (unsigned c = 0; c <= i.switchCases; c++) noteJump(i.switchTarget(c));
  } else if (i.has(bytecode::kJumps)) {
    std::vector<Producer> kept = stack_;
    stack_.resize(stack_.size() + effect.jumpPushes);
    noteJump(i.target());
    stack_ = std::move(kept);
  }
  stack_.resize(stack_.size() + effect.pushes);
  if (i.has(bytecode::kTerminates)) reachable_ = false;
}

CalledAs OperandScan::describe(const Producer& p) const {
  auto named = [](std::string_view name, const char* kind) {
    return name.empty() ? CalledAs{} : CalledAs{std::string(name), kind};
  };
  const char* field = p.environment ? "global" : "field";
  switch (p.what) {
    case Producer::kUnknown:
    case Producer::kInteger: return {};
    case Producer::kLocal: return named(localName(code_, p.index, p.offset), "local");
    case Producer::kUpvalue: return named(upvalueName(code_, p.index), "upvalue");
    case Producer::kConstant: return {std::string(stringConstant(code_, p.index)), "constant"};
    case Producer::kField: return {std::string(stringConstant(code_, p.index)), field};
    case Producer::kElement: return {"?", field};
    case Producer::kIntegerIndex: return {"integer index", "field"};
    case Producer::kMethod: return {std::string(stringConstant(code_, p.index)), "method"};
  }
  return {};
}

std::string formatDescription(const CalledAs& d) {
  return *d.kind == '\0' ? "" : " (" + std::string(d.kind) + " '" + d.name + "')";
}

/// Event of the metamethod that an instruction may call, without the underscores; null if none.
const char* metamethodEvent(Op op) {
  switch (op) {
    case Op::kGetGlobal:
    case Op::kGetField:
    case Op::kGetIndex:
    case Op::kSelf: return "index";
    case Op::kSetGlobal:
    case Op::kSetField:
    case Op::kSetIndex:
    case Op::kSetFieldL:
    case Op::kSetIndexLL:
    case Op::kSetIndexLI: return "newindex";
    case Op::kAdd: return "add";
    case Op::kSub: return "sub";
    case Op::kMul: return "mul";
    case Op::kDiv: return "div";
    case Op::kMod: return "mod";
    case Op::kPow: return "pow";
    case Op::kIDiv: return "idiv";
    case Op::kBAnd: return "band";
    case Op::kBOr: return "bor";
    case Op::kBXor: return "bxor";
    case Op::kShl: return "shl";
    case Op::kShr: return "shr";
    case Op::kUnm: return "unm";
    case Op::kBNot: return "bnot";
    case Op::kLen: return "len";
    case Op::kConcat: return "concat";
    case Op::kEq:
    case Op::kNe: return "eq";
    case Op::kLt:
    case Op::kGt: return "lt";
    case Op::kLe:
    case Op::kGe: return "le";
    case Op::kClose:
    case Op::kCloseError: return "close";
    default: return nullptr;
  }
}

/// Operand depth of the callee for call instructions, -1 for others. Open lists are not counted.
int calleeDepth(const Instruction& i) {
  switch (i.op) {
    case Op::kCall:
    case Op::kCallOpen:
    case Op::kCallVar:
    case Op::kCallVarOpen:
    case Op::kTailCall:
    case Op::kTailCallVar: return static_cast<int>(i.operands[0]);
    default: return -1;
  }
}

/// The reference's funcnamefromcode for the instruction of a bytecode frame.
CalledAs calleeName(const Frame& frame) {
  OperandScan scan(*frame.code());
  if (!scan.run(frame.offset(), true)) return {};
  const Instruction& i = scan.instruction();
  if (int depth = calleeDepth(i); depth >= 0) return scan.describe(scan.operand(static_cast<uint32_t>(depth)));
  if (i.op == Op::kForInCall) return {"for iterator", "for iterator"};
  if (const char* event = metamethodEvent(i.op)) return {event, "metamethod"};
  return {};
}

}  // namespace

CalledAs calledAs(const Frame& frame) {
  if (isTailCall(frame)) return {};
  Frame caller;
  Value* below = Fiber::callerOf(frame.fp);
  if (below == nullptr) return {};
  if (isNativeFrame(below)) {
    const NativeInfo* info = as<Native>(below[2])->info;
    if (!info->hidden || info->name == nullptr) return {};
    // Natives of the engine say by their names what they call; the others go on with an instruction of the frame below.
    std::string_view name = info->name;
    if (name == "(hook)") return {"?", "hook"};
    if (name.starts_with("(finalizer")) return {"__gc", "metamethod"};
    if (name == "(close)") return {"close", "metamethod"};
    if (name == "(host)") return {};
  }
  if (!callerFrame(frame, caller) || caller.isNative()) return {};
  return calleeName(caller);
}

std::string calleeDescription(const Frame& frame) {
  return frame.isNative() ? "" : formatDescription(calleeName(frame));
}

std::string operandDescription(const Frame& frame, uint32_t depth) {
  if (frame.isNative()) return "";
  OperandScan scan(*frame.code());
  if (!scan.run(frame.offset(), false)) return "";
  return formatDescription(scan.describe(scan.operand(depth)));
}

std::string localDescription(const Frame& frame, uint32_t local) {
  if (frame.isNative()) return "";
  std::string_view name = localName(*frame.code(), local, frame.offset());
  return name.empty() ? "" : formatDescription({std::string(name), "local"});
}

std::string upvalueDescription(const Frame& frame, uint32_t upvalue) {
  if (frame.isNative()) return "";
  std::string_view name = upvalueName(*frame.code(), upvalue);
  return name.empty() ? "" : formatDescription({std::string(name), "upvalue"});
}

std::string globalFunctionName(Isolate& isolate, Value function) {
  if (!isolate.registry.isTable()) return "";
  Value loaded = tableGetName(isolate, asTable(isolate.registry), "_LOADED");
  if (!loaded.isTable()) return "";
  auto nameText = [](Value key) { return std::string(asString(key)->view()); };
  std::string found;
  Value module = Value::nil(), contents;
  while (found.empty() && tableNext(isolate, asTable(loaded), module, module, contents) && !module.isNil()) {
    if (!module.isString()) continue;
    if (contents == function) {
      found = nameText(module);
    } else if (contents.isTable()) {
      Value key = Value::nil(), value;
      while (tableNext(isolate, asTable(contents), key, key, value) && !key.isNil()) {
        if (!key.isString() || !(value == function)) continue;
        found = nameText(module) + "." + nameText(key);
        break;
      }
    }
  }
  return found.starts_with("_G.") ? found.substr(3) : found;
}

}  // namespace devvm::runtime
