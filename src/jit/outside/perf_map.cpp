// The map file of Linux perf: a line for each piece of code. It knows no end of code: what comes to the same address
// later counts.
#include <unistd.h>

#include <cstdio>

#include "jit/outside/code_watcher.h"

namespace devvm::jit {

namespace {

class PerfMap final : public CodeWatcher {
 public:
  explicit PerfMap(std::FILE* file) : file_(file) {}
  ~PerfMap() override { std::fclose(file_); }
  void placed(const WatchedCode& code) override {
    std::fprintf(file_, "%llx %x %s\n", static_cast<unsigned long long>(reinterpret_cast<uintptr_t>(code.address)),
                 code.bytes, code.label.c_str());
    std::fflush(file_);
  }

 private:
  std::FILE* file_;
};

}  // namespace

std::unique_ptr<CodeWatcher> makePerfMap() {
  std::FILE* file = std::fopen(("/tmp/perf-" + std::to_string(getpid()) + ".map").c_str(), "w");
  if (file == nullptr) return nullptr;
  return std::make_unique<PerfMap>(file);
}

}  // namespace devvm::jit
