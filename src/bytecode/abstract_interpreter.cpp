#include "bytecode/abstract_interpreter.h"

#include <algorithm>

namespace devvm::bytecode {
namespace {

/// Memory for the states of all jump targets of one function. Real functions need a tiny part of this.
constexpr size_t kMaxStateBytes = size_t{256} << 20;
constexpr size_t kWorkPerInstruction = 8;

bool isValue(Kind kind) { return kind == Kind::kValue || kind == Kind::kTable; }

Kind kindOfLetter(char letter) {
  switch (letter) {
    case 'i': return Kind::kI64;
    case 'd': return Kind::kF64;
    default: return Kind::kValue;
  }
}

}  // namespace

std::string_view kindName(Kind kind) {
  switch (kind) {
    case Kind::kValue: return "a value";
    case Kind::kI64: return "a raw i64";
    case Kind::kF64: return "a raw f64";
    case Kind::kTable: return "a new table";
    case Kind::kList: return "a list";
    case Kind::kCell: return "a cell";
    case Kind::kUnset: return "nothing";
    case Kind::kConflict: break;
  }
  return "different things on different paths";
}

AbstractInterpreter::AbstractInterpreter(const Function& function, const Context* context)
    : function_(function), context_(context) {}

bool AbstractInterpreter::run() {
  bool good = scan() && runToFixedPoint();
  if (context_ != nullptr) *context_->workLeft -= std::min(work_, *context_->workLeft);
  return good;
}

bool AbstractInterpreter::runToFixedPoint() {
  states_.resize(leaders_.size());
  queued_.resize(leaders_.size());
  State& entry = states_[0];
  entry.known = true;
  entry.locals.assign(trackedCount_, Kind::kValue);
  for (size_t i = 0; i < tracked_.size(); ++i) {
    if (declaredKind(static_cast<int64_t>(i)) != Kind::kValue) entry.locals[tracked_[i]] = Kind::kUnset;
  }
  queue_.push_back(0);
  queued_[0] = true;
  while (!queue_.empty()) {
    uint32_t leader = queue_.back();
    queue_.pop_back();
    queued_[leader] = false;
    if (!walk(leader, kNone)) return false;
  }
  return true;
}

bool AbstractInterpreter::stackAt(uint32_t offset, std::vector<Kind>& stack) {
  if (offset >= function_.code.size() || !isStart_[offset]) return false;
  auto after = std::upper_bound(leaders_.begin(), leaders_.end(), offset);
  auto leader = static_cast<uint32_t>(after - leaders_.begin()) - 1;
  if (!states_[leader].known || !walk(leader, offset) || offset_ != offset) return false;
  stack = now_.stack;
  return true;
}

bool AbstractInterpreter::failAt(uint32_t offset, std::string message) {
  error_ = std::move(message);
  errorOffset_ = offset;
  return false;
}

bool AbstractInterpreter::fail(std::string message) {
  if (mnemonic_.empty()) return failAt(offset_, std::move(message));
  return failAt(offset_, std::string(mnemonic_) + ": " + message);
}

// ---- joins ----------------------------------------------------------------------------------------

/// Merges a state into that of leader `into`; queues it if it changed.
bool AbstractInterpreter::join(State& into, const std::vector<Kind>& locals, std::span<const Kind> stack, bool open,
                               uint32_t offset) {
  auto leader = static_cast<uint32_t>(&into - states_.data());
  bool changed = !into.known;
  work_ += locals.size() + stack.size();
  if (!into.known) {
    stateBytes_ += sizeof(State) + locals.size() + stack.size();
    if (stateBytes_ > kMaxStateBytes) return fail("the function is too complex to verify");
    into.known = true;
    into.open = open;
    into.locals = locals;
    into.stack.assign(stack.begin(), stack.end());
  } else {
    auto where = [offset] { return " where control joins at byte " + std::to_string(offset); };
    if (into.stack.size() != stack.size()) {
      return fail("operand stack depths disagree" + where() + " (" + std::to_string(into.stack.size()) + " and " +
                  std::to_string(stack.size()) + ")");
    }
    if (into.open != open) return fail("an open list on one path only" + where());
    auto [mine, theirs] = std::mismatch(into.stack.begin(), into.stack.end(), stack.begin());
    for (; mine != into.stack.end(); ++mine, ++theirs) {
      if (*mine == *theirs) continue;
      if (!isValue(*mine) || !isValue(*theirs)) {
        return fail("operand slot " + std::to_string(mine - into.stack.begin()) + " holds " +
                    std::string(kindName(*mine)) + " or " + std::string(kindName(*theirs)) + where());
      }
      changed = changed || *mine != Kind::kValue;
      *mine = Kind::kValue;
    }
    for (size_t i = 0; i < locals.size(); ++i) {
      if (into.locals[i] == locals[i] || into.locals[i] == Kind::kConflict) continue;
      into.locals[i] = Kind::kConflict;
      changed = true;
    }
  }
  if (changed && !queued_[leader]) {
    queued_[leader] = true;
    queue_.push_back(leader);
  }
  return true;
}

bool AbstractInterpreter::joinTarget(int64_t target) {
  auto offset = static_cast<uint32_t>(target);
  return join(states_[leaderAt_[offset]], now_.locals, now_.stack, now_.open, offset);
}

/// The current state as the handler of `region` would see it.
bool AbstractInterpreter::joinHandler(uint32_t region) {
  const ExceptionRegion& entry = function_.regions[region];
  if (now_.stack.size() < entry.depth) {
    return fail("the operand stack is lower (" + std::to_string(now_.stack.size()) +
                ") than the exception region keeps (" + std::to_string(entry.depth) + ")");
  }
  std::vector<Kind> stack(now_.stack.begin(), now_.stack.begin() + entry.depth);
  stack.push_back(Kind::kValue);
  return join(states_[leaderAt_[entry.handler]], now_.locals, stack, false, entry.handler);
}

// ---- walking --------------------------------------------------------------------------------------

/// Interprets from a leader to the end of its straight-line code; or, for stackAt(), up to `stopAt`, where
/// the state is left in now_.
bool AbstractInterpreter::walk(uint32_t leader, uint32_t stopAt) {
  now_ = states_[leader];
  work_ += now_.locals.size() + now_.stack.size();
  uint32_t offset = leaders_[leader];
  const auto size = static_cast<uint32_t>(function_.code.size());
  uint32_t joined = kNone;  // region whose handler knows the current locals and lower slots
  lowestTouched_ = 0;
  localsChanged_ = false;
  while (true) {
    offset_ = offset;
    if (offset == stopAt) return true;
    if (offset != leaders_[leader] && leaderAt_[offset] != kNone) {
      mnemonic_ = {};
      return stopAt != kNone || joinTarget(offset);
    }
    work_ += kWorkPerInstruction;
    if (context_ != nullptr && work_ > *context_->workLeft) return fail("the module is too complex to verify");
    Instruction in = decodeVerified(function_.code, offset);
    mnemonic_ = in.info->mnemonic;
    uint32_t region = function_.regions.empty() ? kNone : regionAt(offset);
    if (region != kNone) {
      uint32_t depth = function_.regions[region].depth;
      if (region != joined || localsChanged_ || lowestTouched_ < depth || now_.stack.size() < depth) {
        if (!joinHandler(region)) return false;
        lowestTouched_ = static_cast<uint32_t>(now_.stack.size());
        localsChanged_ = false;
      }
    }
    joined = region;
    if (now_.open && !in.has(kConsumesOpen))
      return fail("the open list must be consumed by the instruction after its producer");
    if (!now_.open && in.has(kConsumesOpen)) return fail("there is no open list");
    now_.open = false;
    std::array<Instruction, 4> parts;
    unsigned count = expandComponents(in, parts);
    for (unsigned i = 0; i < count; ++i) {
      if (!execute(parts[i])) return false;
    }
    now_.open = in.has(kProducesOpen);
    // An instruction that writes locals may be interrupted on either side of the write.
    if (region != kNone && localsChanged_) {
      State& handler = states_[leaderAt_[function_.regions[region].handler]];
      std::vector<Kind> stack = handler.stack;
      if (!join(handler, now_.locals, stack, false, function_.regions[region].handler)) return false;
    }
    if (in.has(kTerminates)) return true;
    offset = in.end();
    if (offset >= size) return fail("control runs off the end of the code");
  }
}

// ---- slots ----------------------------------------------------------------------------------------

bool AbstractInterpreter::push(Kind kind) {
  if (now_.stack.size() >= function_.maxStack) {
    return fail("the operand stack exceeds its declared maximum of " + std::to_string(function_.maxStack));
  }
  now_.stack.push_back(kind);
  return true;
}

bool AbstractInterpreter::popAny(Kind& kind) {
  if (now_.stack.empty()) return fail("the operand stack underflows");
  kind = now_.stack.back();
  now_.stack.pop_back();
  lowestTouched_ = std::min(lowestTouched_, static_cast<uint32_t>(now_.stack.size()));
  return true;
}

bool AbstractInterpreter::pop(Kind kind) {
  Kind found = Kind::kValue;
  if (!popAny(found)) return false;
  return found == kind || (kind == Kind::kValue && isValue(found)) ||
         fail("needs " + std::string(kindName(kind)) + " but finds " + std::string(kindName(found)));
}

/// Pops `values` values above a new table, which stays.
bool AbstractInterpreter::initTable(int64_t values) {
  return popValues(values) && pop(Kind::kTable) && push(Kind::kTable);
}

bool AbstractInterpreter::popValues(int64_t count) {
  for (int64_t i = 0; i < count; ++i) {
    if (!pop(Kind::kValue)) return false;
  }
  return true;
}

Kind AbstractInterpreter::declared(SlotKind kind) {
  switch (kind) {
    case SlotKind::kI64: return Kind::kI64;
    case SlotKind::kF64: return Kind::kF64;
    default: return Kind::kValue;
  }
}

Kind AbstractInterpreter::declaredKind(int64_t index) const {
  return function_.localKinds.empty() ? Kind::kValue : declared(function_.localKinds[static_cast<size_t>(index)]);
}

/// What a local holds now. Locals that are not tracked are always values.
Kind AbstractInterpreter::local(int64_t index) const {
  uint32_t tracked = tracked_[static_cast<size_t>(index)];
  return tracked == kNone ? Kind::kValue : now_.locals[tracked];
}

/// For a local that does not hold what is needed.
bool AbstractInterpreter::failLocal(int64_t index) {
  std::string which = "local " + std::to_string(index);
  if (local(index) == Kind::kUnset) return fail(which + " is read before it is set");
  return fail(which + " holds " + std::string(kindName(local(index))));
}

/// For instructions that use a local as a value.
bool AbstractInterpreter::readLocal(int64_t index) { return local(index) == Kind::kValue || failLocal(index); }

bool AbstractInterpreter::writeLocal(int64_t index, Kind kind) {
  if (kind == Kind::kTable) kind = Kind::kValue;
  Kind own = declaredKind(index);
  uint32_t tracked = tracked_[static_cast<size_t>(index)];
  bool fits = kind == own || (own == Kind::kValue && tracked != kNone && (kind == Kind::kList || kind == Kind::kCell));
  if (!fits) {
    return fail("local " + std::to_string(index) + " is declared for " + std::string(kindName(own)) + ", not for " +
                std::string(kindName(kind)));
  }
  if (tracked == kNone) return true;
  Kind& slot = now_.locals[tracked];
  localsChanged_ = localsChanged_ || slot != kind;
  slot = kind;
  return true;
}

bool AbstractInterpreter::needCellOrValue(int64_t index) { return local(index) == Kind::kCell || readLocal(index); }

bool AbstractInterpreter::needUpvalue(int64_t index, bool cell) {
  if (context_ == nullptr || context_->upvalueIsCell[static_cast<size_t>(index)] == cell) return true;
  return fail("upvalue " + std::to_string(index) +
              (cell ? " is a captured value, not a cell" : " is a cell, not a captured value"));
}

// ---- instructions ---------------------------------------------------------------------------------

bool AbstractInterpreter::execute(const Instruction& in) {
  std::string_view effect = in.info->effect;
  switch (in.op) {
    case Op::kNewCell:
      // A cell of a cell would let programs see the inner one.
      return readLocal(in.operands[0]) && writeLocal(in.operands[0], Kind::kCell);
    case Op::kGetCell:
    case Op::kSetCell:
      if (local(in.operands[0]) != Kind::kCell) {
        return fail("local " + std::to_string(in.operands[0]) + " holds " +
                    std::string(kindName(local(in.operands[0]))) + ", not a cell");
      }
      break;
    case Op::kLocalNil:
      for (int64_t i = 0; i < in.operands[1]; ++i) {
        if (!writeLocal(in.operands[0] + i, Kind::kValue)) return false;
      }
      return true;
    case Op::kGetUpvalue:
    case Op::kSetUpvalue:
    case Op::kGetGlobal:
    case Op::kSetGlobal:
      if (!needUpvalue(in.operands[0], true)) return false;
      break;
    case Op::kGetCapture:
      if (!needUpvalue(in.operands[0], false)) return false;
      break;
    case Op::kSetFieldL:
    case Op::kSetIndexLI:
      if (!readLocal(in.operands[0])) return false;
      break;
    case Op::kSetIndexLL:
      if (!readLocal(in.operands[0]) || !readLocal(in.operands[1])) return false;
      break;
    case Op::kMarkClose:
    case Op::kClose:
    case Op::kCloseError:
      if (!needCellOrValue(in.operands[0])) return false;
      break;
    case Op::kClosure:
      if (!executeClosure(in)) return false;
      break;
    case Op::kForPrep:
    case Op::kForLoop:
    case Op::kForInCall:
    case Op::kForInTest: return executeFor(in);
    default: break;
  }
  if (effect == "*") return executeComputed(in);
  size_t arrow = effect.find('>');
  for (size_t i = arrow; i-- > 0;) {
    Kind any = Kind::kValue;
    if (!(effect[i] == '?' ? popAny(any) : pop(kindOfLetter(effect[i])))) return false;
  }
  for (size_t i = arrow + 1; i < effect.size(); ++i) {
    if (!push(in.op == Op::kNewTable ? Kind::kTable : kindOfLetter(effect[i]))) return false;
  }
  return branch(in);
}

/// Hands the state after the pops and pushes to the jump targets.
bool AbstractInterpreter::branch(const Instruction& in) {
  if (in.op == Op::kSwitch) {
    for (unsigned i = 0; i <= in.switchCases; ++i) {
      if (!joinTarget(in.switchTarget(i))) return false;
    }
    return true;
  }
  return in.find('j') < 0 || joinTarget(in.target());
}

/// Opcodes whose effect depends on operands or slots.
bool AbstractInterpreter::executeComputed(const Instruction& in) {
  int64_t a = in.operands[0], b = in.operands[1];
  Kind x = Kind::kValue, y = x, z = x;
  auto pushValues = [this](int64_t count) {
    for (int64_t i = 0; i < count; ++i) {
      if (!push(Kind::kValue)) return false;
    }
    return true;
  };
  switch (in.op) {
    case Op::kPopN:
      for (int64_t i = 0; i < a; ++i) {
        if (!popAny(x)) return false;
      }
      return true;
    case Op::kDup: return popAny(x) && push(x) && push(x);
    case Op::kSwap: return popAny(y) && popAny(x) && push(y) && push(x);
    case Op::kRot: return popAny(z) && popAny(y) && popAny(x) && push(y) && push(z) && push(x);
    case Op::kPick:
      if (static_cast<size_t>(a) >= now_.stack.size()) return fail("the operand stack underflows");
      return push(now_.stack[now_.stack.size() - 1 - static_cast<size_t>(a)]);
    case Op::kGetLocal:
    case Op::kGetLocalW: {
      Kind kind = local(a);
      if (kind == Kind::kCell || kind == Kind::kUnset || kind == Kind::kConflict) return failLocal(a);
      return push(kind);
    }
    case Op::kSetLocal:
    case Op::kSetLocalW: return popAny(x) && writeLocal(a, x);
    case Op::kTeeLocal: return popAny(x) && writeLocal(a, x) && push(x);
    case Op::kConcat: return popValues(a) && push(Kind::kValue);
    case Op::kJumpIfFalseKeep:
    case Op::kJumpIfTrueKeep: return pop(Kind::kValue) && push(Kind::kValue) && branch(in) && pop(Kind::kValue);
    case Op::kCall:
    case Op::kCallVar:
    case Op::kCoResume: return popValues(a + 1) && pushValues(b);
    case Op::kCallOpen:
    case Op::kCallVarOpen:
    case Op::kTailCall:
    case Op::kTailCallVar: return popValues(a + 1);
    case Op::kReturn:
    case Op::kReturnVar: return popValues(a);
    case Op::kVararg: return pushValues(a);
    case Op::kVarargOpen: return true;
    case Op::kPackList: return popValues(a) && push(Kind::kList);
    case Op::kUnpackList: return pop(Kind::kList);
    case Op::kSetPrototype: return popValues(2) && push(Kind::kValue);
    case Op::kInitField: return initTable(1);
    case Op::kInitIndex: return initTable(2);
    case Op::kSetList:
    case Op::kSetListVar: return initTable(a);
    case Op::kCoYield: return popValues(a) && pushValues(b);
    case Op::kNewBlock: return popValues(b) && push(Kind::kValue);
    case Op::kNewRecord: return popValues(a) && push(Kind::kValue);
    default: return fail("has no rule in the verifier");
  }
}

/// Loop instructions write different locals on their two ways out.
bool AbstractInterpreter::executeFor(const Instruction& in) {
  int64_t l = in.operands[0], n = in.operands[1];
  for (int64_t i = 0; i < 3; ++i) {
    if (!readLocal(l + i)) return false;
  }
  switch (in.op) {
    case Op::kForPrep:
      // Skipping the loop leaves l+3 alone.
      return branch(in) && writeLocal(l + 3, Kind::kValue);
    case Op::kForLoop: {
      std::vector<Kind> before = now_.locals;
      bool changed = localsChanged_;
      if (!writeLocal(l + 3, Kind::kValue) || !branch(in)) return false;
      // At the end l+3 stays as it is; an exception may still come after the write.
      if (before != now_.locals) {
        if (uint32_t region = regionAt(in.offset); region != kNone) {
          State& handler = states_[leaderAt_[function_.regions[region].handler]];
          std::vector<Kind> stack = handler.stack;
          if (!join(handler, now_.locals, stack, false, function_.regions[region].handler)) return false;
        }
      }
      now_.locals = std::move(before);
      localsChanged_ = changed;
      return true;
    }
    case Op::kForInCall:
      for (int64_t i = 0; i < n; ++i) {
        if (!push(Kind::kValue)) return false;
      }
      return true;
    default: break;
  }
  if (!popValues(n)) return false;
  for (int64_t i = 0; i < n; ++i) {
    if (!writeLocal(l + 4 + i, Kind::kValue)) return false;
  }
  if (!branch(in)) return false;
  // When the loop ends the results may or may not have been stored.
  for (int64_t i = 0; i < n; ++i) {
    uint32_t slot = tracked_[static_cast<size_t>(l + 4 + i)];
    if (slot == kNone) continue;
    now_.locals[slot] = Kind::kConflict;
    localsChanged_ = true;
  }
  return true;
}

bool AbstractInterpreter::executeClosure(const Instruction& in) {
  if (context_ == nullptr) return true;
  const Function& child = context_->module->functions[function_.children[static_cast<size_t>(in.operands[0])]];
  for (size_t i = 0; i < child.upvalues.size(); ++i) {
    const Upvalue& upvalue = child.upvalues[i];
    std::string which = "upvalue " + std::to_string(i) + " of the child: ";
    // Local and upvalue indices were checked with the module's function tree.
    if (upvalue.from == Upvalue::From::kParentLocal && local(upvalue.index) != Kind::kCell) {
      return fail(which + "local " + std::to_string(upvalue.index) + " holds " +
                  std::string(kindName(local(upvalue.index))) + ", not a cell");
    }
    if (upvalue.from == Upvalue::From::kParentValue && local(upvalue.index) != Kind::kValue) {
      return fail(which + "local " + std::to_string(upvalue.index) + " holds " +
                  std::string(kindName(local(upvalue.index))));
    }
  }
  return true;
}

}  // namespace devvm::bytecode
