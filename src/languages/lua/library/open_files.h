// The files and pipes that a program has open: what it leaves open, a limit having stopped it for example, is closed
// with its isolate.
#pragma once

#include <sys/types.h>

#include <cstdio>

#include "runtime/isolate.h"

namespace devvm::lua {

/// Notes an open stream; `process` is that of a pipe, else 0.
void noteOpenFile(runtime::Isolate& isolate, std::FILE* stream, pid_t process);
/// The program closes it itself.
void forgetOpenFile(runtime::Isolate& isolate, std::FILE* stream);

}  // namespace devvm::lua
