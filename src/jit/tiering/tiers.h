// The compilers of an isolate: when a function is compiled, and who owns its code.
#pragma once

#include <string>

#include "runtime/isolate.h"

namespace devvm::jit {

class CodeRecords;

/// Gives the isolate its compilers, as its options say; to be called before functions are loaded. Without executable
/// memory (or on a machine without a compiler) everything stays interpreted: false, and `reason` says why. After true
/// it says which file for outside tools cannot be written, or is null.
bool enable(runtime::Isolate& isolate, const char** reason = nullptr);

/// Reads the file of JitOptions::loadFeedback, if there is one; to be called before the program is loaded. False: it is
/// ignored (with an event), and `why` says why.
bool loadFeedback(runtime::Isolate& isolate, std::string& why);
/// Writes the file of JitOptions::saveFeedback, if there is one. False: `why` says why not.
bool saveFeedback(runtime::Isolate& isolate, std::string& why);

/// What was compiled so far; null unless JitOptions::record asked for it.
CodeRecords* codeRecords(runtime::Isolate& isolate);
/// Compiles a function that may never have run. False: it cannot be compiled (its record says why).
bool compileAhead(runtime::Isolate& isolate, runtime::Code& code);
/// Takes the machine code away from a function that no frame has.
void discardIdle(runtime::Isolate& isolate, runtime::Code& code, const char* why);
/// Names for addresses that machine code jumps to or calls: "leave", "leaf" ... Empty: no stub begins there.
std::string stubNameAt(runtime::Isolate& isolate, uintptr_t address);

}  // namespace devvm::jit
