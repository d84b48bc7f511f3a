#include "jit/deopt/stubs.h"

#include "jit/baseline/layout.h"
#include "jit/deopt/deoptimizer.h"

namespace devvm::jit {

using namespace x64;

namespace {

constexpr Gpr kAll[] = {rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi, r8, r9, r10, r11, r12, r13, r14, r15};
constexpr Xmm kAllXmm[] = {xmm0, xmm1, xmm2,  xmm3,  xmm4,  xmm5,  xmm6,  xmm7,
                           xmm8, xmm9, xmm10, xmm11, xmm12, xmm13, xmm14, xmm15};
/// With the return address a multiple of 16.
constexpr int kSaveBytes = sizeof(RegisterSave) + 8;

Mem saved(Gpr r) { return {rsp, Imm(static_cast<int32_t>(offsetof(RegisterSave, gpr) + 8 * code(r)))}; }
Mem saved(Xmm x) { return {rsp, Imm(static_cast<int32_t>(offsetof(RegisterSave, xmm) + 8 * code(x)))}; }

void save(Assembler& a) {
  a.sub64(rsp, Imm(kSaveBytes));
  for (Gpr r : kAll) {
    if (r != rsp) a.mov64(saved(r), r);
  }
  for (Xmm x : kAllXmm) a.movsd(saved(x), x);
}

void restore(Assembler& a) {
  for (Gpr r : kAll) {
    if (r != rsp) a.mov64(r, saved(r));
  }
  for (Xmm x : kAllXmm) a.movsd(x, saved(x));
  a.add64(rsp, Imm(kSaveBytes));
}

void callFunction(Assembler& a, int64_t address) {
  a.mov64(rax, address);
  a.call(rax);
}

}  // namespace

bool OptimizedStubs::make(CodeMemory& memory, const Stubs& stubs) {
  Assembler a;
  uint32_t at[5];
  Label leave, go, back;

  at[0] = a.position();  // exit
  save(a);
  a.bind(leave);
  a.mov64(rdi, kIsolate);
  a.mov64(rsi, rsp);
  a.mov64(rdx, Mem(rsp, kSaveBytes));
  callFunction(a, addressOf(&leaveOptimized));
  a.bind(go);
  a.mov64(kHostStack, Mem(kIsolate, offset::kNativeStack));
  a.jmp(Outside(stubs.leave));

  at[1] = a.position();  // poll
  save(a);
  a.mov64(rcx, Mem(kIsolate, offset::kFiber));
  a.mov64(Mem(rcx, offset::kFiberFp), kFrame);
  a.mov64(rdi, kIsolate);
  callFunction(a, addressOf(&pollOptimized));
  a.test8(rax, rax);
  a.jcc(Condition::kZero, leave);
  restore(a);
  a.ret();

  auto callWaiting = [&a](int64_t function) {
    a.mov64(rcx, rax);
    a.mov64(rdi, kIsolate);
    a.mov64(rsi, rsp);
    a.mov64(rdx, Mem(rsp, kSaveBytes));
    callFunction(a, function);
  };
  at[2] = a.position();  // room
  save(a);
  callWaiting(addressOf(&reserveForOptimized));
  a.test8(rax, rax);
  a.jcc(Condition::kZero, leave);
  a.bind(back);
  restore(a);
  a.ret();

  at[3] = a.position();  // again
  save(a);
  callWaiting(addressOf(&answerForOptimized));
  a.cmp64(rax, a.literal64(Value::kAbsentBits));
  a.jcc(Condition::kEqual, leave);
  a.mov64(saved(rax), rax);
  a.jmp(back);

  at[4] = a.position();  // grow
  a.mov64(rcx, Mem(kIsolate, offset::kFiber));
  a.mov64(Mem(rcx, offset::kFiberFp), kFrame);
  a.mov64(rdi, kIsolate);
  a.mov32(rsi, rax);
  a.sub64(rsp, 8);
  callFunction(a, addressOf(&growForOptimized));
  a.add64(rsp, 8);
  a.test8(rax, rax);
  a.jcc(Condition::kZero, go);
  a.mov64(rcx, Mem(kIsolate, offset::kFiber));
  a.mov64(kFrame, Mem(rcx, offset::kFiberFp));
  a.ret();

  if (!a.finish()) return false;
  block = memory.place(a);
  if (!block) return false;
  auto base = reinterpret_cast<uintptr_t>(block.address);
  exit = base + at[0];
  poll = base + at[1];
  room = base + at[2];
  again = base + at[3];
  grow = base + at[4];
  return true;
}

std::vector<StubInfo> stubInfos(const OptimizedStubs& stubs) {
  auto end = static_cast<uint32_t>(reinterpret_cast<uintptr_t>(stubs.block.address) + stubs.block.bytes - stubs.grow);
  return {{"exitOptimized", stubs.exit, StubFrame::kCalled, static_cast<uint32_t>(stubs.poll - stubs.exit)},
          {"pollOptimized", stubs.poll, StubFrame::kCalled, static_cast<uint32_t>(stubs.room - stubs.poll)},
          {"roomOptimized", stubs.room, StubFrame::kCalled, static_cast<uint32_t>(stubs.again - stubs.room)},
          {"againOptimized", stubs.again, StubFrame::kCalled, static_cast<uint32_t>(stubs.grow - stubs.again)},
          {"growOptimized", stubs.grow, StubFrame::kCalled, end}};
}

}  // namespace devvm::jit
