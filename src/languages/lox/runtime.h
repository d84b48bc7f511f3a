// Lox while it runs: the descriptor of its semantics, the natives that its code calls, its library, its error reports.
#pragma once

#include "runtime/isolate.h"
#include "runtime/language.h"
#include "runtime/native.h"

namespace devvm::lox {

/// Makes the isolate know Lox and its library, once. MAY COLLECT. False: out of memory.
bool open(runtime::Isolate& isolate);
/// The table of global variables. Only after open().
runtime::Value environment(runtime::Isolate& isolate);
/// The message handler: an error as the reference reports it, with the lines of all calls.
extern const runtime::NativeInfo kMessageHandler;

}  // namespace devvm::lox
