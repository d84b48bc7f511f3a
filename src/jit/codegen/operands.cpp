#include "jit/codegen/emitter.h"

namespace devvm::jit {

using namespace x64;

void Emitter::loadConstant(Gpr to, uint64_t bits) { a.mov64(to, static_cast<int64_t>(bits)); }

void Emitter::loadConstant(Xmm to, uint64_t bits) { bits == 0 ? a.xorps(to, to) : a.movsd(to, a.literal64(bits)); }

/// A constant object as an operand where no register is free: below the host's stack, where signals do not come. Keeps
/// registers and flags.
Mem Emitter::objectOnStack(const Node* n) {
  Mem value(rsp, Imm(-8)), saved(rsp, Imm(-16));
  a.mov64(saved, rax);
  a.mov64(rax, static_cast<int64_t>(bitsOf(n)));
  a.mov64(rax, Mem(rax));
  a.mov64(value, rax);
  a.mov64(rax, saved);
  return value;
}

/// The register that holds the node, or `scratch` with a copy.
Gpr Emitter::gpr(const Node* n, Gpr scratch) {
  Place p = placeOf(n);
  if (p.kind == Place::kGpr) return static_cast<Gpr>(p.index);
  move(p, Place::gpr(code(scratch)));
  return scratch;
}

Xmm Emitter::xmm(const Node* n, Xmm scratch) {
  Place p = placeOf(n);
  if (p.kind == Place::kXmm) return static_cast<Xmm>(p.index);
  move(p, Place::xmm(code(scratch)));
  return scratch;
}

/// The same where rax holds something: it is how objects among the constants are found.
Xmm Emitter::xmmBesideRax(const Node* n) {
  Place p = placeOf(n);
  bool usesRax =
      p.kind == Place::kConstant && (p.constant->op == ir::Op::kObject || p.constant->op == ir::Op::kShapeOwner);
  if (!usesRax) return xmm(n);
  a.push(rax);
  move(p, Place::xmm(code(xmm0)));
  a.pop(rax);
  return xmm0;
}

void Emitter::load(Gpr to, const Node* n) {
  if (!isIn(n, to)) move(placeOf(n), Place::gpr(code(to)));
}

void Emitter::load(Xmm to, const Node* n) {
  if (!isIn(n, to)) move(placeOf(n), Place::xmm(code(to)));
}

/// Where the result belongs.
void Emitter::storeResult(Gpr r) {
  Place to = resultPlace();
  if (!(to == Place::gpr(code(r)))) move(Place::gpr(code(r)), to);
}

void Emitter::compareWithIntTag(Gpr r) {
  usesIntTag_ ? a.cmp64(r, a.literal64(heap::tagBits(heap::Tag::kInt))) : a.cmp64(r, kIntTag);
}

void Emitter::orIntTag(Gpr r) {
  usesIntTag_ ? a.or64(r, a.literal64(heap::tagBits(heap::Tag::kInt))) : a.or64(r, kIntTag);
}

}  // namespace devvm::jit
