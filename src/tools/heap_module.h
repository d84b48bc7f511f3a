// The module "devvm.heap", with which programs look at their own heap.
#pragma once

#include "runtime/isolate.h"

namespace devvm::tools {

/// Puts it into package.preload. MAY COLLECT. False: out of memory.
bool preloadHeapModule(runtime::Isolate& isolate);

}  // namespace devvm::tools
