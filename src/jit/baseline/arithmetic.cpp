// Arithmetic and comparisons: integers in the straight line (floats, where an operand is known to be one), the other
// kind of number behind the function, everything else by the interpreter.

#include <bit>

#include "jit/baseline/compiler.h"
#include "jit/baseline/leaf_calls.h"
#include "jit/feedback/metamethod_of.h"

namespace devvm::jit {

using namespace x64;
using runtime::Meta;

namespace {

/// Constants that are equal to what has the same bits; strings, too, among interned ones.
bool isPlainConstant(const Operand& o) {
  Value v = Value::fromBits(o.bits);
  return o.isConstant() && (v.isNil() || v.isBoolean() || v.isString());
}

}  // namespace

/// Jumps unless both are immediate integers. Destroys rax.
void Compiler::checkInts(Gpr left, const Operand& b, Gpr right, Label& otherwise) {
  if (b.isIntConstant()) {
    a.cmp64(left, kIntTag);
  } else {
    a.mov64(rax, left);
    a.and64(rax, right);
    a.cmp64(rax, kIntTag);
  }
  a.jcc(Condition::kBelow, otherwise, Distance::kNear);
}

/// Whether an operation that only integers have a straight line for leaves where it finds something else. `otherwise`
/// makes the way that comes back.
template <typename Otherwise>
Label& Compiler::unlessInts(const Operand& x, Gpr left, const Operand& y, Gpr right, Otherwise otherwise) {
  bool leaves = speculates_ && guess(x, 0) == Guess::kInt && guess(y, 1) == Guess::kInt;
  Label& other = leaves ? slow() : otherwise();
  bool leftIs = knownOf(x) == Known::kInt, rightIs = knownOf(y) == Known::kInt;
  if (leftIs && rightIs) return other;
  if (!leftIs && !rightIs) {
    checkInts(left, y, right, other);
  } else {
    a.cmp64(leftIs ? right : left, kIntTag);
    a.jcc(Condition::kBelow, other, Distance::kNear);
  }
  if (leaves) {
    learn(x, Known::kInt);
    learn(y, Known::kInt);
  }
  return other;
}

/// An integer that such an operation made.
void Compiler::pushInt(Gpr result, const Operand& x, const Operand& y) {
  bool leaves = speculates_ && guess(x, 0) == Guess::kInt && guess(y, 1) == Guess::kInt;
  push(result, leaves ? Known::kInt : Known::kNothing);
}

/// xmm0 and xmm1: two numbers, of which not both are integers, as floats. Jumps if one is something else (a boxed
/// integer, too). Destroys rax.
void Compiler::toDoubles(Gpr left, Gpr right, Label& otherwise) {
  const Gpr from[] = {left, right};
  const Xmm to[] = {xmm0, xmm1};
  for (int i = 0; i < 2; i++) {
    Label &isInt = newLabel(), &done = newLabel();
    a.cmp64(from[i], kIntTag);
    a.jcc(Condition::kAboveEqual, isInt, Distance::kShort);
    a.cmp64(from[i], a.literal64(kFirstNoDouble));
    a.jcc(Condition::kAboveEqual, otherwise, Distance::kNear);
    a.movq(to[i], from[i]);
    a.jmp(done, Distance::kShort);
    a.bind(isInt);
    a.mov64(rax, from[i]);
    a.shl64(rax, 16);
    a.sar64(rax, 16);
    a.xorps(to[i], to[i]);
    a.cvtsi2sd64(to[i], rax);
    a.bind(done);
  }
}

/// Where an operation on two registers goes that the straight line cannot do: a leaf call, and only then the
/// interpreter. `right` may be a constant that has no register. Goes on at `done`.
Label& Compiler::leafBinary(uint32_t s, int64_t function, Gpr left, const Operand& y, Gpr right, Gpr result,
                            Label& done) {
  Label& from = newLabel();
  cold_.add([this, &from, &done, function, left, y, right, result, s] {
    a.mark(places_[slow_[s].place].offset);
    a.bind(from);
    y.isConstant() ? a.mov64(rcx, static_cast<int64_t>(y.bits)) : a.mov64(rcx, right);
    a.mov64(rax, left);
    callLeaf(function);
    a.cmp64(rax, a.literal64(Value::kAbsentBits));
    a.jcc(Condition::kEqual, slow_[s].label);
    a.mov64(result, rax);
    a.jmp(done);
  });
  return from;
}

void Compiler::arithmetic(Op op) {
  Operand right = popValue(), left = popValue();
  mayCallMetamethod(metaOf(op), left, right);
  if (typedArithmetic(op, left, right)) return;
  switch (op) {
    case Op::kAdd: return addOrSubtract(left, right, false);
    case Op::kSub: return addOrSubtract(left, right, true);
    case Op::kMul: return multiply(left, right);
    case Op::kDiv: return divide(left, right);
    case Op::kMod: return modulo(left, right, false);
    case Op::kIDiv: return modulo(left, right, true);
    case Op::kShl: return shift(left, right, true);
    case Op::kShr: return shift(left, right, false);
    default: return bitwise(op, left, right);
  }
}

/// xmm0 and xmm1: two floats, or a float and an integer constant. Jumps if they are something else. Destroys rax.
void Compiler::loadFloats(const Operand& x, const Operand& y, Gpr left, Gpr right, Label& otherwise) {
  a.mov64(rax, a.literal64(kFirstNoDouble));
  auto loadOne = [this, &otherwise](const Operand& o, Gpr from, Xmm to) {
    if (o.isIntConstant()) return a.movsd(to, a.literal(static_cast<double>(o.smallInt())));
    if (!o.isDoubleConstant()) {
      a.cmp64(from, rax);
      a.jcc(Condition::kAboveEqual, otherwise, Distance::kNear);
    }
    a.movq(to, from);
  };
  loadOne(x, left, xmm0);
  loadOne(y, right, xmm1);
}

/// An operation with a path for integers (result in `result`) and one for floats (operands in xmm0 and xmm1, result in
/// xmm0). The likelier one stands in the straight line, the other behind the function.
template <typename Integers, typename Floats>
void Compiler::twoPaths(const Operand& x, const Operand& y, Gpr left, Gpr right, Gpr result, Label& done,
                        Integers integers, Floats floats) {
  slowCase();
  uint32_t s = slowIndex();
  Label& other = newLabel();
  auto anyFloats = [this, left, right, result, y, floats, s] {
    if (y.isIntConstant()) {  // then a float stands on the left
      a.cmp64(left, a.literal64(kFirstNoDouble));
      a.jcc(Condition::kAboveEqual, slow_[s].label, Distance::kNear);
      a.movq(xmm0, left);
      a.movsd(xmm1, a.literal(static_cast<double>(y.smallInt())));
    } else {
      toDoubles(left, right, slow_[s].label);
    }
    floats();
    a.movq(result, xmm0);
  };
  if (!x.isFloat && !y.isFloat) {
    checkInts(left, y, right, other);
    integers();
    a.bind(done);
    cold_.add([this, &other, &done, anyFloats, s] {
      a.mark(places_[slow_[s].place].offset);
      a.bind(other);
      anyFloats();
      a.jmp(done);
    });
    return;
  }
  loadFloats(x, y, left, right, other);
  floats();
  a.movq(result, xmm0);
  a.bind(done);
  cold_.add([this, &other, &done, left, right, y, integers, anyFloats, s] {
    a.mark(places_[slow_[s].place].offset);
    Label& mixed = newLabel();
    a.bind(other);
    checkInts(left, y, right, mixed);
    integers();
    a.jmp(done);
    a.bind(mixed);
    anyFloats();
    a.jmp(done);
  });
}

void Compiler::addOrSubtract(const Operand& x, const Operand& y, bool subtract) {
  Gpr left = toRegister(x), right = y.isIntConstant() ? rax : toRegister(y), result = allocate();
  Label& done = newLabel();
  bool negates = subtract && addsNegation();
  auto integers = [this, left, right, result, y, subtract, &done, s = slowIndex()] {
    a.mov64(result, left);
    a.shl64(result, 16);
    if (y.fitsShifted()) {
      auto by = static_cast<int32_t>(y.smallInt() * 65536);
      subtract ? a.sub64(result, Imm(by)) : a.add64(result, Imm(by));
    } else {
      if (y.isIntConstant()) {
        a.mov64(rax, static_cast<int64_t>(y.bits << 16));
      } else {
        a.mov64(rax, right);
        a.shl64(rax, 16);
      }
      subtract ? a.sub64(result, rax) : a.add64(result, rax);
    }
    Label& wide = leafBinary(s, addressOf(subtract ? &leafArithmetic<Arith::kSub> : &leafArithmetic<Arith::kAdd>), left,
                             y, right, result, done);
    a.jcc(Condition::kOverflow, wide, Distance::kNear);
    a.shr64(result, 16);
    a.or64(result, kIntTag);
  };
  auto floats = [this, subtract, negates, y] {
    if (negates) {
      a.addsd(xmm0, a.literal(static_cast<double>(-y.smallInt())));
    } else if (subtract) {
      a.subsd(xmm0, xmm1);
    } else {
      a.addsd(xmm1, xmm0);  // of two NaNs the second one is kept
      a.movapd(xmm0, xmm1);
    }
  };
  twoPaths(x, y, left, right, result, done, integers, floats);
  push(result, x.isFloat || y.isFloat);
}

void Compiler::multiply(const Operand& x, const Operand& y) {
  Gpr left = toRegister(x), right = toRegister(y), result = allocate();
  Label& done = newLabel();
  auto integers = [this, left, right, result, y, &done, s = slowIndex()] {
    a.mov64(result, left);
    a.shl64(result, 16);
    a.mov64(rax, right);
    a.shl64(rax, 16);
    a.sar64(rax, 16);
    a.imul64(result, rax);
    a.jcc(Condition::kOverflow, leafBinary(s, addressOf(&leafArithmetic<Arith::kMul>), left, y, right, result, done),
          Distance::kNear);
    a.shr64(result, 16);
    a.or64(result, kIntTag);
  };
  twoPaths(x, y, left, right, result, done, integers, [this] { a.mulsd(xmm0, xmm1); });
  push(result, x.isFloat || y.isFloat);
}

void Compiler::divide(const Operand& x, const Operand& y) {
  Gpr left = toRegister(x), right = toRegister(y), result = allocate();
  if (x.isFloat) {
    Label &other = newLabel(), &done = newLabel(), &ready = newLabel();
    slowCase();
    uint32_t s = slowIndex();
    loadFloats(x, y, left, right, other);
    a.bind(ready);
    a.divsd(xmm0, xmm1);
    a.movq(result, xmm0);
    a.bind(done);
    cold_.add([this, &other, &ready, left, right, s] {
      a.mark(places_[slow_[s].place].offset);
      a.bind(other);
      toDoubles(left, right, slow_[s].label);
      a.jmp(ready);
    });
    return push(result, true);
  }
  toDoubles(left, right, slow());
  a.divsd(xmm0, xmm1);
  a.movq(result, xmm0);
  push(result, true);
}

/// Remainder, or quotient rounded down, of integers with a positive divisor.
void Compiler::modulo(const Operand& x, const Operand& y, bool quotient) {
  if (y.isIntConstant() && std::has_single_bit(static_cast<uint64_t>(y.smallInt())) && y.smallInt() > 0) {
    return moduloPowerOfTwo(x, y, quotient);
  }
  Gpr left = toRegister(x), right = toRegister(y), result = allocate();
  Label &wide = newLabel(), &tagged = newLabel(), &done = newLabel(), &notNegative = newLabel();
  unlessInts(x, left, y, right, [&]() -> Label& {
    return quotient ? slow()
                    : leafBinary(slowIndex(), addressOf(&leafArithmetic<Arith::kMod>), left, y, right, result, done);
  });
  a.mov64(rax, left);
  a.shl64(rax, 16);
  a.sar64(rax, 16);
  a.mov64(rcx, right);
  a.shl64(rcx, 16);
  a.sar64(rcx, 16);
  a.test64(rcx, rcx);
  a.jcc(Condition::kLessEqual, slow(), Distance::kNear);
  a.mov64(rdx, rax);
  a.or64(rdx, rcx);
  a.shr64(rdx, 32);
  a.jcc(Condition::kNotZero, wide, Distance::kShort);
  a.xor32(rdx, rdx);
  a.div32(rcx);
  a.mov32(result, quotient ? rax : rdx);
  a.jmp(tagged, Distance::kShort);
  a.bind(wide);
  a.cqo();
  a.idiv64(rcx);
  a.test64(rdx, rdx);
  a.jcc(Condition::kNoSign, notNegative, Distance::kShort);
  quotient ? a.sub64(rax, 1) : a.add64(rdx, rcx);
  a.bind(notNegative);
  a.mov64(result, quotient ? rax : rdx);
  a.shl64(result, 16);
  a.shr64(result, 16);
  a.bind(tagged);
  a.or64(result, kIntTag);
  a.bind(done);
  pushInt(result, x, y);
}

void Compiler::moduloPowerOfTwo(const Operand& x, const Operand& y, bool quotient) {
  Gpr left = toRegister(x), result = allocate();
  int64_t divisor = y.smallInt();
  Label& done = newLabel();
  unlessInts(x, left, y, rax, [&]() -> Label& {
    return quotient ? slow()
                    : leafBinary(slowIndex(), addressOf(&leafArithmetic<Arith::kMod>), left, y, rax, result, done);
  });
  a.mov64(result, left);
  if (quotient) {
    a.shl64(result, 16);
    a.sar64(result, static_cast<uint8_t>(16 + std::countr_zero(static_cast<uint64_t>(divisor))));
    a.shl64(result, 16);
    a.shr64(result, 16);
  } else {
    a.mov64(rax, divisor - 1);
    a.and64(result, rax);
  }
  a.or64(result, kIntTag);
  a.bind(done);
  pushInt(result, x, y);
}

void Compiler::bitwise(Op op, const Operand& x, const Operand& y) {
  Gpr left = toRegister(x), right = toRegister(y), result = allocate();
  Label& done = newLabel();
  int64_t leaf = op == Op::kBAnd  ? addressOf(&leafArithmetic<Arith::kBAnd>)
                 : op == Op::kBOr ? addressOf(&leafArithmetic<Arith::kBOr>)
                                  : addressOf(&leafArithmetic<Arith::kBXor>);
  unlessInts(x, left, y, right,
             [&]() -> Label& { return leafBinary(slowIndex(), leaf, left, y, right, result, done); });
  a.mov64(result, left);
  switch (op) {
    case Op::kBAnd: a.and64(result, right); break;
    case Op::kBOr: a.or64(result, right); break;
    default:
      a.xor64(result, right);
      a.or64(result, kIntTag);
      break;
  }
  a.bind(done);
  pushInt(result, x, y);
}

void Compiler::shift(const Operand& x, const Operand& y, bool left) {
  bool known = y.isIntConstant() && y.smallInt() >= 0 && y.smallInt() <= 63;
  Gpr value = toRegister(x), count = known ? rax : toRegister(y), result = allocate();
  Label& done = newLabel();
  Label& leaf = unlessInts(x, value, y, count, [&]() -> Label& {
    return leafBinary(slowIndex(), addressOf(left ? &leafArithmetic<Arith::kShl> : &leafArithmetic<Arith::kShr>), value,
                      y, count, result, done);
  });
  if (!known) {
    a.mov64(rcx, count);
    a.shl64(rcx, 16);
    a.sar64(rcx, 16);
    a.cmp64(rcx, 63);
    a.jcc(Condition::kAbove, leaf, Distance::kNear);
  }
  a.mov64(rax, value);
  a.shl64(rax, 16);
  a.sar64(rax, 16);
  if (!known) {
    left ? a.shl64Cl(rax) : a.shr64Cl(rax);
  } else if (auto by = static_cast<uint8_t>(y.smallInt()); by != 0) {
    left ? a.shl64(rax, by) : a.shr64(rax, by);
  }
  // What leaves the immediate range is boxed.
  a.mov64(result, rax);
  a.shl64(result, 16);
  a.mov64(rdx, result);
  a.sar64(rdx, 16);
  a.cmp64(rdx, rax);
  a.jcc(Condition::kNotEqual, leaf, Distance::kNear);
  a.shr64(result, 16);
  a.or64(result, kIntTag);
  a.bind(done);
  pushInt(result, x, y);
}

void Compiler::negate(const Operand& x) {
  mayCallMetamethod(Meta::kUnm, x, x);
  if (knownOf(x) == Known::kFloat || (speculates_ && guess(x, 0) == Guess::kFloat)) {
    Xmm result = allocateXmm(), value = toXmm(x, result);
    if (value != result) a.movapd(result, value);
    a.xorpd(result, a.literal128(uint64_t{1} << 63, 0));
    return stack_.push(Operand::inXmm(result));
  }
  Gpr value = toRegister(x), result = allocate();
  Label &floats = newLabel(), &done = newLabel();
  a.cmp64(value, kIntTag);
  a.jcc(Condition::kBelow, floats, Distance::kNear);
  a.mov64(result, value);
  a.shl64(result, 16);
  a.neg64(result);
  a.jcc(Condition::kOverflow, slow(), Distance::kNear);
  a.shr64(result, 16);
  a.or64(result, kIntTag);
  a.bind(done);
  slowCase();
  uint32_t s = slowIndex();
  cold_.add([this, &floats, &done, value, result, s] {
    a.mark(places_[slow_[s].place].offset);
    a.bind(floats);
    a.cmp64(value, a.literal64(kFirstNoDouble));
    a.jcc(Condition::kAboveEqual, slow_[s].label, Distance::kNear);
    a.mov64(result, value);
    a.btc64(result, 63);
    a.jmp(done);
  });
  push(result);
}

void Compiler::power() {
  Operand y = popValue(), x = popValue();
  mayCallMetamethod(Meta::kPow, x, y);
  Gpr left = toRegister(x), right = toRegister(y), result = allocate();
  a.mov64(rax, left);
  a.mov64(rcx, right);
  callLeaf(addressOf(&leafArithmetic<Arith::kPow>));
  a.cmp64(rax, a.literal64(Value::kAbsentBits));
  a.jcc(Condition::kEqual, slow(), Distance::kNear);
  a.mov64(result, rax);
  push(result, speculates_ ? Known::kFloat : Known::kNothing);
}

void Compiler::complement(const Operand& x) {
  mayCallMetamethod(Meta::kBNot, x, x);
  Gpr value = toRegister(x), result = allocate();
  a.mov64(result, value);
  a.cmp64(value, kIntTag);
  a.jcc(Condition::kBelow, slow(), Distance::kNear);
  a.mov64(rax, static_cast<int64_t>(Value::kPayloadMask));
  a.xor64(result, rax);
  push(result, speculates_ ? Known::kInt : Known::kNothing);
}

/// Short strings and numbers are joined while the nursery has room.
void Compiler::concat(uint32_t count) {
  uint32_t depth = stack_.depth();
  if (count == 2) mayCallMetamethod(Meta::kConcat, Operand::memory(), Operand::memory());
  flushAll();
  a.mov64(rdi, kIsolate);
  a.lea64(rsi, Mem(kFrame, stack_.slot(depth - 1)));
  a.mov32(rdx, count);
  a.mov64(rax, addressOf(&leafConcat));
  a.call(rax);
  a.cmp64(rax, a.literal64(Value::kAbsentBits));
  a.jcc(Condition::kEqual, slowFlushed(), Distance::kNear);
  for (uint32_t i = 0; i < count; i++) stack_.pop();
  Gpr result = kOperandRegisters[0];
  a.mov64(result, rax);
  stack_.use(result);
  push(result);
}

// ---- comparisons ----

void Compiler::branchFalsy(Gpr value, uint32_t place, bool ifFalsy) {
  a.mov64(rax, value);
  a.sub64(rax, a.literal64(Value::kNilBits));
  a.cmp64(rax, 1);
  jumpTo(place, ifFalsy ? Condition::kBelowEqual : Condition::kAbove);
}

/// A branch takes any value that the metamethod gives; else a boolean is made of it.
void Compiler::compareByMetamethod(Op op, const Operand& x, const Operand& y, bool branches) {
  bool exchange = op == Op::kGt || op == Op::kGe, negate = op == Op::kNe;
  Meta m = op == Op::kEq || negate ? Meta::kEq : op == Op::kLt || op == Op::kGt ? Meta::kLt : Meta::kLe;
  MetamethodResult wanted = negate ? MetamethodResult::kUntruth : MetamethodResult::kTruth;
  mayCallMetamethod(m, {exchange ? &y : &x, exchange ? &x : &y}, branches && !negate ? MetamethodResult::kAny : wanted);
}

/// A comparison whose value is used, or (with `jump`, the branch behind it) decides where to go on.
void Compiler::comparison(Op op, const Instruction* jump) {
  Operand y = popValue(), x = popValue();
  compareByMetamethod(op, x, y, jump != nullptr);
  if (typedComparison(op, x, y, jump)) return;
  bool equality = op == Op::kEq || op == Op::kNe;
  Gpr left = toRegister(x), right = toRegister(y);
  Gpr result = jump == nullptr ? allocate() : rax;
  if (jump != nullptr) {
    noteJump(placeAt(static_cast<uint32_t>(jump->target())));
    // What goes to memory here is not needed by the slow path in registers: the copies stay.
    flushAll();
  }
  Label& otherwise = newLabel();
  Label& done = newLabel();
  auto signedCondition = [op] {
    switch (op) {
      case Op::kLt: return Condition::kLess;
      case Op::kLe: return Condition::kLessEqual;
      case Op::kGt: return Condition::kGreater;
      case Op::kGe: return Condition::kGreaterEqual;
      case Op::kEq: return Condition::kEqual;
      default: return Condition::kNotEqual;
    }
  };
  // A branch is taken where the comparison is false (jump_if_false).
  uint32_t target = jump != nullptr ? placeAt(static_cast<uint32_t>(jump->target())) : kNone;
  bool takenIfTrue = jump != nullptr && jump->op == Op::kJumpIfTrue;
  auto decide = [&](Condition c) {
    if (jump != nullptr) {
      jumpTo(target, takenIfTrue ? c : x64::negate(c));
    } else {
      a.setcc(c, rax);
      a.movzx8to32(rax, rax);
      a.mov64(result, static_cast<int64_t>(Value::kFalseBits));
      a.add64(result, rax);
    }
  };
  if (equality && isPlainConstant(y)) {
    // nil, booleans, interned strings: equal exactly if the bits are, but for strings that are not interned.
    if (Value::fromBits(y.bits).isString()) {
      Label& decided = newLabel();
      a.cmp64(left, right);
      a.jcc(Condition::kEqual, decided, Distance::kShort);
      a.mov64(rax, left);
      a.shr64(rax, 48);
      a.cmp32(rax, Imm(static_cast<int32_t>(heap::Tag::kString)));
      a.jcc(Condition::kEqual, otherwise, Distance::kNear);
      a.cmp64(left, right);
      a.bind(decided);
    } else {
      a.cmp64(left, right);
    }
    decide(signedCondition());
    if (Value::fromBits(y.bits).isString()) {
      slowCase();
      uint32_t s = slowIndex();
      Label& after = newLabel();
      a.bind(after);
      cold_.add([this, &otherwise, &after, left, s, target, takenIfTrue, op, result, jumps = jump != nullptr] {
        a.mark(places_[slow_[s].place].offset);
        a.bind(otherwise);
        a.mov64(rax, left);
        a.shl64(rax, 16);
        a.shr64(rax, 16);
        a.test8(Mem(rax, offset::kFlags), Imm(runtime::String::kInterned));
        a.jcc(Condition::kZero, slow_[s].label, Distance::kNear);
        // Two different interned strings.
        bool truth = op == Op::kNe;
        if (jumps) {
          a.jmp(truth == takenIfTrue ? places_[target].hot : after);
        } else {
          a.mov64(result, static_cast<int64_t>(truth ? Value::kTrueBits : Value::kFalseBits));
          a.jmp(after);
        }
      });
    }
  } else {
    if (!equality && (x.isFloat || y.isFloat)) {
      // Two floats first: the code behind the function does the rest, two integers included.
      Label& notFloats = newLabel();
      loadFloats(x, y, left, right, notFloats);
      bool exchange = op == Op::kLt || op == Op::kLe;
      exchange ? a.ucomisd(xmm1, xmm0) : a.ucomisd(xmm0, xmm1);
      decide(op == Op::kLe || op == Op::kGe ? Condition::kAboveEqual : Condition::kAbove);
      a.jmp(done, Distance::kNear);
      a.bind(notFloats);
    }
    checkInts(left, y, right, otherwise);
    if (equality) {
      a.cmp64(left, right);
    } else {
      a.mov64(rax, left);
      a.shl64(rax, 16);
      a.mov64(rcx, right);
      a.shl64(rcx, 16);
      a.cmp64(rax, rcx);
    }
    decide(signedCondition());
    a.bind(done);
    slowCase();
    uint32_t s = slowIndex();
    cold_.add(
        [this, &otherwise, &done, left, right, s, target, takenIfTrue, op, result, equality, jumps = jump != nullptr] {
          a.mark(places_[slow_[s].place].offset);
          a.bind(otherwise);
          Label &notFloats = newLabel(), &yes = newLabel(), &no = newLabel();
          // Both floats (or, for the order, one an integer).
          if (equality) {
            a.mov64(rax, a.literal64(kFirstNoDouble));
            a.cmp64(left, rax);
            a.jcc(Condition::kAboveEqual, notFloats, Distance::kNear);
            a.cmp64(right, rax);
            a.jcc(Condition::kAboveEqual, notFloats, Distance::kNear);
            a.movq(xmm0, left);
            a.movq(xmm1, right);
            a.ucomisd(xmm0, xmm1);
            Label& unequal = op == Op::kEq ? no : yes;
            Label& equal = op == Op::kEq ? yes : no;
            a.jcc(Condition::kParity, unequal, Distance::kNear);
            a.jcc(Condition::kEqual, equal, Distance::kNear);
            a.jmp(unequal, Distance::kNear);
            a.bind(notFloats);
            // The same bits: equal. Different tags, not two numbers: unequal. Else the interpreter knows.
            a.cmp64(left, right);
            a.jcc(Condition::kEqual, equal, Distance::kNear);
            a.mov64(rax, left);
            a.shr64(rax, 48);
            a.mov64(rcx, right);
            a.shr64(rcx, 48);
            a.cmp32(rax, rcx);
            Label& sameTag = newLabel();
            a.jcc(Condition::kEqual, sameTag, Distance::kNear);
            // Numbers have tags up to 0xFFF8 and from 0xFFFE on.
            for (Gpr tag : {rax, rcx}) {
              a.sub32(tag, Imm(static_cast<int32_t>(heap::Tag::kSpecial)));
              a.cmp32(tag, Imm(5));
              a.jcc(Condition::kBelow, unequal, Distance::kNear);
            }
            a.jmp(slow_[s].label);
            a.bind(sameTag);
            a.cmp32(rax, Imm(static_cast<int32_t>(heap::Tag::kSpecial)));
            a.jcc(Condition::kEqual, unequal, Distance::kNear);
            a.cmp32(rax, Imm(static_cast<int32_t>(heap::Tag::kString)));
            Label& objects = newLabel();
            a.jcc(Condition::kNotEqual, objects, Distance::kNear);
            for (Gpr string : {left, right}) {
              a.mov64(rax, string);
              a.shl64(rax, 16);
              a.shr64(rax, 16);
              a.test8(Mem(rax, offset::kFlags), Imm(runtime::String::kInterned));
              a.jcc(Condition::kZero, objects, Distance::kNear);
            }
            a.jmp(unequal);
            // Other strings, tables without a metamethod, functions.
            a.bind(objects);
            a.mov64(rax, left);
            a.mov64(rcx, right);
            callLeaf(addressOf(&leafEqual));
            a.cmp64(rax, a.literal64(Value::kFalseBits));
            a.jcc(Condition::kEqual, unequal, Distance::kNear);
            a.cmp64(rax, a.literal64(Value::kTrueBits));
            a.jcc(Condition::kEqual, equal, Distance::kNear);
            a.jmp(slow_[s].label);
          } else {
            toDoubles(left, right, slow_[s].label);
            // above and above-or-equal are false for NaN: less is greater with the sides exchanged.
            bool exchange = op == Op::kLt || op == Op::kLe;
            exchange ? a.ucomisd(xmm1, xmm0) : a.ucomisd(xmm0, xmm1);
            bool orEqual = op == Op::kLe || op == Op::kGe;
            a.jcc(orEqual ? Condition::kAboveEqual : Condition::kAbove, yes, Distance::kNear);
          }
          a.bind(no);
          if (jumps) {
            a.jmp(takenIfTrue ? done : places_[target].hot);
          } else {
            a.mov64(result, static_cast<int64_t>(Value::kFalseBits));
            a.jmp(done);
          }
          a.bind(yes);
          if (jumps) {
            a.jmp(takenIfTrue ? places_[target].hot : done);
          } else {
            a.mov64(result, static_cast<int64_t>(Value::kTrueBits));
            a.jmp(done);
          }
        });
  }
  if (jump == nullptr) {
    push(result);
  } else {
    branchPlace(*jump);
  }
}

/// The branch that was compiled with its comparison gets a place of its own, for a comparison that the interpreter
/// made: its answer is on the stack.
void Compiler::branchPlace(const Instruction& jump) {
  if (speculates_) return;  // it made none
  uint32_t place = next_, depth = stack_.depth();
  uint32_t target = placeAt(static_cast<uint32_t>(jump.target()));
  bool ifFalsy = jump.op == Op::kJumpIfFalse;
  cold_.add([this, place, target, depth, ifFalsy] {
    a.bind(places_[place].hot);
    places_[place].state = stack_.memoryState(depth + 1);
    a.mov64(rax, Mem(kFrame, stack_.slot(depth)));
    a.sub64(rax, a.literal64(Value::kNilBits));
    a.cmp64(rax, 1);
    a.jcc(ifFalsy ? Condition::kBelowEqual : Condition::kAbove, places_[target].hot);
    a.jmp(places_[place + 1].entry);
  });
}

}  // namespace devvm::jit
