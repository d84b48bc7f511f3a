#include "jit/baseline/stubs.h"

#include <utility>

#include "interpreter/calls.h"
#include "interpreter/frame_layout.h"
#include "interpreter/interpreter.h"
#include "jit/baseline/call_stubs.h"
#include "jit/baseline/layout.h"
#include "jit/baseline/leaf_calls.h"
#include "runtime/frames.h"

namespace devvm::jit {

using namespace runtime;
using namespace x64;

namespace {

/// Words of a frame, from its callee down, that lie below the place from where the interpreter measures what a call
/// needs: the callee's last argument, before the header came between. Both must find the stack full at the same depth.
constexpr uint32_t kBelowArguments = 3;

/// There is no room for the innermost frame, which machine code laid out: the error is its caller's.
void raiseOverflowInCaller(Isolate& iso) {
  Fiber& f = *iso.fiber;
  Frame callee{&f, f.fp, f.sp, nullptr}, caller;
  callerFrame(callee, caller);
  f.sp = calleeSlotOf(f.fp) + 1;
  f.fp = caller.fp;
  f.pc = caller.pc;
  interpreter::raiseStackOverflow(iso);
  interpreter::unwind(iso);
}

void enterInterpreted(Isolate* iso) { interpretCallee(*iso, codeOf(iso->fiber->fp)->start); }

/// Of a compiled function that does not fit on the stack: whether it does now.
bool growForCallee(Isolate* iso) {
  Fiber& f = *iso->fiber;
  const Code* code = codeOf(f.fp);
  f.sp = f.fp - 1 - code->parameters;
  f.pc = code->entry;
  if (growStack(f, code->stackNeeded - kBelowArguments)) return true;
  raiseOverflowInCaller(*iso);
  return false;
}

/// Where the call machine lets a call from the innermost frame return. Errors have the position of that frame: if it is
/// one of optimized code and the call may fail before the callee has a frame, it becomes the interpreter's.
ReturnTo returnOf(Isolate& iso, uint32_t count, const uint8_t* returnAddress) {
  Fiber& f = *iso.fiber;
  ReturnTo machine(returnAddress, Link::kMachine);
  if (Fiber::optimizedAt(codeOf(f.fp), returnAddress) == nullptr) return machine;
  if (Value callee = f.sp[count]; callee.isFunction() && !iso.hooksOn) {
    uint32_t needed =
        isKind(callee, Kind::kClosure) ? as<Closure>(callee)->code->stackNeeded : interpreter::kNativeFrameSlots;
    if (f.sp - needed >= f.limit || growStack(f, needed)) return machine;
  }
  const uint8_t* pc = f.pc;
  iso.tiers->materializeReturned(f, returnAddress);
  return std::exchange(f.pc, pc);
}

/// Calls whatever stands below the arguments.
const uint8_t* callAnything(Isolate* iso, uint64_t countAndWanted, const uint8_t* returnAddress) {
  auto count = static_cast<uint32_t>(countAndWanted);
  ReturnTo returnTo = returnOf(*iso, count, returnAddress);
  interpreter::invoke(*iso, count, static_cast<uint8_t>(countAndWanted >> 32), returnTo);
  return interpreter::machineContinuation(*iso);
}

/// The innermost native answered something else than values, or something waits to come between.
const uint8_t* nativeAnswered(Isolate* iso, NativeResult result) {
  interpreter::settleNative(*iso, result);
  return interpreter::machineContinuation(*iso);
}

/// The frame that is to return to bytecode `expected`, if it is the innermost one or called by the native that is,
/// returns to machine code instead. Whatever it is, its caller stands there with all operands in memory.
const uint8_t* afterStep(Isolate* iso, const uint8_t* expected, const uint8_t* resume, uint64_t slotAndWanted) {
  auto wanted = static_cast<uint8_t>(slotAndWanted >> 32);
  int64_t slot = static_cast<int32_t>(slotAndWanted) / 8;
  Value* frame = iso->hooksOn ? nullptr : iso->fiber->fp;
  for (int i = 0; i < 2 && frame != nullptr; i++) {
    Link link = linkOf(frame);
    Value* caller = Fiber::callerOf(frame);
    if (!link.returnsToMachine() && returnAddressOf(frame) == expected && link.wanted() == wanted &&
        caller != nullptr && calleeSlotOf(frame) - caller == slot) {
      frame[0] = Value::fromBits(link.bits | Link::kMachine);
      frame[1] = Value::fromBits(reinterpret_cast<uint64_t>(resume));
      break;
    }
    frame = caller;
  }
  return interpreter::machineContinuation(*iso);
}

/// Returns the `count` values below `first` from the innermost frame.
const uint8_t* giveBackAnyhow(Isolate* iso, Value* first, uint64_t count) {
  iso->fiber->sp = first - count;
  interpreter::returnValues(*iso, static_cast<uint32_t>(count));
  return interpreter::machineContinuation(*iso);
}

/// Does the instruction at which the fiber stands by a slow path.
const uint8_t* doAndGoOn(Isolate* iso, void (*path)(Isolate&)) {
  path(*iso);
  return interpreter::machineContinuation(*iso);
}

void deoptimized(Isolate* iso, const uint8_t* from) {
  iso->tiers->deoptimized(*iso, const_cast<Code&>(*codeOf(iso->fiber->fp)), from);
}

void saveState(Assembler& a) {
  a.mov64(rcx, Mem(kIsolate, offset::kFiber));
  a.mov64(Mem(rcx, offset::kFiberSp), rsi);
  a.mov64(Mem(rcx, offset::kFiberFp), kFrame);
  a.mov64(Mem(rcx, offset::kFiberPc), rdx);
}

void loadFrame(Assembler& a) {
  a.mov64(rcx, Mem(kIsolate, offset::kFiber));
  a.mov64(kFrame, Mem(rcx, offset::kFiberFp));
}

/// Jumps to the machine code in rax (null: leaves). Return addresses find the callee's slot and the result.
void jumpToContinuation(Assembler& a, Label& leave) {
  a.test64(rax, rax);
  a.jcc(Condition::kZero, leave);
  loadFrame(a);
  a.mov64(rcx, rax);
  a.mov64(rdx, Mem(kIsolate, offset::kReturnSlot));
  a.test64(rdx, rdx);
  Label noReturn;
  a.jcc(Condition::kZero, noReturn, Distance::kShort);
  a.mov64(rax, Mem(rdx));
  a.bind(noReturn);
  a.jmp(rcx);
}

void callHelper(Assembler& a, uintptr_t function) {
  a.sub64(rsp, 8);
  a.mov64(rax, static_cast<int64_t>(function));
  a.call(rax);
  a.add64(rsp, 8);
}

/// Looks for the shape in ecx and the key in xmm0 among what all sites share, while the epoch of the cell in rdx holds:
/// rsi = the way. `cache`: readCache's or writeCache's place in the isolate. Destroys rax, rsi.
void sharedCacheLookup(Assembler& a, int cache, Label& absent, Label& found) {
  constexpr SharedCache::Layout kLayout = SharedCache::layout();
  a.mov32(rax, Mem(rdx, offset::kCellEpoch));
  a.cmp32(rax, Mem(kIsolate, offset::kPrototypeEpoch));
  a.jcc(Condition::kNotEqual, absent);
  a.movq(rsi, xmm0);
  a.shr64(rsi, SharedCache::kKeyShift);
  a.imul32(rax, rcx, Imm(static_cast<int32_t>(SharedCache::kShapeFactor)));
  a.xor32(rsi, rax);
  a.imul32(rsi, rsi, Imm(static_cast<int32_t>(SharedCache::kMixFactor)));
  a.shr32(rsi, 32 - SharedCache::kBits);
  a.shl32(rsi, 5);
  static_assert(kLayout.entryBytes == 32);
  a.lea64(rsi, Mem(kIsolate, rsi, Scale::k1, Imm(cache + kLayout.entries)));
  a.movq(rax, xmm0);
  a.cmp64(rax, Mem(rsi, Imm(kLayout.key)));
  a.jcc(Condition::kNotEqual, absent);
  a.mov32(rax, Mem(rdx, offset::kCellEpoch));
  a.cmp32(rax, Mem(rsi, Imm(kLayout.epoch)));
  a.jcc(Condition::kNotEqual, absent);
  a.add64(rsi, Imm(kLayout.way));
  a.cmp32(rcx, Mem(rsi, offset::kWayShape));
  a.jcc(Condition::kEqual, found);
}

/// Only young objects in old ones are the collector's business, and anything while it marks.
void storeStub(Assembler& a, Label& leaf) {
  Label watched, plain;
  a.push(rsi);
  a.cmp8(Mem(kIsolate, offset::kMarking), 0);
  a.jcc(Condition::kNotEqual, watched);
  a.mov64(rsi, rdx);
  a.shr64(rsi, heap::kTagShift);
  a.sub32(rsi, Imm(static_cast<int32_t>(heap::Tag::kString)));
  a.cmp32(rsi, 5);
  a.jcc(Condition::kAboveEqual, plain);
  a.mov64(rsi, rdx);
  a.shl64(rsi, 16);
  a.shr64(rsi, 16);
  a.sub64(rsi, Mem(kIsolate, offset::kNurseryStart));
  a.cmp64(rsi, Mem(kIsolate, offset::kNurserySize));
  a.jcc(Condition::kAboveEqual, plain);
  a.bind(watched);
  a.pop(rsi);
  a.movq(xmm0, rdx);
  a.mov64(rdx, addressOf(&leafStore));
  a.jmp(leaf);
  a.bind(plain);
  a.mov64(Mem(rcx), rdx);
  a.pop(rsi);
  a.ret();
}

/// rdi = the table in rax, rsi = the way for its shape in ecx: of the cell in rdx, or of a cache that all sites share.
/// Both registers are saved before.
void findWay(Assembler& a, int sharedCache, Label& absent, Label& found) {
  a.push(rsi);
  a.push(rdi);
  a.mov64(rdi, rax);
  a.lea64(rsi, Mem(rdx, offset::kCellWays));
  for (unsigned i = 0; i < FeedbackCell::kWays; i++) {
    if (i != 0) a.add64(rsi, Imm(static_cast<int32_t>(sizeof(CacheWay))));
    a.cmp32(rcx, Mem(rsi, offset::kWayShape));
    a.jcc(Condition::kEqual, found);
  }
  sharedCacheLookup(a, sharedCache, absent, found);
}

void fieldWaysStub(Assembler& a) {
  Label found, absent, done, check, notInline, notOverflow, holder, holderOverflow;
  findWay(a, offset::kReadCache, absent, found);
  a.bind(absent);
  a.mov64(rax, static_cast<int64_t>(Value::kAbsentBits));
  a.bind(done);
  a.pop(rdi);
  a.pop(rsi);
  a.ret();

  a.bind(found);
  a.movzx16to32(rax, Mem(rsi, offset::kWayHow));
  a.mov32(rcx, Mem(rsi, offset::kWaySlot));
  a.cmp32(rax, static_cast<int32_t>(CacheKind::kOwnInline));
  a.jcc(Condition::kNotEqual, notInline);
  a.add64(rcx, rdi);
  a.mov64(rax, Mem(rcx, kTableBias));
  a.bind(check);
  a.cmp64(rax, a.literal64(Value::kNilBits));
  a.jcc(Condition::kNotEqual, done);
  a.movzx16to32(rcx, Mem(rsi, offset::kWayPlain));
  a.cmp32(rcx, 1);
  a.jcc(Condition::kEqual, done);
  a.jcc(Condition::kBelow, absent);
  a.mov32(rcx, Mem(rdx, offset::kCellEpoch));
  a.cmp32(rcx, Mem(kIsolate, offset::kPrototypeEpoch));
  a.jcc(Condition::kEqual, done);
  a.jmp(absent);

  a.bind(notInline);
  a.cmp32(rax, static_cast<int32_t>(CacheKind::kOwnOverflow));
  a.jcc(Condition::kNotEqual, notOverflow);
  a.mov64(rdi, Mem(rdi, kTableBias, Scale::k1, offset::kTableProps));
  a.add64(rdi, kOtherBias);
  a.mov64(rax, Mem(rdi, rcx, Scale::k8, offset::kArraySlots));
  a.jmp(check);

  a.bind(notOverflow);
  a.mov32(rdi, Mem(rdx, offset::kCellEpoch));
  a.cmp32(rdi, Mem(kIsolate, offset::kPrototypeEpoch));
  a.jcc(Condition::kNotEqual, absent);
  a.cmp32(rax, static_cast<int32_t>(CacheKind::kAbsent));
  a.jcc(Condition::kNotEqual, holder);
  a.mov64(rax, static_cast<int64_t>(Value::kNilBits));
  a.jmp(done);

  a.bind(holder);
  a.cmp32(rax, static_cast<int32_t>(CacheKind::kHolderOverflow));
  a.jcc(Condition::kAbove, absent);
  a.mov32(rdi, Mem(rsi, offset::kWayHolder));
  a.mov64(rsi, Mem(kIsolate, offset::kShapes));
  a.mov64(rdi, Mem(rsi, rdi, Scale::k8));
  a.mov64(rdi, Mem(rdi, offset::kShapeOwner));
  a.cmp32(rax, static_cast<int32_t>(CacheKind::kHolderInline));
  a.jcc(Condition::kNotEqual, holderOverflow);
  a.add64(rcx, rdi);
  a.mov64(rax, Mem(rcx, kTableBias));
  Label value;
  a.bind(value);
  a.cmp64(rax, a.literal64(Value::kNilBits));
  a.jcc(Condition::kNotEqual, done);
  a.jmp(absent);
  a.bind(holderOverflow);
  a.mov64(rdi, Mem(rdi, kTableBias, Scale::k1, offset::kTableProps));
  a.add64(rdi, kOtherBias);
  a.mov64(rax, Mem(rdi, rcx, Scale::k8, offset::kArraySlots));
  a.jmp(value);
}

/// As fieldWaysStub for a store.
void setWaysStub(Assembler& a, Label& store) {
  Label found, absent, check, put, watched, notInline, addOverflow, wasNil, finished;
  findWay(a, offset::kWriteCache, absent, found);
  a.bind(absent);
  a.xor32(rax, rax);
  a.bind(finished);
  a.pop(rdi);
  a.pop(rsi);
  a.ret();

  a.bind(found);
  a.movzx16to32(rax, Mem(rsi, offset::kWayHow));
  a.mov32(rcx, Mem(rsi, offset::kWaySlot));
  a.cmp32(rax, static_cast<int32_t>(CacheKind::kOwnInline));
  a.jcc(Condition::kNotEqual, notInline);
  a.add64(rdi, kTableBias);
  a.add64(rcx, rdi);
  // rdi: what holds the field, rcx: its address. Over nil the metatable may have a say.
  a.bind(check);
  a.mov64(rax, Mem(rcx));
  a.cmp64(rax, a.literal64(Value::kNilBits));
  a.jcc(Condition::kEqual, wasNil);
  a.bind(put);
  a.mov32(rax, 1);
  a.test8(Mem(rdi, offset::kGc), Imm(heap::kNeedsBarrier));
  a.jcc(Condition::kNotZero, watched);
  a.movsd(Mem(rcx), xmm1);
  a.jmp(finished);
  a.bind(watched);
  a.mov64(rax, rdi);
  a.movq(rdx, xmm1);
  a.pop(rdi);
  a.pop(rsi);
  a.sub64(rsp, 8);  // the stub expects to be called from machine code
  a.call(store);
  a.add64(rsp, 8);
  a.mov32(rax, 1);
  a.ret();
  a.bind(wasNil);
  a.movzx16to32(rax, Mem(rsi, offset::kWayPlain));
  a.cmp32(rax, 1);
  a.jcc(Condition::kEqual, put);
  a.jcc(Condition::kBelow, absent);
  a.mov32(rax, Mem(rdx, offset::kCellEpoch));
  a.cmp32(rax, Mem(kIsolate, offset::kPrototypeEpoch));
  a.jcc(Condition::kEqual, put);
  a.jmp(absent);

  a.bind(notInline);
  a.cmp32(rax, static_cast<int32_t>(CacheKind::kOwnOverflow));
  Label add;
  a.jcc(Condition::kNotEqual, add);
  a.mov64(rdi, Mem(rdi, kTableBias, Scale::k1, offset::kTableProps));
  a.add64(rdi, kOtherBias);
  a.lea64(rcx, Mem(rdi, rcx, Scale::k8, offset::kArraySlots));
  a.jmp(check);

  // A new field: the shape changes, while the epoch holds.
  a.bind(add);
  a.mov32(rax, Mem(rdx, offset::kCellEpoch));
  a.cmp32(rax, Mem(kIsolate, offset::kPrototypeEpoch));
  a.jcc(Condition::kNotEqual, absent);
  a.cmp16(Mem(rsi, offset::kWayHow), Imm(static_cast<int32_t>(CacheKind::kAddInline)));
  a.jcc(Condition::kNotEqual, addOverflow);
  a.add64(rdi, kTableBias);
  a.mov32(rax, Mem(rsi, offset::kWayHolder));
  a.mov32(Mem(rdi, offset::kWord), rax);
  a.add64(rcx, rdi);
  a.jmp(put);
  a.bind(addOverflow);
  a.cmp16(Mem(rsi, offset::kWayHow), Imm(static_cast<int32_t>(CacheKind::kAddOverflow)));
  a.jcc(Condition::kNotEqual, absent);
  a.mov64(rax, Mem(rdi, kTableBias, Scale::k1, offset::kTableProps));
  a.cmp64(rax, a.literal64(Value::kNilBits));
  a.jcc(Condition::kEqual, absent);
  a.add64(rax, kOtherBias);
  a.cmp32(rcx, Mem(rax, offset::kWord));
  a.jcc(Condition::kAboveEqual, absent);
  a.mov32(rsi, Mem(rsi, offset::kWayHolder));
  a.mov32(Mem(rdi, kTableBias, Scale::k1, offset::kWord), rsi);
  a.mov64(rdi, rax);
  Label within;
  a.cmp32(rcx, Mem(rdi, offset::kArrayLength));
  a.jcc(Condition::kBelow, within);
  a.lea32(rax, Mem(rcx, 1));
  a.mov32(Mem(rdi, offset::kArrayLength), rax);
  a.bind(within);
  a.lea64(rcx, Mem(rdi, rcx, Scale::k8, offset::kArraySlots));
  a.jmp(put);
}

/// An element right behind the last one, where there is room and nothing else to look at; the rest is a leaf call.
void setElementStub(Assembler& a, Label& leaf) {
  Label other;
  a.push(rsi);
  a.push(rdi);
  a.mov64(rsi, Mem(rax, kTableBias, Scale::k1, offset::kTableArray));
  a.add64(rsi, kOtherBias);
  a.mov32(rdx, Mem(rsi, offset::kArrayLength));
  a.mov64(rdi, rcx);
  a.sub64(rdi, kIntTag);
  a.sub64(rdi, 1);
  a.cmp64(rdi, rdx);
  a.jcc(Condition::kNotEqual, other);
  a.cmp32(rdx, Mem(rsi, offset::kWord));
  a.jcc(Condition::kAboveEqual, other);
  // Objects in an array that the collector watches are its business.
  Label unwatched;
  a.test8(Mem(rsi, offset::kGc), Imm(heap::kNeedsBarrier));
  a.jcc(Condition::kZero, unwatched, Distance::kShort);
  a.movq(rdi, xmm0);
  a.shr64(rdi, heap::kTagShift);
  a.sub32(rdi, Imm(static_cast<int32_t>(heap::Tag::kString)));
  a.cmp32(rdi, 5);
  a.jcc(Condition::kBelow, other);
  a.bind(unwatched);
  a.movq(rdi, xmm0);
  a.cmp64(rdi, a.literal64(Value::kNilBits));
  a.jcc(Condition::kEqual, other);
  a.mov32(rdi, Mem(rax, kTableBias, Scale::k1, offset::kWord));
  a.mov64(rdx, Mem(kIsolate, offset::kShapes));
  a.mov64(rdi, Mem(rdx, rdi, Scale::k8));
  a.mov64(rdx, a.literal64(Value::kNilBits));
  a.cmp64(rdx, Mem(rdi, offset::kShapeMetatable));
  a.jcc(Condition::kNotEqual, other);
  a.test8(Mem(rdi, offset::kShapeFlags), Imm(kDictionaryShape | kWeakShape));
  a.jcc(Condition::kNotZero, other);
  a.mov32(rdx, Mem(rsi, offset::kArrayLength));
  a.movsd(Mem(rsi, rdx, Scale::k8, offset::kArraySlots), xmm0);
  a.add32(rdx, 1);
  a.mov32(Mem(rsi, offset::kArrayLength), rdx);
  a.mov32(rax, 1);
  a.pop(rdi);
  a.pop(rsi);
  a.ret();
  a.bind(other);
  a.pop(rdi);
  a.pop(rsi);
  a.mov64(rdx, addressOf(&leafSetElement));
  a.jmp(leaf);
}

}  // namespace

void interpretCallee(Isolate& iso, const uint8_t* pc) {
  Fiber& f = *iso.fiber;
  const Code* code = codeOf(f.fp);
  f.sp = f.fp - 1 - code->parameters;
  if (f.sp + kBelowArguments - code->stackNeeded < f.limit) {
    if (!growStack(f, code->stackNeeded - kBelowArguments)) {
      raiseOverflowInCaller(iso);
      return;
    }
  }
  for (uint32_t i = code->parameters; i < code->locals; i++) f.fp[-1 - static_cast<int64_t>(i)] = Value::nil();
  f.sp = f.fp - 1 - code->locals;
  f.pc = pc;
  if (--iso.budget < 0) interpreter::safepoint(iso);
}

bool Stubs::make(CodeMemory& memory) {
  Assembler a;
  uint32_t at[22];
  Label leaveLabel;

  // enter(isolate, address, calleeSlot, result)
  at[0] = a.position();
  for (Gpr r : kSavedRegisters) a.push(r);
  a.mov64(kIsolate, rdi);
  a.push(Mem(kIsolate, offset::kNativeStack));  // of an outer activation
  a.mov64(kHostStack, rsp);
  a.mov64(Mem(kIsolate, offset::kNativeStack), kHostStack);
  a.mov64(kIntTag, static_cast<int64_t>(heap::tagBits(heap::Tag::kInt)));
  a.mov64(kOtherBias, static_cast<int64_t>(kOtherBiasBits));
  a.mov64(kTableBias, static_cast<int64_t>(kTableBiasBits));
  a.mov64(rax, rcx);
  a.mov64(rcx, Mem(kIsolate, offset::kFiber));
  a.mov64(kFrame, Mem(rcx, offset::kFiberFp));
  a.jmp(rsi);  // return addresses expect the callee's slot in rdx

  at[1] = a.position();  // leave
  a.bind(leaveLabel);
  a.mov64(rsp, kHostStack);
  a.pop(Mem(kIsolate, offset::kNativeStack));
  for (size_t i = std::size(kSavedRegisters); i-- > 0;) a.pop(kSavedRegisters[i]);
  a.ret();

  at[2] = a.position();  // exit
  saveState(a);
  a.jmp(leaveLabel);

  at[20] = a.position();  // deoptimize
  saveState(a);
  a.pop(rsi);  // tells which code it was
  a.mov64(rdi, kIsolate);
  a.mov64(rax, addressOf(&deoptimized));
  a.call(rax);
  a.jmp(leaveLabel);

  at[3] = a.position();  // slow
  saveState(a);
  at[7] = a.position();  // slowAgain
  a.sub64(rsp, 8);
  a.mov64(rdi, kIsolate);
  a.call(rax);
  a.add64(rsp, 8);
  loadFrame(a);
  a.mov64(rax, Mem(rcx, offset::kFiberPc));
  Label hooked;
  static_assert(offset::kLeavesMachine == offset::kHooksOn + 1);  // both at once
  a.cmp16(Mem(kIsolate, offset::kHooksOn), 0);
  a.jcc(Condition::kNotEqual, hooked, Distance::kShort);
  a.ret();
  a.bind(hooked);
  a.xor32(rax, rax);
  a.ret();

  CallStubs calls(a);
  at[12] = a.position();  // callOpen
  a.mov64(r8, Mem(kIsolate, offset::kFiber));
  a.mov64(rsi, Mem(r8, offset::kFiberSp));
  a.mov64(rdx, Mem(r8, offset::kFiberPc));
  a.mov32(r8, Mem(r8, offset::kOpenCount));
  a.add64(rdi, r8);
  calls.writeFastNative();
  at[4] = a.position();  // call
  calls.writeCall();
  a.bind(calls.callGeneric);
  a.mov64(r8, rcx);
  saveState(a);
  a.mov64(rsi, rdi);
  a.mov64(rdi, kIsolate);
  a.mov64(rdx, r8);
  a.mov64(rax, addressOf(&callAnything));
  a.call(rax);
  jumpToContinuation(a, leaveLabel);

  a.bind(calls.answered);
  a.mov64(rdi, kIsolate);
  a.mov64(rsi, rax);
  a.mov64(rax, addressOf(&nativeAnswered));
  a.call(rax);
  jumpToContinuation(a, leaveLabel);

  at[18] = a.position();  // called
  a.mov64(r8, rcx);
  a.mov64(rcx, rdi);
  a.mov64(rdi, kIsolate);
  a.mov64(rsi, rdx);
  a.mov64(rdx, r8);
  a.mov64(rax, addressOf(&afterStep));
  a.call(rax);
  jumpToContinuation(a, leaveLabel);

  at[21] = a.position();  // compare
  calls.writeCompare();
  a.bind(calls.goOnAnywhere);
  a.mov64(rdi, kIsolate);
  a.mov64(rax, addressOf(&interpreter::machineContinuation));
  a.call(rax);
  jumpToContinuation(a, leaveLabel);

  at[17] = a.position();  // tailCallOpen
  a.mov64(r8, Mem(kIsolate, offset::kFiber));
  a.mov64(rsi, Mem(r8, offset::kFiberSp));
  a.mov64(rdx, Mem(r8, offset::kFiberPc));
  a.mov32(r8, Mem(r8, offset::kOpenCount));
  a.add64(rdi, r8);
  at[16] = a.position();  // tailCall
  calls.writeTailCall();

  at[14] = a.position();  // giveBack
  calls.writeGiveBack();
  a.bind(calls.giveGeneric);
  a.mov64(r8, Mem(kIsolate, offset::kFiber));
  a.mov64(Mem(r8, offset::kFiberFp), kFrame);
  a.mov64(rdi, kIsolate);
  a.mov64(rdx, rcx);
  a.mov64(rax, addressOf(&giveBackAnyhow));
  a.call(rax);
  jumpToContinuation(a, leaveLabel);

  at[10] = a.position();  // goOn
  a.bind(calls.goOn);
  saveState(a);
  at[13] = a.position();  // goOnOpen
  a.mov64(rdi, kIsolate);
  a.mov64(rsi, rax);
  a.mov64(rax, addressOf(&doAndGoOn));
  a.call(rax);
  jumpToContinuation(a, leaveLabel);

  at[5] = a.position();  // interpreted
  a.mov64(rsp, kHostStack);
  a.mov64(rcx, Mem(kIsolate, offset::kFiber));
  a.mov64(Mem(rcx, offset::kFiberFp), kFrame);
  a.mov64(rdi, kIsolate);
  a.mov64(rax, static_cast<int64_t>(reinterpret_cast<uintptr_t>(&enterInterpreted)));
  a.call(rax);
  a.jmp(leaveLabel);

  at[6] = a.position();  // grow
  a.mov64(rcx, Mem(kIsolate, offset::kFiber));
  a.mov64(Mem(rcx, offset::kFiberFp), kFrame);
  a.mov64(rdi, kIsolate);
  callHelper(a, reinterpret_cast<uintptr_t>(&growForCallee));
  a.test8(rax, rax);
  a.jcc(Condition::kZero, leaveLabel);
  loadFrame(a);
  a.ret();

  at[8] = a.position();
  fieldWaysStub(a);

  Label leafLabel, storeLabel;
  at[11] = a.position();
  a.bind(storeLabel);
  storeStub(a, leafLabel);

  at[15] = a.position();
  setWaysStub(a, storeLabel);
  at[19] = a.position();
  setElementStub(a, leafLabel);

  at[9] = a.position();  // leaf
  a.bind(leafLabel);
  for (Gpr r : kOperandRegisters) a.push(r);
  // With the return address a multiple of 16.
  constexpr int32_t kFloats = 8 * static_cast<int32_t>(std::size(kOperandFloats));
  a.sub64(rsp, kFloats + 8);
  for (size_t i = 0; i < std::size(kOperandFloats); i++) a.movsd(Mem(rsp, 8 * static_cast<int>(i)), kOperandFloats[i]);
  a.mov64(rdi, kIsolate);
  a.mov64(rsi, rax);
  a.mov64(r8, rdx);
  a.mov64(rdx, rcx);
  a.movq(rcx, xmm0);
  a.call(r8);
  for (size_t i = 0; i < std::size(kOperandFloats); i++) a.movsd(kOperandFloats[i], Mem(rsp, 8 * static_cast<int>(i)));
  a.add64(rsp, kFloats + 8);
  for (size_t i = std::size(kOperandRegisters); i-- > 0;) a.pop(kOperandRegisters[i]);
  a.ret();

  if (!a.finish()) return false;
  block = memory.place(a);
  if (!block) return false;
  auto base = reinterpret_cast<uintptr_t>(block.address);
  enter = reinterpret_cast<Enter>(base + at[0]);
  leave = base + at[1];
  exit = base + at[2];
  slow = base + at[3];
  call = base + at[4];
  interpreted = base + at[5];
  grow = base + at[6];
  slowAgain = base + at[7];
  fieldWays = base + at[8];
  leaf = base + at[9];
  goOn = base + at[10];
  store = base + at[11];
  callOpen = base + at[12];
  goOnOpen = base + at[13];
  giveBack = base + at[14];
  setWays = base + at[15];
  tailCall = base + at[16];
  tailCallOpen = base + at[17];
  called = base + at[18];
  setElement = base + at[19];
  deoptimize = base + at[20];
  compare = base + at[21];
  return true;
}

}  // namespace devvm::jit
