#include "languages/lua/library/process.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <ctime>

extern char** environ;

namespace devvm::lua {

using runtime::Isolate;

namespace {

constexpr int kSlice = 20;  ///< milliseconds between looks at the isolate's limits

/// Starts the shell; `ours` (or -1) becomes its descriptor `as`. Signals that the caller ignores are normal in it.
int startShell(Isolate& isolate, const char* command, int ours, int as, pid_t& process) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&actions);
  posix_spawnattr_init(&attributes);
  if (ours >= 0 && ours != as) posix_spawn_file_actions_adddup2(&actions, ours, as);
  sigset_t normal, none;
  sigemptyset(&normal);
  sigemptyset(&none);
  for (int s : {SIGINT, SIGQUIT}) {
    struct sigaction before;
    // What whoever started this program made it ignore stays ignored.
    if (sigaction(s, nullptr, &before) == 0 && before.sa_handler != SIG_IGN) sigaddset(&normal, s);
  }
  posix_spawnattr_setsigdefault(&attributes, &normal);
  posix_spawnattr_setsigmask(&attributes, &none);
  // What may have to be killed is a group of its own, unless that would part it from the terminal.
  bool limited = isolate.deadline != 0 || isolate.options.limits.fuel != 0;
  int group = limited && !isatty(0) ? POSIX_SPAWN_SETPGROUP : 0;
  posix_spawnattr_setflags(&attributes, static_cast<short>(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | group));
  char shell[] = "sh", option[] = "-c";
  char* arguments[] = {shell, option, const_cast<char*>(command), nullptr};
  int error = posix_spawn(&process, "/bin/sh", &actions, &attributes, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  return error;
}

}  // namespace

std::FILE* openPipe(Isolate& isolate, const char* command, const char* mode, pid_t& process) {
  bool reads = mode[0] == 'r';
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return nullptr;
  int own = ends[reads ? 0 : 1], its = ends[reads ? 1 : 0];
  int error = 0;
  if (its == (reads ? 1 : 0)) {
    // A standard stream is closed here and the pipe took its number: keep it open in the shell.
    fcntl(its, F_SETFD, 0);
  }
  error = startShell(isolate, command, its, reads ? 1 : 0, process);
  ::close(its);
  std::FILE* stream = error == 0 ? fdopen(own, mode) : nullptr;
  if (stream == nullptr) {
    if (error == 0) error = errno;
    ::close(own);
    errno = error;
  }
  return stream;
}

bool waitForProcess(Isolate& isolate, pid_t process, int& status) {
  // A descriptor of the process wakes this thread at its end; where the system has none, it looks from time to time.
  auto descriptor = static_cast<int>(syscall(SYS_pidfd_open, process, 0));
  long pause = 200'000;  // nanoseconds
  constexpr long kLongestPause = 20'000'000;
  bool ended = false;
  for (;;) {
    pid_t who = waitpid(process, &status, WNOHANG);
    ended = who == process || (who < 0 && errno != EINTR);
    if (who < 0) status = -1;
    if (ended) break;
    if (descriptor >= 0) {
      pollfd end = {descriptor, POLLIN, 0};
      ::poll(&end, 1, kSlice);
    } else {
      timespec t = {0, pause};
      nanosleep(&t, nullptr);
      if (pause < kLongestPause) pause *= 2;
    }
    if (!isolate.poll()) break;
  }
  int why = errno;
  if (descriptor >= 0) ::close(descriptor);
  errno = why;
  if (ended) return true;
  ::kill(getpgid(process) == process ? -process : process, SIGKILL);
  while (waitpid(process, &status, 0) < 0 && errno == EINTR) {
  }
  return false;
}

bool runCommand(Isolate& isolate, const char* command, int& status) {
  pid_t process;
  // As for system: while it runs, Ctrl-C is for the command alone.
  struct sigaction ignore = {}, interrupt, quit;
  ignore.sa_handler = SIG_IGN;
  sigaction(SIGINT, nullptr, &interrupt);
  sigaction(SIGQUIT, nullptr, &quit);
  int error = startShell(isolate, command, -1, -1, process);
  if (error != 0) {
    errno = error;
    status = -1;
    return true;
  }
  sigaction(SIGINT, &ignore, nullptr);
  sigaction(SIGQUIT, &ignore, nullptr);
  bool ok = waitForProcess(isolate, process, status);
  sigaction(SIGINT, &interrupt, nullptr);
  sigaction(SIGQUIT, &quit, nullptr);
  return ok;
}

}  // namespace devvm::lua
