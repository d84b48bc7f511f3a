// Comparisons: into flags for the branch or guard that they are part of, else into a register.

#include "jit/codegen/emitter.h"
#include "runtime/code.h"

namespace devvm::jit {

using namespace x64;

Emitter::Test Emitter::ofType(const Node* x, ir::ValueType type) {
  using ir::ValueType;
  load(rax, x);
  switch (type) {
    case ValueType::kBoolean:
      a.sub64(rax, a.literal64(Value::kFalseBits));
      a.cmp64(rax, 1);
      return {Condition::kBelowEqual};
    case ValueType::kNumber:
      // Counted from the first value that is none, wide integers are the first numbers; floats come behind, around
      // zero.
      a.sub64(rax, a.literal64(kFirstNoDouble));
      a.cmp64(rax, a.literal64(heap::tagBits(heap::Tag::kWideInt) - kFirstNoDouble));
      return {Condition::kAboveEqual};
    case ValueType::kString: return tagged(heap::Tag::kString);
    case ValueType::kTable: return tagged(heap::Tag::kTable);
    case ValueType::kFunction: return tagged(heap::Tag::kFunction);
  }
  return {Condition::kEqual};
}

/// Of the value in rax, which is lost.
Emitter::Test Emitter::tagged(heap::Tag tag) {
  a.shr64(rax, heap::kTagShift);
  a.cmp32(rax, Imm(static_cast<int32_t>(tag)));
  return {Condition::kEqual};
}

Emitter::Test Emitter::compare(const Node* n) {
  using ir::Op;
  const Node* x = n->input(0);
  switch (n->op) {
    case Op::kFloatEq:
      floatOperand(n->input(1), [&, left = xmm(x)](const auto& right) { a.ucomisd(left, right); });
      return {Condition::kEqual, true, false};
    case Op::kFloatLt:
    case Op::kFloatLe:
      // "Above" is false where one side is a NaN.
      floatOperand(x, [&, right = xmm(n->input(1))](const auto& left) { a.ucomisd(right, left); });
      return {n->op == Op::kFloatLt ? Condition::kAbove : Condition::kAboveEqual};
    case Op::kIsNil: a.cmp64(gpr(x), a.literal64(Value::kNilBits)); return {Condition::kEqual};
    case Op::kIsInt: compareWithIntTag(gpr(x)); return {Condition::kAboveEqual};
    case Op::kIsFalsy:
      static_assert(Value::kFalseBits == Value::kNilBits + 1);
      load(rax, x);
      a.sub64(rax, a.literal64(Value::kNilBits));
      a.cmp64(rax, 1);
      return {Condition::kBelowEqual};
    case Op::kIsOfType: return ofType(x, static_cast<ir::ValueType>(n->aux));
    case Op::kHasShape: {
      // When the shape is freed nothing has it.
      auto shape = static_cast<uint32_t>(n->aux);
      useShape(shape);
      a.cmp32(tableSlot(x, offset::kWord).mem, Imm(static_cast<int32_t>(shape)));
      out_.shapeChecks.push_back({a.position(), shape < 128});
      return {Condition::kEqual};
    }
    case Op::kIsClosure: {
      useFunction(n->pointer<runtime::Code>());
      Label no;
      load(rax, x);
      a.shr64(rax, heap::kTagShift);
      a.cmp32(rax, Imm(static_cast<int32_t>(heap::Tag::kFunction)));
      a.jcc(Condition::kNotEqual, no);
      a.mov64(rax, a.literal64(0 - heap::tagBits(heap::Tag::kFunction)));
      operand(x, [&](const auto& function) { a.add64(rax, function); });
      a.mov64(rax, Mem(rax, offset::kClosureCode));
      a.cmp64(rax, a.literal64(n->aux));
      a.bind(no);
      return {Condition::kEqual};
    }
    case Op::kNot: return test(x).opposite();
    default: break;
  }
  Condition c = n->op == Op::kIntLt    ? Condition::kLess
                : n->op == Op::kIntLe  ? Condition::kLessEqual
                : n->op == Op::kIntLtU ? Condition::kBelow
                                       : Condition::kEqual;
  const Node* y = n->input(1);
  bool objectIsLast = s_.same(y)->op == ir::Op::kObject && s_.same(x)->op != ir::Op::kObject;
  if ((isConstant(x) && !isConstant(y)) || objectIsLast) {
    std::swap(x, y);
    c = swapSides(c);
  }
  Gpr left = gpr(x);
  if (isConstant(y) && bitsOf(y) == 0 && c == Condition::kEqual) {
    a.test64(left, left);
  } else {
    operand(y, [&](const auto& right) { a.cmp64(left, right); });
  }
  return {c};
}

/// Makes the flags say whether a condition holds.
Emitter::Test Emitter::test(const Node* condition) {
  if (s_.form(condition) == Form::kCondition) return compare(condition);
  Gpr r = gpr(condition);
  a.test32(r, r);
  return {Condition::kNotZero};
}

void Emitter::jumpIf(Test t, Label& target) {
  if (!t.parityIsFalse) return a.jcc(t.condition, target);
  if (t.negated) {
    a.jcc(Condition::kParity, target);
    return a.jcc(x64::negate(t.condition), target);
  }
  Label no;
  a.jcc(Condition::kParity, no);
  a.jcc(t.condition, target);
  a.bind(no);
}

/// 1 or 0 in all of the register.
void Emitter::setBool(Test t, Gpr to) {
  if (!t.parityIsFalse) {
    a.setcc(t.condition, rax);
    a.movzx8to32(to, rax);
    return;
  }
  Label done;
  a.mov32(rax, t.negated ? 1 : 0);  // keeps the flags
  a.jcc(Condition::kParity, done, Distance::kShort);
  a.setcc(t.negated ? x64::negate(t.condition) : t.condition, rax);
  a.bind(done);
  if (to != rax) a.mov32(to, rax);
}

void Emitter::comparison(const Node* n) { setBool(compare(n), result()); }

void Emitter::emitIntEq(const Node* n) { comparison(n); }
void Emitter::emitIntLt(const Node* n) { comparison(n); }
void Emitter::emitIntLe(const Node* n) { comparison(n); }
void Emitter::emitIntLtU(const Node* n) { comparison(n); }
void Emitter::emitFloatEq(const Node* n) { comparison(n); }
void Emitter::emitFloatLt(const Node* n) { comparison(n); }
void Emitter::emitFloatLe(const Node* n) { comparison(n); }
void Emitter::emitSame(const Node* n) { comparison(n); }
void Emitter::emitIsNil(const Node* n) { comparison(n); }
void Emitter::emitIsInt(const Node* n) { comparison(n); }
void Emitter::emitIsFalsy(const Node* n) { comparison(n); }
void Emitter::emitIsOfType(const Node* n) { comparison(n); }
void Emitter::emitHasShape(const Node* n) { comparison(n); }
void Emitter::emitIsClosure(const Node* n) { comparison(n); }
void Emitter::emitNot(const Node* n) { comparison(n); }

}  // namespace devvm::jit
