// The interpreter's entry: runs the isolate's current fiber until the host entry frame is left.
#pragma once

#include "runtime/isolate.h"

namespace devvm::interpreter {

/// Runs from the current fiber's saved registers until a host stub is reached. MAY RUN GUEST CODE.
void run(runtime::Isolate& isolate);

/// The two dispatchers over the same handlers (docs/interpreter.md). The tail dispatcher falls back to the switch one
/// where the compiler has no guaranteed tail calls.
void runTail(runtime::Isolate& isolate);
void runSwitch(runtime::Isolate& isolate);
/// Handler table of the tail dispatcher, plain or hooking (null without tail calls).
const void* dispatchTable(bool hooks);

/// Opcodes that only the engine puts into return addresses; never in modules.
enum StubOp : uint8_t {
  kFirstStub = 0xFA,
  kStubNativeStart = 0xFA,   ///< a native whose call hook just ran begins
  kStubNativeFinish = 0xFB,  ///< a native whose return hook just ran returns
  kStubNativeReturn = 0xFC,  ///< results go to a suspended native
  kStubHostReturn = 0xFD,    ///< leaves run()
  kStubFiberReturn = 0xFE,   ///< a fiber's function returned
};
extern const uint8_t kNativeStartCode[], kNativeFinishCode[], kNativeReturnCode[], kHostReturnCode[],
    kFiberReturnCode[];

}  // namespace devvm::interpreter
