// The interpreter's entry: runs the isolate's current fiber until the host entry frame is left.
#pragma once

#include "runtime/isolate.h"

namespace devvm::interpreter {

/// Runs from the current fiber's saved registers until a host stub is reached. MAY RUN GUEST CODE.
void run(runtime::Isolate& isolate);

/// The two dispatchers over the same handlers (docs/interpreter.md). The tail dispatcher falls back to the switch one
/// where the compiler has no guaranteed tail calls.
void runTail(runtime::Isolate& isolate);
/// Runs the one instruction at the current fiber's pc, and leaves the fiber where it goes on: at the next instruction,
/// or in a frame that was pushed. For machine code, which does rare things so. MAY RUN GUEST CODE.
void stepOne(runtime::Isolate& isolate);
void stepTail(runtime::Isolate& isolate);
void runSwitch(runtime::Isolate& isolate);
/// Begins or ends a profiled slice: each instruction passes Tiers::observe() first. To be called where the fiber's
/// registers are saved.
void setProfiling(runtime::Isolate& isolate, bool on);
/// Handler table of the tail dispatcher for the isolate's state: plain, hooking, profiling, or one that leaves after
/// the running instruction (null without tail calls).
const void* dispatchTable(const runtime::Isolate& isolate);

/// Opcodes that only the engine puts into return addresses; never in modules.
enum StubOp : uint8_t {
  kFirstStub = 0xF7,
  kStubCount = 0xF7,          ///< a call of a function whose calls are counted
  kStubEnterMachine = 0xF8,   ///< a call of a function that has machine code
  kStubMachineReturn = 0xF9,  ///< machine code goes on, as isolate.machineReturn says
  kStubNativeStart = 0xFA,    ///< a native whose call hook just ran begins
  kStubNativeFinish = 0xFB,   ///< a native whose return hook just ran returns
  kStubNativeReturn = 0xFC,   ///< results go to a suspended native
  kStubHostReturn = 0xFD,     ///< leaves run()
  kStubFiberReturn = 0xFE,    ///< a fiber's function returned
};
extern const uint8_t kCountCode[], kEnterMachineCode[], kMachineReturnCode[], kNativeStartCode[], kNativeFinishCode[],
    kNativeReturnCode[], kHostReturnCode[], kFiberReturnCode[];

}  // namespace devvm::interpreter
