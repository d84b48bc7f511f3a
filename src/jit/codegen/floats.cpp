// Arithmetic on raw doubles.

#include "jit/assembler/x64/cpu.h"
#include "jit/codegen/emitter.h"
#include "jit/codegen/leaves.h"

namespace devvm::jit {

using namespace x64;

/// f(register with the first, operand) does the operation in place, v(result, first, operand) where the processor has
/// three operands. The order stays: it decides which of two NaNs it is.
template <typename F, typename V>
void Emitter::twoFloats(const Node* first, const Node* second, F f, V v) {
  Xmm out = floatResult();
  if (cpuFeatures().avx2) {
    Place p = placeOf(first);
    Xmm left = p.kind == Place::kXmm ? static_cast<Xmm>(p.index) : isIn(second, out) ? xmm0 : out;
    if (p.kind != Place::kXmm) load(left, first);
    return floatOperand(second, [&](const auto& by) { v(out, left, by); });
  }
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
  twoFloats(
      n->input(1), n->input(0), [this](Xmm to, const auto& by) { a.addsd(to, by); },
      [this](Xmm to, Xmm x, const auto& y) { a.vaddsd(to, x, y); });
}
void Emitter::emitFloatSub(const Node* n) {
  twoFloats(
      n->input(0), n->input(1), [this](Xmm to, const auto& by) { a.subsd(to, by); },
      [this](Xmm to, Xmm x, const auto& y) { a.vsubsd(to, x, y); });
}
void Emitter::emitFloatMul(const Node* n) {
  twoFloats(
      n->input(0), n->input(1), [this](Xmm to, const auto& by) { a.mulsd(to, by); },
      [this](Xmm to, Xmm x, const auto& y) { a.vmulsd(to, x, y); });
}
void Emitter::emitFloatDiv(const Node* n) {
  twoFloats(
      n->input(0), n->input(1), [this](Xmm to, const auto& by) { a.divsd(to, by); },
      [this](Xmm to, Xmm x, const auto& y) { a.vdivsd(to, x, y); });
}

/// The register of an input, where there are instructions that leave it as it is.
std::optional<Xmm> Emitter::keptFloat(Place p) {
  if (!cpuFeatures().avx2 || p.kind != Place::kXmm) return std::nullopt;
  return static_cast<Xmm>(p.index);
}

void Emitter::emitFloatNeg(const Node* n) {
  Mem sign = a.literal128(uint64_t{1} << 63, 0);
  if (auto in = keptFloat(placeOf(n->input(0)))) return a.vxorpd(floatResult(), *in, sign);
  load(floatResult(), n->input(0));
  a.xorpd(floatResult(), sign);
}
void Emitter::emitFloatAbs(const Node* n) {
  Mem rest = a.literal128(~(uint64_t{1} << 63), 0);
  if (auto in = keptFloat(placeOf(n->input(0)))) return a.vandpd(floatResult(), *in, rest);
  load(floatResult(), n->input(0));
  a.andpd(floatResult(), rest);
}
void Emitter::emitFloatSqrt(const Node* n) {
  Xmm out = floatResult();
  if (auto in = keptFloat(placeOf(n->input(0)))) return a.vsqrtsd(out, *in, *in);
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
