#include "jit/codegen/stubs.h"

#include "jit/baseline/layout.h"
#include "jit/baseline/leaf_calls.h"

namespace devvm::jit {

using namespace x64;

namespace {

/// What C++ functions destroy, rax and xmm0 apart, which are the scratch registers of generated code.
constexpr Gpr kLost[] = {rcx, rdx, rsi, rdi, r8, r9, r10, r11};
constexpr int kFloats = 15;
/// With the three words, the return address and the registers a multiple of 16.
constexpr int kFloatBytes = 8 * (kFloats + 1);

Mem pushed(int i) { return Mem(rsp, Imm(8 * (3 - i))); }

void leafStub(Assembler& a) {
  for (Gpr r : kLost) a.push(r);
  a.sub64(rsp, Imm(kFloatBytes));
  for (int i = 0; i < kFloats; i++) a.movsd(Mem(rsp, Imm(8 * i)), static_cast<Xmm>(i + 1));
  constexpr int kAbove = kFloatBytes + 8 * static_cast<int>(std::size(kLost));
  a.mov64(rdi, kIsolate);
  a.mov64(rsi, Mem(rsp, Imm(kAbove + 24)));
  a.mov64(rdx, Mem(rsp, Imm(kAbove + 16)));
  a.mov64(rcx, Mem(rsp, Imm(kAbove + 8)));
  a.call(rax);
  for (int i = 0; i < kFloats; i++) a.movsd(static_cast<Xmm>(i + 1), Mem(rsp, Imm(8 * i)));
  a.add64(rsp, Imm(kFloatBytes));
  for (size_t i = std::size(kLost); i-- > 0;) a.pop(kLost[i]);
  a.ret();
}

/// Only young objects in old ones are the collector's business, and anything while it marks.
void storeStub(Assembler& a, Label& leaf) {
  Label watched, plain;
  a.cmp8(Mem(kIsolate, offset::kMarking), 0);
  a.jcc(Condition::kNotEqual, watched);
  a.mov64(rax, pushed(2));
  a.shr64(rax, heap::kTagShift);
  a.sub32(rax, Imm(static_cast<int32_t>(heap::Tag::kString)));
  a.cmp32(rax, 5);
  a.jcc(Condition::kAboveEqual, plain);
  a.mov64(rax, pushed(2));
  a.shl64(rax, 16);
  a.shr64(rax, 16);
  a.sub64(rax, Mem(kIsolate, offset::kNurseryStart));
  a.cmp64(rax, Mem(kIsolate, offset::kNurserySize));
  a.jcc(Condition::kAboveEqual, plain);
  a.bind(watched);
  a.mov64(rax, addressOf(&leafStore));
  a.jmp(leaf);
  a.bind(plain);
  a.movsd(xmm0, pushed(2));
  a.mov64(rax, pushed(1));
  a.movsd(Mem(rax), xmm0);
  a.ret();
}

}  // namespace

bool CodegenStubs::make(CodeMemory& memory) {
  Assembler a;
  Label leafLabel;
  uint32_t at[2];
  at[0] = a.position();
  a.bind(leafLabel);
  leafStub(a);
  at[1] = a.position();
  storeStub(a, leafLabel);
  if (!a.finish()) return false;
  block = memory.place(a);
  if (!block) return false;
  auto base = reinterpret_cast<uintptr_t>(block.address);
  leaf = base + at[0];
  store = base + at[1];
  return true;
}

std::vector<StubInfo> stubInfos(const CodegenStubs& stubs) {
  auto end = static_cast<uint32_t>(reinterpret_cast<uintptr_t>(stubs.block.address) + stubs.block.bytes - stubs.store);
  return {{"leafOptimized", stubs.leaf, StubFrame::kCalled, static_cast<uint32_t>(stubs.store - stubs.leaf)},
          {"storeOptimized", stubs.store, StubFrame::kCalled, end}};
}

}  // namespace devvm::jit
