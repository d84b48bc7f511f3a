#include "languages/lua/library/open_files.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <ctime>
#include <unordered_map>
#include <vector>

#include "languages/lua/library/waiting.h"

namespace devvm::lua {

using runtime::Failure;
using runtime::Isolate;

namespace {

/// Processes end by themselves when their pipe is closed, most of them at once. Those that do not are given this time,
/// all of them together, and killed.
constexpr uint64_t kPatience = 200'000'000;  // nanoseconds

class OpenFiles : public runtime::LibraryState {
 public:
  explicit OpenFiles(Isolate& isolate) : isolate_(isolate) {}
  ~OpenFiles() override;
  std::unordered_map<std::FILE*, pid_t> files;

 private:
  Isolate& isolate_;
};

bool hasEnded(pid_t process) { return waitpid(process, nullptr, WNOHANG) != 0; }

OpenFiles::~OpenFiles() {
  std::vector<pid_t> processes;
  for (auto [stream, process] : files) {
    flushOrDrop(stream);
    std::fclose(stream);
    if (process != 0) processes.push_back(process);
  }
  std::erase_if(processes, hasEnded);
  // A program that ended by os.exit leaves its processes alone.
  if (isolate_.failure == Failure::kExit) return;
  uint64_t until = runtime::monotonicNanos() + kPatience;
  while (!processes.empty() && runtime::monotonicNanos() < until) {
    timespec pause = {0, 1'000'000};
    nanosleep(&pause, nullptr);
    std::erase_if(processes, hasEnded);
  }
  for (pid_t process : processes) {
    ::kill(getpgid(process) == process ? -process : process, SIGKILL);
    waitpid(process, nullptr, 0);
  }
}

}  // namespace

void noteOpenFile(Isolate& isolate, std::FILE* stream, pid_t process) {
  if (isolate.openFiles == nullptr) isolate.openFiles = std::make_unique<OpenFiles>(isolate);
  static_cast<OpenFiles&>(*isolate.openFiles).files.emplace(stream, process);
}

void forgetOpenFile(Isolate& isolate, std::FILE* stream) {
  if (isolate.openFiles != nullptr) static_cast<OpenFiles&>(*isolate.openFiles).files.erase(stream);
}

}  // namespace devvm::lua
