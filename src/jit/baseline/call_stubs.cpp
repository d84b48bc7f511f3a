#include "jit/baseline/call_stubs.h"

#include "interpreter/drive.h"
#include "interpreter/frame_layout.h"
#include "interpreter/interpreter.h"
#include "runtime/native.h"

namespace devvm::jit {

using namespace x64;
using namespace runtime;

namespace {

constexpr int kNativeRoom = 8 * static_cast<int>(interpreter::kNativeFrameSlots);
constexpr uint8_t kMachineBit = 54;
static_assert(Link::kMachine == uint64_t{1} << kMachineBit);
constexpr uint32_t kExtraMask = 0x3FFFFF;

Imm status(FiberStatus s) { return Imm(static_cast<int32_t>(s)); }
Imm intrinsic(Intrinsic i) { return Imm(static_cast<int32_t>(i)); }
Imm tag(heap::Tag t) { return Imm(static_cast<int32_t>(t)); }
Imm kind(Kind k) { return Imm(static_cast<int32_t>(k)); }
Mem field(Gpr object, int offset) { return Mem(object, Imm(offset)); }
Mem ofIsolate(int offset) { return Mem(kIsolate, Imm(offset)); }

}  // namespace

void CallStubs::untag(Gpr r) {
  a.shl64(r, 16);
  a.shr64(r, 16);
}

void CallStubs::genericUnlessZero(const Mem& byte) {
  a.cmp8(byte, 0);
  genericIf(Condition::kNotEqual);
}

// Within the call stub: rsi = sp, rdx = pc, rdi = count | wanted << 32, rcx = count, r8 = where to come back to. Until
// the last check has passed nothing is written and these stay as they are.
void CallStubs::writeCall() {
  Label again, notFunction, notClosure, isIntrinsic, plain;
  a.bind(again);
  a.mov64(r8, rcx);
  a.mov32(rcx, rdi);
  a.mov64(rax, Mem(rsi, rcx, Scale::k8));
  a.mov64(r9, rax);
  a.shr64(r9, heap::kTagShift);
  a.cmp32(r9, tag(heap::Tag::kFunction));
  a.jcc(Condition::kNotEqual, notFunction);
  genericUnlessZero(ofIsolate(offset::kHooksOn));
  untag(rax);
  a.cmp8(field(rax, offset::kKind), kind(Kind::kClosure));
  a.jcc(Condition::kNotEqual, notClosure);
  closure();

  a.bind(notClosure);
  a.lea64(r9, Mem(rsi, -kNativeRoom));
  a.cmp64(r9, ofIsolate(offset::kStackLimit));
  genericIf(Condition::kBelow);
  a.mov64(r10, field(rax, offset::kNativeInfo));
  a.movzx8to32(r9, field(r10, offset::kInfoIntrinsic));
  a.test32(r9, r9);
  a.jcc(Condition::kNotZero, isIntrinsic);
  a.bind(plain);
  native();
  a.bind(isIntrinsic);
  intrinsics(plain);

  a.bind(notFunction);
  genericUnlessZero(ofIsolate(offset::kHooksOn));
  callTable();
  a.jmp(again);

  a.bind(generic_);
  a.mov64(rcx, r8);
  a.jmp(callGeneric);
}

void CallStubs::writeFastNative() {
  Label ordinary, suits, give;
  const Gpr kept[] = {rsi, rdi, rdx, rcx, r10};
  a.mov32(r10, rdi);
  a.mov64(rax, Mem(rsi, r10, Scale::k8));
  a.mov64(r9, rax);
  a.shr64(r9, heap::kTagShift);
  a.cmp32(r9, tag(heap::Tag::kFunction));
  a.jcc(Condition::kNotEqual, ordinary);
  untag(rax);
  a.cmp8(field(rax, offset::kKind), kind(Kind::kNative));
  a.jcc(Condition::kNotEqual, ordinary);
  a.mov64(r9, field(rax, offset::kNativeInfo));
  a.mov64(r11, field(r9, offset::kInfoFast));
  a.test64(r11, r11);
  a.jcc(Condition::kZero, ordinary);
  a.mov64(rax, rdi);
  a.shr64(rax, 32);
  a.cmp32(rax, 1);
  a.jcc(Condition::kBelowEqual, suits);
  a.cmp32(rax, Imm(Link::kOpen));
  a.jcc(Condition::kNotEqual, ordinary);
  a.cmp8(field(r9, offset::kInfoOneResult), 0);
  a.jcc(Condition::kEqual, ordinary);
  a.bind(suits);
  for (Gpr r : kept) a.push(r);
  a.sub64(rsp, 8);
  a.lea64(rsi, Mem(rsi, r10, Scale::k8, -8));
  a.mov64(rdx, r10);
  a.mov64(rdi, kIsolate);
  a.call(r11);
  a.add64(rsp, 8);
  for (size_t i = std::size(kept); i-- > 0;) a.pop(kept[i]);
  a.cmp64(rax, a.literal64(Value::kAbsentBits));
  a.jcc(Condition::kEqual, ordinary);
  a.lea64(rdx, Mem(rsi, r10, Scale::k8));
  a.shr64(rdi, 32);
  a.cmp32(rdi, 1);
  a.jcc(Condition::kBelowEqual, give);
  a.mov64(field(rdx, 0), rax);
  a.mov64(r9, ofIsolate(offset::kFiber));
  a.mov32(field(r9, offset::kOpenCount), 1);
  a.mov64(field(r9, offset::kFiberSp), rdx);
  a.bind(give);
  a.jmp(rcx);
  a.bind(ordinary);
}

/// A compiled function, as interpreter::enterClosure. Its object is in rax.
void CallStubs::closure() {
  Label vararg, poll, copy, fill, filled, copyVararg, accepted;
  a.mov64(r9, field(rax, offset::kClosureCode));
  a.mov64(rax, addressOf(interpreter::kEnterMachineCode));
  a.cmp64(rax, field(r9, offset::kCodeStart));
  genericIf(Condition::kNotEqual);
  a.movsxd(rax, field(r9, offset::kStackNeeded));
  a.neg64(rax);
  a.lea64(rax, Mem(rsi, rax, Scale::k8));
  a.cmp64(rax, ofIsolate(offset::kStackLimit));
  genericIf(Condition::kBelow);
  // eax: how many arguments become locals. rdx: the link's upper half.
  a.movzx8to32(r10, field(r9, offset::kCodeParameters));
  a.mov32(rax, rcx);
  a.cmp32(rcx, r10);
  a.jcc(Condition::kEqual, accepted, Distance::kShort);
  a.cmp8(field(r9, offset::kCodeExactArity), 0);
  genericIf(Condition::kNotEqual);
  a.cmp32(rcx, r10);
  a.cmov32(Condition::kAbove, rax, r10);
  a.bind(accepted);
  a.mov64(rdx, rdi);
  a.shr64(rdx, 32);
  a.shl32(rdx, 24);
  a.or32(rdx, Imm(static_cast<int32_t>(Link::kMachine >> 32)));
  a.cmp8(field(r9, offset::kCodeVararg), 0);
  a.jcc(Condition::kNotEqual, vararg);

  // They move two words down, the last one first: r11 is the frame.
  a.lea64(r11, Mem(rsi, rcx, Scale::k8, -16));
  a.mov64(rdi, rax);
  a.neg64(rdi);
  a.jcc(Condition::kZero, locals_);
  a.bind(copy);
  a.mov64(rcx, Mem(r11, rdi, Scale::k8, 16));
  a.mov64(Mem(r11, rdi, Scale::k8), rcx);
  a.add64(rdi, 1);
  a.jcc(Condition::kNotZero, copy);

  // r9: code, r11: frame, r8: return address, edx: upper half of the link, eax: locals that have their values; the
  // caller's frame is still in its register.
  a.bind(locals_);
  a.mov64(field(r11, 8), r8);
  a.shl64(rdx, 32);
  a.mov64(rcx, kFrame);
  a.sub64(rcx, r11);
  a.shr64(rcx, 3);
  a.or64(rdx, rcx);
  a.mov64(field(r11, 0), rdx);
  // The other locals are nil, the last one first: rsi is its address.
  a.movzx16to32(rcx, field(r9, offset::kCodeLocals));
  a.mov64(rsi, rcx);
  a.neg64(rsi);
  a.lea64(rsi, Mem(r11, rsi, Scale::k8));
  a.sub32(rcx, rax);
  a.jcc(Condition::kZero, filled);
  a.mov64(rax, static_cast<int64_t>(Value::kNilBits));
  a.bind(fill);
  a.mov64(Mem(rsi, rcx, Scale::k8, -8), rax);
  a.sub32(rcx, 1);
  a.jcc(Condition::kNotZero, fill);
  a.bind(filled);
  a.mov64(kFrame, r11);
  a.sub64(ofIsolate(offset::kBudget), 1);
  a.jcc(Condition::kSign, poll);
  a.mov64(rcx, field(r9, offset::kCodeMachine));
  a.jmp(field(rcx, offset::kBodyEntry));

  a.bind(poll);
  a.sub64(rsi, 8);
  a.mov64(rdx, field(r9, offset::kCodeStart));
  a.mov64(rax, addressOf(&interpreter::safepoint));
  a.jmp(goOn);

  // Variable arguments stay where they are, the header comes below them.
  a.bind(vararg);
  a.lea64(r11, Mem(rsi, -24));
  a.mov64(r10, Mem(rsi, rcx, Scale::k8));
  a.mov64(field(r11, 16), r10);
  a.lea64(rdx, Mem(rdx, rcx, Scale::k1, 1));
  a.mov64(rdi, rax);
  a.sub64(rcx, rax);
  a.lea64(rsi, Mem(rsi, rcx, Scale::k8));  // the last argument that becomes a local
  a.neg64(rdi);
  a.jcc(Condition::kZero, locals_);
  a.bind(copyVararg);
  a.mov64(rcx, field(rsi, 0));
  a.add64(rsi, 8);
  a.mov64(Mem(r11, rdi, Scale::k8), rcx);
  a.add64(rdi, 1);
  a.jcc(Condition::kNotZero, copyVararg);
  a.jmp(locals_);
}

/// The header of a native's frame over its arguments; r11 is the frame. Destroys rax, rdi, r8.
void CallStubs::layNativeFrame(uint64_t state, uint64_t linkFlags) {
  a.lea64(r11, Mem(rsi, -24));
  a.mov64(rax, Mem(rsi, rcx, Scale::k8));
  a.mov64(field(r11, 16), rax);
  a.mov64(field(r11, 8), r8);
  a.shr64(rdi, 32);
  a.shl32(rdi, 24);
  a.lea64(rdi, Mem(rdi, rcx, Scale::k1, static_cast<int32_t>(linkFlags >> 32) + 1));
  a.shl64(rdi, 32);
  a.mov64(rax, kFrame);
  a.sub64(rax, r11);
  a.shr64(rax, 3);
  a.or64(rdi, rax);
  a.mov64(field(r11, 0), rdi);
  a.mov64(rax, static_cast<int64_t>(state));
  a.mov64(field(r11, -8), rax);
}

/// A native that knows nothing of the engine: its facts are in r10.
void CallStubs::native() {
  layNativeFrame(Value::smallInt(0).bits(), Link::kMachine);
  runNative();
  deliver();
}

/// Runs the native whose frame r11 was just laid: rcx values, the first one below rsi, are what it gave; r9 is the
/// fiber, r11 the frame, rax the answer as it came.
void CallStubs::runNative() {
  a.mov64(r9, ofIsolate(offset::kFiber));
  a.lea64(rax, Mem(r11, -8));
  a.mov64(field(r9, offset::kFiberFp), r11);
  a.mov64(field(r9, offset::kFiberSp), rax);
  a.mov64(field(r9, offset::kFiberPc), rdx);
  static_assert(sizeof(NativeCall) == 24 && sizeof(NativeResult) == 8 && offsetof(NativeResult, count) == 4);
  static_assert(static_cast<int>(NativeResult::Action::kReturn) == 0 && offsetof(NativeResult, action) == 0);
  a.sub64(rsp, 32);
  a.mov64(field(rsp, 0), kIsolate);
  a.mov64(field(rsp, 8), r9);
  a.mov64(field(rsp, 16), 0);
  a.mov64(rdi, rsp);
  a.call(field(r10, offset::kInfoFunction));
  a.add64(rsp, 32);
  a.test8(rax, rax);
  a.jcc(Condition::kNotZero, answered);
  a.cmp8(ofIsolate(offset::kHooksOn), 0);
  a.jcc(Condition::kNotEqual, answered);
  a.cmp8(ofIsolate(offset::kFinalizersDue), 0);
  a.jcc(Condition::kNotEqual, answered);
  a.mov64(rcx, rax);
  a.shr64(rcx, 32);
  a.mov64(r9, ofIsolate(offset::kFiber));
  a.mov64(r11, field(r9, offset::kFiberFp));  // the stack may have moved
  a.mov64(rsi, field(r9, offset::kFiberSp));
  a.lea64(rsi, Mem(rsi, rcx, Scale::k8));
}

/// Gives rcx values, the first one below rsi, to the machine code that called frame r11 of fiber r9.
void CallStubs::deliver() {
  Label several, noValue, exact, put, nothingLeft, next, done, machine;
  a.bind(deliver_);
  a.mov64(rdx, field(r11, 0));
  // Somebody may have looked at the caller meanwhile, who goes on in the interpreter then.
  a.bt64(rdx, kMachineBit);
  a.jcc(Condition::kCarry, machine, Distance::kShort);
  a.mov64(kFrame, r11);
  a.jmp(giveGeneric);
  a.bind(machine);
  a.mov64(r8, field(r11, 8));
  a.mov32(rax, rdx);
  a.lea64(kFrame, Mem(r11, rax, Scale::k8));
  a.mov64(rax, rdx);
  a.shr64(rax, 32);
  a.and32(rax, Imm(static_cast<int32_t>(kExtraMask)));
  a.lea64(r10, Mem(r11, rax, Scale::k8, 16));  // the callee's slot
  a.shr64(rdx, 56);
  a.cmp32(rdx, 1);
  a.jcc(Condition::kNotEqual, several);
  a.test32(rcx, rcx);
  a.jcc(Condition::kZero, noValue);
  a.mov64(rax, field(rsi, -8));
  a.mov64(rdx, r10);
  a.jmp(r8);
  a.bind(noValue);
  a.mov64(rax, static_cast<int64_t>(Value::kNilBits));
  a.mov64(rdx, r10);
  a.jmp(r8);

  a.bind(several);
  a.cmp32(rdx, Imm(Link::kOpen));
  a.jcc(Condition::kNotEqual, exact);
  a.mov32(field(r9, offset::kOpenCount), rcx);
  a.mov32(rdx, rcx);
  a.shl64(rcx, 3);
  a.lea64(rax, Mem(r10, 8));
  a.sub64(rax, rcx);
  a.shr64(rcx, 3);
  a.mov64(field(r9, offset::kFiberSp), rax);
  a.bind(exact);
  a.mov64(rdi, r10);
  a.bind(next);
  a.sub32(rdx, 1);
  a.jcc(Condition::kSign, done);
  a.sub32(rcx, 1);
  a.jcc(Condition::kSign, nothingLeft);
  a.mov64(rax, field(rsi, -8));
  a.sub64(rsi, 8);
  a.bind(put);
  a.mov64(field(rdi, 0), rax);
  a.sub64(rdi, 8);
  a.jmp(next);
  a.bind(nothingLeft);
  a.mov64(rax, static_cast<int64_t>(Value::kNilBits));
  a.xor32(rcx, rcx);
  a.jmp(put);
  a.bind(done);
  a.mov64(rdx, r10);
  a.jmp(r8);
}

void CallStubs::writeTailCall() {
  Label generic, native, vararg, copy, copyAll, copiedAll, accepted;
  a.mov64(r8, rax);
  a.mov64(r10, Mem(rsi, rdi, Scale::k8));
  a.mov64(r9, r10);
  a.shr64(r9, heap::kTagShift);
  a.cmp32(r9, tag(heap::Tag::kFunction));
  a.jcc(Condition::kNotEqual, generic);
  a.cmp8(ofIsolate(offset::kHooksOn), 0);
  a.jcc(Condition::kNotEqual, generic);
  a.mov64(rax, r10);
  untag(rax);
  a.cmp8(field(rax, offset::kKind), kind(Kind::kClosure));
  a.jcc(Condition::kNotEqual, native);

  // A compiled function with a caller, and room for its frame in place of this one: r11 = the slot of the callee.
  a.mov64(r9, field(rax, offset::kClosureCode));
  a.mov64(rax, addressOf(interpreter::kEnterMachineCode));
  a.cmp64(rax, field(r9, offset::kCodeStart));
  a.jcc(Condition::kNotEqual, generic);
  a.movzx8to32(rax, field(r9, offset::kCodeParameters));
  a.cmp32(rax, rdi);
  a.jcc(Condition::kEqual, accepted, Distance::kShort);
  a.cmp8(field(r9, offset::kCodeExactArity), 0);
  a.jcc(Condition::kNotEqual, generic);
  a.bind(accepted);
  a.mov64(rcx, field(kFrame, 0));
  a.mov32(rax, rcx);
  a.test32(rax, rax);
  a.jcc(Condition::kZero, generic);
  a.shr64(rcx, 32);
  a.mov32(rax, rcx);
  a.and32(rax, Imm(static_cast<int32_t>(kExtraMask)));
  a.lea64(r11, Mem(kFrame, rax, Scale::k8, 16));
  a.movsxd(rax, field(r9, offset::kStackNeeded));
  a.add64(rax, rdi);
  a.neg64(rax);
  a.lea64(rax, Mem(r11, rax, Scale::k8));
  a.cmp64(rax, ofIsolate(offset::kStackLimit));
  a.jcc(Condition::kBelow, generic);
  // Nothing can fail any more. edx: the new link's upper half.
  a.mov32(rdx, rcx);
  a.and32(rdx, Imm(static_cast<int32_t>(~kExtraMask)));
  a.or32(rdx, Imm(static_cast<int32_t>(Link::kTailCalled >> 32)));
  a.mov64(r8, field(kFrame, 8));
  a.mov32(rax, field(kFrame, 0));
  a.lea64(kFrame, Mem(kFrame, rax, Scale::k8));
  a.mov64(field(r11, 0), r10);
  a.movzx8to32(r10, field(r9, offset::kCodeParameters));
  a.mov32(rax, rdi);
  a.cmp32(rax, r10);
  a.cmov32(Condition::kAbove, rax, r10);
  a.lea64(rsi, Mem(rsi, rdi, Scale::k8));  // one above the first argument
  a.cmp8(field(r9, offset::kCodeVararg), 0);
  a.jcc(Condition::kNotEqual, vararg);
  auto copyWord = [this] {
    a.mov64(rcx, field(rsi, -8));
    a.sub64(rsi, 8);
    a.mov64(field(r10, -8), rcx);
    a.sub64(r10, 8);
  };
  // The first arguments become the locals: upwards, so the first one first.
  a.sub64(r11, 16);
  a.mov64(r10, r11);
  a.mov32(rdi, rax);
  a.bind(copy);
  a.sub32(rdi, 1);
  a.jcc(Condition::kSign, locals_);
  copyWord();
  a.jmp(copy);

  // All arguments stand above the header; the first ones are locals, too.
  a.bind(vararg);
  a.lea64(rdx, Mem(rdx, rdi, Scale::k1, 1));
  a.mov64(r10, r11);
  a.mov64(rcx, field(r11, 0));
  a.push(rcx);
  a.bind(copyAll);
  a.sub64(rdi, 1);
  a.jcc(Condition::kSign, copiedAll);
  copyWord();
  a.jmp(copyAll);
  a.bind(copiedAll);
  a.mov64(rsi, r11);
  a.lea64(r11, Mem(r10, -24));
  a.pop(rcx);
  a.mov64(field(r11, 16), rcx);
  a.mov64(r10, r11);
  a.mov32(rdi, rax);
  a.jmp(copy);

  a.bind(native);
  tailNative(generic);

  a.bind(generic);
  a.mov64(rax, r8);
  a.jmp(goOn);
}

/// A native keeps the frame that calls it below its own; what it gives goes to that frame's caller at once.
void CallStubs::tailNative(Label& generic) {
  Label ordinary, give, plain;
  a.mov64(r10, field(rax, offset::kNativeInfo));
  a.mov64(rcx, field(kFrame, 0));
  a.bt64(rcx, kMachineBit);
  a.jcc(Condition::kNoCarry, generic);
  a.mov64(rax, field(r10, offset::kInfoFast));
  a.test64(rax, rax);
  a.jcc(Condition::kZero, ordinary);
  // One result: where one is wanted, or the native has always one.
  a.shr64(rcx, 56);
  a.cmp32(rcx, 1);
  a.jcc(Condition::kBelowEqual, give);
  a.cmp8(field(r10, offset::kInfoOneResult), 0);
  a.jcc(Condition::kEqual, ordinary);
  a.bind(give);
  for (Gpr r : {rsi, rdi, rdx, r8, r10, kFrame}) a.push(r);
  a.lea64(rsi, Mem(rsi, rdi, Scale::k8, -8));
  a.mov64(rdx, rdi);
  a.mov64(rdi, kIsolate);
  a.call(rax);
  for (Gpr r : {kFrame, r10, r8, rdx, rdi, rsi}) a.pop(r);
  a.cmp64(rax, a.literal64(Value::kAbsentBits));
  a.jcc(Condition::kEqual, ordinary);
  a.lea64(rsi, Mem(rsi, rdi, Scale::k8, 8));
  a.mov64(field(rsi, -8), rax);
  a.mov32(rcx, 1);
  a.mov64(r9, ofIsolate(offset::kFiber));
  a.mov64(r11, kFrame);
  a.jmp(deliver_);

  a.bind(ordinary);
  a.lea64(rax, Mem(rsi, -kNativeRoom));
  a.cmp64(rax, ofIsolate(offset::kStackLimit));
  a.jcc(Condition::kBelow, generic);
  a.movzx8to32(r9, field(r10, offset::kInfoIntrinsic));
  a.test32(r9, r9);
  a.jcc(Condition::kZero, plain);
  a.cmp32(r9, intrinsic(Intrinsic::kNext));
  a.jcc(Condition::kNotEqual, generic);
  a.bind(plain);
  a.mov32(rcx, rdi);
  a.mov64(rax, static_cast<int64_t>(uint64_t{Link::kTail} << 32));
  a.or64(rdi, rax);
  a.lea64(r8, Mem(rdx, static_cast<int32_t>(interpreter::kTailCallLength)));
  layNativeFrame(Value::smallInt(0).bits(), 0);
  runNative();
  a.mov32(rdx, field(r11, 0));
  a.lea64(r11, Mem(r11, rdx, Scale::k8));
  a.jmp(deliver_);
}

void CallStubs::writeGiveBack() {
  // Callers that are machine code and want some number of values; a frame that a native in tail position keeps below
  // it, natives and fibers that wait are the call machine's.
  a.mov64(rax, field(kFrame, 0));
  a.bt64(rax, kMachineBit);
  a.jcc(Condition::kNoCarry, giveGeneric);
  a.mov64(r9, ofIsolate(offset::kFiber));
  a.mov64(r11, kFrame);
  a.jmp(deliver_);
}

/// Natives that the engine knows: the intrinsic is in r9, the object in rax.
void CallStubs::intrinsics(Label& plain) {
  Label yields, resumes, protects, protectsWithHandler;
  for (Intrinsic i : {Intrinsic::kNext, Intrinsic::kInextIterator}) {
    a.cmp32(r9, intrinsic(i));
    a.jcc(Condition::kEqual, plain);
  }
  a.cmp32(r9, intrinsic(Intrinsic::kPcall));
  a.jcc(Condition::kEqual, protects);
  a.cmp32(r9, intrinsic(Intrinsic::kXpcall));
  a.jcc(Condition::kEqual, protectsWithHandler);
  genericUnlessZero(ofIsolate(offset::kFinalizersDue));
  a.cmp32(r9, intrinsic(Intrinsic::kYield));
  a.jcc(Condition::kEqual, yields);
  a.cmp32(r9, intrinsic(Intrinsic::kResume));
  a.jcc(Condition::kEqual, resumes);
  a.cmp32(r9, intrinsic(Intrinsic::kResumePlain));
  genericIf(Condition::kNotEqual);
  resume(true);
  a.bind(resumes);
  resume(false);
  a.bind(yields);
  yield();
  a.bind(protects);
  protectedCall(false);
  a.bind(protectsWithHandler);
  protectedCall(true);
}

/// Jumps unless `values` more slots fit below the native that waits on the fiber. Destroys rax.
void CallStubs::checkRoom(Gpr fiber, Gpr values) {
  a.mov64(rax, values);
  a.neg64(rax);
  a.shl64(rax, 3);
  a.add64(rax, field(fiber, offset::kFiberSp));
  a.sub64(rax, kNativeRoom);
  a.cmp64(rax, field(fiber, offset::kFiberLimit));
  genericIf(Condition::kBelow);
}

/// Resumes a coroutine that waits in yield, called from machine code: a wrapped one (`plain`; the function's object is
/// in rax), or the first argument, whose results come behind `true`.
void CallStubs::resume(bool plain) {
  if (plain) {
    a.cmp32(field(rax, offset::kWord), 0);
    genericIf(Condition::kEqual);  // the engine's own, for assembly
    a.mov64(r9, field(rax, offset::kNativeUpvalues));
  } else {
    a.test32(rcx, rcx);
    genericIf(Condition::kZero);
    a.mov64(r9, Mem(rsi, rcx, Scale::k8, -8));
    a.mov64(rax, r9);
    a.shr64(rax, heap::kTagShift);
    a.cmp32(rax, tag(heap::Tag::kOther));
    genericIf(Condition::kNotEqual);
    a.cmp8(Mem(r9, kOtherBias, Scale::k1, offset::kKind), kind(Kind::kFiber));
    genericIf(Condition::kNotEqual);
  }
  a.mov64(r9, Mem(r9, kOtherBias, Scale::k1, offset::kFiberOfObject));
  a.mov64(r10, ofIsolate(offset::kFiber));
  a.cmp8(field(r9, offset::kFiberStatus), status(FiberStatus::kSuspended));
  genericIf(Condition::kNotEqual);
  a.cmp8(field(r9, offset::kFiberStarted), 0);
  genericIf(Condition::kEqual);
  a.cmp8(field(r9, offset::kFiberDirty), 0);
  genericIf(Condition::kEqual);
  genericUnlessZero(field(r9, offset::kFiberHookMask));
  a.cmp16(field(r10, offset::kFiberResumeDepth), Imm(static_cast<int32_t>(interpreter::kMaxNestedFibers)));
  genericIf(Condition::kAboveEqual);
  checkRoom(r9, rcx);
  a.mov64(r11, field(r9, offset::kFiberFp));
  a.mov64(rax, field(r11, 16));
  untag(rax);
  a.mov64(rax, field(rax, offset::kNativeInfo));
  a.cmp8(field(rax, offset::kInfoIntrinsic), intrinsic(Intrinsic::kYield));
  genericIf(Condition::kNotEqual);
  a.mov64(rax, field(r11, 0));
  a.bt64(rax, kMachineBit);
  genericIf(Condition::kNoCarry);

  layNativeFrame(interpreter::waitingState(1, false).bits(), Link::kMachine);
  if (!plain) {
    a.mov64(rax, static_cast<int64_t>(Value::kTrueBits));
    a.mov64(field(r11, -16), rax);
    a.sub64(rcx, 1);
  }
  a.lea64(rax, Mem(r11, plain ? -8 : -16));
  a.mov64(field(r10, offset::kFiberFp), r11);
  a.mov64(field(r10, offset::kFiberSp), rax);
  a.mov64(field(r10, offset::kFiberPc), rdx);
  a.mov8(field(r10, offset::kFiberStatus), status(FiberStatus::kNormal));
  a.mov64(field(r9, offset::kFiberResumer), r10);
  a.movzx16to32(rax, field(r10, offset::kFiberResumeDepth));
  a.add32(rax, 1);
  a.mov16(field(r9, offset::kFiberResumeDepth), rax);
  a.mov8(field(r9, offset::kFiberStatus), status(FiberStatus::kRunning));
  a.mov64(ofIsolate(offset::kFiber), r9);
  a.mov64(rax, field(r9, offset::kFiberLimit));
  a.mov64(ofIsolate(offset::kStackLimit), rax);
  a.lea64(rsi, Mem(rsi, rcx, Scale::k8));
  a.mov64(r11, field(r9, offset::kFiberFp));
  a.jmp(deliver_);
}

/// Gives the arguments to whoever resumed this coroutine from machine code.
void CallStubs::yield() {
  Label copy, copied, resumerFits;
  a.mov64(r10, ofIsolate(offset::kFiber));
  a.mov64(r9, field(r10, offset::kFiberResumer));
  a.test64(r9, r9);
  genericIf(Condition::kZero);
  genericUnlessZero(field(r10, offset::kFiberIsMain));
  a.cmp16(field(r10, offset::kFiberUnyieldable), 0);
  genericIf(Condition::kNotEqual);
  genericUnlessZero(field(r9, offset::kFiberHookMask));
  a.movzx8to32(rax, field(r9, offset::kFiberDirty));
  a.or8(rax, field(r9, offset::kFiberIsMain));
  genericIf(Condition::kZero);
  checkRoom(r9, rcx);
  a.mov64(r11, field(r9, offset::kFiberFp));
  a.mov64(rax, static_cast<int64_t>(interpreter::waitingState(1, false).bits()));
  a.cmp64(rax, field(r11, -8));
  genericIf(Condition::kNotEqual);
  a.mov64(rax, field(r11, 0));
  a.bt64(rax, kMachineBit);
  genericIf(Condition::kNoCarry);
  a.mov64(rax, field(r11, 16));
  untag(rax);
  a.mov64(rax, field(rax, offset::kNativeInfo));
  a.movzx8to32(rax, field(rax, offset::kInfoIntrinsic));
  a.cmp32(rax, intrinsic(Intrinsic::kResumePlain));
  a.jcc(Condition::kEqual, resumerFits);
  a.cmp32(rax, intrinsic(Intrinsic::kResume));
  genericIf(Condition::kNotEqual);
  a.bind(resumerFits);

  layNativeFrame(interpreter::waitingState(1, false).bits(), Link::kMachine);
  a.lea64(rax, Mem(r11, -8));
  a.mov64(field(r10, offset::kFiberFp), r11);
  a.mov64(field(r10, offset::kFiberSp), rax);
  a.mov64(field(r10, offset::kFiberPc), rdx);
  a.mov8(field(r10, offset::kFiberStatus), status(FiberStatus::kSuspended));
  a.xor32(rax, rax);
  a.mov64(field(r10, offset::kFiberResumer), rax);
  a.mov8(field(r9, offset::kFiberStatus), status(FiberStatus::kRunning));
  a.mov64(ofIsolate(offset::kFiber), r9);
  a.mov64(rax, field(r9, offset::kFiberLimit));
  a.mov64(ofIsolate(offset::kStackLimit), rax);
  a.lea64(rsi, Mem(rsi, rcx, Scale::k8));
  a.mov64(r11, field(r9, offset::kFiberFp));
  a.mov64(rax, field(r11, 16));
  untag(rax);
  a.mov64(rax, field(rax, offset::kNativeInfo));
  a.cmp8(field(rax, offset::kInfoIntrinsic), intrinsic(Intrinsic::kResume));
  a.jcc(Condition::kNotEqual, deliver_);
  // `true` waits in the native's first slot: the values come below it.
  a.mov64(rdx, rcx);
  a.lea64(rdi, Mem(r11, -24));
  a.bind(copy);
  a.sub64(rdx, 1);
  a.jcc(Condition::kSign, copied);
  a.mov64(rax, field(rsi, -8));
  a.mov64(field(rdi, 0), rax);
  a.sub64(rsi, 8);
  a.sub64(rdi, 8);
  a.jmp(copy);
  a.bind(copied);
  a.lea64(rsi, Mem(r11, -8));
  a.add64(rcx, 1);
  a.jmp(deliver_);
}

}  // namespace devvm::jit
