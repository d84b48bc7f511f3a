// Between values and raw numbers.

#include "jit/codegen/emitter.h"
#include "jit/codegen/leaves.h"

namespace devvm::jit {

using namespace x64;

/// The tag covers what is above the sign.
void Emitter::emitBoxSmall(const Node* n) {
  Gpr out = result();
  load(out, n->input(0));
  orIntTag(out);
}

void Emitter::emitBoxInt(const Node* n) {
  const Node* value = n->input(0);
  Gpr out = result();
  if (isConstant(value)) {
    auto i = static_cast<int64_t>(bitsOf(value));
    if (!Value::fitsInt(i)) return refuse("a wide integer that is boxed always");
    return loadConstant(out, Value::smallInt(i).bits());
  }
  Gpr in = gpr(value);
  Label &wide = newLabel(), &done = newLabel();
  a.mov64(rax, in);
  a.shl64(rax, 16);
  a.sar64(rax, 16);
  a.cmp64(rax, in);
  a.jcc(Condition::kNotEqual, wide, Distance::kNear);
  if (in != out) a.mov64(out, in);
  orIntTag(out);
  a.bind(done);
  cold([this, in, out, &wide, &done] {
    a.bind(wide);
    constexpr int kBytes = sizeof(runtime::WideInt);
    bump(kBytes);
    header(-kBytes, runtime::Kind::kWideInt, 0, 0);
    a.mov64(Mem(rax, Imm(-kBytes + 8)), in);
    a.lea64(out, Mem(rax, Imm(-kBytes)));
    a.add64(out, a.literal64(heap::tagBits(heap::Tag::kWideInt)));
    a.jmp(done);
  });
}

void Emitter::emitBoxFloat(const Node* n) {
  Place to = resultPlace();
  if (to.kind == Place::kXmm) return load(floatResult(), n->input(0));
  load(result(), n->input(0));
}

void Emitter::emitBoxBool(const Node* n) {
  Test t = test(n->input(0));
  setBool(t, rax);
  a.add64(rax, a.literal64(Value::kFalseBits));
  storeResult(rax);
}

void Emitter::emitToTagged(const Node*) { refuse("a loose graph"); }

void Emitter::emitUnboxInt(const Node* n) {
  Gpr out = result();
  load(out, n->input(0));
  a.shl64(out, 16);
  a.sar64(out, 16);
}

void Emitter::emitUnboxFloat(const Node* n) { load(floatResult(), n->input(0)); }

void Emitter::emitIntToFloat(const Node* n) {
  Xmm out = floatResult();
  Place in = placeOf(n->input(0));
  // The conversion keeps the upper half, and so waits for whatever was there.
  a.xorps(out, out);
  in.isWord() ? a.cvtsi2sd64(out, word(in.index)) : a.cvtsi2sd64(out, gpr(n->input(0)));
}

}  // namespace devvm::jit
