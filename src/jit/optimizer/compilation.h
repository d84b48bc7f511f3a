// One compilation by the optimizing compiler, in two steps: the graph is built by the isolate's thread, which reads the
// heap and the feedback; the rest, passes, registers and code, needs the graph alone and may be done by any thread
// (docs/optimizing-jit.md, "Two threads").
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <optional>

#include "jit/codegen/codegen.h"
#include "jit/optimizer/optimizer.h"
#include "jit/passes/pass.h"

namespace devvm::jit {

struct Reliance;

/// What a compilation took and made, by step. Times are processor time of the thread that did it.
struct CompileProfile {
  int level = 0;
  uint64_t buildNanos = 0, orderNanos = 0;
  passes::PassReport passes;
  CodegenProfile codegen;
  uint32_t instructions = 0;           ///< of bytecode, of the function and of all that were taken in
  uint32_t nodesBuilt = 0, nodes = 0;  ///< before and behind the passes
  uint32_t functions = 0;              ///< in the graph
  size_t graphBytes = 0;

  uint64_t nanos() const;
};

class Compilation {
 public:
  // Beyond these it is refused: the time is a hundred times what a large function takes.
  static constexpr uint64_t kMostNanos = 1'000'000'000;
  static constexpr uint32_t kMostBytecode = 1 << 16;  ///< bytes: the graph is built while the program waits
  static constexpr size_t kMostGraphBytes = size_t{64} << 20;

  /// `request.isolate` is used by build() alone. Stubs and assembler must live until the end.
  Compilation(const OptimizeRequest& request, const OptimizedCodeStubs& stubs, x64::Assembler& assembler);
  ~Compilation();
  Compilation(const Compilation&) = delete;
  Compilation& operator=(const Compilation&) = delete;

  /// Makes the graph. False: there is none, see refusal(). Neither allocates in the heap nor collects.
  bool build();
  /// Writes the code, finished, into the assembler. False: see refusal().
  bool finish();
  /// By any thread: finish() ends soon, with a refusal.
  void cancel() { cancelled_.store(true, std::memory_order_relaxed); }
  bool isCancelled() const { return cancelled_.load(std::memory_order_relaxed); }
  const char* refusal() const { return refusal_; }

  /// Behind build(): functions whose addresses are in the graph, and shapes by whose ids it tells objects apart. All
  /// must live until the code is installed, and so must `made.objects`, which the collector may move, and `made.facts`
  /// must hold; finish() does not look at these two.
  const std::vector<const runtime::Code*>& functions() const { return functions_; }
  const std::vector<uint32_t>& shapes() const { return shapes_; }
  size_t bytes() const { return graph_.bytes(); }
  /// What OptimizeRequest asked for; null: nothing.
  std::shared_ptr<Description> takeDescription() { return std::move(request_.description); }

  OptimizedFunction made;
  CompileProfile profile;

 private:
  const char* stops(const ir::Graph& graph) const;
  void findWhatItNames();

  OptimizeRequest request_;
  OptimizedCodeStubs stubs_;
  x64::Assembler& assembler_;
  ir::Graph graph_;
  std::unique_ptr<Reliance> reliance_;
  std::vector<const runtime::Code*> functions_;
  std::vector<uint32_t> shapes_;
  passes::PassOptions options_ = passes::standardOptions();
  std::optional<Describer> describer_;
  std::array<uint32_t, 256> rootShapes_ = {};  ///< CodegenRequest::rootShapes
  const char* refusal_ = nullptr;
  uint64_t began_ = 0;  ///< of finish(), processor time
  std::atomic<bool> cancelled_ = false;
};

}  // namespace devvm::jit
