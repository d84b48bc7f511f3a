// Guards.

#include <algorithm>
#include <bit>
#include <cmath>

#include "jit/codegen/emitter.h"
#include "runtime/dict.h"
#include "runtime/code.h"

namespace devvm::jit {

using namespace x64;

void Emitter::emitConstant(const Node*) {}
void Emitter::emitObject(const Node*) {}
void Emitter::emitIntConstant(const Node*) {}
void Emitter::emitFloatConstant(const Node*) {}
void Emitter::emitBoolConstant(const Node*) {}
void Emitter::emitPhi(const Node*) {}

void Emitter::emitSlot(const Node*) {
  Place to = resultPlace();
  if (to.isRegister()) move(Place::word(c_.steps[step_].home), to);
}
void Emitter::emitSlotInt(const Node* n) { emitSlot(n); }
void Emitter::emitSlotFloat(const Node* n) { emitSlot(n); }
void Emitter::emitCallee(const Node* n) { emitSlot(n); }

// ---- variable arguments: between the frame and its callee's slot, the first one at the higher end ----

/// To rax.
void Emitter::countVarargs() {
  auto others = static_cast<int32_t>(r_.code != nullptr ? r_.code->parameters : 0) + 1;
  a.mov32(rax, Mem(kFrame, 4));
  a.and32(rax, Imm(0x3FFFFF));
  if (others > 1) {
    Label enough;
    a.cmp32(rax, Imm(others));
    a.jcc(Condition::kAboveEqual, enough);
    a.mov64(rax, int64_t{others});
    a.bind(enough);
  }
  a.sub32(rax, Imm(others));
}

void Emitter::emitVarargCount(const Node*) {
  countVarargs();
  a.mov32(result(), rax);
}

void Emitter::emitCheckVarargs(const Node* n) {
  countVarargs();
  a.cmp32(rax, Imm(static_cast<int32_t>(n->aux)));
  a.jcc(Condition::kNotEqual, exit());
  Place to = resultPlace();
  if (to.isRegister()) a.mov32(result(), rax);
}

void Emitter::emitVararg(const Node* n) { a.mov64(result(), Mem(kFrame, Imm(8 * (2 + static_cast<int32_t>(n->aux))))); }

void Emitter::emitVarargAt(const Node* n) {
  countVarargs();
  operand(n->input(0), [&](const auto& index) { a.sub64(rax, index); });
  a.mov64(result(), Mem(kFrame, rax, Scale::k8, Imm(16)));
}

/// An immediate integer is above all other values.
void Emitter::emitCheckInt(const Node* n) {
  Gpr in = gpr(n->input(0));
  compareWithIntTag(in);
  a.jcc(Condition::kBelow, exit());
  if (s_.form(n) != Form::kPlain) return;
  Gpr out = result();
  if (in != out) a.mov64(out, in);
  a.shl64(out, 16);
  a.sar64(out, 16);
}

/// Values that are no floats have the bits of NaNs, and only two other values do: those are told apart out of line.
void Emitter::emitCheckFloat(const Node* n) {
  const Node* value = n->input(0);
  Place p = placeOf(value);
  if (p.kind == Place::kXmm) {
    Xmm in = static_cast<Xmm>(p.index);
    Label &odd = newLabel(), &good = newLabel();
    a.ucomisd(in, in);
    a.jcc(Condition::kParity, odd, Distance::kNear);
    a.bind(good);
    Label& out = exit();
    cold([this, in, &odd, &good, &out] {
      a.bind(odd);
      a.movq(rax, in);
      a.cmp64(rax, a.literal64(kFirstNoDouble));
      a.jcc(Condition::kBelow, good);
      a.jmp(out);
    });
    if (s_.form(n) == Form::kPlain && floatResult() != in) a.movaps(floatResult(), in);
    return;
  }
  Gpr in = gpr(value);
  a.cmp64(in, a.literal64(kFirstNoDouble));
  a.jcc(Condition::kAboveEqual, exit());
  if (s_.form(n) == Form::kPlain) a.movq(floatResult(), in);
}

void Emitter::emitCheckNumber(const Node* n) {
  Gpr in = gpr(n->input(0));
  Xmm out = floatResult();
  Label &other = newLabel(), &done = newLabel();
  a.cmp64(in, a.literal64(kFirstNoDouble));
  a.jcc(Condition::kAboveEqual, other, Distance::kNear);
  a.movq(out, in);
  a.bind(done);
  Label& leave = exit();
  cold([this, in, out, &other, &done, &leave] {
    a.bind(other);
    compareWithIntTag(in);
    a.jcc(Condition::kBelow, leave);
    if (in != rax) a.mov64(rax, in);
    a.shl64(rax, 16);
    a.sar64(rax, 16);
    a.xorps(out, out);
    a.cvtsi2sd64(out, rax);
    a.jmp(done);
  });
}

void Emitter::checkTag(const Node* value, heap::Tag tag) {
  load(rax, value);
  a.shr64(rax, heap::kTagShift);
  a.cmp32(rax, Imm(static_cast<int32_t>(tag)));
  a.jcc(Condition::kNotEqual, exit());
}

void Emitter::emitCheckTable(const Node* n) { checkTag(n->input(0), heap::Tag::kTable); }
void Emitter::emitCheckString(const Node* n) { checkTag(n->input(0), heap::Tag::kString); }

/// The code is to be dropped when the shape is.
void Emitter::useShape(uint32_t shape) {
  if (std::find(out_.shapes.begin(), out_.shapes.end(), shape) == out_.shapes.end()) out_.shapes.push_back(shape);
}

/// The function must live as long as the code.
void Emitter::useFunction(const runtime::Code* code) {
  if (code == nullptr || code == r_.code) return;
  if (std::find(out_.functions.begin(), out_.functions.end(), code) == out_.functions.end()) {
    out_.functions.push_back(code);
  }
}

void Emitter::emitCheckShape(const Node* n) {
  auto shape = static_cast<uint32_t>(n->aux);
  useShape(shape);
  a.cmp32(tableSlot(n->input(0), offset::kWord).mem, Imm(static_cast<int32_t>(shape)));
  out_.shapeChecks.push_back({a.position(), shape < 128});
  a.jcc(Condition::kNotEqual, exit(), Distance::kNear);
}

void Emitter::emitCheckShapes(const Node* n) {
  const auto& set = *n->pointer<ir::ShapeSet>();
  Label holds;
  a.mov32(rax, tableSlot(n->input(0), offset::kWord).mem);
  for (uint32_t i = 0; i < set.count; i++) {
    useShape(set.shapes[i]);
    a.cmp32(rax, Imm(static_cast<int32_t>(set.shapes[i])));
    out_.shapeChecks.push_back({a.position(), set.shapes[i] < 128});
    bool isLast = i + 1 == set.count;
    isLast ? a.jcc(Condition::kNotEqual, exit(), Distance::kNear) : a.jcc(Condition::kEqual, holds);
  }
  a.bind(holds);
}

/// A function whose object has this pointer in a field: code of closures, facts of natives.
void Emitter::checkFunction(const Node* value, int field, uint64_t pointer) {
  static_assert(offset::kClosureCode == offset::kNativeInfo);
  checkTag(value, heap::Tag::kFunction);
  a.mov64(rax, a.literal64(0 - heap::tagBits(heap::Tag::kFunction)));
  operand(value, [&](const auto& function) { a.add64(rax, function); });
  a.mov64(rax, Mem(rax, Imm(field)));
  a.cmp64(rax, a.literal64(pointer));
  a.jcc(Condition::kNotEqual, exit());
}

void Emitter::emitCheckClosure(const Node* n) {
  useFunction(n->pointer<runtime::Code>());
  checkFunction(n->input(0), offset::kClosureCode, n->aux);
}
void Emitter::emitCheckNative(const Node* n) { checkFunction(n->input(0), offset::kNativeInfo, n->aux); }

void Emitter::emitCheckNotNil(const Node* n) {
  a.cmp64(gpr(n->input(0)), a.literal64(Value::kNilBits));
  a.jcc(Condition::kEqual, exit());
}

void Emitter::emitCheckIs(const Node* n) {
  a.cmp64(gpr(n->input(0)), a.literal64(n->aux));
  a.jcc(Condition::kNotEqual, exit());
}

void Emitter::emitCheckIdentity(const Node* n) {
  Label other;
  load(rax, n->input(0));
  a.sub64(rax, a.literal64(heap::tagBits(heap::Tag::kString)));
  a.cmp64(rax, a.literal64(uint64_t{1} << heap::kTagShift));
  a.jcc(Condition::kAboveEqual, other, Distance::kShort);
  a.test8(Mem(rax, offset::kFlags), Imm(runtime::String::kInterned));
  a.jcc(Condition::kZero, exit());
  a.bind(other);
}

void Emitter::emitTypeName(const Node* n) {
  load(rsi, n->input(0));
  a.mov64(rdi, kIsolate);
  a.mov64(rax, addressOf(&leafTypeName));
  a.call(rax);
  a.cmp64(rax, a.literal64(Value::kAbsentBits));
  a.jcc(Condition::kEqual, exit());
  storeResult(rax);
}

void Emitter::emitCheckTrue(const Node* n) { jumpIf(test(n->input(0)).opposite(), exit()); }
void Emitter::emitCheckFalse(const Node* n) { jumpIf(test(n->input(0)), exit()); }

/// One unsigned comparison: what is negative is too large.
void Emitter::emitCheckIndex(const Node* n) {
  Gpr index = gpr(n->input(0));
  operand(n->input(1), [&](const auto& length) { a.cmp64(index, length); });
  a.jcc(Condition::kAboveEqual, exit());
}

void Emitter::emitCheckNotZero(const Node* n) {
  Gpr in = gpr(n->input(0));
  a.test64(in, in);
  a.jcc(Condition::kZero, exit());
}

void Emitter::emitCheckSmall(const Node* n) {
  load(rax, n->input(0));
  a.shl64(rax, 16);
  a.sar64(rax, 16);
  operand(n->input(0), [&](const auto& in) { a.cmp64(rax, in); });
  a.jcc(Condition::kNotEqual, exit());
}

/// What is no integer of 64 bits becomes the least one, which is none of those that are let through here.
void Emitter::emitCheckTruncated(const Node* n) {
  a.cvttsd2si64(rax, xmm(n->input(0)));
  a.cmp64(rax, a.literal64(uint64_t{1} << 63));
  a.jcc(Condition::kEqual, exit());
  storeResult(rax);
}

/// What does not come back from an integer as it was is none.
void Emitter::emitCheckIntegral(const Node* n) {
  if (isConstant(n->input(0))) {
    double d = std::bit_cast<double>(bitsOf(n->input(0)));
    bool isIntegral = d >= -0x1p63 && d < 0x1p63 && std::trunc(d) == d;
    loadConstant(rax, isIntegral ? static_cast<uint64_t>(static_cast<int64_t>(d)) : 0);
    if (!isIntegral) a.jmp(exit());
    return storeResult(rax);
  }
  Xmm in = xmm(n->input(0));
  a.cvttsd2si64(rax, in);
  a.xorps(xmm0, xmm0);
  a.cvtsi2sd64(xmm0, rax);
  a.ucomisd(xmm0, in);
  a.jcc(Condition::kNotEqual, exit());
  a.jcc(Condition::kParity, exit());
  storeResult(rax);
}

void Emitter::emitCheckPlain(const Node* n) {
  auto shape = static_cast<Gpr>(l_.temp(step_, 0));
  a.mov32(shape, tableSlot(n->input(0), offset::kWord).mem);
  a.mov64(rax, Mem(kIsolate, offset::kShapes));
  a.mov64(shape, Mem(rax, shape, Scale::k8));
  a.mov64(rax, a.literal64(Value::kNilBits));
  a.cmp64(rax, Mem(shape, offset::kShapeMetatable));
  a.jcc(Condition::kNotEqual, exit());
  Label &dictionary = newLabel(), &plain = newLabel(), &unlike = exit();
  a.test8(Mem(shape, offset::kShapeFlags), Imm(runtime::kDictionaryShape | runtime::kWeakShape));
  a.jcc(Condition::kNotZero, dictionary, Distance::kNear);
  a.bind(plain);
  cold([this, n, shape, &dictionary, &plain, &unlike] {
    a.bind(dictionary);
    a.test8(Mem(shape, offset::kShapeFlags), Imm(runtime::kWeakShape));
    a.jcc(Condition::kNotZero, unlike);
    a.mov64(rax, tableSlot(n->input(0), offset::kTableProps).mem);
    a.test8(Mem(rax, kOtherBias, Scale::k1, Imm(offset::kFlags)), Imm(runtime::kDictHasElements));
    a.jcc(Condition::kNotZero, unlike);
    a.jmp(plain);
  });
}

void Emitter::emitCheckEpoch(const Node* n) {
  a.cmp32(Mem(kIsolate, offset::kPrototypeEpoch), Imm(static_cast<int32_t>(n->aux)));
  a.jcc(Condition::kNotEqual, exit());
}

}  // namespace devvm::jit
