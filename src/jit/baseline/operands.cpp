// Where operands are while code is written, and how they get into the form that an instruction wants.

#include "jit/baseline/compiler.h"

namespace devvm::jit {

using namespace x64;

/// An operand that was spilled to make room for another is in its slot for the instruction's rare cases, too.
void Compiler::spilled(uint32_t i, const Operand& was) {
  Operand now = Operand::memory();
  now.known = knownOf(was);
  now.shape = was.shape;
  stack_.at(i) = now;
  Place& place = places_[now_];
  if (i >= place.state.depth || !stack_.saved(place.slowState, i).sameRegister(was)) return;
  if (place.slowState.first == place.state.first) place.slowState = stack_.copyState(place.state);
  stack_.saved(place.slowState, i) = now;
}

/// Writes operand `i` from its general register to its slot.
void Compiler::spill(uint32_t i) {
  Operand o = stack_.at(i);
  if (o.isShifted()) {
    a.shr64(o.reg, 16);
    a.or64(o.reg, kIntTag);
  }
  a.mov64(Mem(kFrame, stack_.slot(i)), o.reg);
  spilled(i, o);
}

/// Sees to it that so many general registers are free, as long as no check has been written.
void Compiler::makeRoom(unsigned count) {
  unsigned free = 0;
  for (Gpr r : kOperandRegisters) free += stack_.isFree(r);
  // The operands that are needed last go to their slots.
  for (uint32_t i = 0; i < stack_.depth() && free < count; i++) {
    if (!stack_.at(i).hasGpr()) continue;
    Gpr r = stack_.at(i).reg;
    spill(i);
    stack_.release(r);
    free++;
  }
}

Gpr Compiler::allocate() {
  makeRoom(1);
  for (Gpr r : kOperandRegisters) {
    if (stack_.isFree(r)) {
      stack_.use(r);
      return r;
    }
  }
  refusal_ = "an instruction needs too many registers";
  return kOperandRegisters[0];
}

Xmm Compiler::allocateXmm() {
  for (Xmm x : kOperandFloats) {
    if (stack_.isFree(x)) {
      stack_.use(x);
      return x;
    }
  }
  for (uint32_t i = 0; i < stack_.depth(); i++) {
    Operand o = stack_.at(i);
    if (!o.isXmm()) continue;
    a.movsd(Mem(kFrame, stack_.slot(i)), o.xmm);
    spilled(i, o);
    return o.xmm;
  }
  refusal_ = "an instruction needs too many registers";
  return kOperandFloats[0];
}

Known Compiler::knownOf(const Operand& o) const {
  switch (o.where) {
    case Operand::Where::kShifted: return Known::kInt;
    case Operand::Where::kXmm: return Known::kFloat;
    case Operand::Where::kConstant: return knownOfConstant(Value::fromBits(o.bits));
    case Operand::Where::kLocal: return facts_[o.local].known;
    default: return o.known;
  }
}

uint32_t Compiler::shapeOf(const Operand& o) const { return o.isLocal() ? facts_[o.local].shape : o.shape; }

/// The code behind a check that leaves otherwise: what it proved holds from here on.
void Compiler::learn(const Operand& o, Known known) {
  if (speculates_ && o.isLocal()) facts_[o.local].known = known;
}
void Compiler::learnShape(const Operand& o, uint32_t shape) {
  if (!speculates_ || !o.isLocal()) return;
  facts_[o.local].known = Known::kTable;
  facts_[o.local].shape = shape;
  shapesAreKnown_ = true;
}

/// The tagged value. Destroys nothing else.
void Compiler::load(Gpr to, const Operand& o) {
  switch (o.where) {
    case Operand::Where::kMemory: break;  // the caller knows the slot
    case Operand::Where::kRegister:
      if (o.reg != to) a.mov64(to, o.reg);
      break;
    case Operand::Where::kShifted:
      if (o.reg != to) a.mov64(to, o.reg);
      a.shr64(to, 16);
      a.or64(to, kIntTag);
      break;
    case Operand::Where::kXmm: a.movq(to, o.xmm); break;
    case Operand::Where::kConstant: a.mov64(to, static_cast<int64_t>(o.bits)); break;
    case Operand::Where::kLocal: a.mov64(to, local(o.local)); break;
  }
}

Gpr Compiler::toRegister(const Operand& o) {
  if (o.isRegister()) return o.reg;
  Gpr r = allocate();
  load(r, o);
  return r;
}

/// An integer times 65536, in a register that may be changed. Leaves if it is none.
Gpr Compiler::toShifted(const Operand& o) {
  Gpr r = allocate();
  if (o.isConstant()) {
    a.mov64(r, static_cast<int64_t>(o.bits << 16));
  } else if (o.isShifted()) {
    a.mov64(r, o.reg);
  } else {
    load(r, o);
    if (knownOf(o) != Known::kInt) {
      a.cmp64(r, kIntTag);
      a.jcc(Condition::kBelow, slow(), Distance::kNear);
      learn(o, Known::kInt);
    }
    a.shl64(r, 16);
  }
  return r;
}

/// A float in a register: `scratch`, or the one where it is (which must not be changed). Integers that are certain, and
/// those that `asInteger` guesses, are converted. Leaves if it is something else. Destroys rax.
Xmm Compiler::toXmm(const Operand& o, Xmm scratch, bool asInteger) {
  if (o.isXmm()) return o.xmm;
  if (o.isConstant()) {
    Value v = Value::fromBits(o.bits);
    a.movsd(scratch, a.literal(v.isInt() ? static_cast<double>(v.asInt()) : v.asDouble()));
    return scratch;
  }
  Known known = knownOf(o);
  if (known == Known::kFloat) {
    if (o.isLocal()) {
      a.movsd(scratch, local(o.local));
    } else {
      a.movq(scratch, o.reg);
    }
    return scratch;
  }
  if (known == Known::kInt || asInteger) {
    if (o.isShifted()) {
      a.mov64(rax, o.reg);
    } else {
      load(rax, o);
      if (known != Known::kInt) {
        a.cmp64(rax, kIntTag);
        a.jcc(Condition::kBelow, slow(), Distance::kNear);
        learn(o, Known::kInt);
      }
      a.shl64(rax, 16);
    }
    a.sar64(rax, 16);
    a.xorps(scratch, scratch);
    a.cvtsi2sd64(scratch, rax);
    return scratch;
  }
  Gpr from = o.isRegister() ? o.reg : rax;
  load(from, o);
  a.cmp64(from, a.literal64(kFirstNoDouble));
  a.jcc(Condition::kAboveEqual, slow(), Distance::kNear);
  a.movq(scratch, from);
  learn(o, Known::kFloat);
  return scratch;
}

/// Takes the top off, out of memory if it is there.
Operand Compiler::popValue() {
  uint32_t i = stack_.depth() - 1;
  Operand o = stack_.pop();
  if (!o.isMemory()) return o;
  Gpr r = allocate();
  a.mov64(r, Mem(kFrame, stack_.slot(i)));
  Operand loaded = Operand::inRegister(r, o.known);
  loaded.isFloat = o.isFloat;
  loaded.shape = o.shape;
  return loaded;
}

/// Pushes another copy of operand `i`: two operands never share a register, since each may be freed alone.
void Compiler::pushCopy(uint32_t i) {
  if (stack_.at(i).isMemory()) {
    Gpr r = allocate();
    a.mov64(r, Mem(kFrame, stack_.slot(i)));
    Operand loaded = Operand::inRegister(r, stack_.at(i).known);
    loaded.shape = stack_.at(i).shape;
    stack_.at(i) = loaded;
  }
  Operand o = stack_.at(i);
  if (o.isXmm()) {
    Xmm x = allocateXmm();
    if (x != o.xmm) a.movapd(x, o.xmm);
    stack_.push(Operand::inXmm(x));
    return;
  }
  if (!o.hasGpr()) {
    stack_.push(o);
    return;
  }
  Gpr r = allocate();
  // If the operand itself made room, it is in its slot, tagged, and in its old register, tagged, too.
  bool moved = !stack_.at(i).hasGpr();
  if (r != o.reg) a.mov64(r, o.reg);
  Operand copy = Operand::inRegister(r, knownOf(o));
  if (o.isShifted() && !moved) copy = Operand::shifted(r);
  copy.isFloat = o.isFloat;
  copy.shape = o.shape;
  stack_.push(copy);
}

void Compiler::beforeLocalChanges(uint32_t l) {
  for (uint32_t i = 0; i < stack_.depth(); i++) {
    Operand& o = stack_.at(i);
    if (!o.isLocal() || o.local != l) continue;
    if (facts_[l].known == Known::kFloat) {
      Xmm x = allocateXmm();
      a.movsd(x, local(l));
      stack_.at(i) = Operand::inXmm(x);
      continue;
    }
    Gpr r = allocate();
    a.mov64(r, local(l));
    Operand copy = Operand::inRegister(r, facts_[l].known);
    copy.isFloat = o.isFloat;
    copy.shape = facts_[l].shape;
    stack_.at(i) = copy;
  }
}

/// Destroys rax.
void Compiler::storeOperand(const Operand& o, int slot) {
  switch (o.where) {
    case Operand::Where::kMemory: break;
    case Operand::Where::kRegister: a.mov64(Mem(kFrame, slot), o.reg); break;
    case Operand::Where::kXmm: a.movsd(Mem(kFrame, slot), o.xmm); break;
    default:
      load(rax, o);
      a.mov64(Mem(kFrame, slot), rax);
      break;
  }
}

void Compiler::flush(StackState state) {
  for (uint32_t i = 0; i < state.depth; i++) storeOperand(stack_.saved(state, i), stack_.slot(i));
}

void Compiler::flushAll() {
  for (uint32_t i = 0; i < stack_.depth(); i++) {
    Operand o = stack_.at(i);
    storeOperand(o, stack_.slot(i));
    Operand now = Operand::memory();
    now.known = knownOf(o);
    now.shape = shapeOf(o);
    stack_.at(i) = now;
  }
}

/// What is certain of a local that gets this value.
Fact Compiler::factOf(const Operand& o) const {
  if (o.isLocal()) return facts_[o.local];
  return {knownOf(o), o.shape, o.isConstant() ? o.bits : 0};
}

void Compiler::setLocal(uint32_t l) {
  uint32_t i = stack_.depth() - 1;
  Operand o = stack_.pop();
  if (o.isLocal() && o.local == l) return;
  floatLocals_[l] = o.isFloat;
  Fact fact = factOf(o);
  beforeLocalChanges(l);
  facts_[l] = fact;
  if (o.isMemory()) {
    a.mov64(rax, Mem(kFrame, stack_.slot(i)));
    a.mov64(local(l), rax);
  } else {
    storeOperand(o, localOffset(l));
  }
}

void Compiler::getLocal(uint32_t l) {
  if (facts_[l].bits != 0) return stack_.push(Operand::constant(facts_[l].bits));
  stack_.push(Operand::ofLocal(l));
  stack_.top().isFloat = facts_[l].known == Known::kFloat || (facts_[l].known == Known::kNothing && floatLocals_[l]);
}

}  // namespace devvm::jit
