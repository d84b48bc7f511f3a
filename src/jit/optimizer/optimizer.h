// The optimizing compiler: from a function's bytecode and feedback to machine code, or why not (docs/optimizing-jit.md).
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "runtime/isolate.h"

namespace devvm::jit {

struct OptimizeRequest {
  runtime::Isolate& isolate;
  const runtime::Code& code;
  uint32_t entryOffset = 0;  ///< 0, or the loop at which it is entered
  const heap::Value* frame = nullptr;  ///< of the function, which stands at that loop; may be null
  /// How many compilations were left at an instruction of a function, because of it; null: none.
  std::function<uint32_t(const runtime::Code&, uint32_t offset)> failures;
};

/// What became of a graph, for viewers.
struct GraphReport {
  const char* refusal = nullptr;  ///< why there is none
  std::string fault;              ///< of the verifier; empty: none
  uint32_t blocks = 0, nodes = 0, inlined = 0;
  uint64_t nanos = 0;
  std::vector<std::string> exits;  ///< instructions that the interpreter does, with their lines
  std::string text;  ///< after each stage, if it was asked for
};
/// Makes the graph as a compilation would, and forgets it. Neither allocates in the heap nor collects.
GraphReport describeGraph(const OptimizeRequest& request, bool withText);

}  // namespace devvm::jit
