#include "jit/codegen/stubs.h"

#include "jit/baseline/layout.h"
#include "jit/baseline/leaf_calls.h"
#include "jit/codegen/leaves.h"

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

/// Jumps if the collector wants to know that the value is stored in an object that it watches: only young objects in
/// old ones are its business, and anything while it marks. Destroys rax.
void testWatched(Assembler& a, const Mem& value, Label& watched) {
  Label plain;
  a.cmp8(Mem(kIsolate, offset::kMarking), 0);
  a.jcc(Condition::kNotEqual, watched);
  a.mov64(rax, value);
  a.shr64(rax, heap::kTagShift);
  a.sub32(rax, Imm(static_cast<int32_t>(heap::Tag::kString)));
  a.cmp32(rax, 5);
  a.jcc(Condition::kAboveEqual, plain);
  a.mov64(rax, value);
  a.shl64(rax, 16);
  a.shr64(rax, 16);
  a.sub64(rax, Mem(kIsolate, offset::kNurseryStart));
  a.cmp64(rax, Mem(kIsolate, offset::kNurserySize));
  a.jcc(Condition::kBelow, watched);
  a.bind(plain);
}

void storeStub(Assembler& a, Label& leaf) {
  Label watched, plain;
  testWatched(a, pushed(2), watched);
  a.jmp(plain);
  a.bind(watched);
  a.mov64(rax, addressOf(&leafStore));
  a.jmp(leaf);
  a.bind(plain);
  a.movsd(xmm0, pushed(2));
  a.mov64(rax, pushed(1));
  a.movsd(Mem(rax), xmm0);
  a.ret();
}

// ---- fields, by what the isolate remembers of them (runtime/shared_cache.h) ----

constexpr Gpr kFieldSaved[] = {rcx, rdx};
Mem argument(int i) { return Mem(rsp, Imm(8 * (3 - i) + 8 * static_cast<int>(std::size(kFieldSaved)))); }

void endField(Assembler& a) {
  for (size_t i = std::size(kFieldSaved); i-- > 0;) a.pop(kFieldSaved[i]);
}

/// rdx = the way that the cache at `cache` has from the table (the first argument, rcx afterwards) to the field (the
/// second one), eax = its kind. Destroys xmm0.
void findWay(Assembler& a, int cache, Label& unknown) {
  constexpr runtime::SharedCache::Layout kLayout = runtime::SharedCache::layout();
  static_assert(kLayout.entryBytes == 32);
  for (Gpr r : kFieldSaved) a.push(r);
  a.mov64(rcx, argument(0));
  a.mov32(rax, Mem(rcx, kTableBias, Scale::k1, offset::kWord));
  a.movd(xmm0, rax);
  a.imul32(rax, rax, Imm(static_cast<int32_t>(runtime::SharedCache::kShapeFactor)));
  a.mov64(rdx, argument(1));
  a.shr64(rdx, runtime::SharedCache::kKeyShift);
  a.xor32(rdx, rax);
  a.imul32(rdx, rdx, Imm(static_cast<int32_t>(runtime::SharedCache::kMixFactor)));
  a.shr32(rdx, 32 - runtime::SharedCache::kBits);
  a.shl32(rdx, 5);
  a.lea64(rdx, Mem(kIsolate, rdx, Scale::k1, Imm(cache + kLayout.entries)));
  a.mov64(rax, argument(1));
  a.cmp64(rax, Mem(rdx, Imm(kLayout.key)));
  a.jcc(Condition::kNotEqual, unknown);
  a.mov32(rax, Mem(kIsolate, offset::kPrototypeEpoch));
  a.cmp32(rax, Mem(rdx, Imm(kLayout.epoch)));
  a.jcc(Condition::kNotEqual, unknown);
  a.add64(rdx, Imm(kLayout.way));
  a.movd(rax, xmm0);
  a.cmp32(rax, Mem(rdx, offset::kWayShape));
  a.jcc(Condition::kNotEqual, unknown);
  a.movzx16to32(rax, Mem(rdx, offset::kWayHow));
}

/// Slot rax of the table rcx beyond those in the table; overwrites rcx.
Mem overflowSlot(Assembler& a) {
  a.mov64(rcx, Mem(rcx, kTableBias, Scale::k1, offset::kTableProps));
  a.add64(rcx, kOtherBias);
  return Mem(rcx, rax, Scale::k8, offset::kArraySlots);
}

Imm kindOf(runtime::CacheKind k) { return Imm(static_cast<int32_t>(k)); }

