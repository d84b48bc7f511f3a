// Sets up what the interpreter needs in an isolate.
#pragma once

#include "runtime/isolate.h"

namespace devvm::interpreter {

/// Makes the main fiber and the engine's natives. Call once, after the isolate's constructor. False: out of memory.
bool initializeEngine(runtime::Isolate& isolate);

/// Runs all finalizers that are still pending, in the order that Lua prescribes (at the end of an isolate). `deadline`
/// (monotonic nanoseconds) is for them all; 0: they have as much time as a call. MAY RUN GUEST CODE.
void runPendingFinalizers(runtime::Isolate& isolate, uint64_t deadline = 0);

/// To be called after Isolate::events was set or its bus got a subscriber, while no guest code runs.
void eventsChanged(runtime::Isolate& isolate);

}  // namespace devvm::interpreter
