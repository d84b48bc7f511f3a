// Arithmetic on raw doubles.

#include "jit/assembler/x64/cpu.h"
#include "jit/codegen/emitter.h"
#include "jit/codegen/leaves.h"

namespace devvm::jit {

using namespace x64;

/// f(register with the first, operand) does the operation in place. The order stays: it decides which of two NaNs it
/// is.
template <typename F>
void Emitter::twoFloats(const Node* first, const Node* second, F f) {
  Xmm out = floatResult();
  if (isIn(second, out) && !isIn(first, out)) {
    if (Place p = placeOf(first); p.kind == Place::kXmm && l_.diesAt(first, step_)) {
      auto in = static_cast<Xmm>(p.index);
      f(in, out);
      return a.movaps(out, in);
    }
    load(xmm0, second);
    load(out, first);
    return f(out, xmm0);
  }
  load(out, first);
  floatOperand(second, [&](const auto& by) { f(out, by); });
}

void Emitter::emitFloatAdd(const Node* n) {
  // Of two NaNs the sum is the second one.
  twoFloats(n->input(1), n->input(0), [this](Xmm to, const auto& by) { a.addsd(to, by); });
}
void Emitter::emitFloatSub(const Node* n) {
  twoFloats(n->input(0), n->input(1), [this](Xmm to, const auto& by) { a.subsd(to, by); });
}
void Emitter::emitFloatMul(const Node* n) {
  twoFloats(n->input(0), n->input(1), [this](Xmm to, const auto& by) { a.mulsd(to, by); });
}
void Emitter::emitFloatDiv(const Node* n) {
  twoFloats(n->input(0), n->input(1), [this](Xmm to, const auto& by) { a.divsd(to, by); });
}

void Emitter::emitFloatNeg(const Node* n) {
  load(floatResult(), n->input(0));
  a.xorpd(floatResult(), a.literal128(uint64_t{1} << 63, 0));
}
void Emitter::emitFloatAbs(const Node* n) {
  load(floatResult(), n->input(0));
  a.andpd(floatResult(), a.literal128(~(uint64_t{1} << 63), 0));
}
void Emitter::emitFloatSqrt(const Node* n) {
  Xmm out = floatResult();
  load(out, n->input(0));
  a.sqrtsd(out, out);
}

void Emitter::round(const Node* n, Rounding how) {
  Xmm out = floatResult();
  if (cpuFeatures().sse41) return a.roundsd(how, out, xmm(n->input(0)));
  refuse("a processor without SSE 4.1");
}
void Emitter::emitFloatFloor(const Node* n) { round(n, Rounding::kDown); }
void Emitter::emitFloatCeil(const Node* n) { round(n, Rounding::kUp); }

void Emitter::callOfDoubles(const Node* n, double (*function)(double, double)) {
  load(xmm0, n->input(0));
  load(xmm1, n->input(1));
  a.mov64(rax, addressOf(function));
  a.call(rax);
  a.movaps(floatResult(), xmm0);
}
void Emitter::emitFloatMod(const Node* n) { callOfDoubles(n, &leafFloatMod); }
void Emitter::emitFloatPow(const Node* n) { callOfDoubles(n, &leafFloatPow); }

}  // namespace devvm::jit