void getFieldStub(Assembler& a, Label& leaf) {
  using runtime::CacheKind;
  Label unknown, notInline, notOverflow, isHolder, holderInline, check, checkHolder, nil, done;
  findWay(a, offset::kReadCache, unknown);
  a.cmp32(rax, kindOf(CacheKind::kOwnInline));
  a.jcc(Condition::kNotEqual, notInline);
  a.mov32(rax, Mem(rdx, offset::kWaySlot));
  a.add64(rcx, rax);
  a.mov64(rax, Mem(rcx, kTableBias));
  a.bind(check);
  a.cmp64(rax, a.literal64(Value::kNilBits));
  a.jcc(Condition::kEqual, nil);
  a.bind(done);
  endField(a);
  a.ret();

  // A metatable may have a say.
  a.bind(nil);
  a.cmp16(Mem(rdx, offset::kWayPlain), 0);
  a.jcc(Condition::kNotEqual, done);
  a.bind(unknown);
  endField(a);
  a.mov64(rax, leafFunction(ir::Leaf::kGetField).address);
  a.jmp(leaf);

  a.bind(notInline);
  a.cmp32(rax, kindOf(CacheKind::kOwnOverflow));
  a.jcc(Condition::kNotEqual, notOverflow);
  a.mov32(rax, Mem(rdx, offset::kWaySlot));
  a.mov64(rax, overflowSlot(a));
  a.jmp(check);

  a.bind(notOverflow);
  a.cmp32(rax, kindOf(CacheKind::kAbsent));
  a.jcc(Condition::kNotEqual, isHolder);
  a.mov64(rax, static_cast<int64_t>(Value::kNilBits));
  a.jmp(done);

  a.bind(isHolder);
  a.jcc(Condition::kAbove, unknown);
  static_assert(CacheKind::kHolderOverflow < CacheKind::kAbsent && CacheKind::kOwnOverflow < CacheKind::kHolderInline);
  a.mov32(rcx, Mem(rdx, offset::kWayHolder));
  a.push(rcx);
  a.mov64(rcx, Mem(kIsolate, offset::kShapes));
  a.pop(rax);
  a.mov64(rcx, Mem(rcx, rax, Scale::k8));
  a.mov64(rcx, Mem(rcx, offset::kShapeOwner));
  a.mov64(rax, rcx);
  a.shr64(rax, heap::kTagShift);
  a.cmp32(rax, Imm(static_cast<int32_t>(heap::Tag::kTable)));
  a.jcc(Condition::kNotEqual, unknown);
  a.mov32(rax, Mem(rdx, offset::kWaySlot));
  a.cmp16(Mem(rdx, offset::kWayHow), kindOf(CacheKind::kHolderInline));
  a.jcc(Condition::kEqual, holderInline);
  a.mov64(rax, overflowSlot(a));
  a.jmp(checkHolder);
  a.bind(holderInline);
  a.add64(rcx, rax);
  a.mov64(rax, Mem(rcx, kTableBias));
  a.bind(checkHolder);
  a.cmp64(rax, a.literal64(Value::kNilBits));
  a.jcc(Condition::kNotEqual, done);
  a.jmp(unknown);
}

/// Gives true, as leafSetField does.
void setFieldStub(Assembler& a, Label& leaf) {
  using runtime::CacheKind;
  Label unknown, notInline, check, put, nil, watched;
  findWay(a, offset::kWriteCache, unknown);
  a.cmp32(rax, kindOf(CacheKind::kOwnInline));
  a.jcc(Condition::kNotEqual, notInline);
  a.mov32(rax, Mem(rdx, offset::kWaySlot));
  a.add64(rcx, kTableBias);
  a.add64(rax, rcx);
  // rcx: what holds the field, rax: its address.
  a.bind(check);
  a.movsd(xmm0, argument(2));
  a.test8(Mem(rcx, offset::kGc), Imm(heap::kNeedsBarrier));
  a.mov64(rcx, Mem(rax));
  a.jcc(Condition::kNotZero, watched);
  a.cmp64(rcx, a.literal64(Value::kNilBits));
  a.jcc(Condition::kEqual, nil);
  a.bind(put);
  a.movsd(Mem(rax), xmm0);
  a.mov32(rax, 1);
  endField(a);
  a.ret();

  a.bind(nil);
  a.cmp16(Mem(rdx, offset::kWayPlain), 0);
  a.jcc(Condition::kNotEqual, put);
  a.bind(unknown);
  endField(a);
  a.mov64(rax, leafFunction(ir::Leaf::kSetField).address);
  a.jmp(leaf);

  a.bind(watched);
  a.cmp64(rcx, a.literal64(Value::kNilBits));
  a.jcc(Condition::kEqual, unknown);
  a.mov64(rcx, rax);
  testWatched(a, argument(2), unknown);
  a.mov64(rax, rcx);
  a.jmp(put);

  a.bind(notInline);
  a.cmp32(rax, kindOf(CacheKind::kOwnOverflow));
  a.jcc(Condition::kNotEqual, unknown);
  a.mov32(rax, Mem(rdx, offset::kWaySlot));
  a.lea64(rax, overflowSlot(a));
  a.jmp(check);
}

}  // namespace

bool CodegenStubs::make(CodeMemory& memory) {
  Assembler a;
  Label leafLabel;
  uint32_t at[4];
  at[0] = a.position();
  a.bind(leafLabel);
  leafStub(a);
  at[1] = a.position();
  storeStub(a, leafLabel);
  at[2] = a.position();
  getFieldStub(a, leafLabel);
  at[3] = a.position();
  setFieldStub(a, leafLabel);
  if (!a.finish()) return false;
  block = memory.place(a);
  if (!block) return false;
  auto base = reinterpret_cast<uintptr_t>(block.address);
  leaf = base + at[0];
  store = base + at[1];
  getField = base + at[2];
  setField = base + at[3];
  return true;
}

std::vector<StubInfo> stubInfos(const CodegenStubs& stubs) {
  auto bytes = [](uintptr_t from, uintptr_t to) { return static_cast<uint32_t>(to - from); };
  auto end = reinterpret_cast<uintptr_t>(stubs.block.address) + stubs.block.bytes;
  return {{"leafOptimized", stubs.leaf, StubFrame::kCalled, bytes(stubs.leaf, stubs.store)},
          {"storeOptimized", stubs.store, StubFrame::kCalled, bytes(stubs.store, stubs.getField)},
          {"getFieldOptimized", stubs.getField, StubFrame::kCalled, bytes(stubs.getField, stubs.setField)},
          {"setFieldOptimized", stubs.setField, StubFrame::kCalled, bytes(stubs.setField, end)}};
}

}  // namespace devvm::jit
