// Blocks, array objects and buffers: their header has the length, and behind it is what they hold.

#include "jit/codegen/emitter.h"
#include "runtime/objects.h"

namespace devvm::jit {

using namespace x64;
using runtime::Kind;

namespace {

constexpr int kContents = sizeof(heap::Object);
constexpr int kTagOfBlock = offsetof(heap::Object, aux);

}  // namespace

/// An object with the tag "other", of this kind. Its address is left in rax.
void Emitter::checkKind(const Node* value, Kind kind) {
  load(rax, value);
  a.add64(rax, kOtherBias);
  // What has another tag is no address.
  a.cmp64(rax, a.literal64(uint64_t{1} << heap::kTagShift));
  Label& unlike = exit();
  a.jcc(Condition::kAboveEqual, unlike);
  a.cmp8(Mem(rax, offset::kKind), Imm(static_cast<int32_t>(kind)));
  a.jcc(Condition::kNotEqual, unlike);
}

void Emitter::emitCheckBlock(const Node* n) { checkKind(n->input(0), Kind::kBlock); }
void Emitter::emitCheckItems(const Node* n) { checkKind(n->input(0), Kind::kArray); }
void Emitter::emitCheckBuffer(const Node* n) { checkKind(n->input(0), Kind::kBuffer); }

void Emitter::emitCheckBlockField(const Node* n) {
  a.cmp32(otherSlot(n->input(0), offset::kWord).mem, Imm(static_cast<int32_t>(n->aux)));
  a.jcc(Condition::kBelowEqual, exit());
}

void Emitter::emitCheckNoFloat(const Node* n) {
  a.cmp64(gpr(n->input(0)), a.literal64(kFirstNoDouble));
  a.jcc(Condition::kBelow, exit());
}

void Emitter::emitBlockTag(const Node* n) { a.movzx8to32(result(), otherSlot(n->input(0), kTagOfBlock).mem); }

void Emitter::emitObjectLength(const Node* n) { a.mov32(result(), otherSlot(n->input(0), offset::kWord).mem); }

void Emitter::emitLoadBlockField(const Node* n) {
  loadInto(n, otherSlot(n->input(0), kContents + 8 * static_cast<int64_t>(n->aux)).mem);
}

void Emitter::emitStoreBlockField(const Node* n) {
  store(otherSlot(n->input(0), kContents + 8 * static_cast<int64_t>(n->aux)), n->input(1));
}

/// Takes rax, unless the index is constant.
Emitter::Slot Emitter::itemSlot(const Node* array, const Node* index) {
  auto [base, by] = indexParts(s_, index);
  if (isConstant(base)) {
    return otherSlot(array, kContents + 8 * static_cast<int64_t>(bitsOf(base) + static_cast<uint64_t>(by)));
  }
  a.lea64(rax, Mem(gpr(array), kOtherBias));
  return {Mem(rax, gpr(base), Scale::k8, Imm(static_cast<int32_t>(kContents + 8 * by))), Mem(rax)};
}

void Emitter::emitLoadItem(const Node* n) { loadInto(n, itemSlot(n->input(0), n->input(1)).mem); }
void Emitter::emitStoreItem(const Node* n) { store(itemSlot(n->input(0), n->input(1)), n->input(2)); }

/// Takes rax.
Mem Emitter::byteOf(const Node* buffer, const Node* index) {
  load(rax, buffer);
  a.add64(rax, kOtherBias);
  // Constants have no register.
  if (isSmallConstant(index)) return Mem(rax, Imm(kContents + static_cast<int32_t>(bitsOf(index))));
  return Mem(rax, gpr(index), Scale::k1, Imm(kContents));
}

void Emitter::emitLoadByte(const Node* n) { a.movzx8to32(result(), byteOf(n->input(0), n->input(1))); }

void Emitter::emitStoreByte(const Node* n) {
  const Node* value = n->input(2);
  Mem to = byteOf(n->input(0), n->input(1));
  if (isConstant(value)) return a.mov8(to, Imm(static_cast<int32_t>(static_cast<int8_t>(bitsOf(value)))));
  a.mov8(to, gpr(value));
}

/// Wide ones are in boxes.
void Emitter::emitCheckInteger(const Node* n) {
  Gpr in = gpr(n->input(0)), out = result();
  Label &wide = newLabel(), &done = newLabel(), &unlike = exit();
  compareWithIntTag(in);
  a.jcc(Condition::kBelow, wide, Distance::kNear);
  if (in != out) a.mov64(out, in);
  a.shl64(out, 16);
  a.sar64(out, 16);
  a.bind(done);
  cold([this, in, out, &wide, &done, &unlike] {
    a.bind(wide);
    a.mov64(rax, in);
    a.sub64(rax, a.literal64(heap::tagBits(heap::Tag::kWideInt)));
    a.cmp64(rax, a.literal64(uint64_t{1} << heap::kTagShift));
    a.jcc(Condition::kAboveEqual, unlike);
    a.mov64(out, Mem(rax, Imm(kContents)));
    a.jmp(done);
  });
}

void Emitter::emitNewBlock(const Node* n) {
  if (bytesOf(n) > kMostBumped) return refuse("a very large block");
  auto bytes = static_cast<int>(bytesOf(n));
  bump(bytesOf(n));
  header(-bytes, Kind::kBlock, n->inputCount(), static_cast<uint8_t>(n->aux));
  for (uint32_t i = 0; i < n->inputCount(); i++) {
    initialize(-bytes + kContents + 8 * static_cast<int>(i), n->input(i));
  }
  a.lea64(result(), Mem(rax, Imm(-bytes)));
  a.sub64(result(), kOtherBias);
}

}  // namespace devvm::jit
