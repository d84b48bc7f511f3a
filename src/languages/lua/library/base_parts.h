// The files of the base library, see base.cpp.
#pragma once

#include "languages/lua/library/library_support.h"

namespace devvm::lua {

/// load, loadfile, dofile.
bool openBaseLoad(Isolate& isolate, Handle globals);
/// collectgarbage.
bool openBaseMemory(Isolate& isolate, Handle globals);

}  // namespace devvm::lua
