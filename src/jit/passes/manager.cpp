#include <algorithm>

#include "base/thread_time.h"
#include "jit/passes/pass.h"

namespace devvm::jit::passes {

namespace {

constexpr Pass kPasses[] = {
#define PASS(id, name, run, summary) {name, summary, run},
#include "jit/passes/passes.def"
    {nullptr, nullptr, nullptr},
};

struct Step {
  PassId pass;
  int level;
  PassId after;  ///< runs if the last run of this one changed something; kCount: always
};
constexpr Step kPipeline[] = {
#define STEP(id, level) {PassId::k##id, level, PassId::kCount},
#define STEP_AFTER(id, level, other) {PassId::k##id, level, PassId::k##other},
#include "jit/passes/passes.def"
    {PassId::kCount, 0, PassId::kCount},
};
static_assert(kPassCount <= 64);

}  // namespace

PassOptions& standardOptions() {
  static PassOptions options;
  return options;
}

const Pass& passOf(PassId id) { return kPasses[static_cast<size_t>(id)]; }

bool findPass(std::string_view name, PassId& id) {
  for (size_t i = 0; i < kPassCount; i++) {
    if (name != kPasses[i].name) continue;
    id = static_cast<PassId>(i);
    return true;
  }
  return false;
}

bool addPasses(std::string_view names, PassSet& set, std::string& unknown) {
  while (!names.empty()) {
    size_t end = std::min(names.find(','), names.size());
    std::string_view name = names.substr(0, end);
    names.remove_prefix(std::min(end + 1, names.size()));
    PassId id;
    if (name == "all") {
      set = ~PassSet{0};
    } else if (findPass(name, id)) {
      set |= setOf(id);
    } else {
      unknown = name;
      return false;
    }
  }
  return true;
}

bool runPass(PassId id, ir::Graph& graph, const PassOptions& options, PassReport& report) {
  const Pass& pass = passOf(id);
  auto show = [&](PassSet wanted, const char* when) {
    if ((wanted & setOf(id)) != 0 && options.print != nullptr) {
      options.print(options.printContext, when, pass.name, graph);
    }
  };
  show(options.printBefore, "before");
  PassContext context{options};
  uint64_t start = options.measure ? base::threadNanos() : 0;
  pass.run(graph, context);
  if (!graph.isLoose) graph.tidy();
  auto index = static_cast<size_t>(id);
  if (options.measure) report.nanoseconds[index] += base::threadNanos() - start;
  report.runs[index]++;
  report.changes[index] += context.changes;
  show(options.printAfter, "after");
  if (!options.verify) return true;
  std::string fault = ir::verify(graph);
  if (fault.empty()) return true;
  report.fault = std::string("after ") + pass.name + ": " + fault;
  return false;
}

bool runPipeline(ir::Graph& graph, const PassOptions& options, PassReport& report) {
  // Without representations there is no code.
  PassSet disabled = options.disabled & ~setOf(PassId::kRepresentation);
  PassSet changed = 0;
  for (const Step& step : kPipeline) {
    if (step.pass == PassId::kCount) break;
    if (step.level > options.level || (disabled & setOf(step.pass)) != 0) continue;
    if (step.after != PassId::kCount && (changed & setOf(step.after)) == 0) continue;
    uint32_t& changes = report.changes[static_cast<size_t>(step.pass)];
    uint32_t before = changes;
    if (!runPass(step.pass, graph, options, report)) return false;
    changed = changes != before ? changed | setOf(step.pass) : changed & ~setOf(step.pass);
    if (options.stops == nullptr) continue;
    report.stopped = options.stops(options.stopsContext, graph);
    if (report.stopped != nullptr) return false;
  }
  return true;
}

}  // namespace devvm::jit::passes
