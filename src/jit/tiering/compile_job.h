// A compilation that the compiler thread finishes, and what its isolate knows of it meanwhile.
#pragma once

#include <vector>

#include "jit/assembler/x64/assembler.h"
#include "jit/optimizer/compilation.h"
#include "jit/tiering/compile_thread.h"

namespace devvm::jit {

class CompileJob final : public BackgroundWork {
 public:
  CompileJob(const OptimizeRequest& request, const OptimizedCodeStubs& stubs)
      : compilation(request, stubs, assembler),
        code(const_cast<runtime::Code&>(request.code)),
        entry(request.entryOffset) {}
  void run() override { compilation.finish(); }
  void cancel() override { compilation.cancel(); }
  size_t bytes() const override { return bytesBuilt; }

  x64::Assembler assembler;
  Compilation compilation;
  runtime::Code& code;
  uint32_t entry;
  const char* reason = nullptr;         ///< why it was asked for
  const char* useless = nullptr;        ///< why it is not to be installed
  size_t bytesBuilt = 0;                ///< of the graph, as it was queued
  uint64_t queuedNanos = 0;             ///< time at which it was
  std::vector<heap::Value> prototypes;  ///< of the functions that the graph names
  std::vector<heap::Value*> roots;      ///< these, and the objects that it names
};

}  // namespace devvm::jit
