// Coroutines as values, for the libraries that take them as arguments.
#pragma once

#include "languages/lua/library/library_support.h"

namespace devvm::lua {

/// The coroutine object of a fiber; the main fiber gets one when first asked for. MAY COLLECT. nil when out of memory.
Value fiberValue(Isolate& isolate, runtime::Fiber& fiber);

/// The fiber of argument i; nullptr after raising "thread expected".
runtime::Fiber* checkFiber(NativeCall& c, uint32_t i);

}  // namespace devvm::lua
