// Arithmetic and comparisons on operands whose types are certain, or guessed and checked: integers shifted, floats in
// vector registers. A wrong guess leaves machine code; what comes out is certain.

#include "jit/baseline/compiler.h"

namespace devvm::jit {

using namespace x64;

/// What operand number `operand` of the component may be: what is certain, what was seen, what its making suggests.
Compiler::Guess Compiler::guess(const Operand& o, unsigned operand) const {
  switch (knownOf(o)) {
    case Known::kInt: return Guess::kInt;
    case Known::kFloat: return Guess::kFloat;
    case Known::kTable: return Guess::kOther;
    case Known::kNothing: break;
  }
  if (o.isConstant()) return Guess::kOther;
  if (site_ != nullptr && site_->op == op_ && !site_->operands[operand].isEmpty()) {
    TypeSet seen = site_->operands[operand];
    return seen.isOnlyInts() ? Guess::kInt : seen.isOnlyFloats() ? Guess::kFloat : Guess::kOther;
  }
  return o.isFloat ? Guess::kFloat : Guess::kInt;
}

/// The result of the instruction was always a float.
bool Compiler::resultIsFloat() const { return site_ != nullptr && site_->result.isOnlyFloats(); }

/// What an operation on these is going to be. Where the rare cases come back, only what is certain counts.
Compiler::Types Compiler::typesOf(const Operand& x, const Operand& y, bool equality) const {
  Guess left = guess(x, 0), right = guess(y, 1);
  bool certain = knownOf(x) != Known::kNothing && knownOf(y) != Known::kNothing;
  if (left == Guess::kOther || right == Guess::kOther) return Types::kMixed;
  if (!speculates_ && !certain) return Types::kMixed;
  if (left == Guess::kFloat || right == Guess::kFloat) return Types::kFloats;
  // Any values may be equal; and sums may be too large.
  if (equality && !certain && knownOf(x) != Known::kInt && knownOf(y) != Known::kInt) return Types::kMixed;
  return speculates_ || equality ? Types::kInts : Types::kMixed;
}

/// False: nothing is known, the general code has to do it.
bool Compiler::typedArithmetic(Op op, const Operand& x, const Operand& y) {
  Types types = typesOf(x, y, false);
  if (types == Types::kMixed) return false;
  bool additive = op == Op::kAdd || op == Op::kSub || op == Op::kMul;
  if (types == Types::kInts && additive) {
    typedInts(op, x, y);
    return true;
  }
  if (op == Op::kDiv || (types == Types::kFloats && additive)) {
    typedFloats(op, x, y);
    return true;
  }
  return false;
}

void Compiler::typedInts(Op op, const Operand& x, const Operand& y) {
  const Operand& left = op != Op::kSub && x.isConstant() ? y : x;
  const Operand& right = op != Op::kSub && x.isConstant() ? x : y;
  makeRoom(2);
  Gpr result = toShifted(left);
  if (op == Op::kMul) {
    // One factor shifted, the other not.
    if (right.isIntConstant() && right.smallInt() == static_cast<int32_t>(right.smallInt())) {
      a.imul64(result, result, Imm(static_cast<int32_t>(right.smallInt())));
    } else {
      Gpr factor = toShifted(right);
      a.sar64(factor, 16);
      a.imul64(result, factor);
    }
  } else if (right.fitsShifted()) {
    Imm by(static_cast<int32_t>(right.smallInt() * 65536));
    op == Op::kSub ? a.sub64(result, by) : a.add64(result, by);
  } else {
    Gpr by = right.isShifted() ? right.reg : toShifted(right);
    op == Op::kSub ? a.sub64(result, by) : a.add64(result, by);
  }
  a.jcc(Condition::kOverflow, slow(), Distance::kNear);
  stack_.push(Operand::shifted(result));
}

/// With a small integer to the right the reference adds its negation: -0.0 - 0 is 0.0.
bool Compiler::addsNegation() const {
  return whole_->op == Op::kSubI || whole_->op == Op::kSubLI || whole_->op == Op::kSubISet ||
         whole_->op == Op::kSubLISet;
}

void Compiler::typedFloats(Op op, const Operand& x, const Operand& y) {
  Xmm result = allocateXmm();
  bool leftInt = guess(x, 0) == Guess::kInt, rightInt = guess(y, 1) == Guess::kInt;
  if (op == Op::kSub && addsNegation()) {
    Xmm left = toXmm(x, result, leftInt);
    if (left != result) a.movapd(result, left);
    a.addsd(result, a.literal(static_cast<double>(-y.smallInt())));
    return stack_.push(Operand::inXmm(result));
  }
  // Of two NaNs the sum is the second one, of other operations the first.
  bool exchange = op == Op::kAdd;
  const Operand& first = exchange ? y : x;
  const Operand& second = exchange ? x : y;
  bool firstInt = exchange ? rightInt : leftInt, secondInt = exchange ? leftInt : rightInt;
  Xmm left = toXmm(first, result, firstInt);
  if (left != result) a.movapd(result, left);
  auto apply = [this, op](Xmm to, const auto& from) {
    switch (op) {
      case Op::kAdd: return a.addsd(to, from);
      case Op::kSub: return a.subsd(to, from);
      case Op::kMul: return a.mulsd(to, from);
      default: return a.divsd(to, from);
    }
  };
  if (second.isLocal() && knownOf(second) == Known::kFloat) {
    apply(result, local(second.local));
  } else {
    apply(result, toXmm(second, xmm0, secondInt));
  }
  stack_.push(Operand::inXmm(result));
}

/// The same for comparisons; with `jump`, the branch behind, they decide where to go on.
bool Compiler::typedComparison(Op op, const Operand& x, const Operand& y, const Instruction* jump) {
  bool equality = op == Op::kEq || op == Op::kNe;
  Types types = typesOf(x, y, equality);
  if (types == Types::kMixed || (types == Types::kFloats && equality)) return false;
  uint32_t target = jump != nullptr ? placeAt(static_cast<uint32_t>(jump->target())) : kNone;
  makeRoom(3);
  Gpr result = jump == nullptr ? allocate() : rax;
  auto before = [&] {
    if (jump == nullptr) return;
    noteJump(target);
    flushAll();
  };
  Condition condition = Condition::kEqual;
  if (types == Types::kFloats) {
    // above and above-or-equal are false for NaN: less is greater with the sides exchanged.
    bool exchange = op == Op::kLt || op == Op::kLe;
    Xmm left = toXmm(x, xmm0, guess(x, 0) == Guess::kInt), right = toXmm(y, xmm1, guess(y, 1) == Guess::kInt);
    before();
    exchange ? a.ucomisd(right, left) : a.ucomisd(left, right);
    condition = op == Op::kLe || op == Op::kGe ? Condition::kAboveEqual : Condition::kAbove;
  } else {
    Gpr left = x.isShifted() ? x.reg : toShifted(x);
    Gpr right = y.fitsShifted() ? rax : y.isShifted() ? y.reg : toShifted(y);
    before();
    if (y.fitsShifted()) {
      a.cmp64(left, Imm(static_cast<int32_t>(y.smallInt() * 65536)));
    } else {
      a.cmp64(left, right);
    }
    switch (op) {
      case Op::kLt: condition = Condition::kLess; break;
      case Op::kLe: condition = Condition::kLessEqual; break;
      case Op::kGt: condition = Condition::kGreater; break;
      case Op::kGe: condition = Condition::kGreaterEqual; break;
      case Op::kEq: condition = Condition::kEqual; break;
      default: condition = Condition::kNotEqual; break;
    }
  }
  if (jump != nullptr) {
    jumpTo(target, jump->op == Op::kJumpIfTrue ? condition : x64::negate(condition));
    branchPlace(*jump);
  } else {
    a.setcc(condition, rax);
    a.movzx8to32(rax, rax);
    a.mov64(result, static_cast<int64_t>(Value::kFalseBits));
    a.add64(result, rax);
    push(result);
  }
  return true;
}

}  // namespace devvm::jit
