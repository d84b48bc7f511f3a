// Where the interpreter and machine code meet (docs/baseline-jit.md): calls of compiled functions, returns to compiled
// callers, and loops found hot at a poll. Machine code never nests: it runs until it leaves the fiber where the
// interpreter goes on.

#include "interpreter/calls.h"
#include "interpreter/frame_layout.h"
#include "interpreter/interpreter.h"
#include "interpreter/slow_paths.h"

namespace devvm::interpreter {

using namespace runtime;

namespace {

void runMachine(Isolate& iso, const uint8_t* address, Value* calleeSlot) {
  Value result = calleeSlot != nullptr ? *calleeSlot : Value::nil();
  iso.leavesMachine = false;
  iso.tiers->enter(iso, address, calleeSlot, result);
  iso.leavesMachine = false;
  // A frame of a compiled function that is interpreted from here on shall come back at its next loop.
  const Fiber& f = *iso.fiber;
  if (*f.pc >= kFirstStub) return;
  const MachineCode* machine = codeOf(f.fp)->machine.get();
  if (machine != nullptr && !machine->discarded) iso.requestPoll();
}

}  // namespace

void slowHotFunction(Isolate& iso) {
  Fiber& f = *iso.fiber;
  auto* code = const_cast<Code*>(codeOf(f.fp));
  iso.tiers->functionIsHot(iso, *code);
  f.pc = code->start;
}

void slowEnterMachine(Isolate& iso) {
  Fiber& f = *iso.fiber;
  const Code* code = codeOf(f.fp);
  // Something came between the call and here, a finalizer say, and the code was discarded meanwhile.
  if (code->machine == nullptr) {
    f.pc = code->entry;
    return;
  }
  code->machine->calls++;
  runMachine(iso, code->machine->bodyEntry, nullptr);
}

const uint8_t* machineContinuation(Isolate& iso) {
  // Results for natives and resumers that wait.
  while (!iso.hooksOn && *iso.fiber->pc == kStubNativeReturn) resumeNative(iso);
  if (!iso.hooksOn && *iso.fiber->pc == kStubFiberReturn) fiberReturned(iso);
  Fiber& f = *iso.fiber;
  if (*f.pc == kStubEnterMachine) {
    iso.machineReturn.calleeSlot = nullptr;
    if (iso.hooksOn || codeOf(f.fp)->machine == nullptr) return nullptr;
    MachineCode& machine = *codeOf(f.fp)->machine;
    machine.calls++;
    return machine.bodyEntry;
  }
  if (*f.pc != kStubMachineReturn) return nullptr;
  if (iso.machineReturn.calleeSlot == nullptr || (!iso.hooksOn && !iso.finalizersDue)) return iso.machineReturn.address;
  if (isNativeFrame(f.fp)) {  // one that waits for what machine code calls for it
    f.pc = kNativeReturnCode;
    return iso.hooksOn ? nullptr : machineContinuation(iso);
  }
  // Hooks and finalizers want to come between: results lie where bytecode wants them, too, and it goes on.
  const Code* code = codeOf(f.fp);
  if (Fiber::optimizedAt(code, iso.machineReturn.address) != nullptr) {
    iso.tiers->materializeReturned(f, iso.machineReturn.address);
  } else {
    f.pc = code->entry + code->machine->returnOffset(iso.machineReturn.address);
  }
  if (iso.finalizersDue) pushFinalizerRun(iso);
  return nullptr;
}

void slowMachineReturn(Isolate& iso) {
  if (const uint8_t* address = machineContinuation(iso)) runMachine(iso, address, iso.machineReturn.calleeSlot);
}

void slowSafepoint(Isolate& iso) {
  Fiber& f = *iso.fiber;
  const uint8_t* pc = f.pc;
  const Value* fp = f.fp;
  safepoint(iso);
  if (iso.tiers == nullptr || iso.fiber != &f || f.pc != pc || f.fp != fp || iso.hooksOn) return;
  if (iso.nativeStack == nullptr) iso.tiers->maintain(iso);
  auto* code = const_cast<Code*>(codeOf(fp));
  uint32_t offset = code->offsetOf(pc);
  if (offset == 0 || *pc >= kFirstStub) return;
  const uint8_t* entry = iso.tiers->loopReached(iso, *code, offset);
  if (entry == nullptr) return;
  iso.machineReturn = {entry, nullptr};
  f.pc = kMachineReturnCode;
}

}  // namespace devvm::interpreter
