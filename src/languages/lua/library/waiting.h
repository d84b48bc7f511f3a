// Streams that may keep a program waiting: pipes, terminals, FIFOs, sockets. Nothing here blocks longer than the
// isolate may run: one waits until the descriptor is ready, and looks at the limits, a kill and an interrupt meanwhile.
#pragma once

#include <cstdio>
#include <string_view>

#include "runtime/isolate.h"

namespace devvm::lua {

/// Whether using the stream may have to wait: it is no regular file.
bool mayWait(std::FILE* stream);

/// Waits until the descriptor can be read. False when the isolate must stop meanwhile (Isolate::failure).
[[nodiscard]] bool waitForInput(runtime::Isolate& isolate, int descriptor);

/// As fopen; `stream` is null, with errno, if that fails. A FIFO to write to is waited for until somebody reads it, one
/// to read from is open at once, and the first reading waits. False when the isolate must stop meanwhile.
[[nodiscard]] bool openStream(runtime::Isolate& isolate, const char* name, const char* mode, std::FILE*& stream);

/// As fwrite: `ok` tells whether all was written. False when the isolate must stop meanwhile; what the stream holds is
/// dropped then.
[[nodiscard]] bool writeStream(runtime::Isolate& isolate, std::FILE* stream, std::string_view text, bool& ok);

/// As fflush, with the rest as writeStream.
[[nodiscard]] bool flushStream(runtime::Isolate& isolate, std::FILE* stream, bool& ok);

/// Writes out what the stream holds if that can be done at once, else drops it: for the end of a program that was
/// stopped.
void flushOrDrop(std::FILE* stream);

}  // namespace devvm::lua
