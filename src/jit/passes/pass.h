// Passes over the optimizing compiler's graph, and what runs them (docs/passes.md).
//
// A pass is a function in a file of its own and a row of passes.def. It finds the graph in order (Graph::order) and
// tidy, and leaves it in order; what it replaced need not be tidied away. Passes allocate in the graph's arena and on
// the C++ heap only, and know nothing of the isolate.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "jit/ir/ir.h"

namespace devvm::jit::passes {

enum class PassId : uint8_t {
#define PASS(id, ...) k##id,
#include "jit/passes/passes.def"
  kCount
};
inline constexpr size_t kPassCount = static_cast<size_t>(PassId::kCount);

/// A set of passes, by the numbers of PassId.
using PassSet = uint64_t;
constexpr PassSet setOf(PassId id) { return PassSet{1} << static_cast<unsigned>(id); }

struct PassOptions {
  int level = 2;  ///< 1 to 3: which steps of the pipeline run
  /// How registers are found, behind the passes. kByLevel: what docs/regalloc.md says is better at the level.
  enum class Allocator : uint8_t { kByLevel, kLinear, kColouring } allocator = Allocator::kByLevel;
  PassSet disabled = 0;     ///< passes that do not run
  PassSet printBefore = 0;  ///< passes before and after which `print` gets the graph
  PassSet printAfter = 0;
  bool verify = kVerify;  ///< look after every pass whether the graph keeps its rules
  bool measure = false;   ///< PassReport::nanoseconds, of the thread's processor time
  /// How many compilations were left at an instruction of a function, because of it (as BuildRequest::failures); null:
  /// none. Passes that check earlier than the program would look here: so compiling again ends.
  uint32_t (*failures)(void* context, const ir::Function& function, uint32_t offset) = nullptr;
  void* failuresContext = nullptr;
  /// Asked after each pass: why the compilation is to end here; null: it goes on.
  const char* (*stops)(void* context, const ir::Graph& graph) = nullptr;
  void* stopsContext = nullptr;
  void (*print)(void* context, std::string_view when, const char* pass, const ir::Graph& graph) = nullptr;
  void* printContext = nullptr;

#ifdef NDEBUG
  static constexpr bool kVerify = false;
#else
  static constexpr bool kVerify = true;
#endif
};

/// What compilations begin with: of the process, as its command line has it (--jit-level, --jit-without, --jit-verify).
/// To be changed before anything is compiled.
PassOptions& standardOptions();

/// What a pipeline did; adds up over graphs.
struct PassReport {
  uint64_t nanoseconds[kPassCount > 0 ? kPassCount : 1] = {};
  uint32_t runs[kPassCount > 0 ? kPassCount : 1] = {};
  uint32_t changes[kPassCount > 0 ? kPassCount : 1] = {};  ///< as each pass counts them
  const char* stopped = nullptr;                           ///< what PassOptions::stops said
  std::string fault;                                       ///< of the verifier, with the pass's name; empty: none
};

/// What a pass knows beside its graph.
struct PassContext {
  const PassOptions& options;
  uint32_t changes = 0;  ///< the pass counts what it removed, moved or replaced

  /// Whether optimized code was left there before: checks that are not the builder's own must not go there again.
  bool failed(const ir::FrameState& state) const { return failed(ir::Origin{state.function, state.offset}); }
  /// Whether it was left because of a check of the same origin.
  bool failed(const ir::Origin& origin) const {
    return options.failures != nullptr && origin.function != nullptr &&
           options.failures(options.failuresContext, *origin.function, origin.offset) > 0;
  }
};

struct Pass {
  const char* name;
  const char* summary;
  void (*run)(ir::Graph& graph, PassContext& context);
};
const Pass& passOf(PassId id);
bool findPass(std::string_view name, PassId& id);
/// Adds the passes named in a list with commas ("all": every one). False: there is no `unknown`.
bool addPasses(std::string_view names, PassSet& set, std::string& unknown);

/// Runs one pass with all that belongs to it. False: `report.fault` says what the verifier found.
bool runPass(PassId id, ir::Graph& graph, const PassOptions& options, PassReport& report);
/// Runs the pipeline on a graph that the builder has made, loose or not. False: as runPass, or `report.stopped`.
bool runPipeline(ir::Graph& graph, const PassOptions& options, PassReport& report);

// The entry functions of the passes.
#define PASS(id, name, run, summary) void run(ir::Graph& graph, PassContext& context);
#include "jit/passes/passes.def"

}  // namespace devvm::jit::passes
