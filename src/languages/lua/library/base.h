// What the base library shares with the other libraries and with hosts.
#pragma once

#include <cstddef>
#include <string_view>

#include "languages/lua/library/library_support.h"

namespace devvm::lua {

/// False after raising "'f' is not allowed: the capability 'files' was denied" for the running native.
[[nodiscard]] bool checkCapability(NativeCall& c, runtime::Capability capability);

/// print() collects output as long as nobody can tell: this writes it out. To be called before anything else is
/// written to the standard streams, before the process waits, and at the end.
void flushPrinted();
/// The same within the isolate's limits. False when it must stop meanwhile (Isolate::failure).
[[nodiscard]] bool flushPrinted(Isolate& isolate);

/// Whether warnings (warn(), errors in finalizers) are shown: off at first; `lua -W` and warn("@on") switch them on.
void setWarnings(Isolate& isolate, bool on);
/// "Lua warning: message" on standard error if warnings are on. Never allocates in the heap.
void showWarning(Isolate& isolate, std::string_view message);

/// Most bytes that a native may read from outside into memory of its own.
size_t readLimit(Isolate& isolate);

}  // namespace devvm::lua
