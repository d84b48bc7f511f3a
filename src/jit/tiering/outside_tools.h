// Tells tools outside of the VM (perf, gdb) of machine code, as the options ask.
#pragma once

#include <memory>
#include <vector>

#include "jit/assembler/code_buffer.h"
#include "jit/baseline/stubs.h"
#include "jit/outside/code_watcher.h"
#include "runtime/code.h"
#include "runtime/isolate.h"

namespace devvm::jit {

class OutsideTools {
 public:
  /// Opens what is asked for. What cannot be opened is left out: the result says what, or is null.
  const char* open(const runtime::JitOptions& options);
  /// Whether anybody listens: then machine code must be marked with its instructions.
  bool any() const { return !watchers_.empty(); }
  /// The code of a function stands in its place; `tags` as the compiler left them.
  void placed(const runtime::Code& code, const runtime::MachineCode& machine, std::span<const CodeTag> tags);
  void placed(const Stubs& stubs);
  void freed(const uint8_t* address);
  void freed(const Stubs& stubs);

 private:
  std::vector<std::unique_ptr<CodeWatcher>> watchers_;
};

}  // namespace devvm::jit
