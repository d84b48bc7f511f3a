// Commands of the system's shell, waited for within the isolate's limits.
#pragma once

#include <sys/types.h>

#include <cstdio>

#include "runtime/isolate.h"

namespace devvm::lua {

/// As popen: a stream to or from a new process ("r" or "w"), whose number is stored. Null: errno says why.
std::FILE* openPipe(runtime::Isolate& isolate, const char* command, const char* mode, pid_t& process);

/// Waits for a process of ours; `status` as waitpid gives it, -1 with errno if there is none. False when the isolate
/// must stop meanwhile (time limit, kill, interrupt: Isolate::failure): the process is killed then, with its children
/// where no terminal hangs on it.
bool waitForProcess(runtime::Isolate& isolate, pid_t process, int& status);

/// As system: runs a command and waits. False as waitForProcess.
bool runCommand(runtime::Isolate& isolate, const char* command, int& status);

}  // namespace devvm::lua
