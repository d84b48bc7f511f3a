#include "jit/baseline/compiler.h"

#include <algorithm>

#include "bytecode/stack_effect.h"
#include "interpreter/calls.h"
#include "interpreter/interpreter.h"
#include "interpreter/slow_paths.h"
#include "jit/feedback/feedback.h"

namespace devvm::jit {

using namespace runtime;
using namespace x64;
namespace paths = interpreter;

namespace {

bool isComparison(Op op) {
  return op == Op::kEq || op == Op::kNe || op == Op::kLt || op == Op::kLe || op == Op::kGt || op == Op::kGe;
}

constexpr uint32_t kMostCode = 1u << 20;  ///< bytes of bytecode

}  // namespace

void Compiler::Memory::reset() {
  bool large = places.capacity() > kMostKept || factPool.capacity() > size_t{kMostKept} * 16;
  arena.reset();
  if (large) stack = {};
  auto clear = [large](auto& list) {
    list.clear();
    if (large) list.shrink_to_fit();
  };
  clear(places);
  clear(decoded);
  clear(facts);
  clear(factPool);
  clear(writes);
  clear(floatLocals);
  clear(slow);
  clear(metamethods);
  clear(placeOf);
}

Compiler::Compiler(Assembler& assembler, const Code& code, const Stubs& stubs, const CompilerOptions& options,
                   Memory& memory)
    : a(assembler),
      code_(code),
      stubs_(stubs),
      options_(options),
      memory_(memory),
      arena_(memory.arena),
      stack_(memory.stack),
      places_(memory.places),
      decoded_(memory.decoded),
      facts_(memory.facts),
      factPool_(memory.factPool),
      writes_(memory.writes),
      floatLocals_(memory.floatLocals),
      slow_(memory.slow),
      metamethods_(memory.metamethods),
      placeOf_(memory.placeOf),
      cold_(memory.arena) {
  stack_.reset(code.locals);
  facts_.resize(code.locals);
  floatLocals_.resize(code.locals);
  for (uint32_t i = 0; options.frame != nullptr && i < code.locals; i++) {
    floatLocals_[i] = options.frame[-1 - static_cast<int64_t>(i)].isDouble();
  }
}

Compiler::~Compiler() { memory_.reset(); }

// ---- places ----

bool Compiler::findPlaces() {
  if (code_.codeSize > kMostCode) {
    refusal_ = "the function is too long";
    return false;
  }
  std::span<const uint8_t> bytes{code_.entry, code_.codeSize};
  placeOf_.assign(code_.codeSize + 1, kNone);
  for (uint32_t offset = 0; offset < code_.codeSize; offset = decoded_.back().end()) {
    placeOf_[offset] = static_cast<uint32_t>(decoded_.size());
    decoded_.push_back(bytecode::decodeVerified(bytes, offset));
  }
  placeOf_[code_.codeSize] = static_cast<uint32_t>(decoded_.size());
  decoded_.emplace_back().offset = code_.codeSize;
  places_.resize(decoded_.size());
  for (uint32_t p = 0; p < places_.size(); p++) places_[p].offset = decoded_[p].offset;
  for (uint32_t p = 0; p + 1 < places_.size(); p++) {
    const Instruction& i = decoded_[p];
    noteWrites(i);
    if (i.op == Op::kSwitch) {
      for (unsigned n = 0; n <= i.switchCases; n++) {
        places_[placeOf_[static_cast<uint32_t>(i.switchTarget(n))]].isTarget = true;
      }
    } else if (i.has(bytecode::kJumps) && i.info->operands.ends_with('j')) {
      Place& target = places_[placeOf_[static_cast<uint32_t>(i.target())]];
      target.isTarget = true;
      if (target.offset <= i.offset) {
        target.isLoop = true;
        target.loopEnd = i.offset;
      }
    }
  }
  for (const auto& region : code_.function->regions) {
    Place& handler = places_[placeOf_[region.handler]];
    handler.isTarget = handler.isHandler = true;
    handler.depth = static_cast<int32_t>(region.depth) + 1;
  }
  std::sort(writes_.begin(), writes_.end());
  findDepths();
  return true;
}

/// The operands on the stack before each instruction that can be reached.
void Compiler::findDepths() {
  std::vector<uint32_t> open;
  auto reach = [&](uint32_t place, uint32_t depth) {
    if (places_[place].depth >= 0) return false;
    places_[place].depth = static_cast<int32_t>(depth);
    return true;
  };
  for (uint32_t p = 0; p < places_.size(); p++) {
    if (places_[p].depth >= 0) open.push_back(p);  // handlers of exceptions
  }
  if (reach(0, 0)) open.push_back(0);
  while (!open.empty()) {
    uint32_t p = open.back();
    open.pop_back();
    for (;;) {
      const Instruction& i = decoded_[p];
      bytecode::StackEffect effect = bytecode::stackEffect(i);
      uint32_t below = static_cast<uint32_t>(places_[p].depth) - effect.pops;
      if (i.op == Op::kSwitch) {
        for (unsigned n = 0; n <= i.switchCases; n++) {
          uint32_t target = placeAt(static_cast<uint32_t>(i.switchTarget(n)));
          if (reach(target, below)) open.push_back(target);
        }
      } else if (i.has(bytecode::kJumps) && i.info->operands.ends_with('j')) {
        uint32_t target = placeAt(static_cast<uint32_t>(i.target()));
        if (reach(target, below + effect.jumpPushes)) open.push_back(target);
      }
      if (i.has(bytecode::kTerminates) || !reach(p + 1, below + effect.pushes)) break;
      p++;
    }
  }
}

// ---- the pass ----

void Compiler::prologue() {
  uint32_t locals = code_.locals;
  callEntry = a.position();
  Label& enough = newLabel();
  Label& grow = newLabel();
  Label& poll = newLabel();
  Label& body = newLabel();
  a.mov64(rsp, kHostStack);
  count(code_.codeSize);
  // Measured from the last argument as it was pushed, like the interpreter's calls.
  a.lea64(rax,
          Mem(kFrame, 8 * (2 - static_cast<int32_t>(code_.parameters)) - 8 * static_cast<int32_t>(code_.stackNeeded)));
  a.cmp64(rax, Mem(kIsolate, offset::kStackLimit));
  a.jcc(Condition::kBelow, grow, Distance::kNear);
  a.bind(enough);
  if (locals > code_.parameters) {
    a.mov64(rax, static_cast<int64_t>(Value::kNilBits));
    if (locals - code_.parameters <= 16) {
      for (uint32_t i = code_.parameters; i < locals; i++) a.mov64(local(i), rax);
    } else {
      Label& again = newLabel();
      a.mov32(rcx, locals - code_.parameters);
      a.bind(again);
      a.mov64(Mem(kFrame, rcx, Scale::k8, localOffset(locals)), rax);
      a.sub32(rcx, 1);
      a.jcc(Condition::kNotZero, again);
    }
  }
  a.sub64(Mem(kIsolate, offset::kBudget), 1);
  a.jcc(Condition::kSign, poll, Distance::kNear);
  a.bind(body);
  bodyEntry = a.position();
  cold_.add([this, &grow, &poll, &enough, &body] {
    a.bind(grow);
    a.call(Outside(stubs_.grow));
    a.jmp(enough);
    a.bind(poll);
    setPosition(0, 0);
    callSlowPath(interpreter::safepoint);
    compareWithPlace(0);
    a.jcc(Condition::kEqual, body);
    a.jmp(Outside(stubs_.leave));
  });
}

bool Compiler::compile() {
  if (!findPlaces()) return false;
  a.mark(0);
  prologue();
  bool falls = true;
  uint32_t last = static_cast<uint32_t>(places_.size()) - 1;
  for (now_ = 0; now_ < last; now_++) {
    Place& place = places_[now_];
    if (place.isTarget) {
      if (falls && now_ != 0) flushAll();
      if (place.depth < 0) {
        falls = false;
        continue;  // cannot be reached
      }
      stack_.setMemory(static_cast<uint32_t>(place.depth));
      meetFacts(place, falls);
      falls = true;
      visitsAreCounted_ = false;
    }
    if (!falls) continue;
    next_ = now_ + 1;
    currentSlow_ = kNone;
    site_ = options_.feedback != nullptr ? options_.feedback->find(place.offset) : nullptr;
    const Instruction& whole = decoded_[now_];
    speculates_ = options_.speculates && !wasLeftOften(place.offset) && hasEvidence(whole);
    // What comes back from the interpreter may have changed any object.
    if (!speculates_) forgetShapes();
    place.state = place.slowState = stack_.beginInstruction();
    a.mark(place.offset);
    a.bind(place.hot);
    if (described_) coldOwners_.push_back({static_cast<uint32_t>(cold_.size()), place.offset});
    if (options_.speculates && !speculates_ && !visitsAreCounted_ && wasNeverReached(whole)) countVisits();
    falls = openList_ ? consumeOpenList(whole) : instruction(whole);
    if (refusal_ != nullptr || a.failed()) break;
  }
  if (a.failed()) refusal_ = codeErrorText(a.error());
  if (refusal_ != nullptr) return false;
  sections.cold = a.position();
  coldPieces();
  sections.rare = a.position();
  slowCases();
  sections.entries = a.position();
  entries();
  loopEntries();
  if (!a.finish()) {
    refusal_ = codeErrorText(a.error());
    return false;
  }
  sections.constants = a.codeSize();
  return true;
}

void Compiler::coldPieces() {
  size_t owner = 0;
  for (size_t i = 0; !cold_.empty(); i++) {
    while (owner + 1 < coldOwners_.size() && coldOwners_[owner + 1].machine <= i) owner++;
    if (described_) a.mark(i == 0 || coldOwners_.empty() ? 0 : coldOwners_[owner].bytecode);
    cold_.runFirst();
  }
}

void Compiler::jumpTo(uint32_t place, Condition c) { a.jcc(c, places_[place].hot); }
void Compiler::jumpTo(uint32_t place) { a.jmp(places_[place].hot); }

/// What the instruction being compiled consists of.
std::span<const Instruction> Compiler::componentsOf(const Instruction& whole) {
  if (bytecode::fusionOf(whole.op) == nullptr) return {&whole, 1};
  return {parts_.data(), bytecode::expandComponents(whole, parts_)};
}

bool Compiler::instruction(const Instruction& whole) {
  whole_ = &whole;
  std::span<const Instruction> parts = componentsOf(whole);
  size_t count = parts.size();
  components += static_cast<uint32_t>(count);
  // The second operation shall not make room behind the checks of the first.
  if (hasSeveralOperations(whole.op))
    makeRoom(std::size(kOperandRegisters) - (stack_.depth() < 2 ? stack_.depth() : 2));
  for (size_t i = 0; i < count; i++) {
    const Instruction& c = parts[i];
    isLastComponent_ = i + 1 == count;
    // A comparison and its branch are one.
    if (isComparison(c.op) && i + 1 == count && !places_[next_].isTarget && next_ + 1 < places_.size()) {
      const Instruction& jump = decoded_[next_];
      if (jump.op == Op::kJumpIfFalse || jump.op == Op::kJumpIfTrue) {
        op_ = c.op;
        comparison(c.op, &jump);
        components++;
        now_++;
        return true;
      }
    }
    if (!component(c, whole)) return false;
  }
  return true;
}

bool Compiler::component(const Instruction& c, const Instruction& whole) {
  auto operand = [&c](unsigned i) { return static_cast<uint32_t>(c.operands[i]); };
  op_ = c.op;
  switch (c.op) {
    case Op::kNop:
    case Op::kLoopHead: return true;
    case Op::kPop: stack_.pop(); return true;
    case Op::kPopN:
      for (uint32_t i = operand(0); i > 0; i--) stack_.pop();
      return true;
    case Op::kDup: pushCopy(stack_.depth() - 1); return true;
    case Op::kPick: pushCopy(stack_.depth() - 1 - operand(0)); return true;
    case Op::kSwap: {
      Operand top = popValue(), below = popValue();
      stack_.push(top);
      stack_.push(below);
      return true;
    }
    case Op::kRot: {
      Operand z = popValue(), y = popValue(), x = popValue();
      stack_.push(y);
      stack_.push(z);
      stack_.push(x);
      return true;
    }
    case Op::kNil: stack_.push(Operand::constant(Value::kNilBits)); return true;
    case Op::kTrue: stack_.push(Operand::constant(Value::kTrueBits)); return true;
    case Op::kFalse: stack_.push(Operand::constant(Value::kFalseBits)); return true;
    case Op::kInt8:
    case Op::kInt16: stack_.push(Operand::constant(Value::smallInt(c.operands[0]).bits())); return true;
    case Op::kConst:
    case Op::kConstW: stack_.push(Operand::constant(code_.constant(operand(0)).bits())); return true;
    case Op::kGetLocal:
    case Op::kGetLocalW: getLocal(operand(0)); return true;
    case Op::kSetLocal:
    case Op::kSetLocalW: setLocal(operand(0)); return true;
    case Op::kTeeLocal: {
      Operand o = popValue();
      Fact fact = factOf(o);
      beforeLocalChanges(operand(0));
      facts_[operand(0)] = fact;
      storeOperand(o, localOffset(operand(0)));
      stack_.push(o);
      return true;
    }
    case Op::kLocalNil:
      for (uint32_t i = 0; i < operand(1); i++) {
        beforeLocalChanges(operand(0) + i);
        facts_[operand(0) + i] = {.known = Known::kNothing, .shape = 0, .bits = Value::kNilBits};
      }
      a.mov64(rax, static_cast<int64_t>(Value::kNilBits));
      for (uint32_t i = 0; i < operand(1); i++) a.mov64(local(operand(0) + i), rax);
      return true;
    case Op::kGetCell: {
      Gpr r = allocate();
      a.mov64(r, local(operand(0)));
      a.mov64(r, Mem(r, kOtherBias, Scale::k1, offset::kCellValue));
      push(r);
      return true;
    }
    case Op::kSetCell: {
      Operand value = popValue();
      Gpr v = toRegister(value), holder = allocate();
      a.mov64(holder, local(operand(0)));
      store(holder, kOtherBias, Mem(holder, kOtherBias, Scale::k1, offset::kCellValue), value, v);
      return true;
    }
    case Op::kGetUpvalue: {
      Gpr r = allocate();
      loadUpvalue(r, operand(0));
      a.mov64(r, Mem(r, kOtherBias, Scale::k1, offset::kCellValue));
      push(r);
      return true;
    }
    case Op::kSetUpvalue: {
      Operand value = popValue();
      Gpr v = toRegister(value), holder = allocate();
      loadUpvalue(holder, operand(0));
      store(holder, kOtherBias, Mem(holder, kOtherBias, Scale::k1, offset::kCellValue), value, v);
      return true;
    }
    case Op::kGetCapture: {
      Gpr r = allocate();
      loadUpvalue(r, operand(0));
      push(r);
      return true;
    }
    case Op::kGetGlobal: {
      Gpr r = allocate();
      loadUpvalue(r, operand(0));
      a.mov64(r, Mem(r, kOtherBias, Scale::k1, offset::kCellValue));
      getGlobal(Operand::inRegister(r), operand(2));
      return true;
    }
    case Op::kSetGlobal: {
      Operand value = popValue();
      Gpr r = allocate();
      loadUpvalue(r, operand(0));
      a.mov64(r, Mem(r, kOtherBias, Scale::k1, offset::kCellValue));
      setField(Operand::inRegister(r), value, operand(1), operand(2));
      return true;
    }
    case Op::kAdd:
    case Op::kSub:
    case Op::kMul:
    case Op::kDiv:
    case Op::kMod:
    case Op::kIDiv:
    case Op::kBAnd:
    case Op::kBOr:
    case Op::kBXor:
    case Op::kShl:
    case Op::kShr: arithmetic(c.op); return true;
    case Op::kPow: power(); return true;
    case Op::kUnm: negate(popValue()); return true;
    case Op::kBNot: complement(popValue()); return true;
    case Op::kConcat: concat(operand(0)); return true;
    case Op::kNot: {
      Operand o = popValue();
      Gpr v = toRegister(o), r = allocate();
      a.mov64(rax, v);
      a.sub64(rax, a.literal64(Value::kNilBits));
      a.cmp64(rax, 1);
      a.setcc(Condition::kBelowEqual, rax);
      a.movzx8to32(rax, rax);
      a.mov64(r, static_cast<int64_t>(Value::kFalseBits));
      a.add64(r, rax);
      push(r);
      return true;
    }
    case Op::kLen: length(popValue()); return true;
    case Op::kEq:
    case Op::kNe:
    case Op::kLt:
    case Op::kLe:
    case Op::kGt:
    case Op::kGe: comparison(c.op, nullptr); return true;
    case Op::kJump: {
      noteJump(placeAt(static_cast<uint32_t>(c.target())));
      flushAll();
      jumpTo(placeAt(static_cast<uint32_t>(c.target())));
      return false;
    }
    case Op::kLoop:
      noteJump(placeAt(static_cast<uint32_t>(c.target())));
      flushAll();
      backEdge(placeAt(static_cast<uint32_t>(c.target())));
      return false;
    case Op::kJumpIfFalse:
    case Op::kJumpIfTrue: {
      Operand o = popValue();
      Gpr v = toRegister(o);
      noteJump(placeAt(static_cast<uint32_t>(c.target())));
      flushAll();
      branchFalsy(v, placeAt(static_cast<uint32_t>(c.target())), c.op == Op::kJumpIfFalse);
      return true;
    }
    case Op::kJumpIfFalseKeep:
    case Op::kJumpIfTrueKeep: {
      Operand o = popValue();
      Gpr v = toRegister(o);
      stack_.push(o.isRegister() ? o : Operand::inRegister(v));
      noteJump(placeAt(static_cast<uint32_t>(c.target())));
      flushAll();
      branchFalsy(v, placeAt(static_cast<uint32_t>(c.target())), c.op == Op::kJumpIfFalseKeep);
      stack_.pop();
      return true;
    }
    case Op::kJumpIfNil:
    case Op::kJumpIfNotNil: {
      Gpr v = toRegister(popValue());
      noteJump(placeAt(static_cast<uint32_t>(c.target())));
      flushAll();
      a.cmp64(v, a.literal64(Value::kNilBits));
      jumpTo(placeAt(static_cast<uint32_t>(c.target())),
             c.op == Op::kJumpIfNil ? Condition::kEqual : Condition::kNotEqual);
      return true;
    }
    case Op::kForLoop: forLoop(c); return true;
    case Op::kForPrep: forPrep(whole); return true;
    case Op::kGetField: getField(popValue(), operand(0), operand(1)); return true;
    case Op::kGetProperty: getProperty(popValue(), operand(1)); return true;
    case Op::kSelf: self(popValue(), operand(0), operand(1)); return true;
    case Op::kSetField: {
      Operand value = popValue(), object = popValue();
      setField(object, value, operand(0), operand(1));
      return true;
    }
    case Op::kSetFieldL: {
      Operand value = popValue();
      setField(Operand::ofLocal(operand(0)), value, operand(1), operand(2));
      return true;
    }
    case Op::kInitField: initField(operand(0), operand(1)); return true;
    case Op::kGetIndex: {
      Operand key = popValue(), object = popValue();
      getIndex(object, key);
      return true;
    }
    case Op::kSetIndex: {
      Operand value = popValue(), key = popValue(), object = popValue();
      setIndex(object, key, value);
      return true;
    }
    case Op::kSetIndexLL: setIndexOfLocals(Operand::ofLocal(operand(0)), Operand::ofLocal(operand(1))); return true;
    case Op::kSetIndexLI:
      setIndexOfLocals(Operand::ofLocal(operand(0)), Operand::constant(Value::smallInt(c.operands[1]).bits()));
      return true;
    case Op::kCall: call(operand(0), operand(1)); return true;
    case Op::kCallOpen: call(operand(0), Link::kOpen); return true;
    case Op::kVarargOpen: varargOpen(); return true;
    case Op::kTailCall: tailCall(operand(0)); return false;
    case Op::kForInCall:
      if (!forIn(c)) return rare(whole);
      stack_.setMemory(stack_.depth() + operand(1));
      return true;
    case Op::kForInTest: forInTest(c); return true;
    case Op::kNewTable: newTable(operand(0), operand(1)); return true;
    case Op::kNewCell: newCell(operand(0)); return true;
    case Op::kClosure: closure(operand(0)); return true;
    case Op::kMarkClose: markClose(operand(0)); return true;
    case Op::kClose: markClose(operand(0)); return true;
    case Op::kReturn: return returnValues(operand(0)) ? false : rare(whole);
    case Op::kReturn0: returnValue(false); return false;
    case Op::kReturn1: returnValue(true); return false;
    default: return rare(whole);
  }
}

bool Compiler::wasLeftOften(uint32_t offset) const {
  return std::binary_search(options_.leftOften.begin(), options_.leftOften.end(), offset);
}

/// The feedback slot of a site, or -1.
static int64_t slotOf(const Instruction& whole) {
  int f = whole.find('f');
  return f >= 0 ? whole.operands[static_cast<size_t>(f)] : -1;
}

/// Whether enough was seen of the instruction to expect that it goes on as it did. Without any feedback everything is
/// expected to be simple.
bool Compiler::hasEvidence(const Instruction& whole) const {
  // A full nursery or stack is nothing to leave for.
  switch (whole.op) {
    case Op::kNewTable:
    case Op::kNewCell:
    case Op::kClosure:
    case Op::kConcat:
    case Op::kVarargOpen: return false;
    default: break;
  }
  if (options_.feedback == nullptr || site_ == nullptr) return true;
  switch (site_->kind) {
    case SiteKind::kArithmetic: return !site_->operands[0].isEmpty() && !callsMetamethods();
    case SiteKind::kCompare:
      return !site_->operands[0].isEmpty() && (site_->op == Op::kEq || site_->op == Op::kNe || !callsMetamethods());
    case SiteKind::kElement: return site_->operands[0].isOnly(TypeSet::kTable);
    case SiteKind::kSetElement: return site_->operands[0].isOnly(TypeSet::kTable) && site_->access == kInArray;
    case SiteKind::kField:
    case SiteKind::kSetField: return slotOf(whole) >= 0 && onlyWay(static_cast<uint32_t>(slotOf(whole))).has_value();
    default: return true;
  }
}

/// Nothing at all was seen of the instruction.
bool Compiler::wasNeverReached(const Instruction& whole) const {
  if (options_.feedback == nullptr || site_ == nullptr) return false;
  if (std::binary_search(options_.left.begin(), options_.left.end(), whole.offset)) return false;
  switch (site_->kind) {
    case SiteKind::kArithmetic:
    case SiteKind::kCompare:
    case SiteKind::kElement:
    case SiteKind::kSetElement: return site_->operands[0].isEmpty();
    case SiteKind::kField:
    case SiteKind::kSetField: {
      if (slotOf(whole) < 0) return false;
      const FeedbackCell& cell = code_.feedback()[slotOf(whole)];
      return cell.misses == 0;
    }
    default: return false;
  }
}

/// Code that nobody has seen run is worth another compilation once it runs often: it is left then.
void Compiler::countVisits() {
  visitsAreCounted_ = true;
  a.mov64(rax, addressOf(&site_->count));
  a.add32(Mem(rax), 1);
  a.cmp32(Mem(rax), Imm(static_cast<int32_t>(kVisitsUntilSeen)));
  a.jcc(Condition::kAbove, slowCase().early, Distance::kNear);
}

/// What has no code of its own: the interpreter does it.
bool Compiler::rare(const Instruction& whole) {
  uint32_t depth = stack_.depth();
  if (depth != places_[now_].state.depth) {
    refusal_ = "a fused instruction with a rare component";
    return false;
  }
  bytecode::StackEffect effect = bytecode::stackEffect(whole);
  uint32_t after = depth - effect.pops + effect.pushes;
  if (whole.has(bytecode::kTerminates)) {
    // Returns of several values, tail calls, errors, switches: the interpreter goes on.
    flushAll();
    setPosition(now_, depth);
    a.jmp(Outside(stubs_.exit));
    return false;
  }
  afterRare(whole);
  stepWhole(whole);
  stack_.setMemory(after);
  openList_ = whole.has(bytecode::kProducesOpen);
  return true;
}

/// The instruction takes an open list, which lies below what is known of the stack: the fiber's own sp tells where.
bool Compiler::consumeOpenList(const Instruction& whole) {
  openList_ = false;
  forgetShapes();
  bytecode::StackEffect effect = bytecode::stackEffect(whole);
  uint32_t depth = stack_.depth() - effect.pops;  // of what lies below
  switch (whole.op) {
    case Op::kTailCallVar:
      a.mov64(rax, addressOf(&paths::slowTailCallVar));
      a.mov32(rdi, static_cast<uint32_t>(whole.operands[0]));
      a.jmp(Outside(stubs_.tailCallOpen));
      return false;
    case Op::kReturnVar:
      a.mov64(rax, addressOf(&paths::slowReturnVar));
      a.jmp(Outside(stubs_.goOnOpen));
      return false;
    case Op::kCallVar:
    case Op::kCallVarOpen: {
      bool open = whole.op == Op::kCallVarOpen;
      auto wanted = open ? uint64_t{Link::kOpen} : static_cast<uint64_t>(whole.operands[1]);
      Label& after = newLabel();
      a.mov64(rdi, static_cast<int64_t>(static_cast<uint64_t>(whole.operands[0]) | wanted << 32));
      a.lea64(rcx, Mem::at(after));
      a.jmp(Outside(stubs_.callOpen));
      a.bind(after);
      stack_.setMemory(depth);
      resumeAfterCall(stack_.slot(depth), next_);
      if (open) {
        noteListed();
        openList_ = true;
      } else {
        if (wanted == 1) a.mov64(Mem(kFrame, stack_.slot(depth)), rax);
        stack_.setMemory(depth + effect.pushes);
      }
      return true;
    }
    default: break;
  }
  if (whole.has(bytecode::kTerminates)) {
    a.jmp(Outside(stubs_.leave));
    return false;
  }
  a.mov64(rax, addressOf(&interpreter::stepOne));
  a.call(Outside(stubs_.slowAgain));
  compareWithPlace(next_);
  a.jcc(Condition::kNotEqual, Outside(stubs_.leave));
  stack_.setMemory(depth + effect.pushes);
  openList_ = whole.has(bytecode::kProducesOpen);
  return true;
}

}  // namespace devvm::jit
