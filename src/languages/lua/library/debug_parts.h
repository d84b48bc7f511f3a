// The files of the library `debug`, see debug.cpp.
#pragma once

#include "languages/lua/library/library_support.h"
#include "runtime/frames.h"

namespace devvm::lua {

/// The coroutine that a debug function is about: argument 0 if it is one (then the others come one later), else the
/// running one.
runtime::Fiber& debuggedFiber(NativeCall& c, uint32_t& offset);

/// To be called after a stack slot or hook of a fiber was changed from outside it.
void touchFiber(Isolate& isolate, runtime::Fiber& fiber);

// debug_info.cpp
NativeResult debugGetinfo(NativeCall& c);
NativeResult debugGetlocal(NativeCall& c);
NativeResult debugSetlocal(NativeCall& c);
NativeResult debugTraceback(NativeCall& c);
// debug_hooks.cpp
NativeResult debugGethook(NativeCall& c);
NativeResult debugSethook(NativeCall& c);
/// For a function stopped by its call or return hook: which local values are its arguments or results, numbered as
/// debug.getlocal does. False (and zeros) otherwise.
bool transferredValues(const runtime::Frame& frame, int& first, int& count);

}  // namespace devvm::lua
