// Calls, returns, natives: everything that pushes and pops frames. All work on saved registers.
#pragma once

#include "runtime/isolate.h"

namespace devvm::interpreter {

using runtime::Fiber;
using runtime::Handle;
using runtime::Isolate;
using runtime::Link;
using runtime::NativeCall;
using runtime::NativeResult;
using runtime::Value;

/// Calls the value below the `count` topmost slots, results to be given at `returnTo` as `wanted` says. Leaves the
/// fiber at the callee's first instruction or, for natives, where their results are awaited. Errors unwind.
/// MAY RUN GUEST CODE (natives).
void invoke(Isolate& iso, uint32_t count, uint8_t wanted, runtime::ReturnTo returnTo);

/// invoke() of a metamethod. Metamethods that call each other are limited as the reference limits nested C calls, which
/// it makes for them: they often build something with each level.
void invokeMetamethod(Isolate& iso, uint32_t count, uint8_t wanted, const uint8_t* returnAddress);

/// Replaces the innermost (bytecode) frame by a call of the value below the `count` topmost slots.
void invokeTail(Isolate& iso, uint32_t count);

/// Returns the `count` topmost slots from the innermost frame. Leaves the fiber at the return address.
void returnValues(Isolate& iso, uint32_t count);

/// Results for a suspended native are on its slots: goes on with it (the stub's work).
void resumeNative(Isolate& iso);

/// The function of a fiber returned `fiber.openCount` values: gives them to the resumer.
void fiberReturned(Isolate& iso);

/// The pending error or other failure: runs message handlers, finds who catches, leaves the fiber there.
void unwind(Isolate& iso);

/// A slow path failed after iso.raise*(): the same as unwind.
inline void fail(Isolate& iso) { unwind(iso); }

/// Budget exhausted at a safepoint: fuel, interrupts, finalizers, hooks. Leaves the fiber where to go on.
void safepoint(Isolate& iso);

/// Where the running fiber goes on in machine code after something called, returned or changed fibers; null: the
/// interpreter goes on. A return finds the callee's slot in isolate.machineReturn. MAY RUN GUEST CODE.
const uint8_t* machineContinuation(Isolate& iso);

/// Runs due finalizers before the current instruction goes on (pushes a native frame).
void pushFinalizerRun(Isolate& iso);

/// Natives of the engine itself.
extern const runtime::NativeInfo kHostEntryInfo, kFinalizerInfo, kHandlerInfo, kHookInfo, kResumeInfo, kYieldInfo;

/// Suspended fiber `fiber` is asked to close: its pending closes run there, then `resumer` goes on.
bool isYieldable(const Isolate& iso);

}  // namespace devvm::interpreter
